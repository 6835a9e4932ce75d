"""What archive asks of outside engines: a transactional SQL catalogue and an object store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol, TypeVar

from sqlalchemy import Connection

T = TypeVar("T")


class Catalogue(Protocol):
    """A transactional SQL database that holds the tables of `archive.schema`.

    `reading` gives one consistent snapshot; nothing written through it stays. `writing` gives one transaction that
    is committed when the block ends without an error, and rolled back otherwise; when it has ended, it is as
    durable as the engine can make it (power-safe), unless it was asked not to be, and then `archive.after_commit` tells of it. Unique constraints
    decide races. Both raise `archive.errors.EngineAway` where the engine does not answer.
    """

    @property
    def description(self) -> str:
        """Engine, version and place, without secrets, for the operator."""
        ...

    def reading(self) -> AbstractContextManager[Connection]:
        """A read-only transaction."""
        ...

    def writing(self, *, durable: bool = True) -> AbstractContextManager[Connection]:
        """A read-write transaction. Not `durable`: a power cut may take it back whole, such as a lease; no disk is waited for."""
        ...

    def written(self, work: Callable[[Connection], T]) -> T:
        """What `work` answers, in a durable transaction that other threads' work may share where writers queue anyway.

        One that raises leaves nothing of its own, and takes nothing of the others' with it. It is called once or twice
        (again, alone, where what it shared could not be committed), on whichever thread, in the caller's context, and may
        ask nothing of the catalogue but by the connection that it is given.
        """
        ...

    def upgrade(self) -> None:
        """Bring the schema to this version of the code; safe to repeat."""
        ...

    def close(self) -> None:
        """Let go of every connection."""
        ...


@dataclass(frozen=True, slots=True)
class Protection:
    """What `protect` is worth in a store: whether the operator wants it, whether the engine was seen to refuse everybody,
    and the words for the operator: how that was proven, or why it is not so."""

    wanted: bool
    proven: bool
    words: str


class ObjectStore(Protocol):
    """Bytes under their SHA-256 digest (hex). Putting the same bytes twice keeps one copy; nothing is ever changed.

    When `put` has returned, the engine holds these very bytes, as durably as it can (a folder: power-safe).
    Raises `archive.errors.NotFound` for a digest it does not hold, `EngineAway` where it does not answer. Safe to use
    from many threads, and in a forked process anew.
    """

    @property
    def description(self) -> str:
        """Engine and place, without secrets, for the operator."""
        ...

    def put(self, source: BinaryIO) -> tuple[str, int]:
        """Keep the stream's bytes; answers (digest, size in bytes). Safe to repeat."""
        ...

    def open(self, digest: str) -> BinaryIO:
        """A stream over the bytes, to be read from start to end and closed by the caller.

        It raises `archive.errors.Damaged` instead of handing on the last of bytes that do not have the digest: whoever
        read to the end has the right bytes. One that breaks off raises `EngineAway`, never ends early.
        """
        ...

    def has(self, digest: str) -> bool:
        """Whether the bytes are there."""
        ...

    def verify(self, digest: str) -> bool:
        """Whether the bytes are there and have that digest."""
        ...

    def digests(self) -> Iterator[str]:
        """Every digest held, in no order."""
        ...

    def remove(self, digest: str) -> None:
        """Forget the bytes, all versions: for disposal and for leftovers that no row names. Safe to repeat.

        Raises `archive.errors.Conflict` where the engine keeps them until a date, or on hold.
        """
        ...

    def protection(self) -> Protection:
        """Whether `protect` and `hold` are kept against everybody. Tried out on the engine at the first call."""
        ...

    def protect(self, digest: str, until: datetime) -> None:
        """Have the engine keep the bytes until then, whoever asks; never shortened. Safe to repeat.

        Raises `archive.errors.Conflict` with the reason where the protection is not proven: the dates in the
        catalogue then bind this program alone.
        """
        ...

    def hold(self, digest: str, held: bool) -> None:
        """Have the engine keep the bytes until the hold ends, whatever their date. Raises as `protect`."""
        ...

    def kept(self, digest: str) -> tuple[datetime | None, bool]:
        """Until when the engine itself keeps the bytes, None for no date, and whether it holds them. Raises as `protect`."""
        ...

    def close(self) -> None:
        """Let go of every connection."""
        ...
