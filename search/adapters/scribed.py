"""The writing side of an index, handed on to its scribe: alike in every engine."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Generic, Protocol

from search.ports import Gone, Put, Refused, Thing, Writing


class Scribe(Protocol[Put]):
    """Who writes one index: `current` into the one that is read."""

    @property
    def current(self) -> Writing[Put]:
        """What is written goes here; the right to write is taken at the first change."""
        ...

    def hold(self) -> None:
        """Take the right to write, or keep it."""
        ...

    def release(self) -> None:
        """Let another process write."""
        ...

    def fresh(self) -> AbstractContextManager[Writing[Put]]:
        """As `search.ports.SearchIndex.fresh` says."""
        ...


class Scribed(Generic[Thing]):
    """`search.ports.Writing` and `fresh`, by a scribe."""

    def __init__(self, scribe: Scribe[Thing]) -> None:
        self._scribe = scribe

    def put_many(self, things: Iterable[Thing]) -> int:
        """As `search.ports.Writing` says."""
        return self._scribe.current.put_many(things)

    def delete_many(self, gone: Iterable[Gone]) -> int:
        """As `search.ports.Writing` says."""
        return self._scribe.current.delete_many(gone)

    def commit(self, sequence: int = 0) -> tuple[Refused, ...]:
        """As `search.ports.Writing` says."""
        return self._scribe.current.commit(sequence)

    def hold(self) -> None:
        """As `search.ports.SearchIndex` says."""
        self._scribe.hold()

    def release(self) -> None:
        """As `search.ports.Writing` says."""
        self._scribe.release()

    def fresh(self) -> AbstractContextManager[Writing[Thing]]:
        """As `search.ports.SearchIndex` says."""
        return self._scribe.fresh()
