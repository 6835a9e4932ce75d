"""How often unrelated records agree by chance: counted over all pairs there are, without looking at one of them.

Levels of equality follow from how many records share each value; the others from pairs drawn at random.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dedup.linkage import levels
from dedup.linkage.columns import LISTS, PLACES, Columns, Ints, Vocabulary, take
from dedup.linkage.expectations import UNRELATED
from dedup.linkage.levels import FIELDS, SIZES, compare
from dedup.linkage.names import Lexicon

Floats = NDArray[np.float64]
_DRAWN = 1_000_000
_HELD_BY = 1e6
"""As many pairs do the expectations weigh."""
_FIRST_EQUAL = {"name": 5, "given": 5, "middle": 5, "birth": 4, "tax_id": 3, "phone": 3, "email": 2}
_FIRST_EQUAL |= {"account": 3, "contract": 3, "premises": 2, "dwelling": 5, "place": 6, "namesake": 4}
FIRST_EQUAL = tuple(_FIRST_EQUAL[f.name] for f in FIELDS)
"""By field, the first level that means equality."""


@dataclass(frozen=True, slots=True)
class Chance:
    """All pairs of one kind of records. `levels[f][l]`: how many are at that level, of `known[f]` that both say something."""

    pairs: float
    known: tuple[float, ...]
    levels: tuple[Floats, ...]
    drawn: tuple[float, ...]
    """By field, how many of the drawn pairs say something."""
    spread: tuple[Floats, ...]
    """By field, how records are spread over the levels of equality, were each compared with itself."""

    def rates(self, matched: tuple[Floats, ...]) -> dict[str, tuple[float, ...]]:
        """Answer the rates of unrelated pairs: all pairs without those that are `matched` (by field and level)."""
        return {field.name: self._rates(at, matched[at]) for at, field in enumerate(FIELDS)}

    def _rates(self, at: int, matched: Floats) -> tuple[float, ...]:
        name, first = FIELDS[at].name, FIRST_EQUAL[at]
        found = np.maximum(self.levels[at] - matched, 0.0) / max(self.known[at], 1.0)
        expected = expected_levels(at, UNRELATED[name], self.spread[at], by_chance=True)
        seen = np.where(np.arange(SIZES[at]) >= first, self.known[at], self.drawn[at])
        rates = (found * seen + expected * _HELD_BY) / (seen + _HELD_BY)
        rates[0], rates[1] = 1.0, 0.0
        rates[1] = max(1.0 - rates[2:].sum(), 0.01)
        return tuple(float(r) for r in rates)


def expected_levels(at: int, rates: dict[str, float], spread: Floats, *, by_chance: bool = False) -> Floats:
    """Answer expectations by level: what is expected of "equal" is spread as records are (by chance: evenly in rarity)."""
    found = np.zeros(SIZES[at])
    for level, name in enumerate(FIELDS[at].levels):
        found[level] = rates.get(name, 0.0)
    first = FIRST_EQUAL[at]
    if SIZES[at] - first > 1:
        weights = spread * np.array([16.0**-(i) for i in range(len(spread))]) if by_chance else spread
        found[first:] = rates.get("equal", 0.0) * weights / max(weights.sum(), 1e-12)
    found[0] = 0.0
    return found


def chance_of(columns: Columns, vocabulary: Vocabulary, lexicon: Lexicon, seed: int = 1) -> Chance:
    """Answer how all pairs of these records (of one kind) are spread over the levels."""
    count = len(columns["kind"])
    pairs = count * (count - 1) / 2
    random = np.random.default_rng(seed)
    size = int(min(_DRAWN, 4 * pairs))
    x, y = random.integers(0, max(count, 1), size), random.integers(0, max(count, 1), size)
    x, y = x[x != y], y[x != y]
    codes = compare(take(columns, x), take(columns, y), vocabulary, lexicon)
    drawn = tuple(np.bincount(codes[:, at], minlength=SIZES[at]).astype(np.float64) for at in range(len(FIELDS)))
    equal, present, spread = _equalities(columns, vocabulary, lexicon)
    known, counts = [], []
    for at in range(len(FIELDS)):
        both = present[at] * (present[at] - 1) / 2
        seen = max(drawn[at][1:].sum(), 1.0)
        level = drawn[at] / seen * both
        level[0] = 0.0
        if equal[at] is not None:
            level[FIRST_EQUAL[at] :] = equal[at]
        known.append(both)
        counts.append(level)
    return Chance(pairs, tuple(known), tuple(counts), tuple(d[1:].sum() for d in drawn), spread)


def _equalities(
    columns: Columns, vocabulary: Vocabulary, lexicon: Lexicon
) -> tuple[list[Floats | None], list[float], tuple[Floats, ...]]:
    """By field: how many pairs are equal (by level of equality), how many records say something, and their spread."""
    itself = compare(columns, columns, vocabulary, lexicon)
    equal: list[Floats | None] = []
    present: list[float] = []
    spread: list[Floats] = []
    for at, field in enumerate(FIELDS):
        first = FIRST_EQUAL[at]
        has = _placed(columns) if field.name == "place" else float(np.count_nonzero(itself[:, at]))
        present.append(has)
        found = np.bincount(itself[:, at], minlength=SIZES[at])[first:].astype(np.float64)
        spread.append((found + 1e-9) / (found.sum() + 1e-9 * max(len(found), 1)))
        equal.append(_equal_pairs(at, columns, itself[:, at]))
    return equal, present, tuple(spread)


def _placed(columns: Columns) -> float:
    return float(np.count_nonzero((columns["town0"] | columns["postcode0"]) > 0))


def _equal_pairs(at: int, columns: Columns, itself: NDArray[np.uint8]) -> Floats | None:
    name, first = FIELDS[at].name, FIRST_EQUAL[at]
    if at in (levels.NAME, levels.GIVEN, levels.MIDDLE):
        values = columns[{"name": "surname"}.get(name, name)]
        by_level = [_pairs_sharing([values[itself == level]]) for level in range(first, SIZES[at])]
        return np.array(by_level)
    if name in ("birth", "tax_id"):
        return np.array([_pairs_sharing([columns[name]])])
    if name == "dwelling":
        keys = [
            (columns[f"street{i}"] * 1_000_003 + columns[f"numbers{i}"]) * 1_000_003 + columns[f"postcode{i}"]
            for i in range(PLACES)
        ]
        there = [(columns[f"street{i}"] > 0) & (columns[f"numbers{i}"] > 0) for i in range(PLACES)]
        return np.array([_pairs_sharing([np.where(t, k, 0) for t, k in zip(there, keys, strict=True)])])
    if name in ("place", "namesake"):
        return None
    lists = {"phone": "phones", "email": "emails", "account": "accounts", "contract": "contracts"}
    key = lists.get(name, name)
    return np.array([_pairs_sharing([columns[f"{key}{i}"] for i in range(LISTS[key])])])


def _pairs_sharing(values: list[Ints]) -> float:
    together = np.concatenate(values)
    _, counts = np.unique(together[together != 0], return_counts=True)
    sizes = counts.astype(np.float64)
    return float((sizes * (sizes - 1) / 2).sum())
