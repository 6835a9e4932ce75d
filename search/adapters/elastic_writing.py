"""The writing side of one index: gathers changes, sends them at the commit, into a rebuild's new index too.

Ranks order versions and deletions in one row: 2 v for version v, 2 v + 1 for its deletion. A deletion is written as a
small document without any field, which no question finds: so it stands against a late put for ever, where the server's
own memory of deletions is gone after a minute.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Generic

from elasticsearch import ApiError

from archive.errors import EngineAway, EngineFailed
from search.adapters.elastic_bulk import AliasGone, Bulk, Line, Refusal
from search.adapters.elastic_client import why
from search.adapters.elastic_lease import Lease
from search.adapters.elastic_shelf import Shelf
from search.ports import AnotherWrites, Gone, NotBuilt, Refused, Thing

_LOG = logging.getLogger(__name__)
GATHERED_BYTES = 32_000_000
"""So much is held back until the commit; more is sent before it, where nobody sees it until then."""
_LOOKUP = 1000
_SEQUENCE = "sequence"
_NOTHING = b"{}"


class Pile:
    """Changes that wait to be sent: of each thing the one of the highest rank."""

    def __init__(self) -> None:
        self.lines: dict[str, Line] = {}
        self.size_bytes = 0

    def add(self, line: Line) -> None:
        """Take a change, in place of one of no higher rank."""
        before = self.lines.get(line.id)
        self.size_bytes += len(line.source) - (len(before.source) if before else 0)
        self.lines[line.id] = line

    def rank(self, key: str) -> int:
        """The rank that waits under this id, -1 for none."""
        line = self.lines.get(key)
        return line.rank if line else -1

    def clear(self) -> None:
        """Forget all of it."""
        self.lines.clear()
        self.size_bytes = 0


class Filling(Generic[Thing]):
    """`search.ports.Writing` into the aliases that `targets` names; the first is the one that must be there."""

    def __init__(
        self, shelf: Shelf, written: Callable[[Thing], Any], targets: Callable[[], list[str]], lease: Lease | None
    ) -> None:
        self._shelf = shelf
        self._written = written
        self._targets = targets
        self._lease = lease
        self._guard = threading.RLock()
        self._pile = Pile()
        self._refused: dict[int, Refused] = {}
        self._is_unseen = False

    def put_many(self, things: Iterable[Thing]) -> int:
        """As `search.ports.Writing` says."""
        return self._take([(str(one.id), 2 * one.version, one) for one in things])

    def delete_many(self, gone: Iterable[Gone]) -> int:
        """As `search.ports.Writing` says."""
        return self._take([(str(one.id), 2 * one.version + 1, None) for one in gone])

    def _take(self, changes: list[tuple[str, int, Thing | None]]) -> int:
        with self._guard:
            if not changes:
                return 0
            self._hold()
            newer = 0
            for start in range(0, len(changes), _LOOKUP):
                some = changes[start : start + _LOOKUP]
                held = self._held([key for key, _, _ in some])
                for key, rank, thing in some:
                    newer += self._keep(key, rank, thing, held)
            return newer

    def _keep(self, key: str, rank: int, thing: Thing | None, held: dict[str, int]) -> bool:
        """Put one change on the pile; whether it is newer than what is held."""
        if rank < max(self._pile.rank(key), held.get(key, -1)):
            return False
        self._pile.add(Line(key, rank, _NOTHING if thing is None else _as_json(self._written(thing))))
        if self._pile.size_bytes > GATHERED_BYTES:
            self._send()
        return True

    def _held(self, keys: list[str]) -> dict[str, int]:
        """The ranks that the index holds of these, seen or not yet; the lowest, where it is written to two."""
        ranks: list[dict[str, int]] = []
        for target in self._targets():
            answer = self._asked(target, keys)
            ranks.append({one["_id"]: int(one["_version"]) for one in answer["docs"] if one.get("found")})
        return {key: min(one.get(key, -1) for one in ranks) for key in keys}

    def _asked(self, target: str, keys: list[str]) -> Any:
        server = self._shelf.server

        def ask() -> Any:
            return server.question(lambda client: client.mget(index=target, ids=keys, source=False))

        return self._shelf.on_index(ask) if target == self._shelf.name else self._shelf.on_filling(ask)

    def commit(self, sequence: int = 0) -> tuple[Refused, ...]:
        """As `search.ports.Writing` says."""
        with self._guard:
            if self._pile.lines or sequence:
                self._hold()
            if sequence:
                self._pile.add(Line(_SEQUENCE, sequence, _NOTHING))
            self._send()
            if self._is_unseen:
                for target in self._targets():
                    self._show(target)
                self._is_unseen = False
            refused, self._refused = tuple(self._refused.values()), {}
            return refused

    def _hold(self) -> None:
        if self._lease:
            self._lease.hold()

    def _send(self) -> None:
        """Send what waits to all targets. What fails on the way waits on: all of it may be sent again."""
        if not self._pile.lines:
            return
        lines = list(self._pile.lines.values())
        self._is_unseen = True
        for at, target in enumerate(self._targets()):
            try:
                self._send_to(target, lines)
            except AliasGone:
                if at == 0:
                    raise
                _LOG.info("the rebuild into %s has ended", target)
        self._pile.clear()

    def _send_to(self, target: str, lines: list[Line]) -> None:
        bulk = Bulk(self._shelf.server, target)
        refused = bulk.send(lines)
        for refusal in refused:
            self._refused[int(refusal.line.id)] = _told(refusal)
        # What was held before is out of date, and might show what by now may not be seen.
        left = bulk.send(Line(one.line.id, one.line.rank, _NOTHING) for one in refused)
        if left:
            raise EngineFailed(f"the index {target} takes nothing: {left[0].reason}")

    def _show(self, target: str) -> None:
        server = self._shelf.server
        try:
            answer = server.change(lambda client: client.indices.refresh(index=target))
        except ApiError as error:
            if error.status_code == 404 and target != self._targets()[0]:
                return  # the rebuild that it was for has ended
            raise EngineFailed(f"the index {target} cannot be refreshed: {why(error)}") from error
        if answer["_shards"]["failed"]:
            raise EngineAway(f"the index {target} could not be refreshed on every shard")

    def forget(self) -> None:
        """Forget what was not committed."""
        with self._guard:
            self._pile.clear()
            self._refused.clear()

    def release(self) -> None:
        """Nothing to let go: whoever began the rebuild ends it."""


class Scribe(Generic[Thing]):
    """Who writes one index: takes the lease at the first change, keeps it until `release`, rebuilds. Safe to use from threads."""

    def __init__(self, shelf: Shelf, written: Callable[[Thing], Any]) -> None:
        self._shelf = shelf
        self._written = written
        self._lease = Lease(shelf.server, shelf.layout.name)
        self._guard = threading.RLock()
        self._rebuilding = False
        self._has_old = True
        self.current: Filling[Thing] = Filling(shelf, written, self._both, self._lease)

    def _both(self) -> list[str]:
        """The index that is read, and the one that a rebuild fills, whoever makes it.

        Asked after the changes were read from the record and before they are sent: a rebuild that begins later reads
        them there itself.
        """
        if self._rebuilding and not self._has_old:
            return [self._shelf.filling]
        if not self._rebuilding:
            self._shelf.ready()
        return [self._shelf.name, self._shelf.filling] if self._shelf.is_filling() else [self._shelf.name]

    def hold(self) -> None:
        """Take the lease, or keep it. Raises AnotherWrites."""
        with self._guard:
            self._lease.hold()

    def release(self) -> None:
        """Let another process write. Does nothing during a rebuild, which must keep the lease."""
        with self._guard:
            if not self._rebuilding:
                self.current.forget()
                self._lease.release()

    @contextmanager
    def fresh(self) -> Iterator[Filling[Thing]]:
        """As `search.ports.SearchIndex.fresh` says."""
        generation = self._begin()
        try:
            filling = Filling(self._shelf, self._written, lambda: [self._shelf.filling], None)
            yield filling
            filling.commit()
            self._shelf.swap(generation)
        finally:
            self._end(generation)

    def _begin(self) -> str:
        with self._guard:
            if self._rebuilding:
                raise AnotherWrites(f"the index {self._shelf.name} is being rebuilt; try again")
            self._lease.hold()
            try:
                self._has_old = self._is_there()
                generation = self._shelf.begin()
            except BaseException:
                self._lease.release()
                raise
            self._rebuilding = True
            return generation

    def _is_there(self) -> bool:
        """Whether there is an index of ours to keep up while a new one is filled."""
        self._shelf.doubt()
        try:
            self._shelf.ready()
        except NotBuilt:
            return False
        return True

    def _end(self, generation: str) -> None:
        with self._guard:
            self._rebuilding = False
            self._shelf.doubt()
            # Where the server is away now, the next rebuild removes what is left.
            with suppress(EngineAway):
                self._shelf.drop_unless_current(generation)
            self.current.forget()
            self._lease.release()


def _as_json(source: Any) -> bytes:
    return json.dumps(source, ensure_ascii=False, separators=(",", ":")).encode()


def _told(refusal: Refusal) -> Refused:
    return Refused(int(refusal.line.id), refusal.line.rank // 2, refusal.reason)
