"""Proving what we hold: bytes, numbers, states, ledger, journal, index. Reads only; intake goes on meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from archive import journal_proof, ledger, outbox
from archive.access import Access
from archive.clock import as_moment, utc_now
from archive.errors import Forbidden
from archive.facts import set_fact
from archive.ports import Catalogue, ObjectStore
from archive.problems import Problem
from archive.proofs import documents, numbers
from archive.proofs import objects as bytes_held
from archive.retention import Retention
from archive.showing.state import LAST_VERIFY

INDEX_MAY_LAG = timedelta(minutes=1)
Progress = Callable[[str, int], None]
"""Told what is being proven, and how much of it is done (0 when it begins)."""


def verify(
    catalogue: Catalogue,
    objects: ObjectStore,
    access: Access,
    progress: Progress = lambda what, done: None,
    retain_years: int = 0,
) -> Iterator[Problem]:
    """Everything that does not prove true; nothing where all is well. Reads every byte that we hold.

    With `retain_years` every original must bear the date until which it is kept.

    Raises:
        Forbidden: verifying is not this employee's to do.
        EngineAway: the catalogue or the object store does not answer.
    """
    if not access.loads:
        raise Forbidden(f"{access.actor} may not verify; ask someone of the role engineer or admin")
    for what, check in _CHECKS:
        progress(what, 0)
        with catalogue.reading() as connection:
            # Gathered, so that a slow consumer does not keep the snapshot open.
            problems = list(check(connection, access))
        yield from problems
    progress("anchors", 0)
    with catalogue.reading() as connection:
        anchored = list(journal_proof.verify_anchors(connection, objects))
    yield from anchored
    progress("objects", 0)
    yield from bytes_held.damaged(catalogue, objects, lambda done: progress("objects", done))
    progress("locks", 0)
    yield from Retention(catalogue, objects, retain_years).unprotected()
    progress("leftovers", 0)
    yield from bytes_held.leftovers(catalogue, objects)


def note_proven(catalogue: Catalogue) -> None:
    """Note that everything was proven just now, for the page that says how long ago that was."""
    with catalogue.writing() as connection:
        set_fact(connection, LAST_VERIFY, utc_now())


def _balance(connection: Connection, access: Access) -> Iterator[Problem]:
    for row in ledger.balance(connection, access):
        for words in row.faults:
            yield Problem("ledger_unbalanced", f"ledger:{row.branch}/{row.channel}/{row.day}", str(words))


def _index(connection: Connection, _access: Access) -> Iterator[Problem]:
    waiting, since = outbox.lag(connection)
    if since is not None and datetime.now(UTC) - as_moment(since) > INDEX_MAY_LAG:
        words = f"{waiting} changes wait to be indexed, the oldest since {since}: start a worker"
        yield Problem("index_behind", "outbox", words, harmless=True)


Check = Callable[[Connection, Access], Iterator[Problem]]
_CHECKS: tuple[tuple[str, Check], ...] = (
    ("journal", lambda connection, _: journal_proof.verify(connection)),
    ("numbers", lambda connection, _: numbers.gaps(connection)),
    ("states", lambda connection, _: documents.states(connection)),
    ("pages", lambda connection, _: documents.pages(connection)),
    ("readings", lambda connection, _: bytes_held.unnamed_readings(connection)),
    ("directory", lambda connection, _: documents.directory(connection)),
    ("ledger", _balance),
    ("index", _index),
)
