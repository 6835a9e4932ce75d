"""The first half of a bulk run: every row of the files as columns of numbers, what the data say of themselves first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from archive.directory_file import Block
from archive.errors import BadInput
from dedup.linkage.columns import NAMES, Columns, Vocabulary, is_nothing
from dedup.linkage.learning import Learning, junk_of
from dedup.linkage.model import Model
from dedup.linkage.names import Lexicon
from dedup.linkage.reading import blocks_of
from dedup.linkage.storing import Workspace
from dedup.linkage.tables import Table, columns_of_table
from dedup.linkage.working import Told, in_order

_ROWS_AT_ONCE = 20_000
_LINES_AT_ONCE = 2_000
_LEARNT_FROM = 300_000
_LEXICON = "lexicon.json"


def gather(files: Sequence[Path], space: Workspace, model: Model | None, told: Told) -> Lexicon:
    """Store every record as columns; answer which sounds are names: by the model, or learnt from the files.

    Raises:
        BadInput: a file can not be read, or there are no records in them.
    """
    lexicon = model.lexicon if model else _lexicon(files, space, told)
    if not space.state.get("columns"):
        told("records", space.rows, None)
        refused: list[int] = []
        for columns, vocabulary, origins in in_order(
            _normalised, tables_of(files, space.rows, refused), _prepare, lexicon
        ):
            space.append(columns, origins, vocabulary)
            told("records", space.rows, None)
        if not space.rows:
            raise BadInput("there is not one record to match")
        stored = space.columns()
        _clean(stored, model.junk if model else _junk(space, stored))
        space.note(columns=True, refused=sum(refused))
        told("records", space.rows, space.rows)
    return lexicon


def _blocks(files: Sequence[Path]) -> Iterator[Block]:
    for path in files:
        yield from blocks_of(path, min(_LINES_AT_ONCE, _ROWS_AT_ONCE))


def tables_of(files: Sequence[Path], done: int, refused: list[int]) -> Iterator[list[Table]]:
    """Answer the rows after the first `done`, so many at once; how many could not be used goes to `refused`.

    Raises:
        BadInput: a file can not be read.
    """
    seen = together = 0
    some: list[Table] = []
    for block in _blocks(files):
        refused.append(sum(problem.lost for problem in block.problems))
        seen += block.rows
        if seen <= done or not block.rows:
            continue
        some.append(block.columns)
        together += block.rows
        if together >= _ROWS_AT_ONCE:
            yield some
            some, together = [], 0
    if some:
        yield some


_known: dict[str, Lexicon] = {}


def _prepare(lexicon: Lexicon) -> None:
    _known["lexicon"] = lexicon


def _normalised(tables: list[Table]) -> tuple[Columns, Vocabulary, list[tuple[str, str]]]:
    """The work of one process: some rows as columns, with the words behind them and where they come from."""
    vocabulary = Vocabulary()
    parts = [columns_of_table(table, _known["lexicon"], vocabulary) for table in tables]
    columns = {name: np.concatenate([part[name] for part in parts]) for name in NAMES}
    origins = [origin for table in tables for origin in origins_of(table)]
    return columns, vocabulary, origins


def origins_of(table: Table) -> Iterator[tuple[str, str]]:
    """Answer (system, source id) of each row."""
    count = len(next(iter(table.values()), ()))
    return zip(*(table.get(name) or [""] * count for name in ("system", "source_id")), strict=True)


def _lexicon(files: Sequence[Path], space: Workspace, told: Told) -> Lexicon:
    found = space.kept(_LEXICON)
    if found is None:
        learning = Learning()
        for block in _blocks(files):
            learning.add(block.columns)
            if learning.rows >= _LEARNT_FROM:
                break
            told("names", learning.rows, None)
        found = asdict(learning.lexicon())
        space.keep(_LEXICON, found)
        told("names", learning.rows, learning.rows)
    return Lexicon(**found)


def _junk(space: Workspace, columns: Columns) -> Mapping[str, Any]:
    if "junk" not in space.state:
        space.note(junk=junk_of(columns))
    return {name: tuple(values) for name, values in space.state["junk"].items()}


def _clean(columns: Columns, junk: Mapping[str, Any]) -> None:
    """Values that mean nothing, taken out of the stored columns; safe to repeat."""
    for name, values in columns.items():
        found = junk.get(name.rstrip("0123456789"), ())
        if found and not is_nothing(values):
            values[np.isin(values, found)] = 0
