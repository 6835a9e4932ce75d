"""From scored pairs to clusters: surest pairs first, and a join is refused where something known speaks against it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
Why = Literal["vetoed", "weak bridge", "too large", "not certain"]


@dataclass(frozen=True, slots=True)
class Scored:
    """Pairs of rows with the log odds that they are one. `joins`: certain enough without a person; `vetoed`: never one."""

    left: Rows
    right: Rows
    odds: Floats
    joins: NDArray[np.bool_]
    vetoed: NDArray[np.bool_]
    doubt: Floats
    """How much likelier than one person two of one name are (a father and a son), where nothing else is in doubt; else inf."""
    differs: NDArray[np.bool_]
    """Whether something of the person alone differs."""
    certain: NDArray[np.bool_]
    """Whether it joins by what is the customer's own, whatever else is known of either."""
    patterns: Rows
    """The levels of each, packed."""

    def only(self, rows: NDArray[np.bool_] | Rows) -> Scored:
        """Answer some of the pairs."""
        return Scored(*(getattr(self, name)[rows] for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class Refused:
    """Two rows that were not joined though they are likely one, and why."""

    left: int
    right: int
    odds: float
    why: Why


@dataclass(slots=True)
class Clusters:
    """The cluster of each row (its smallest row), and what was refused on the way."""

    labels: Rows
    refused: list[Refused] = field(default_factory=list)


def components(count: int, left: Rows, right: Rows) -> Rows:
    """Answer the smallest row that each row is connected with."""
    labels = np.arange(count, dtype=np.int64)
    while len(left):
        low, high = np.minimum(labels[left], labels[right]), np.maximum(labels[left], labels[right])
        open_ = low != high
        if not open_.any():
            break
        left, right, low, high = left[open_], right[open_], low[open_], high[open_]
        np.minimum.at(labels, high, low)
        while True:
            further = labels[labels]
            if (further == labels).all():
                break
            labels = further
    return labels


def cluster(count: int, pairs: Scored, most: int, held: Rows | None = None) -> Clusters:
    """Answer the clusters of `count` rows. `pairs` must hold every known pair between rows that might be joined.

    `held`: how many records each row stands for, where it is not one.
    """
    held = np.ones(count, dtype=np.int64) if held is None else held
    labels = components(count, pairs.left[pairs.joins], pairs.right[pairs.joins])
    inside = pairs.only(labels[pairs.left] == labels[pairs.right])
    of = labels[inside.left]
    sizes = np.bincount(labels, weights=held, minlength=count)
    against = np.zeros(count, dtype=bool)
    against[of[inside.vetoed | (inside.odds < 0)]] = True
    contested = against | (sizes > most)
    result = Clusters(labels)
    hard = inside.only(contested[of])
    order = np.argsort(labels[hard.left], kind="stable")
    hard = hard.only(order)
    for start, end in _runs(labels[hard.left]):
        _settle(hard.only(np.arange(start, end)), most, held, result)
    return result


def _runs(values: Rows) -> Iterator[tuple[int, int]]:
    if len(values):
        cuts = np.flatnonzero(np.diff(values)) + 1
        yield from zip([0, *cuts.tolist()], [*cuts.tolist(), len(values)], strict=True)


def _settle(pairs: Scored, most: int, held: Rows, result: Clusters) -> None:
    """Take one contested component apart, and put it together again from the surest pair down."""
    groups: dict[int, list[int]] = {}
    home: dict[int, int] = {}
    between: dict[int, dict[int, list[tuple[float, bool]]]] = defaultdict(lambda: defaultdict(list))
    lines = list(
        zip(pairs.left.tolist(), pairs.right.tolist(), pairs.odds.tolist(), pairs.vetoed.tolist(), strict=True)
    )
    for x, y, odds, vetoed in lines:
        for row in (x, y):
            groups.setdefault(row, [row])
            home.setdefault(row, row)
        between[x][y].append((odds, vetoed))
        between[y][x].append((odds, vetoed))
    for at in np.argsort(-pairs.odds, kind="stable").tolist():
        if not pairs.joins[at]:
            continue
        x, y, odds, _ = lines[at]
        one, other = home[x], home[y]
        if one == other:
            continue
        why = _against(between[one][other], int(held[groups[one]].sum() + held[groups[other]].sum()), most)
        if why:
            result.refused.append(Refused(x, y, odds, why))
        else:
            _join(one, other, groups, home, between)
    for members in groups.values():
        result.labels[members] = min(members)


def _against(known: list[tuple[float, bool]], size: int, most: int) -> Why | None:
    if any(vetoed for _, vetoed in known):
        return "vetoed"
    if sum(max(min(odds, MOST_SAID), -MOST_SAID) for odds, _ in known) < 0:
        return "weak bridge"
    return "too large" if size > most else None


MOST_SAID = 12.0
"""No single pair outweighs more than this (natural log odds)."""


def _join(
    one: int,
    other: int,
    groups: dict[int, list[int]],
    home: dict[int, int],
    between: dict[int, dict[int, list[tuple[float, bool]]]],
) -> None:
    if len(groups[one]) < len(groups[other]):
        one, other = other, one
    for row in groups.pop(other):
        groups[one].append(row)
        home[row] = one
    for third, known in between.pop(other).items():
        del between[third][other]
        if third != one:
            between[one][third].extend(known)
            between[third][one].extend(known)
