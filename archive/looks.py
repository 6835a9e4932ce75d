"""Who looked at whom: not a change, so not in the journal, but kept all the same.

A look is noted in memory and written with others by one thread, so that no reader waits for a writer. What is noted is
written within half a second, and at the latest when the keeper is closed; a process that is killed loses that half
second at most. A full memory makes readers wait: nothing is shown that can not be noted.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from sqlalchemy import Connection, Select, insert, or_, select

from archive.access import Access, Role
from archive.clock import utc_now
from archive.errors import EngineAway, Forbidden
from archive.ports import Catalogue
from archive.schema import access_log, customer, document
from archive.sentences import say

MOST_WAITING = 10_000
_GATHER_S = 0.5
_RETRY_S = 1.0
_LAST_TRIES = 3
_PATIENCE_S = 10.0
_SUBJECT_CHARS = 300
_log = logging.getLogger("dossier.looks")


@dataclass(frozen=True, slots=True)
class Look:
    """One look: when (UTC text), who, what they did, at what (`customer:17`, `document:4`), and the reason they gave."""

    at: str
    actor: str
    action: str
    subject: str
    why: str


class LookKeeper:
    """Takes looks from any thread and writes them together. One a process; its thread starts with the first look."""

    def __init__(self, catalogue: Catalogue, most_waiting: int = MOST_WAITING, patience_s: float = _PATIENCE_S) -> None:
        self._catalogue = catalogue
        self._most_waiting, self._patience_s = most_waiting, patience_s
        self._waiting: list[Look] = []
        self._changed = threading.Condition()
        self._writing = threading.Lock()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def note(self, actor: str, action: str, *subjects: str, why: str = "") -> None:
        """Note that `actor` looked at these subjects. Returns at once, unless too many looks wait to be written.

        Raises: EngineAway where they can not be written for long; then nothing may be shown.
        """
        at = utc_now()
        looks = [Look(at, actor, action, subject[:_SUBJECT_CHARS], why[:_SUBJECT_CHARS]) for subject in subjects]
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._waiting) < self._most_waiting, self._patience_s):
                raise EngineAway(say("who looks at what can not be noted now; try again"))
            self._waiting += looks
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="looks", daemon=True)
                self._thread.start()

    def flush(self) -> None:
        """Write what was noted until now. Raises: EngineAway; then it is kept, and tried again."""
        with self._writing:
            with self._changed:
                taken = self._waiting[:]
            if not taken:
                return
            with self._catalogue.writing() as connection:
                connection.execute(insert(access_log), [asdict(look) for look in taken])
            with self._changed:
                del self._waiting[: len(taken)]
                self._changed.notify_all()

    def close(self) -> None:
        """Write the rest and stop; what can not be written goes to the program's log, never nowhere."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        for tried in range(_LAST_TRIES):
            try:
                self.flush()
                return
            except EngineAway:
                time.sleep(_RETRY_S if tried + 1 < _LAST_TRIES else 0)
        for look in self._waiting:
            _log.error("not in the catalogue: %s", asdict(look))

    def _run(self) -> None:
        while not self._closing.wait(_GATHER_S):
            try:
                self.flush()
            except EngineAway as error:
                _log.warning("looks wait in memory: %s", error)
                self._closing.wait(_RETRY_S)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which looks: of an employee, at a subject, in a span of UTC days (ISO dates, both inclusive); empty does not narrow.

    `customer` asks for the customer, whoever was merged into it, and every letter of theirs. `before` is the last id
    of the page before.
    """

    customer: int = 0
    document: int = 0
    actor: str = ""
    since: str = ""
    until: str = ""
    before: int = 0
    limit: int = 100


def subject_of(asked: Asked) -> str:
    """What somebody asked who asked who looked, as a subject: asking is a look of its own."""
    told = [f"{name}={value}" for name in ("customer", "document", "actor") if (value := getattr(asked, name))]
    return "looks:" + ",".join(told)


@dataclass(frozen=True, slots=True)
class NotedLook(Look):
    """A look as it is kept; ids rise as looks were written."""

    id: int


def supervises(access: Access) -> bool:
    """Whether this asker may see who looked: an admin of every branch, for customers belong to no branch alone."""
    return Role.ADMIN in access.roles and access.branches is None


def find(connection: Connection, access: Access, asked: Asked) -> Sequence[NotedLook]:
    """Looks, the last noted first.

    Raises:
        Forbidden: only an admin of every branch may ask who looked.
    """
    if not supervises(access):
        raise Forbidden(say("only an admin of every branch may see who looked at what"))
    query = (
        select(*(access_log.c[field.name] for field in fields(NotedLook)))
        .order_by(access_log.c.id.desc())
        .limit(asked.limit)
    )
    return [NotedLook(*row) for row in connection.execute(_narrowed(connection, query, asked))]


def _narrowed(connection: Connection, query: Select[Any], asked: Asked) -> Select[Any]:
    if asked.customer:
        query = query.where(access_log.c.subject.in_(_subjects_of(connection, asked.customer)))
    if asked.document:
        query = query.where(access_log.c.subject == f"document:{asked.document}")
    if asked.actor:
        query = query.where(access_log.c.actor == asked.actor)
    if asked.since:
        query = query.where(access_log.c.at >= asked.since)
    if asked.until:
        # The day itself and all its moments; `U` comes after the `T` that parts day and time.
        query = query.where(access_log.c.at < f"{asked.until}U")
    return query.where(access_log.c.id < asked.before) if asked.before else query


def _subjects_of(connection: Connection, customer_id: int) -> list[str]:
    """The customer under each of its identities, and its letters."""
    one = select(customer.c.survivor_id).where(customer.c.id == customer_id)
    key = connection.execute(one).scalar() or customer_id
    same = select(customer.c.id).where(or_(customer.c.id == key, customer.c.survivor_id == key))
    ids = {customer_id, *connection.execute(same).scalars()}
    letters = connection.execute(select(document.c.id).where(document.c.customer_id.in_(ids))).scalars()
    return [*(f"customer:{one_id}" for one_id in ids), *(f"document:{letter}" for letter in letters)]
