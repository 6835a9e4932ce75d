"""What the guard keeps of many records: worked out beside the writer, and written in its transaction.

A bulk load does not pass the guard, yet whoever comes next through a door must be held against what it brought.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection

from archive import guard_keys
from archive.errors import Conflict
from archive.guard_keys import LIVE, Likened
from archive.sentences import say

Rows = Sequence[Mapping[str, str]]
"""Records as the import's columns."""


class Likening(Protocol):
    """Works out what each live model keeps of rows. Can be sent to another process; `dedup` implements it."""

    @property
    def models(self) -> frozenset[int]:
        """The models that it works by."""
        ...

    def __call__(self, rows: Rows) -> list[tuple[Likened, ...]]:
        """What is kept of each row, in their order."""
        ...


LikeningOf = Callable[[Connection], Likening]
"""Reads which models are live, within a writing transaction; wiring gives it."""


@dataclass(frozen=True, slots=True)
class LikenedRecords:
    """What is kept of the records of a chunk, in their order, and by what it was worked out."""

    likening: Likening | None
    records: Sequence[Sequence[Likened]]


NOTHING = LikenedRecords(None, ())
"""Of a writer that keeps keys by itself, or of a directory that has no guard yet."""


def insist_on_models(connection: Connection, likening: Likening | None) -> None:
    """Raises: Conflict where other models are live than those that a chunk was worked out by."""
    live = {one.id for one in guard_keys.models(connection, held=True) if one.state in LIVE}
    if live != (likening.models if likening is not None else set()):
        raise Conflict(say("the models of likeness changed meanwhile: import the file again, it goes on where it was"))
