"""How often unrelated records agree by chance: counted over all pairs there are, without looking at one of them.

Levels of equality follow from how many records share each value; the others from pairs drawn at random.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dedup.linkage import levels
from dedup.linkage.columns import LISTS, PLACES, Columns, Ints, Vocabulary, is_nothing, nothing, take
from dedup.linkage.expectations import UNRELATED
from dedup.linkage.levels import FIELDS, SIZES, compare
from dedup.linkage.names import Lexicon

Floats = NDArray[np.float64]
_DRAWN = 1_000_000
_AT_ONCE = 250_000
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


def chance_of(columns: Columns, own: Ints, vocabulary: Vocabulary, lexicon: Lexicon, seed: int = 1) -> Chance:
    """Answer how all pairs of these rows of the columns (records of one kind) are spread over the levels."""
    count = len(own)
    pairs = count * (count - 1) / 2
    random = np.random.default_rng(seed)
    size = int(min(_DRAWN, 4 * pairs))
    drawn = _drawn(columns, own, vocabulary, lexicon, random.integers(0, max(count, 1), (2, size)))
    present, spread = _themselves(columns, own, vocabulary, lexicon, random)
    known, counts = [], []
    for at in range(len(FIELDS)):
        both = present[at] * (present[at] - 1) / 2
        level = drawn[at] / max(drawn[at][1:].sum(), 1.0) * both
        level[0] = 0.0
        equal = _equal_pairs(at, columns, own, vocabulary, lexicon)
        if equal is not None:
            level[FIRST_EQUAL[at] :] = equal
        known.append(both)
        counts.append(level)
    return Chance(pairs, tuple(known), tuple(counts), tuple(float(d[1:].sum()) for d in drawn), spread)


def _drawn(columns: Columns, own: Ints, vocabulary: Vocabulary, lexicon: Lexicon, ends: Ints) -> list[Floats]:
    """By field, how many of some pairs are at each level."""
    ends = np.sort(ends, axis=0)
    ends = ends[:, ends[0] != ends[1]]
    ends = own[ends[:, np.argsort(ends[0], kind="stable")]] if ends.size else ends
    found = [np.zeros(size) for size in SIZES]
    for low in range(0, ends.shape[1], _AT_ONCE):
        left, right = (take(columns, side[low : low + _AT_ONCE]) for side in ends)
        codes = compare(left, right, vocabulary, lexicon)
        for at, size in enumerate(SIZES):
            found[at] += np.bincount(codes[:, at], minlength=size)
    return found


def _themselves(
    columns: Columns, own: Ints, vocabulary: Vocabulary, lexicon: Lexicon, random: np.random.Generator
) -> tuple[list[float], tuple[Floats, ...]]:
    """By field: how many records say something, and how they are spread over the levels of equality."""
    some = own if len(own) <= _DRAWN else np.sort(random.choice(own, _DRAWN, replace=False))
    share = len(own) / max(len(some), 1)
    found = [np.zeros(size) for size in SIZES]
    placed = 0.0
    for low in range(0, len(some), _AT_ONCE):
        rows = take(columns, some[low : low + _AT_ONCE])
        codes = compare(rows, rows, vocabulary, lexicon)
        placed += float(np.count_nonzero((rows["town0"] | rows["postcode0"]) > 0))
        for at, size in enumerate(SIZES):
            found[at] += np.bincount(codes[:, at], minlength=size)
    present = [share * (placed if f.name == "place" else float(found[at][1:].sum())) for at, f in enumerate(FIELDS)]
    equal = [found[at][FIRST_EQUAL[at] :] for at in range(len(FIELDS))]
    spread = tuple((e + 1e-9) / (e.sum() + 1e-9 * max(len(e), 1)) for e in equal)
    return present, spread


def _equal_pairs(at: int, columns: Columns, own: Ints, vocabulary: Vocabulary, lexicon: Lexicon) -> Floats | None:
    """How many pairs of all are equal, by level of equality; None where that is not counted."""
    name, first = FIELDS[at].name, FIRST_EQUAL[at]
    if at in (levels.NAME, levels.GIVEN, levels.MIDDLE):
        column = {"name": "surname"}.get(name, name)
        words, counts = np.unique(columns[column][own], return_counts=True)
        kind = columns["kind"][own[:1]]
        each = {key: nothing(len(words)) for key in columns} | {column: words, "kind": np.repeat(kind, len(words))}
        itself = compare(each, each, vocabulary, lexicon)[:, at]
        return np.array([_pairs_of(counts[itself == level]) for level in range(first, SIZES[at])])
    if name in ("birth", "tax_id"):
        return np.array([_pairs_sharing([columns[name]], own)])
    if name == "dwelling":
        return np.array([_pairs_sharing([_dwelling(columns, i) for i in range(PLACES)], own)])
    if name in ("place", "namesake"):
        return None
    lists = {"phone": "phones", "email": "emails", "account": "accounts", "contract": "contracts"}
    key = lists.get(name, name)
    return np.array([_pairs_sharing([columns[f"{key}{i}"] for i in range(LISTS[key])], own)])


def _dwelling(columns: Columns, i: int) -> Ints:
    street, numbers, postcode = (columns[f"{part}{i}"] for part in ("street", "numbers", "postcode"))
    if is_nothing(street) or is_nothing(numbers):
        return nothing(len(street))
    return np.where((street > 0) & (numbers > 0), (street * 1_000_003 + numbers) * 1_000_003 + postcode, 0)


def _pairs_sharing(values: list[Ints], own: Ints) -> float:
    given = [column[own] for column in values if not is_nothing(column)]
    together = np.concatenate([column[column != 0] for column in given]) if given else np.zeros(0, dtype=np.int64)
    return _pairs_of(np.unique(together, return_counts=True)[1])


def _pairs_of(counts: Ints) -> float:
    sizes = counts.astype(np.float64)
    return float((sizes * (sizes - 1) / 2).sum())
