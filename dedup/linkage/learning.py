"""What a set of records says of itself: which sounds are names and how common, and which values mean nothing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from dedup.linkage.columns import LISTS, Columns, is_nothing
from dedup.linkage.names import Lexicon, person_name
from dedup.linkage.records import given_value

_ROUNDS = 2
_FEWEST = 3
_SHARE = 1e-6
_MOST_WORDS = 60_000
_MOST_SHARING = 25
"""So many records may share a number: a house manager's, a village's; more is a value that somebody had to fill in."""
_BIRTH_DAYS = 15_000


class Learning:
    """Names seen so far, each spelling once."""

    def __init__(self) -> None:
        self.rows = 0
        self._seen: Counter[tuple[str, ...]] = Counter()

    def add(self, table: Mapping[str, Sequence[str]]) -> None:
        """Take in rows: cells by column."""
        count = len(next(iter(table.values()), ()))
        self.rows += count
        cells = (
            table.get(name) or [""] * count for name in ("kind", "surname", "given_name", "patronymic", "full_name")
        )
        self._seen.update(zip(*cells, strict=True))

    def lexicon(self) -> Lexicon:
        """Answer the names. What stands in the columns of its kind counts first, then whole names."""
        persons: Counter[tuple[str, ...]] = Counter()
        for (kind, *cells), count in self._seen.items():
            if kind != "organisation":
                persons[tuple(map(given_value, cells))] += count
        told = {cells: count for cells, count in persons.items() if cells[0] and cells[1]}
        lexicon = Lexicon()
        for at in range(_ROUNDS + 1):
            used = told if at == 0 and sum(told.values()) * 10 > persons.total() else persons
            lexicon = _counted(
                ((person_name(cells[0], cells[1], cells[2], cells[3], lexicon), n) for cells, n in used.items()),
                sum(used.values()),
            )
        return lexicon


def lexicon_of(rows: Iterable[Mapping[str, str]]) -> Lexicon:
    """Answer the names of these rows."""
    learning = Learning()
    for row in rows:
        learning.add({name: (cell,) for name, cell in row.items()})
    return learning.lexicon()


def _counted(names: Iterable[tuple[tuple[str, str, str], int]], count: int) -> Lexicon:
    counters: tuple[defaultdict[str, int], ...] = (defaultdict(int), defaultdict(int), defaultdict(int))
    for name, times in names:
        for counter, word in zip(counters, name, strict=True):
            if len(word) > 1:
                counter[word] += times
    fewest = max(_FEWEST, _SHARE * count)
    shares = [
        {w: round(n / max(count, 1), 9) for w, n in Counter(counter).most_common(_MOST_WORDS) if n >= fewest}
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
    some = [column[column != 0] for column in values if not is_nothing(column)]
    found, counts = np.unique(np.concatenate(some or [np.zeros(0, dtype=np.int64)]), return_counts=True)
    return tuple(int(v) for v in found[counts > most])
