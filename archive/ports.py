"""What archive asks of outside engines: a transactional SQL catalogue and an object store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import BinaryIO, Protocol

from sqlalchemy import Connection


class Catalogue(Protocol):
    """A transactional SQL database that holds the tables of `archive.schema`.

    `reading` gives one consistent snapshot; nothing written through it stays. `writing` gives one transaction that
    is committed when the block ends without an error, and rolled back otherwise; when it has ended, it is as
    durable as the engine can make it (power-safe). Unique constraints decide races. Both raise
    `archive.errors.EngineAway` where the engine does not answer.
    """

    @property
    def description(self) -> str:
        """Engine, version and place, without secrets, for the operator."""
        ...

    def reading(self) -> AbstractContextManager[Connection]:
        """A read-only transaction."""
        ...

    def writing(self) -> AbstractContextManager[Connection]:
        """A read-write transaction."""
        ...

    def upgrade(self) -> None:
        """Bring the schema to this version of the code; safe to repeat."""
        ...

    def close(self) -> None:
        """Let go of every connection."""
        ...


class ObjectStore(Protocol):
    """Bytes under their SHA-256 digest (hex). Putting the same bytes twice keeps one copy; nothing is ever changed.

    When `put` has returned, the bytes survive a power cut. `open` proves nothing; `verify` reads and proves.
    Raises `archive.errors.NotFound` for a digest it does not hold, `EngineAway` where it does not answer.
    """

    @property
    def description(self) -> str:
        """Engine and place, without secrets, for the operator."""
        ...

    def put(self, source: BinaryIO) -> tuple[str, int]:
        """Keep the stream's bytes; answers (digest, size in bytes). Safe to repeat."""
        ...

    def open(self, digest: str) -> BinaryIO:
        """A stream over the bytes, to be closed by the caller."""
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
        """Forget the bytes: for disposal and for leftovers that no row names. Safe to repeat."""
        ...
