"""From the record to the indexes: empties the outbox, rebuilds from the catalogue, says how far behind it is.

Safe to run in several processes: whoever holds the index's write lock feeds for all.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection

from archive import outbox
from archive.clock import as_moment
from archive.outbox import Change, Parked
from archive.ports import Catalogue, ObjectStore
from search import from_catalogue
from search.ports import (
    AnotherWrites,
    CustomerIndex,
    DocumentIndex,
    Gone,
    IndexedCustomer,
    IndexedDocument,
    Refused,
    SearchIndex,
    Thing,
    Writing,
)

TURN = 1000
"""How many changes one turn takes: few enough to be committed in well under two seconds."""
DOCUMENTS_A_TURN = 100
"""How many of them may be documents, whose texts cost many times what a customer does. A turn that took as many changes
as this was hardly the last: take the next one at once."""
_NEWEST_A_TURN = 25
_REBUILD_CHUNK = 1000
_REBUILD_COMMIT = 100_000
_ANOTHER_TRY_S = 0.05


@dataclass(frozen=True, slots=True)
class Lag:
    """How far the indexes are behind: changes waiting, and for how long the oldest has."""

    waiting: int
    oldest_since: datetime | None
    age_s: float


class Feeder:
    """Feeds both indexes of one archive. Safe to use from many threads."""

    def __init__(
        self, catalogue: Catalogue, objects: ObjectStore, documents: DocumentIndex, customers: CustomerIndex
    ) -> None:
        self._catalogue = catalogue
        self._objects = objects
        self._documents = documents
        self._customers = customers
        self._turn = threading.Lock()

    def feed(self, limit: int = TURN) -> int:
        """One turn: index what changed, then take it out of the outbox; answers how many changes, 0 when there are none.

        Also 0 where another process feeds: it does this one's work too. A kill at any point loses nothing, since a
        change leaves the outbox after the index is durable, and only in the version that was taken. Safe to repeat.
        What the index refuses stays in the outbox, parked with the reason, and holds up nothing.

        Raises:
            EngineAway: the catalogue, the object store or the index does not answer.
        """
        with self._turn, self._released_unless_more() as going_on:
            began = time.time_ns() // 1000
            with self._catalogue.reading() as connection:
                changes, more = _turn(connection, limit)
                if not changes:
                    return 0
                documents = list(from_catalogue.documents(connection, self._objects, _keys(changes, "document")))
                customers = list(from_catalogue.customers(connection, _keys(changes, "customer")))
            sequence = 0 if more else began
            try:
                refused = _bring_up(self._documents, documents, _of(changes, "document"), sequence)
                refused += _bring_up(self._customers, customers, _of(changes, "customer"), sequence)
            except AnotherWrites:
                return 0
            with self._catalogue.writing() as connection:
                outbox.settle(connection, changes)
                outbox.park(connection, refused)
            going_on.append(more)
            return len(changes)

    @contextmanager
    def _released_unless_more(self) -> Iterator[list[bool]]:
        """Let another process write as soon as there is nothing more to do, or something went wrong."""
        going_on: list[bool] = []
        try:
            yield going_on
        finally:
            if not any(going_on):
                self._documents.release()
                self._customers.release()

    def lag(self) -> Lag:
        """How far the indexes are behind the record."""
        with self._catalogue.reading() as connection:
            waiting, since = outbox.lag(connection)
        oldest = as_moment(since) if since else None
        age_s = (datetime.now(UTC) - oldest).total_seconds() if oldest else 0.0
        return Lag(waiting, oldest, max(age_s, 0.0))

    def reindex(self, progress: Callable[[str, int], None] = lambda kind, count: None, wait_s: float = 60.0) -> None:
        """Build both indexes anew from the record; each takes the old one's place at once when it is whole.

        Questions are answered from the old ones meanwhile, and what changes meanwhile goes into both. `progress` is
        told (kind, how many so far). What was refused before is offered again. Safe to break off and to repeat.

        Raises:
            EngineAway: another process has been writing for `wait_s` seconds, or an engine does not answer.
        """
        with self._catalogue.writing() as connection:
            outbox.offer_again(connection)
        with _fresh(self._documents, wait_s) as fresh:
            refused = self._fill(fresh, self._some_documents, lambda count: progress("document", count))
            self._park("document", refused)
        with _fresh(self._customers, wait_s) as others:
            refused = self._fill(others, self._some_customers, lambda count: progress("customer", count))
            self._park("customer", refused)

    def _park(self, kind: outbox.Kind, refused: Iterable[Refused]) -> None:
        with self._catalogue.writing() as connection:
            outbox.park(connection, _parked(kind, refused))

    def _fill(
        self,
        fresh: Writing[Thing],
        chunk_after: Callable[[int], tuple[list[int], list[Thing]]],
        progress: Callable[[int], None],
    ) -> list[Refused]:
        """Put all there is; answers what was refused."""
        last, count = 0, 0
        refused: list[Refused] = []
        while True:
            ids, things = chunk_after(last)
            if not ids:
                return [*refused, *fresh.commit()]
            fresh.put_many(things)
            last, count = ids[-1], count + len(ids)
            if count % _REBUILD_COMMIT < _REBUILD_CHUNK:
                refused += fresh.commit()
            progress(count)
            self.feed()

    def _some_documents(self, after: int) -> tuple[list[int], list[IndexedDocument]]:
        with self._catalogue.reading() as connection:
            ids = from_catalogue.settled_documents(connection, after, _REBUILD_CHUNK)
            return ids, list(from_catalogue.documents(connection, self._objects, ids))

    def _some_customers(self, after: int) -> tuple[list[int], list[IndexedCustomer]]:
        with self._catalogue.reading() as connection:
            ids = from_catalogue.standing_customers(connection, after, _REBUILD_CHUNK)
            return ids, list(from_catalogue.customers(connection, ids))


def _turn(connection: Connection, limit: int) -> tuple[Sequence[Change], bool]:
    """The oldest changes, and whether there are more; where there are, some documents that changed last among them.

    What was just filed would wait for all of a bulk load before it; what waits longest still gets on in every turn.
    """
    changes = outbox.pending(connection, limit)
    documents = _of(changes, "document")
    if len(changes) < limit and len(documents) <= DOCUMENTS_A_TURN:
        return changes, False
    newest = outbox.newest(connection, "document", min(limit // 4, _NEWEST_A_TURN))
    some = list(dict.fromkeys((*newest, *documents)))[:DOCUMENTS_A_TURN]
    return [*some, *_of(changes, "customer")][:limit], True


def _of(changes: Iterable[Change], kind: outbox.Kind) -> list[Change]:
    return [change for change in changes if change.kind == kind]


def _keys(changes: Iterable[Change], kind: outbox.Kind) -> list[int]:
    return [change.key for change in _of(changes, kind)]


def _bring_up(
    index: SearchIndex[Thing], things: Sequence[Thing], changes: Sequence[Change], sequence: int
) -> list[Parked]:
    """Put what is there, delete what is not there any more, and make both durable; answers what was refused."""
    if not changes:
        return []
    there = {thing.id for thing in things}
    index.put_many(things)
    index.delete_many(Gone(change.key, change.version) for change in changes if change.key not in there)
    return _parked(changes[0].kind, index.commit(sequence))


def _parked(kind: outbox.Kind, refused: Iterable[Refused]) -> list[Parked]:
    return [Parked(Change(kind, one.id, one.version), one.reason) for one in refused]


@contextmanager
def _fresh(index: SearchIndex[Thing], wait_s: float) -> Iterator[Writing[Thing]]:
    """A fresh index as soon as no other process writes: a feeder lets go when it has nothing more to do."""
    with ExitStack() as stack:
        until = time.monotonic() + wait_s
        while True:
            try:
                fresh = stack.enter_context(index.fresh())
                break
            except AnotherWrites:
                if time.monotonic() > until:
                    raise
                time.sleep(_ANOTHER_TRY_S)
        yield fresh
