"""From the record to the indexes: empties the outbox, rebuilds from the catalogue, says how far behind it is.

Safe to run in several processes: whoever holds the index's write lock feeds for all.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType

from sqlalchemy import Connection

from archive import outbox
from archive.clock import as_moment
from archive.errors import EngineAway
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
    NotBuilt,
    Refused,
    SearchIndex,
    Thing,
    Writing,
)
from search.standing import KINDS, Lost, note_fed, note_lost, note_whole, standing

_LOG = logging.getLogger("dossier.index")
TURN = 1000
"""How many changes one turn takes: few enough to be committed in well under two seconds."""
DOCUMENTS_A_TURN = 100
"""How many of them may be documents, whose texts cost many times what a customer does. A turn that took as many changes
as this was hardly the last: take the next one at once."""
_NEWEST_A_TURN = 25
_REBUILD_CHUNK = 1000
_REBUILD_COMMIT = 100_000
_ANOTHER_TRY_S = 0.05
_LOOK_EVERY_S = 10.0
_TELL_EVERY_S = 1.0


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
        self._looked_at = float("-inf")

    def feed(self, limit: int = TURN) -> int:
        """One turn: index what changed, then take it out of the outbox; answers how many changes, 0 when there are none.

        Also 0 where another process feeds: it does this one's work too. A kill at any point loses nothing, since a
        change leaves the outbox after the index is durable, and only in the version that was taken. Safe to repeat.
        What the index refuses stays in the outbox, parked with the reason, and holds up nothing. An index that was
        wiped, or put back from an old copy, is made anew first.

        Raises:
            EngineAway: the catalogue, the object store or the index does not answer.
            NotBuilt: the index is another's, and only a person may say that it is to be made anew.
        """
        try:
            self._mend(self._lost())
            return self._feed(limit)
        except AnotherWrites:
            return 0

    def _mend(self, lost: Sequence[outbox.Kind]) -> None:
        """Make these indexes anew. Raises AnotherWrites where another process writes, which may be at it."""
        if lost:
            _LOG.warning("the search index is not whole and is made anew: %s", ", ".join(lost))
            self._remake(lost, lambda kind, count: None, wait_s=0.0)

    def _lost(self) -> list[outbox.Kind]:
        """The indexes that are not whole, as far as one can see; remembered, so that nobody takes them for whole.

        Looked at now and then, and before every change: one that is fed looks like a whole one again.
        """
        with self._catalogue.reading() as connection:
            now = standing(connection)
            is_idle = not outbox.pending(connection, 1)
        known = {one.kind for one in now.lost}
        if is_idle and not known and time.monotonic() - self._looked_at < _LOOK_EVERY_S:
            return []
        found = [kind for kind in KINDS if kind in known or _is_lost(self._index(kind), now.fed[kind])]
        self._looked_at = time.monotonic()
        self._tell_lost(kind for kind in found if kind not in known)
        return found

    def _tell_lost(self, kinds: Iterable[outbox.Kind]) -> None:
        for kind in kinds:
            with self._catalogue.writing() as connection:
                note_lost(connection, Lost(kind, 0, from_catalogue.how_many(connection, kind)))

    def _index(self, kind: outbox.Kind) -> DocumentIndex | CustomerIndex:
        return self._documents if kind == "document" else self._customers

    def _feed(self, limit: int) -> int:
        with self._catalogue.reading() as connection:
            if not outbox.pending(connection, 1):
                return 0
        with self._turn, self._released_unless_more() as going_on:
            # Before the record is read: else another's deletion and rebuild could come between, and what was read of
            # before would be put into an index that does not know of the deletion any more.
            self._documents.hold()
            self._customers.hold()
            began = time.time_ns() // 1000
            with self._catalogue.reading() as connection:
                changes, more = _turn(connection, limit)
                fed = standing(connection).fed
                if not changes:
                    return 0
                documents = list(from_catalogue.documents(connection, self._objects, _keys(changes, "document")))
                customers = list(from_catalogue.customers(connection, _keys(changes, "customer")))
            # Never back, though a clock may go back: how far an index was fed tells it from an older copy of itself.
            sequence = 0 if more else max(began, *(before + 1 for before in fed.values()))
            refused = _bring_up(self._documents, documents, _of(changes, "document"), sequence)
            refused += _bring_up(self._customers, customers, _of(changes, "customer"), sequence)
            with self._catalogue.writing() as connection:
                outbox.settle(connection, changes)
                outbox.park(connection, refused)
                for kind in {change.kind for change in changes} if sequence else ():
                    note_fed(connection, kind, sequence)
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
        with self._catalogue.reading() as connection:
            fed = standing(connection).fed
        # An index of another's is taken over here: that is what was asked for.
        self._tell_lost(kind for kind in KINDS if _is_useless(self._index(kind), fed[kind]))
        self._remake(KINDS, progress, wait_s)

    def _remake(self, kinds: Sequence[outbox.Kind], progress: Callable[[str, int], None], wait_s: float) -> None:
        with self._catalogue.writing() as connection:
            outbox.offer_again(connection)
        if "document" in kinds:
            with _fresh(self._documents, wait_s) as fresh:
                self._fill("document", fresh, self._some_documents, progress)
            self._note_whole("document")
        if "customer" in kinds:
            with _fresh(self._customers, wait_s) as others:
                self._fill("customer", others, self._some_customers, progress)
            self._note_whole("customer")

    def _note_whole(self, kind: outbox.Kind) -> None:
        sequence = self._index(kind).last_sequence()
        with self._catalogue.writing() as connection:
            note_fed(connection, kind, sequence)
            note_whole(connection, kind)

    def _fill(
        self,
        kind: outbox.Kind,
        fresh: Writing[Thing],
        chunk_after: Callable[[int], tuple[list[int], list[Thing]]],
        progress: Callable[[str, int], None],
    ) -> None:
        """Put all there is, and park what was refused."""
        last, count, told = 0, 0, _Telling(self._catalogue, kind)
        refused: list[Refused] = []
        while True:
            ids, things = chunk_after(last)
            if not ids:
                refused += fresh.commit(told.sequence)
                with self._catalogue.writing() as connection:
                    outbox.park(connection, _parked(kind, refused))
                return
            fresh.put_many(things)
            last, count = ids[-1], count + len(ids)
            if count % _REBUILD_COMMIT < _REBUILD_CHUNK:
                refused += fresh.commit()
            progress(kind, count)
            told.at(count)
            # Where the other index is lost too, what changes waits until that one is made as well.
            with suppress(AnotherWrites, NotBuilt):
                self._feed(TURN)

    def _some_documents(self, after: int) -> tuple[list[int], list[IndexedDocument]]:
        with self._catalogue.reading() as connection:
            ids = from_catalogue.settled_documents(connection, after, _REBUILD_CHUNK)
            return ids, list(from_catalogue.documents(connection, self._objects, ids))

    def _some_customers(self, after: int) -> tuple[list[int], list[IndexedCustomer]]:
        with self._catalogue.reading() as connection:
            ids = from_catalogue.standing_customers(connection, after, _REBUILD_CHUNK)
            return ids, list(from_catalogue.customers(connection, ids))


class _Telling:
    """How far a rebuild is, told once a second to those who ask in vain meanwhile; nothing where the old index is whole."""

    def __init__(self, catalogue: Catalogue, kind: outbox.Kind) -> None:
        self._catalogue, self._kind = catalogue, kind
        self._told_at = float("-inf")
        with catalogue.reading() as connection:
            now = standing(connection)
            self.sequence = max(time.time_ns() // 1000, now.fed[kind] + 1)
            is_lost = any(one.kind == kind for one in now.lost)
            self._of = from_catalogue.how_many(connection, kind) if is_lost else 0

    def at(self, count: int) -> None:
        """So many are in it."""
        if not self._of or time.monotonic() - self._told_at < _TELL_EVERY_S:
            return
        self._told_at = time.monotonic()
        with self._catalogue.writing() as connection:
            note_lost(connection, Lost(self._kind, count, max(self._of, count)))


def _is_lost(index: DocumentIndex | CustomerIndex, fed: int) -> bool:
    """Whether the index knows less than it was fed, or there is none. Raises NotBuilt where it is another's."""
    try:
        return index.last_sequence() < fed
    except NotBuilt as error:
        if not error.heals:
            raise
        return True


def _is_useless(index: DocumentIndex | CustomerIndex, fed: int) -> bool:
    """As `_is_lost`, for who was asked to make it anew: one that is another's or does not open is lost too."""
    try:
        return _is_lost(index, fed)
    except EngineAway:
        return True


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
    taken = {(change.key, change.version): change.at for change in changes}
    return _parked(changes[0].kind, index.commit(sequence), taken)


def _parked(
    kind: outbox.Kind, refused: Iterable[Refused], taken: Mapping[tuple[int, int], str] = MappingProxyType({})
) -> list[Parked]:
    """What was refused, with the moment at which it had been announced when it was taken."""
    return [
        Parked(Change(kind, one.id, one.version, taken.get((one.id, one.version), "")), one.reason) for one in refused
    ]


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
