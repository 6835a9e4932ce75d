"""The desk's queue: letters that wait for a person, oldest first, each held by one clerk at a time."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, update

from archive.access import Access
from archive.clock import as_text, utc_now
from archive.schema import document
from archive.showing import visible

HOLD_S = 5 * 60
_LIKE_IT = 500


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Which part of the queue: empty values do not narrow."""

    branch: str = ""
    document_type: str = ""
    reason: str = ""
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Queue:
    """How many letters wait, since when (UTC text) the oldest does, and how many wait for what reason."""

    waiting: int
    oldest: str | None
    reasons: Sequence[tuple[str, int]]


def queue(connection: Connection, access: Access, narrowing: Narrowing) -> Queue:
    """The queue as a whole."""
    total = select(func.count(), func.min(document.c.created_at)).where(_waits(access, narrowing))
    waiting, oldest = connection.execute(total).one()
    by_reason = (
        select(document.c.reason, func.count())
        .where(_waits(access, Narrowing(narrowing.branch)))
        .group_by(document.c.reason)
        .order_by(func.count().desc(), document.c.reason)
    )
    return Queue(waiting, oldest, [(reason, count) for reason, count in connection.execute(by_reason)])


def hold_next(connection: Connection, access: Access, narrowing: Narrowing, skipped: Sequence[int] = ()) -> int | None:
    """The oldest letter that nobody else holds, held for the asker from now on; None where there is none.

    What the asker holds already comes first, so that reloading the page shows the same letter.
    """
    free = and_(_waits(access, narrowing), _free_for(access.actor))
    if skipped:
        free = and_(free, document.c.id.not_in(skipped))
    mine = (document.c.held_by == access.actor) & (document.c.held_until >= utc_now())
    query = select(document.c.id).where(free).order_by(mine.desc(), document.c.id).limit(1)
    found = connection.execute(query).scalar()
    return found if found is None or hold(connection, access, found) else None


def hold(connection: Connection, access: Access, document_id: int) -> bool:
    """Hold one waiting letter for the asker; False where somebody else holds it, or it waits no longer."""
    until = as_text(datetime.now(UTC) + timedelta(seconds=HOLD_S))
    taken = connection.execute(
        update(document)
        .where(document.c.id == document_id, _waits(access, Narrowing()), _free_for(access.actor))
        .values(held_by=access.actor, held_until=until)
    )
    if taken.rowcount:
        held = (document.c.state == "review") & (document.c.held_by == access.actor)
        others = held & (document.c.id != document_id)
        connection.execute(update(document).where(others).values(held_by="", held_until=""))
    return bool(taken.rowcount)


def after(connection: Connection, access: Access, narrowing: Narrowing, document_id: int) -> int | None:
    """The letter that would come next, not held: so that its picture can be loaded already.

    Behind the last one the queue begins again.
    """
    free = and_(_waits(access, narrowing), _free_for(access.actor), document.c.id != document_id)
    later = (document.c.id > document_id).desc()
    return connection.execute(select(document.c.id).where(free).order_by(later, document.c.id).limit(1)).scalar()


def before(connection: Connection, access: Access, narrowing: Narrowing, document_id: int) -> int | None:
    """The waiting letter before this one; None where it is the first."""
    free = and_(_waits(access, narrowing), _free_for(access.actor), document.c.id < document_id)
    return connection.execute(select(document.c.id).where(free).order_by(document.c.id.desc()).limit(1)).scalar()


def looking_the_same(connection: Connection, access: Access, document_id: int) -> int:
    """How many waiting letters come from the same sender as this one, as the channel itself names it."""
    facts = connection.execute(select(document.c.facts).where(document.c.id == document_id)).scalar_one()
    sender = _sender(json.loads(facts))
    if not sender:
        return 0
    # The queue is short beside the archive, and its oldest letters are the ones that matter.
    rows = connection.execute(
        select(document.c.facts)
        .where(_waits(access, Narrowing()), document.c.id != document_id)
        .order_by(document.c.id)
        .limit(_LIKE_IT)
    )
    return sum(_sender(json.loads(other)) == sender for (other,) in rows)


def _sender(facts: Mapping[str, str]) -> str:
    return (facts.get("from_address") or facts.get("email") or "").strip().lower()


def _waits(access: Access, narrowing: Narrowing) -> ColumnElement[bool]:
    asked = [
        column == value
        for column, value in (
            (document.c.branch, narrowing.branch),
            (document.c.document_type, narrowing.document_type),
            (document.c.reason, narrowing.reason),
            (document.c.channel, narrowing.channel),
        )
        if value
    ]
    return and_(document.c.state == "review", document.c.part == 0, visible.documents(access), *asked)


def _free_for(actor: str) -> ColumnElement[bool]:
    return or_(document.c.held_by.in_(("", actor)), document.c.held_until < utc_now())
