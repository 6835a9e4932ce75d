"""Records as columns of numbers: what a million of them are kept as, and what a pair is compared on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from dedup.linkage.names import namesake_sign
from dedup.linkage.records import PERSON, Place, Record, postcode_code

Ints = NDArray[np.int64]
LISTS = {"phones": 3, "emails": 2, "accounts": 4, "contracts": 4, "premises": 4}
"""Fields of several values, and how many of each are kept."""
PLACES = 2
HOUSES = 3
"""How many numbers of an address are compared one by one."""


class Words:
    """Strings by number; 0 is the empty one. Grows as records come in."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self.texts: list[str] = ["", *texts]
        self._ids: dict[str, int] = {}
        self._each: dict[str, tuple[object, NDArray[Any]]] = {}

    def __reduce__(self) -> tuple[type[Words], tuple[list[str]]]:
        """Only the strings go to another process: what was worked out of them is worked out again where it is wanted."""
        return Words, (self.texts[1:],)

    def id(self, text: str) -> int:
        """Answer the number of a string, a new one where it is new."""
        if not self._ids:
            self._ids = {known: at for at, known in enumerate(self.texts)}
        found = self._ids.get(text)
        if found is None:
            found = self._ids[text] = len(self.texts)
            self.texts.append(text)
        return found

    def since(self, first: int) -> list[str]:
        """Answer the strings from a number on."""
        return self.texts[first:]

    def each(self, name: str, of: object, make: Callable[[list[str]], NDArray[Any]]) -> NDArray[Any]:
        """Answer a value for every string, by number, worked out once. `of`: what it depends on beside the string."""
        known = self._each.get(name)
        old = known[1] if known is not None and known[0] is of else None
        if old is None or len(old) < len(self.texts):
            new = make(self.texts[0 if old is None else len(old) :])
            old = new if old is None else np.concatenate([old, new])
            self._each[name] = (of, old)
        return old

    def __len__(self) -> int:
        return len(self.texts)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The strings behind the numbers of some columns: names, streets, towns."""

    names: Words = field(default_factory=Words)
    streets: Words = field(default_factory=Words)
    towns: Words = field(default_factory=Words)


Columns = dict[str, Ints]
"""Columns by name, all of one length; lists are spread over numbered columns (`phones0`, `phones1`, …), 0 is missing."""


def column_names() -> tuple[str, ...]:
    """Answer the names of every column, in one order."""
    single = ("kind", "surname", "given", "middle", "birth", "tax_id", "tax_id_sound", "namesake")
    lists = tuple(f"{name}{i}" for name, most in LISTS.items() for i in range(most))
    places = tuple(f"{part}{i}" for i in range(PLACES) for part in PLACE_PARTS)
    return single + lists + places


PLACE_PARTS = ("street", "town", "postcode", "numbers", *(f"house{j}_" for j in range(HOUSES)))
NO_PLACE = [0] * len(PLACE_PARTS)
NAMES = column_names()


def columns_of(records: Sequence[Record], vocabulary: Vocabulary) -> Columns:
    """Answer the columns of these records; their strings go into the vocabulary."""
    table = np.array([line_of(r, vocabulary) for r in records], dtype=np.int64).reshape(len(records), len(NAMES))
    return {name: table[:, i].copy() for i, name in enumerate(NAMES)}


def take(columns: Columns, rows: NDArray[np.integer]) -> Columns:
    """Answer these rows of the columns."""
    return {name: nothing(len(rows)) if is_nothing(v) else v[rows] for name, v in columns.items()}


def nothing(count: int) -> Ints:
    """Answer a column of nothing but missing values, which takes no room."""
    return np.broadcast_to(_ZERO, count)


def is_nothing(values: Ints) -> bool:
    """Answer whether a column was made by `nothing`."""
    return values.strides == (0,)


_ZERO = np.int64(0)
WORDS_OF = {"surname": "names", "given": "names", "middle": "names"}
WORDS_OF |= {f"{part}{i}": f"{part}s" for part in ("street", "town") for i in range(PLACES)}
"""Which columns are numbers of words, and of which."""


def line_of(r: Record, vocabulary: Vocabulary) -> list[int]:
    """Answer one record's numbers, in the order of `NAMES`."""
    name = vocabulary.names.id
    line = [r.kind, name(r.surname), name(r.given), name(r.middle), r.birth, r.tax_id, int(r.tax_id_sound)]
    line.append(namesake_sign(r.given, r.middle) if r.kind == PERSON else 0)
    for key, most in LISTS.items():
        line += _padded(getattr(r, key), most)
    for i in range(PLACES):
        line += place_line(r.places[i], vocabulary) if i < len(r.places) else NO_PLACE
    return line


def place_line(place: Place, vocabulary: Vocabulary) -> list[int]:
    """Answer one address' numbers, in the order of `PLACE_PARTS`."""
    head = (vocabulary.streets.id(place.street), vocabulary.towns.id(place.town), postcode_code(place.postcode))
    return [*head, *_hashes(place.numbers)]


def hash_of_numbers(numbers: tuple[str, ...]) -> int:
    """Answer the numbers of an address together as one; 0 where there is none."""
    return _short_hash("-".join(numbers))


@lru_cache(maxsize=100_000)
def _hashes(numbers: tuple[str, ...]) -> tuple[int, ...]:
    """The numbers of an address together, and one by one."""
    return (hash_of_numbers(numbers), *_padded([_short_hash(n) for n in numbers], HOUSES))


def _padded(values: Sequence[int], size: int) -> list[int]:
    return [*values[:size], *([0] * (size - len(values)))]


def _short_hash(text: str) -> int:
    return crc32(text.encode("utf-8", "surrogatepass")) + 1 if text else 0
