"""Trains the model from the wordings: `python -m intake.classifying.train`. Needs scikit-learn.

The same wordings give the same file: every draw is seeded by the wording itself, so adding one changes no other's
letters. The temperature is fitted on wordings held out whole.
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar  # type: ignore[import-untyped]
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression

from intake.classifying.features import BUCKETS, Seen, see
from intake.classifying.kinds import codes
from intake.classifying.letters import LetterWriter
from intake.classifying.model import Model, save, scale, sources_digest
from intake.classifying.wordings import Wording, wordings

LETTERS_EACH = 6
STRENGTH = 8.0
"""Inverse of the L2 penalty."""
FOLDS = 5


def letters_of(
    wording: Wording, count: int = LETTERS_EACH, around: Mapping[str, Mapping[str, Sequence[str]]] | None = None
) -> list[str]:
    """The letters written with one wording; `around` holds the surroundings by language where some are held out."""
    rng = random.Random(zlib.crc32(f"{wording.language}/{wording.code}/{wording.text}".encode()))  # noqa: S311
    writer = LetterWriter(wording.language, rng, around[wording.language] if around else None)
    return [writer.write(wording) for _ in range(count)]


def fold_of(wording: Wording) -> int:
    """Which of the FOLDS a wording belongs to: by its own text, so that adding others moves none."""
    return zlib.crc32(wording.text.encode()) % FOLDS


def _rarity(texts: Sequence[Seen]) -> NDArray[np.float32]:
    met = np.zeros(BUCKETS)
    for seen in texts:
        met[seen.buckets] += 1
    rarity = np.log((1 + len(texts)) / (1 + met)) + 1
    return np.where(met > 1, rarity, 0).astype(np.float32)


def matrix(texts: Sequence[Seen], rarity: NDArray[np.float32]) -> Any:
    """The scaled buckets of many texts as one sparse matrix (texts, BUCKETS)."""
    ends = np.cumsum([0, *(len(seen.buckets) for seen in texts)])
    values = np.concatenate([scale(seen, rarity) for seen in texts])
    return csr_matrix((values, np.concatenate([seen.buckets for seen in texts]), ends), shape=(len(texts), BUCKETS))


def fit(texts: Sequence[Seen], types: Sequence[str], temperature: float = 1.0) -> Model:
    """A model of these texts."""
    rarity = _rarity(texts)
    order = codes()
    learner = LogisticRegression(C=STRENGTH, max_iter=150, tol=1e-3)
    learner.fit(matrix(texts, rarity), [order.index(code) for code in types])
    present = [order[i] for i in learner.classes_]
    weights = np.ascontiguousarray(learner.coef_.T).astype(np.float32)
    return Model(tuple(present), weights, learner.intercept_.astype(np.float32), rarity, temperature)


def fit_temperature(scores: NDArray[np.float32], truth: NDArray[np.int64]) -> float:
    """The temperature at which held-out letters are least surprising (log loss)."""

    def loss(temperature: float) -> float:
        scaled = scores.astype(np.float64) / temperature
        top = scaled.max(axis=1, keepdims=True)
        log_sum = np.log(np.exp(scaled - top).sum(axis=1)) + top[:, 0]
        return float((log_sum - scaled[np.arange(len(truth)), truth]).mean())

    return float(minimize_scalar(loss, bounds=(0.05, 5.0), method="bounded").x)


def _seen_by_wording(chosen: Sequence[Wording]) -> list[list[Seen]]:
    return [[see(text) for text in letters_of(wording)] for wording in chosen]


def main() -> None:
    """Reads the wordings, writes the model file, and says what it did."""
    chosen = wordings()
    seen = _seen_by_wording(chosen)
    held = [fold_of(wording) == 0 for wording in chosen]
    known = [(s, w.code) for w, group, out in zip(chosen, seen, held, strict=True) if not out for s in group]
    unseen = [(s, w.code) for w, group, out in zip(chosen, seen, held, strict=True) if out for s in group]
    trial = fit([s for s, _ in known], [code for _, code in known])
    scores = np.array([trial.scores(s) for s, _ in unseen])
    truth = np.array([trial.codes.index(code) for _, code in unseen])
    temperature = fit_temperature(scores, truth)
    everything = [(s, w.code) for w, group in zip(chosen, seen, strict=True) for s in group]
    final = fit([s for s, _ in everything], [code for _, code in everything], temperature)
    save(replace(final, trained_on=sources_digest()))
    right = float((scores.argmax(axis=1) == truth).mean())
    print(
        f"{len(chosen)} wordings, {len(everything)} letters; held out {right:.3f} right, temperature {temperature:.3f}"
    )


if __name__ == "__main__":
    main()
