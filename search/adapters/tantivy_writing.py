"""Who writes: takes the lock at the first change, keeps it until `release`, rebuilds into a fresh generation."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Generic

from archive.errors import EngineAway
from search.adapters.tantivy_shelf import Pen, Shelf, not_written
from search.ports import AnotherWrites, Gone, Refused, Thing


class Filling(Generic[Thing]):
    """`search.ports.Writing` into one or more generations at once."""

    def __init__(self, pens: Callable[[], list[Pen]], written: Callable[[Thing], Any], guard: threading.RLock) -> None:
        self._pens = pens
        self._written = written
        self._guard = guard

    def put_many(self, things: Iterable[Thing]) -> int:
        """As `search.ports.Writing` says."""
        batch = [(one.id, one.version, partial(self._written, one)) for one in things]
        with self._guard:
            return max(pen.put(batch) for pen in self._pens())

    def delete_many(self, gone: Iterable[Gone]) -> int:
        """As `search.ports.Writing` says."""
        batch = [(one.id, one.version) for one in gone]
        with self._guard:
            return max(pen.delete(batch) for pen in self._pens())

    def commit(self, sequence: int = 0) -> tuple[Refused, ...]:
        """As `search.ports.Writing` says; nothing is refused."""
        with self._guard:
            for pen in self._pens():
                pen.commit(sequence)
        return ()

    def release(self) -> None:
        """Nothing to let go: whoever began the rebuild ends it."""


class Scribe(Generic[Thing]):
    """The writing side of one index. Safe to use from many threads of the process that holds the lock."""

    def __init__(self, shelf: Shelf, written: Callable[[Thing], Any]) -> None:
        self._shelf = shelf
        self._written = written
        self._guard = threading.RLock()
        self._lock: int | None = None
        self._pens: list[Pen] = []  # the current generation's, and during a rebuild the fresh one's
        self._rebuilding = False
        self.current = Filling(self._held, written, self._guard)

    def _held(self) -> list[Pen]:
        """The pens to write with; takes the lock and opens the current generation where that is still to do."""
        if self._lock is None:
            with self._told_well():
                self._lock = self._shelf.lock()
                try:
                    self._pens = [Pen(self._shelf.current_path(), self._shelf.layout)]
                except BaseException:
                    self._let_go()
                    raise
        return self._pens

    @contextmanager
    def _told_well(self) -> Iterator[None]:
        """Raises EngineAway for what the system refuses; the engine's own refusals are told by its pens."""
        try:
            yield
        except (OSError, ValueError) as error:
            raise not_written(self._shelf.root, error) from error

    def _let_go(self, at_last: Callable[[], None] = lambda: None) -> None:
        pens, self._pens = self._pens, []
        try:
            for pen in pens:
                pen.close()
            at_last()
        finally:
            if self._lock is not None:
                os.close(self._lock)
                self._lock = None

    def hold(self) -> None:
        """Take the lock, or keep it. Raises AnotherWrites."""
        with self._guard:
            self._held()

    def release(self) -> None:
        """Let another process write. Does nothing during a rebuild, which must keep the lock."""
        with self._guard:
            if not self._rebuilding:
                self._let_go()

    @contextmanager
    def fresh(self) -> Iterator[Filling[Thing]]:
        """As `search.ports.SearchIndex.fresh` says."""
        pen, path = self._begin()
        try:
            yield Filling(lambda: [pen], self._written, self._guard)
            with self._guard:
                pen.commit(0)
                with self._told_well():
                    self._shelf.point_at(path.name)
        finally:
            with self._guard:
                self._rebuilding = False
                self._let_go(self._shelf.clear_all_but_current)

    def _begin(self) -> tuple[Pen, Any]:
        with self._guard:
            if self._rebuilding:
                raise AnotherWrites(f"the index {self._shelf.root} is being rebuilt; try again")
            try:
                self._held()
            except AnotherWrites:
                raise
            except EngineAway:
                self._lock = self._shelf.lock()  # the old generation is unusable: a fresh one is the remedy
            self._rebuilding = True
            path = self._shelf.root / self._shelf.next_generation()
            try:
                with self._told_well():
                    pen = Pen(path, self._shelf.layout)
            except EngineAway:
                self._rebuilding = False
                self._let_go(self._shelf.clear_all_but_current)
                raise
            self._pens.append(pen)
            return pen, path
