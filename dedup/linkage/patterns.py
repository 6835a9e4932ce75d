"""Patterns of levels as numbers, and which of them each compared pair has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dedup.linkage.columns import Columns, Ints, Vocabulary
from dedup.linkage.levels import FIELDS, Codes, compare
from dedup.linkage.names import Lexicon

_AT_ONCE = 4_000_000
_FILE = "at.col"


@dataclass(frozen=True, slots=True)
class Compared:
    """Compared pairs. `rows`: left row in the upper half, right in the lower; `at`: which of `patterns` each pair has.

    `patterns` are sorted, each once; `counts`: how many pairs have it. `rows` and `at` may be mapped files.
    """

    rows: Ints
    at: NDArray[np.int32]
    patterns: Ints
    counts: Ints

    def slices(self) -> Iterator[slice]:
        """Answer the pairs' places in stretches that memory holds."""
        return slices(len(self.rows))


def slices(count: int) -> Iterator[slice]:
    """Answer so many places in stretches that memory holds."""
    return (slice(low, min(low + _AT_ONCE, count)) for low in range(0, count, _AT_ONCE))


def compared(rows: Ints, patterns: Ints, folder: Path) -> Compared:
    """Answer pairs by the patterns that they have; which is kept in a file of the folder."""
    if not len(rows):
        nothing = np.zeros(0, dtype=np.int64)
        return Compared(rows, nothing.astype(np.int32), nothing, nothing)
    at = np.memmap(folder / _FILE, dtype=np.int32, mode="w+", shape=(len(rows),))
    counted = []
    for some in slices(len(rows)):
        found, at[some], counts = np.unique(patterns[some], return_inverse=True, return_counts=True)
        counted.append((found, counts))
    every = np.unique(np.concatenate([found for found, _ in counted]))
    total = np.zeros(len(every), dtype=np.int64)
    for some, (found, counts) in zip(slices(len(rows)), counted, strict=True):
        place = np.searchsorted(every, found)
        total[place] += counts
        at[some] = place.astype(np.int32)[at[some]]
    return Compared(rows, at, every, total)


def patterns_of(left: Columns, right: Columns, vocabulary: Vocabulary, lexicon: Lexicon) -> Ints:
    """Answer the patterns of pairs: the nth record of `left` with the nth of `right`."""
    kinds = np.where(left["kind"] == right["kind"], left["kind"], 2)
    return packed(compare(left, right, vocabulary, lexicon), kinds)


def packed(codes: Codes, kinds: NDArray[np.int64]) -> NDArray[np.int64]:
    """Answer each row of levels, and the kind of both records, as one number, four bits each.

    Kinds: 0 two persons, 1 two organisations, 2 one of each.
    """
    number = np.asarray(kinds, dtype=np.int64)
    for at in range(len(FIELDS)):
        number = number << 4 | codes[:, at]
    return number


def unpacked(numbers: NDArray[np.int64]) -> Codes:
    """Answer the rows of levels that were packed."""
    shifts = 4 * np.arange(len(FIELDS) - 1, -1, -1)
    return ((numbers[:, None] >> shifts) & 15).astype(np.uint8)


def kinds_of(numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Answer the kinds that were packed with the levels."""
    return np.asarray(numbers >> (4 * len(FIELDS)))
