"""From a text to a type: how sure, which is next, and which words spoke for it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from archive.sentences import Sentence, say
from intake.classifying.features import Seen, see
from intake.classifying.model import Model, load, scale
from intake.stages import Evidence, TypeDecision

MIN_MARGIN = 0.04
MIN_CONFIDENCE = 0.25
"""Below either the proposal is barely better than the runner-up, and a person decides. Measured on held-out wordings
by `benchmarks/type_unseen.py`."""
MAX_EVIDENCE = 8
MIN_BITS = 0.05


def probabilities(scores: NDArray[np.float32]) -> NDArray[np.float64]:
    """Softmax."""
    raised = np.exp(scores.astype(np.float64) - float(scores.max()))
    shares: NDArray[np.float64] = raised / raised.sum()
    return shares


def _words(feature: str, value: str, code: str, bits: float) -> Sentence:
    zone = {"t": "title", "s": "layout"}.get(feature[0], "wording")
    if bits > 0:
        return say("{zone} “{value}” speaks for “{type}”", zone=zone, value=value, type=code)
    return say("{zone} “{value}” speaks against “{type}”", zone=zone, value=value, type=code)


def _evidence(text: str, seen: Seen, model: Model, best: int, second: int) -> tuple[Evidence, ...]:
    """The spans that told the best type from the runner-up, heaviest first; of overlapping spans the heavier."""
    shown = {bucket: i for i, bucket in enumerate(seen.buckets.tolist()) if bucket in seen.sources}
    gain = (model.weights[seen.buckets, best] - model.weights[seen.buckets, second]) / model.temperature / math.log(2)
    bits = scale(seen, model.rarity) * gain
    found: list[Evidence] = []
    taken: list[tuple[int, int]] = []
    for bucket, at in sorted(shown.items(), key=lambda item: -abs(float(bits[item[1]]))):
        feature, start, end = seen.sources[bucket]
        if len(found) == MAX_EVIDENCE or abs(float(bits[at])) < MIN_BITS:
            break
        value = " ".join(text[start:end].split())
        if not value or any(start < b and a < end for a, b in taken):
            continue
        taken.append((start, end))
        told = _words(feature, value, model.codes[best], float(bits[at]))
        found.append(Evidence("type", value, told, float(bits[at]), page=text.count("\f", 0, start) + 1))
    return tuple(found)


def decide(text: str, model: Model | None = None) -> TypeDecision:
    """What kind of letter a text is. Pages are parted by a form feed; evidence names the page it stands on.

    The proposal is always named; `certain` is False where it is barely better than the runner-up, or where no known
    word speaks for any type. Safe to repeat; the same text gives the same answer.
    """
    model = model or load()
    seen = see(text)
    shares = probabilities(model.scores(seen))
    order = np.argsort(-shares, kind="stable")
    best, second = int(order[0]), int(order[1])
    margin = float(shares[best] - shares[second])
    evidence = _evidence(text, seen, model, best, second)
    # Bare figures are no words, whatever kind of letter holds most of them.
    speaks = any(one.weight_bits > 0 and any(map(str.isalpha, one.value)) for one in evidence)
    certain = speaks and margin >= MIN_MARGIN and float(shares[best]) >= MIN_CONFIDENCE
    return TypeDecision(model.codes[best], float(shares[best]), model.codes[second], margin, certain, evidence)
