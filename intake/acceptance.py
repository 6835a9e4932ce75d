"""The door: nothing is acknowledged before it is durable.

Original bytes first, then the catalogue's row and the job in one transaction; only then does the caller let go of
the source. The same arrival accepted twice is one arrival.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

from sqlalchemy.exc import IntegrityError

from archive import arrivals, tracing
from archive.access import Access
from archive.arrivals import NewArrival
from archive.errors import BadInput, Conflict
from archive.ports import Catalogue, ObjectStore
from archive.together import Together
from intake.jobs import BULK_PRIORITY, PRIORITY, NewJob, lane_of, place_of
from intake.ports import JobQueue
from intake.stages import Channel

_CHUNK_BYTES = 1 << 20
_HEAD_BYTES = 1 << 16
_MESSAGE_ID = re.compile(rb"^message-id:[ \t]*(?:\r?\n[ \t]+)?(<[^>\r\n]{1,500}>)", re.IGNORECASE | re.MULTILINE)
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
CHANNEL_OF_ENDING: dict[str, Channel] = {".eml": "email", ".json": "form"}


@dataclass(frozen=True, slots=True)
class Accepted:
    """What a channel gets back. `known` says that this very arrival had been accepted before."""

    arrival_id: int
    receipt_number: str
    known: bool


@dataclass(frozen=True, slots=True)
class _Entering:
    """An arrival on its way into the catalogue: who hands it in, and whether it is one of a large load."""

    new: NewArrival
    actor: str
    bulk: bool

    def job(self, arrival_id: int) -> NewJob:
        """What is to be done first."""
        lane, priority = lane_of(self.new.branch, self.bulk), BULK_PRIORITY if self.bulk else PRIORITY
        return NewJob("open", arrival_id, lane, place_of(arrival_id), priority)


@dataclass(frozen=True, slots=True)
class Door:
    """Where arrivals come in: the catalogue, the object store and the queue they are made durable in."""

    catalogue: Catalogue
    objects: ObjectStore
    jobs: JobQueue
    protect: Callable[[str], None] = lambda digest: None
    """Has the store keep these bytes, before they are acknowledged."""
    _together: Together[_Entering, tuple[int, str]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Several clients' letters share a transaction where they come at the same moment."""
        object.__setattr__(self, "_together", Together(self._enter))

    def accept(self, new: NewArrival, access: Access, bulk: bool = False) -> Accepted:
        """Enter an arrival whose bytes are in the object store already. Safe to repeat.

        `bulk`: one of a large load of old papers, which goes behind everybody's post.
        """
        if not access.sees_branch(new.branch):
            raise BadInput(f"{access.actor} may not hand in for branch {new.branch!r}")
        with tracing.span("accept") as note:
            accepted = self._accept(new, access, bulk)
            note(arrival=accepted.arrival_id)
        return accepted

    def _accept(self, new: NewArrival, access: Access, bulk: bool) -> Accepted:
        self.protect(new.digest)
        try:
            arrival_id, number = self._together.enter(_Entering(new, access.actor, bulk))
        except IntegrityError:
            return self._known(new, access)
        return Accepted(arrival_id, number, known=False)

    def _enter(self, some: Sequence[_Entering]) -> list[tuple[int, str]]:
        with self.catalogue.writing() as connection:
            entered = arrivals.register_many(connection, [(one.new, one.actor) for one in some])
            self.jobs.add(connection, *(one.job(key) for one, (key, _) in zip(some, entered, strict=True)))
        return entered

    def _known(self, new: NewArrival, access: Access) -> Accepted:
        with self.catalogue.writing() as connection:
            first = arrivals.find(connection, new.channel, new.source_key)
            if first is None:
                raise Conflict(f"{new.name}: the catalogue refused the arrival, and holds none of that key")
            if first.source_path != new.source_path:
                arrivals.note_again(connection, first.id, new, access.actor)
        return Accepted(first.id, first.receipt_number, known=True)

    def accept_file(
        self,
        path: Path,
        name: str,
        channel: Channel,
        branch: str,
        access: Access,
        again: bool = False,
        bulk: bool = False,
    ) -> Accepted:
        """Accept a file of this machine: the same path with the same bytes is the same arrival.

        `again` makes a new arrival of a known one on purpose; `bulk` as for `accept`.
        """
        where = str(path.absolute())
        digest = _digest_of(path)
        key = file_key(path, digest, channel)
        if again:
            key = self._free_key(channel, key)
        else:
            with self.catalogue.reading() as connection:
                first = arrivals.find(connection, channel, key)
            if first is not None and first.source_path == where:
                return Accepted(first.id, first.receipt_number, known=True)
        with path.open("rb") as source:
            digest, size_bytes = self.objects.put(cast(BinaryIO, source))
        return self.accept(NewArrival(channel, key, branch, name, where, digest, size_bytes), access, bulk)

    def _free_key(self, channel: Channel, key: str) -> str:
        with self.catalogue.reading() as connection:
            count = 2
            while arrivals.find(connection, channel, f"{key}#{count}") is not None:
                count += 1
        return f"{key}#{count}"


def channel_of(path: Path) -> Channel:
    """By which channel a file of this name comes when nobody says so."""
    return CHANNEL_OF_ENDING.get(path.suffix.lower(), "post")


def file_key(path: Path, digest: str, channel: Channel) -> str:
    """What tells this arrival from every other of its channel.

    A mail is known by its Message-ID and the digest of its body, wherever it lies: a forged repetition of the id over
    another body is another mail. Everything else is known by its path and its bytes.
    """
    if channel == "email":
        with path.open("rb") as stream:
            head = stream.read(_HEAD_BYTES)
        found = _MESSAGE_ID.search(_BLANK_LINE.split(head, maxsplit=1)[0] + b"\n")
        if found:
            return f"mail:{found[1].decode('ascii', 'replace')}:{_digest_of_body(path)}"
    return f"path:{path.absolute()}:{digest}"


def _digest_of(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _digest_of_body(path: Path) -> str:
    """The digest of what follows the first blank line: transport headers differ from copy to copy, the body does not."""
    with path.open("rb") as stream:
        cut = _BLANK_LINE.search(stream.read(16 * _CHUNK_BYTES))
        stream.seek(cut.end() if cut else 0)
        return hashlib.file_digest(stream, "sha256").hexdigest()
