"""The shipped model: what each bucket says for each type, and how sure to be of it. Needs numpy only."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from intake.classifying.features import BLOCK_STARTS, BUCKETS, Seen
from intake.classifying.kinds import FOLDER

MODEL_FILE = FOLDER / "model.npz"
BLOCK_WEIGHTS = (1.4, 0.7, 2.0)
"""How much the words, the ideas and the letter n-grams of a text count, whatever its length."""


@dataclass(frozen=True, slots=True)
class Model:
    """A linear model. `weights`: (buckets, types); `rarity`: inverse document frequency of each bucket;
    `temperature`: what scores are divided by so that confidences hold on wordings never seen."""

    codes: tuple[str, ...]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    rarity: NDArray[np.float32]
    temperature: float
    trained_on: str = ""
    """Digest of the texts and tables it was trained on: see `sources_digest`."""

    def scores(self, seen: Seen) -> NDArray[np.float32]:
        """Scores of all types for one text, in nats, before the softmax."""
        scaled = scale(seen, self.rarity)
        found: NDArray[np.float32] = (scaled @ self.weights[seen.buckets] + self.bias) / np.float32(self.temperature)
        return found


def scale(seen: Seen, rarity: NDArray[np.float32]) -> NDArray[np.float32]:
    """The values of a text's buckets, weighed by rarity and brought to one length in each block."""
    weighed = seen.values * rarity[seen.buckets]
    edges = np.searchsorted(seen.buckets, (*BLOCK_STARTS, BUCKETS))
    for block, weight in enumerate(BLOCK_WEIGHTS):
        part = weighed[edges[block] : edges[block + 1]]
        norm = float(np.sqrt((part * part).sum()))
        if norm > 0:
            part *= np.float32(weight / norm)
    return weighed


def sources_digest() -> str:
    """SHA-256 over all wordings, surroundings, concepts and types: another digest than the model's asks to train anew."""
    digest = hashlib.sha256()
    for path in sorted([*FOLDER.glob("*.yaml"), *FOLDER.glob("surroundings/*.yaml"), *FOLDER.glob("wordings/*/*.txt")]):
        digest.update(path.relative_to(FOLDER).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def save(model: Model, path: Path = MODEL_FILE) -> None:
    """Writes the model: only the buckets that were met, weights in eight bits with one step a type."""
    met = np.flatnonzero(np.abs(model.weights).max(axis=1) > 0).astype(np.int32)
    steps = np.abs(model.weights).max(axis=0) / 127
    rounded = np.round(model.weights[met] / steps).astype(np.int8)
    np.savez_compressed(
        path,
        codes=np.array(model.codes),
        met=met,
        steps=steps.astype(np.float32),
        weights=rounded,
        bias=model.bias,
        rarity=model.rarity[met].astype(np.float16),
        temperature=np.float32(model.temperature),
        trained_on=np.array(model.trained_on),
    )


@cache
def load(path: Path = MODEL_FILE) -> Model:
    """The model as it was saved. Safe to call often: it is read once.

    Raises FileNotFoundError where no model was trained.
    """
    with np.load(path, allow_pickle=False) as held:
        weights = np.zeros((BUCKETS, len(held["codes"])), dtype=np.float32)
        weights[held["met"]] = held["weights"].astype(np.float32) * held["steps"]
        rarity = np.zeros(BUCKETS, dtype=np.float32)
        rarity[held["met"]] = held["rarity"].astype(np.float32)
        codes = tuple(str(code) for code in held["codes"])
        return Model(codes, weights, held["bias"], rarity, float(held["temperature"]), str(held["trained_on"]))
