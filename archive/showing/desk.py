"""The desk's queue: letters that wait for a person, oldest first, each held by one clerk at a time."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select, update

from archive.access import Access
from archive.clock import as_text, utc_now
from archive.errors import NotFound
from archive.schema import document, document_event
from archive.showing import visible
from archive.showing.letters import named, seen

HOLD_S = 5 * 60
TO_BE_SCANNED_AGAIN = "to_be_scanned_again"
"""The reason of a letter whose paper is on its way back to the scanner: it waits behind all others."""
_LIKE_IT = 500
_ALIKE_AT_ONCE = 40
_NEAR_ARRIVALS = 500
"""What came more arrivals ago than this lay on another pile."""


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
    last = document.c.reason == TO_BE_SCANNED_AGAIN
    query = select(document.c.id).where(free).order_by(mine.desc(), last, document.c.id).limit(1)
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


@dataclass(frozen=True, slots=True)
class Before:
    """The letter that was received before another: of the same branch, by the same channel."""

    id: int
    version: int
    registration_number: str
    state: str
    document_type: str
    customer_id: int | None
    customer_name: str


def letter_before(connection: Connection, access: Access, document_id: int) -> Before | None:
    """The letter that lay before this one in its batch, else the last one that came before by the same channel.

    None where there is none, or the asker may not see it: whatever lay before that one is not the letter before.
    Raises: NotFound where the asker may not see this one.
    """
    row = seen(connection, access, document_id)
    letter, page = document.c, func.coalesce(document.c.page_from, 0)
    in_batch = and_(letter.arrival_id == row.arrival_id, or_(page < (row.page_from or 0), _earlier(row)))
    # By arrivals alone, which are few; branch and channel are compared here, so that no long index is walked for them.
    near = letter.arrival_id.between(row.arrival_id - _NEAR_ARRIVALS, row.arrival_id)
    query = (
        select(letter.id, letter.branch, letter.channel)
        .where(near, letter.part == 0, letter.id != row.id, or_(letter.arrival_id < row.arrival_id, in_batch))
        .order_by(letter.arrival_id.desc(), page.desc(), letter.ordinal.desc())
    )
    rows = connection.execute(query)
    found = next((key for key, branch, channel in rows if (branch, channel) == (row.branch, row.channel)), None)
    rows.close()
    try:
        before = seen(connection, access, found) if found is not None else None
    except NotFound:
        return None
    return _before(connection, before) if before is not None else None


def _earlier(row: Row[Any]) -> ColumnElement[bool]:
    """By its place in the arrival, where pages do not tell."""
    return and_(document.c.page_from.is_(None), document.c.ordinal < row.ordinal)


def _before(connection: Connection, row: Row[Any]) -> Before:
    who, name = named(connection, [row.customer_id] if row.customer_id else []).get(row.customer_id, (None, ""))
    return Before(row.id, row.version, row.registration_number or "", row.state, row.document_type, who, name)


@dataclass(frozen=True, slots=True)
class Alike:
    """A waiting letter that looks like one just decided; `same_proposal` where it was proposed for the same customer."""

    id: int
    version: int
    registration_number: str
    received_on: str
    document_type: str
    reason: str
    customer_id: int | None
    customer_name: str
    same_proposal: bool


def alike(connection: Connection, access: Access, document_id: int) -> Sequence[Alike]:
    """The waiting letters that look as this one did before it was decided: same sender, same type, same reason.

    Sender: as the channel itself names it; where it names none, the customer that was proposed. At most 40, oldest
    first; none for a letter that nobody decided. Raises: NotFound where the asker may not see the letter.
    """
    row = seen(connection, access, document_id)
    was = _as_it_was(connection, row)
    sender = _sender(json.loads(row.facts), was["customer_id"]) if was else ""
    if not sender:
        return []
    # The queue is short beside the archive, and its oldest letters are the ones that matter.
    waiting = select(document).where(
        _waits(access, Narrowing(row.branch, was["document_type"], was["reason"])),
        _free_for(access.actor),
        document.c.document_type == was["document_type"],
        document.c.id != row.id,
    )
    rows = connection.execute(waiting.order_by(document.c.id).limit(_LIKE_IT)).all()
    same = [one for one in rows if _sender(json.loads(one.facts), one.customer_id) == sender][:_ALIKE_AT_ONCE]
    names = named(connection, [one.customer_id for one in same if one.customer_id])
    return [_alike(one, names.get(one.customer_id, (None, "")), was["customer_id"]) for one in same]


def _as_it_was(connection: Connection, row: Row[Any]) -> Mapping[str, Any]:
    """What the letter was taken for before the decision that made its version; nothing where none did."""
    query = select(document_event.c.details).where(
        document_event.c.document_id == row.id,
        document_event.c.kind == "decided",
        document_event.c.source_key == str(row.version),
    )
    details = connection.execute(query).scalar()
    found: Mapping[str, Any] = json.loads(details) if details else {}
    return found["before"] if found.get("action") in ("accept", "correct", "reject") else {}


def _alike(row: Row[Any], who: tuple[int | None, str], proposed: int | None) -> Alike:
    return Alike(
        row.id,
        row.version,
        row.registration_number or "",
        row.received_on,
        row.document_type,
        row.reason,
        *who,
        same_proposal=row.customer_id == proposed,
    )


def _sender(facts: Mapping[str, str], proposed: int | None) -> str:
    told = (facts.get("from_address") or facts.get("email") or "").strip().lower()
    return told or (f"customer:{proposed}" if proposed else "")


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
    now, latest = _hold_span()
    return or_(document.c.held_by.in_(("", actor)), document.c.held_until < now, document.c.held_until > latest)


def is_held(row: Row[Any], actor: str) -> bool:
    """Whether somebody else is working on this letter."""
    now, latest = _hold_span()
    return row.held_by not in ("", actor) and bool(now < row.held_until <= latest)


def _hold_span() -> tuple[str, str]:
    """Between which moments a hold ends that is in force; one that seems to last longer is of before a clock went back."""
    now = datetime.now(UTC)
    return as_text(now), as_text(now + timedelta(seconds=HOLD_S))
