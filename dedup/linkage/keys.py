"""Blocking keys: hashes under which a record's doubles are looked for. One definition, for one record and for millions.

Each pass answers for one way in which two records of a person still agree; a key combines values, so that few share it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache, partial
from typing import Any
from zlib import crc32

import numpy as np

from dedup.linkage.columns import (
    LISTS,
    NAMES,
    PLACES,
    Columns,
    Ints,
    Vocabulary,
    Words,
    hash_of_numbers,
    is_nothing,
    line_of,
    nothing,
)
from dedup.linkage.records import Place, Record, postcode_code

_PREFIX, _STREET_PREFIX = 3, 5

Values = Any
"""What a pass works on: columns of numbers, or the plain numbers of one record, for whom a column would cost a millisecond."""


@dataclass(frozen=True, slots=True)
class Hashed:
    """The word hashes that keys are made of, by column: whole, and by their beginning."""

    surname: Values
    given: Values
    middle: Values
    surname_start: Values
    given_start: Values
    given_initial: Values
    middle_initial: Values
    street_starts: tuple[Values, ...]


class _InColumns:
    """The same of millions of records, made when asked for: all at once they would want a gigabyte."""

    def __init__(self, columns: Columns, vocabulary: Vocabulary) -> None:
        self._columns = columns
        self._names, self._streets = vocabulary.names, vocabulary.streets

    def __getattr__(self, name: str) -> Values:
        if name == "street_starts":
            return tuple(
                _words(self._columns[f"street{i}"], self._streets, "start", slice(_STREET_PREFIX))
                for i in range(PLACES)
            )
        column, _, part = name.partition("_")
        return _words(self._columns[column], self._names, part, _PARTS[part])


_PARTS = {"": slice(None), "start": slice(_PREFIX), "initial": slice(1)}
Pass = Callable[[Mapping[str, Values], Hashed | _InColumns], list[Values]]


def blocking_keys(
    columns: Columns, vocabulary: Vocabulary, passes: Iterable[str]
) -> Iterator[tuple[str, Callable[[], list[Ints]]]]:
    """Answer, for each pass, what makes its columns of keys (signed 64 bit); 0 where a record has none."""
    hashed = _InColumns(columns, vocabulary)
    order = list(PASSES)
    for name in passes:
        yield name, partial(_keys, name, order.index(name), columns, hashed)


def keys_of_one(record: Record, passes: Iterable[str]) -> dict[str, tuple[int, ...]]:
    """Answer, by pass, the blocking keys of one record, the same as in columns; passes without any are left out."""
    values, hashed = dict(zip(NAMES, line_of(record, Vocabulary()), strict=True)), _hashed_one(record)
    order = list(PASSES)
    found = {
        name: tuple(dict.fromkeys(key for key in _keys(name, order.index(name), values, hashed) if key))
        for name in passes
    }
    return {name: keys for name, keys in found.items() if keys}


def keys_of_many(records: Sequence[Record], passes: Iterable[str]) -> list[tuple[int, ...]]:
    """Answer the blocking keys of each of these records, of all passes together, each once: as of one, in columns."""
    values, hashed = _values_of(records), _hashed_many(records)
    order = list(PASSES)
    made = [keys for name in passes for keys in _keys(name, order.index(name), values, hashed) if not is_nothing(keys)]
    if not made:
        return [()] * len(records)
    return [tuple(dict.fromkeys(filter(None, line))) for line in np.stack(made, axis=1).tolist()]


def key_of_names(record: Record) -> int:
    """Answer a key (signed 64 bit) of surname and given name alone, in either order; 0 where one of them is missing.

    No pass: among millions too many share it. In a small directory it finds whoever left nothing but a name.
    """
    surname, given = _word(record.surname), _word(record.given) if len(record.given) > 1 else 0
    return int(_salted(_all(_either_order(surname, given)), _OF_NAMES_ALONE))


_OF_NAMES_ALONE = 1 << 20
"""What no pass has for its number."""


def _values_of(records: Sequence[Record]) -> Columns:
    """The columns that keys are made of, without the words behind them."""
    columns = {name: _column([getattr(r, name) for r in records]) for name in ("kind", "birth", "tax_id")}
    for name, most in LISTS.items():
        padding = [(0,) * (most - size) for size in range(most + 1)]
        lists = [getattr(r, name)[:most] for r in records]
        table = np.array([one + padding[len(one)] for one in lists], dtype=np.int64).reshape(len(records), most)
        columns |= {f"{name}{i}": _filled(table[:, i]) for i in range(most)}
    for i in range(PLACES):
        places = [r.places[i] if len(r.places) > i else _NOWHERE for r in records]
        columns[f"numbers{i}"] = _column([hash_of_numbers(place.numbers) for place in places])
        columns[f"postcode{i}"] = _column([postcode_code(place.postcode) for place in places])
    return columns


_NOWHERE = Place("", (), "", "")


def _column(values: list[int]) -> Ints:
    return _filled(np.array(values, dtype=np.int64))


def _filled(values: Ints) -> Ints:
    return np.ascontiguousarray(values) if values.any() else nothing(len(values))


def _keys(name: str, at: int, columns: Mapping[str, Values], hashed: Hashed | _InColumns) -> list[Values]:
    return [_salted(keys, at) for keys in PASSES[name](columns, hashed)]


def _hashed_one(record: Record) -> Hashed:
    streets = [place.street for place in record.places[:PLACES]] + [""] * (PLACES - len(record.places))
    names = _hashed_names(record.surname, record.given, record.middle)
    whole: list[Any] = [*names, tuple(_word(s[:_STREET_PREFIX]) for s in streets)]
    return Hashed(*whole)


def _hashed_names(surname: str, given: str, middle: str) -> tuple[int, ...]:
    """The values of a `Hashed` but the last, in their order."""
    parts = (surname, given, middle, surname[:_PREFIX], given[:_PREFIX], given[:1], middle[:1])
    return tuple(map(_word, parts))


_OF_NAMES = len(fields(Hashed)) - 1


def _hashed_many(records: Sequence[Record]) -> Hashed:
    each = [_hashed_names(r.surname, r.given, r.middle) for r in records]
    names = np.array(each, dtype=np.int64).reshape(len(records), _OF_NAMES)
    streets = (
        _column([_word(r.places[i].street[:_STREET_PREFIX]) if len(r.places) > i else 0 for r in records])
        for i in range(PLACES)
    )
    whole: list[Any] = [*(_filled(names[:, i]) for i in range(_OF_NAMES)), tuple(streets)]
    return Hashed(*whole)


def _words(ids: Ints, words: Words, name: str, part: slice) -> Ints:
    if is_nothing(ids):
        return ids
    each = words.each(
        f"key {name}", None, lambda texts: np.array([_word(text[part]) for text in texts], dtype=np.int64)
    )
    return np.asarray(each[ids])


@lru_cache(maxsize=200_000)
def _word(text: str) -> int:
    return crc32(text.encode()) + 1 if text else 0


_WHOLE = (1 << 64) - 1


def _mixed(values: Values) -> Values:
    """Spread numbers over 64 bits. Source: the finaliser of splitmix64 (Steele, Lea, Flood 2014)."""
    if isinstance(values, int):
        values = ((values ^ (values >> 30)) * 0xBF58476D1CE4E5B9) & _WHOLE
        values = ((values ^ (values >> 27)) * 0x94D049BB133111EB) & _WHOLE
        return values ^ (values >> 31)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _signed(value: int) -> int:
    return value - (1 << 64) if value >> 63 else value


def _all(*parts: Values) -> Values:
    """One key of several values; none where one of them is missing."""
    if isinstance(parts[0], int):
        one = 0
        for part in parts:
            if not part:
                return 0
            one = _mixed((one * 31 + part) & _WHOLE)
        return _signed(one)
    if any(is_nothing(part) for part in parts):
        return nothing(len(parts[0]))
    key = np.zeros(len(parts[0]), dtype=np.uint64)
    there = np.ones(len(parts[0]), dtype=bool)
    for part in parts:
        there &= part != 0
        key = _mixed(key * np.uint64(31) + part.view(np.uint64))
    return np.where(there, key.view(np.int64), 0)


def _either_order(x: Values, y: Values) -> Values:
    """Two values whose order does not matter, as one."""
    return _where((x != 0) & (y != 0), x + y + (x ^ y) * 7)


def _salted(keys: Values, salt: int) -> Values:
    if isinstance(keys, int):
        return _signed(_mixed((keys + salt + 1) & _WHOLE)) | 1 if keys else 0
    if is_nothing(keys):
        return keys
    return np.where(keys != 0, _mixed(keys.view(np.uint64) + np.uint64(salt + 1)).view(np.int64) | 1, 0)


def _where(there: Values, keys: Values) -> Values:
    if isinstance(keys, int):
        return keys if there else 0
    return np.where(there, keys, 0)


def _list(name: str) -> Pass:
    return lambda c, _: [c[f"{name}{i}"] for i in range(LISTS[name])]


def _numbers(c: Mapping[str, Values]) -> list[Values]:
    return [c[f"numbers{i}"] for i in range(PLACES)]


def _person(c: Mapping[str, Values], keys: Values) -> Values:
    return _where(c["kind"] == 0, keys)


def _firm(c: Mapping[str, Values], keys: Values) -> Values:
    return _where(c["kind"] == 1, keys)


PASSES: dict[str, Pass] = {
    "tax id": lambda c, _: [c["tax_id"]],
    "account": _list("accounts"),
    "contract": _list("contracts"),
    "phone": _list("phones"),
    "e-mail": _list("emails"),
    "premises": _list("premises"),
    "names and year of birth": lambda c, h: [_all(_either_order(h.surname, h.given), c["birth"] // 10000)],
    "all three names": lambda c, h: [_all(_either_order(h.surname, h.given), h.middle_initial)],
    "given name and birth date": lambda c, h: [_all(h.given_start, c["birth"])],
    "surname and birth date": lambda c, h: [_all(h.surname_start, c["birth"])],
    "surname and numbers of the address": lambda c, h: [_person(c, _all(h.surname, n)) for n in _numbers(c)],
    "dwelling": lambda c, h: [_all(n, s) for n, s in zip(_numbers(c), h.street_starts, strict=True)],
    "numbers of the address and postcode": lambda c, h: [_all(n, c[f"postcode{i}"]) for i, n in enumerate(_numbers(c))],
    "birth date and numbers of the address": lambda c, h: [_all(c["birth"], n) for n in _numbers(c)],
    "birth date and postcode": lambda c, h: [_all(c["birth"], c[f"postcode{i}"]) for i in range(PLACES)],
    "beginnings of names and postcode": lambda c, h: [
        _all(_either_order(h.surname_start, h.given_start), c[f"postcode{i}"]) for i in range(PLACES)
    ],
    "surname, initial and street": lambda c, h: [_all(h.surname_start, h.given_initial, s) for s in h.street_starts],
    "given name and street": lambda c, h: [_all(h.given_start, s, c["birth"] // 10000) for s in h.street_starts],
    "organisation's name": lambda c, h: [_firm(c, _all(h.surname))],
    "organisation's first word and numbers": lambda c, h: [_firm(c, _all(h.surname_start, n)) for n in _numbers(c)],
}
"""Every pass by its name. A model names the passes that it was made with; the order is part of the key."""
