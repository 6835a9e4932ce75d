"""Rows by the thousand as columns of numbers: as `record_of` and `columns_of` say of one, but each value read once.

What costs is reading a value, and a file has far fewer values than cells. A test holds the two ways together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import TypeVar

import numpy as np

from dedup.linkage.columns import LISTS, NO_PLACE, PLACE_PARTS, PLACES, Columns, Ints, Vocabulary, place_line
from dedup.linkage.names import Lexicon, namesake_sign
from dedup.linkage.records import (
    NAME_COLUMNS,
    PERSON,
    birth_code,
    email_codes,
    named,
    number_codes,
    phone_codes,
    places_of,
    premises_codes,
    tax_code,
)

Table = Mapping[str, Sequence[str]]
"""Cells by column, all columns of one length; any of the import's columns."""
_Value = TypeVar("_Value")


def columns_of_table(table: Table, lexicon: Lexicon, vocabulary: Vocabulary) -> Columns:
    """Answer the columns of these rows; their strings go into the vocabulary."""
    count = len(next(iter(table.values()), ()))
    cells = {name: table.get(name) or [""] * count for name in READ}
    columns = _names(list(zip(*(cells[name] for name in NAME_COLUMNS), strict=True)), lexicon, vocabulary)
    births = _numbers(cells["birth_date"], lambda text: (birth_code(text),), 1)[:, 0]
    columns["birth"] = np.where(columns["kind"] == PERSON, births, 0)
    columns["tax_id"], columns["tax_id_sound"] = _numbers(cells["tax_id"], tax_code, 2).T
    premises = list(zip(cells["points_of_delivery"], cells["meters"], strict=True))
    for name, found in (
        ("phones", _listed(cells["phones"], phone_codes, "phones")),
        ("emails", _listed(cells["emails"], email_codes, "emails")),
        ("accounts", _listed(cells["accounts"], number_codes, "accounts")),
        ("contracts", _listed(cells["contracts"], number_codes, "contracts")),
        ("premises", _listed(premises, lambda pair: premises_codes(*pair), "premises")),
    ):
        columns |= {f"{name}{i}": found[:, i] for i in range(LISTS[name])}
    homes = list(zip(cells["address"], cells["former_address"], strict=True))
    return columns | _homes(homes, vocabulary)


READ = (
    *NAME_COLUMNS,
    "birth_date", "tax_id", "phones", "emails", "accounts", "contracts", "points_of_delivery", "meters",
    "address", "former_address",
)  # fmt: skip
"""The columns that a record is made of."""


def _numbers(values: Sequence[_Value], code: Callable[[_Value], Sequence[int]], width: int) -> Ints:
    """Rows × width: what `code` says of each value, asked once."""
    at = {value: place for place, value in enumerate(dict.fromkeys(values))}
    said = np.array([code(value) for value in at], dtype=np.int64).reshape(len(at), width)
    return said[np.fromiter(map(at.__getitem__, values), dtype=np.int64, count=len(values))]


def _listed(values: Sequence[_Value], codes: Callable[[_Value], tuple[int, ...]], name: str) -> Ints:
    most = LISTS[name]
    padding = [(0,) * (most - size) for size in range(most + 1)]

    def padded(value: _Value) -> tuple[int, ...]:
        found = codes(value)
        return found + padding[len(found)]

    return _numbers(values, padded, most)


def _names(rows: Sequence[tuple[str, ...]], lexicon: Lexicon, vocabulary: Vocabulary) -> Columns:
    word = vocabulary.names.id

    def line(cells: tuple[str, ...]) -> tuple[int, ...]:
        kind, (surname, given, middle) = named(cells, lexicon)
        sign = namesake_sign(given, middle) if kind == PERSON else 0
        return kind, word(surname), word(given), word(middle), sign

    found = _numbers(rows, line, 5)
    return {name: found[:, i] for i, name in enumerate(("kind", "surname", "given", "middle", "namesake"))}


def _homes(rows: Sequence[tuple[str, str]], vocabulary: Vocabulary) -> Columns:
    at = {value: place for place, value in enumerate(dict.fromkeys(rows))}
    places = [places_of(*value) for value in at]
    rows_at = np.fromiter(map(at.__getitem__, rows), dtype=np.int64, count=len(rows))
    columns: Columns = {}
    for i in range(PLACES):
        some = [(row, found[i]) for row, found in enumerate(places) if len(found) > i]
        lines = np.zeros((len(places), len(NO_PLACE)), dtype=np.int64)
        if some:
            lines[list(map(itemgetter(0), some))] = [place_line(place, vocabulary) for _, place in some]
        lines = lines[rows_at]
        columns |= {f"{part}{i}": lines[:, j] for j, part in enumerate(PLACE_PARTS)}
    return columns
