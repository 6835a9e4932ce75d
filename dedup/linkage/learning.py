"""What a set of records says of itself: which sounds are names and how common, and which values mean nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import numpy as np

from dedup.linkage.columns import LISTS, Columns
from dedup.linkage.names import Lexicon, person_name
from dedup.linkage.records import given_value

_ROUNDS = 2
_FEWEST = 3
_SHARE = 1e-6
_MOST_WORDS = 60_000
_MOST_SHARING = 25
"""So many records may share a number: a house manager's, a village's; more is a value that somebody had to fill in."""
_BIRTH_DAYS = 15_000


def lexicon_of(rows: Iterable[Mapping[str, str]]) -> Lexicon:
    """Answer the names of these rows. What stands in the columns of its kind counts first, then whole names."""
    persons = [_cells(row) for row in rows if row.get("kind", "") != "organisation"]
    told = [cells for cells in persons if cells[0] and cells[1]]
    lexicon = Lexicon()
    for at in range(_ROUNDS + 1):
        used = told if at == 0 and len(told) * 10 > len(persons) else persons
        lexicon = _counted((person_name(*cells, lexicon) for cells in used), len(used))
    return lexicon


def _cells(row: Mapping[str, str]) -> tuple[str, str, str, str]:
    return tuple(given_value(row.get(c, "")) for c in ("surname", "given_name", "patronymic", "full_name"))  # type: ignore[return-value]


def _counted(names: Iterable[tuple[str, str, str]], count: int) -> Lexicon:
    counters: tuple[Counter[str], Counter[str], Counter[str]] = (Counter(), Counter(), Counter())
    for name in names:
        for counter, word in zip(counters, name, strict=True):
            if len(word) > 1:
                counter[word] += 1
    fewest = max(_FEWEST, _SHARE * count)
    shares = [
        {w: round(n / max(count, 1), 9) for w, n in counter.most_common(_MOST_WORDS) if n >= fewest}
        for counter in counters
    ]
    return Lexicon(*shares)


def junk_of(columns: Columns) -> dict[str, tuple[int, ...]]:
    """Answer the values, by field, that far more records share than people do."""
    count = len(columns["kind"])
    junk = {"birth": _shared([columns["birth"]], 10 + 8 * count / _BIRTH_DAYS)}
    junk["tax_id"] = _shared([columns["tax_id"]], _MOST_SHARING)
    for name, most in LISTS.items():
        junk[name] = _shared([columns[f"{name}{i}"] for i in range(most)], _MOST_SHARING)
    return {name: values for name, values in junk.items() if values}


def _shared(values: list[np.ndarray], most: float) -> tuple[int, ...]:
    together = np.concatenate(values)
    found, counts = np.unique(together[together != 0], return_counts=True)
    return tuple(int(v) for v in found[counts > most])
