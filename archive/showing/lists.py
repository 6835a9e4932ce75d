"""The lists that the ledger's numbers open: arrivals and letters of a branch, channel, day and state."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, bindparam, or_, select

from archive.access import Access
from archive.errors import NotFound
from archive.schema import arrival, document
from archive.sentences import in_english, restored, say
from archive.showing import visible
from archive.showing.letters import NAMES_ANOTHER, named


@dataclass(frozen=True, slots=True)
class Slice:
    """Which part of the ledger; empty values do not narrow. Days are ISO dates, both inclusive."""

    branch: str = ""
    channel: str = ""
    since: str = ""
    until: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One arrival, and how many letters were cut out of it."""

    id: int
    receipt_number: str
    name: str
    channel: str
    branch: str
    received_at: str
    state: str
    reason: str
    explanation: str
    pages: int
    separators: Sequence[int]
    blanks: Sequence[int]
    letters: Sequence[Letter] = ()


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter as a row of a list."""

    id: int
    registration_number: str
    document_type: str
    customer_id: int | None
    customer_name: str
    channel: str
    branch: str
    received_on: str
    state: str
    reason: str
    explanation: str
    page_from: int | None
    page_to: int | None


def letters(connection: Connection, access: Access, part: Slice, before: int = 0, limit: int = 50) -> list[Letter]:
    """Letters that the asker may see, newest first; `before` is the last id of the page before."""
    query = select(document).where(document.c.part == 0, visible.documents(access), *_of(part, document))
    return _letters(connection, query, before, limit)


def arrivals(connection: Connection, access: Access, part: Slice, before: int = 0, limit: int = 50) -> list[Arrival]:
    """Arrivals that the asker may see, newest first; `before` is the last id of the page before."""
    query = select(arrival).where(visible.arrivals(access), *_of(part, arrival))
    if before:
        query = query.where(arrival.c.id < before)
    return [_arrival(row) for row in connection.execute(query.order_by(arrival.c.id.desc()).limit(limit))]


def one_arrival(connection: Connection, access: Access, receipt_number: str) -> Arrival:
    """An arrival with the letters cut out of it that the asker may see. Raises: NotFound."""
    row = connection.execute(_numbered(access), {"number": receipt_number}).first()
    if row is None:
        raise NotFound(say("there is no arrival {number} that you may see", number=receipt_number))
    # One that waits has none: what has just been handed in is asked for once.
    cut = connection.execute(_cut_out(access), {"arrival": row.id}).all() if row.state != "waiting" else []
    return _arrival(row, _told(connection, cut))


# Every hand-in is answered out of these two: put together once for everybody who sees alike.
@lru_cache(maxsize=256)
def _numbered(access: Access) -> Select[Any]:
    return select(arrival).where(arrival.c.receipt_number == bindparam("number"), visible.arrivals(access))


@lru_cache(maxsize=256)
def _cut_out(access: Access) -> Select[Any]:
    own = or_(document.c.part == 0, document.c.page_from.is_not(None))  # also what was joined to another since
    query = select(document).where(document.c.arrival_id == bindparam("arrival"), own, visible.documents(access))
    return query.order_by(document.c.id).limit(2000)


def branches_seen(connection: Connection, access: Access) -> list[str]:
    """The branches that have letters which the asker may see."""
    query = select(arrival.c.branch).where(visible.arrivals(access)).distinct().order_by(arrival.c.branch)
    return list(connection.execute(query).scalars())


def _of(part: Slice, table: Any) -> list[ColumnElement[bool]]:
    found = [
        table.c[column] == value
        for column, value in (("branch", part.branch), ("channel", part.channel), ("state", part.state))
        if value
    ]
    if part.since:
        found.append(table.c.received_on >= part.since)
    if part.until:
        found.append(table.c.received_on <= part.until)
    return [and_(*found)] if found else []


def _letters(connection: Connection, query: Select[Any], before: int, limit: int) -> list[Letter]:
    if before:
        query = query.where(document.c.id < before)
    return _told(connection, connection.execute(query.order_by(document.c.id.desc()).limit(limit)).all())


def _told(connection: Connection, rows: Sequence[Row[Any]]) -> list[Letter]:
    who = named(connection, [row.customer_id for row in rows if row.customer_id])
    return [_letter(row, *who.get(row.customer_id, (None, ""))) for row in rows]


def _letter(row: Row[Any], customer_id: int | None, customer_name: str) -> Letter:
    return Letter(
        row.id,
        row.registration_number or "",
        row.document_type,
        customer_id,
        customer_name,
        row.channel,
        row.branch,
        row.received_on,
        row.state,
        row.reason,
        "" if row.reason in NAMES_ANOTHER else in_english(restored(row.explanation)),
        row.page_from,
        row.page_to,
    )


def _arrival(row: Row[Any], cut: Sequence[Letter] = ()) -> Arrival:
    return Arrival(
        row.id,
        row.receipt_number,
        row.name,
        row.channel,
        row.branch,
        row.received_at,
        row.state,
        row.reason,
        in_english(restored(row.explanation)),
        row.pages,
        json.loads(row.separators),
        json.loads(row.blanks),
        cut,
    )
