"""Arrivals: what was received, through which channel, and what became of the whole of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, bindparam, case, func, insert, or_, select, update

from archive import journal
from archive.access import Access
from archive.clock import as_text, day_in, utc_now
from archive.errors import BadInput, NotFound
from archive.numbers import next_numbers
from archive.schema import arrival, branch, object_, received_again
from archive.sentences import Told, stored
from archive.upserting import upsert

# Put together once: to do so costs several times what the database takes to run them.
_ENTER = insert(arrival).returning(arrival.c.id, arrival.c.receipt_number, sort_by_parameter_order=True)
_TIME_ZONE = select(branch.c.time_zone).where(branch.c.code == bindparam("code"))

_DAY_CHARS = len("2026-01-01")


@dataclass(frozen=True, slots=True)
class NewArrival:
    """What a channel hands over once the bytes are in the object store.

    `source_key` tells one arrival of a channel from every other; `name` is the file's name as it was given.
    """

    channel: str
    source_key: str
    branch: str
    name: str
    source_path: str
    digest: str
    size_bytes: int


def register(connection: Connection, new: NewArrival, actor: str) -> tuple[int, str]:
    """`register_many` of one."""
    return register_many(connection, [(new, actor)])[0]


def register_many(connection: Connection, some: Sequence[tuple[NewArrival, str]]) -> list[tuple[int, str]]:
    """Enter arrivals, each with who hands it in, under the next receipt numbers of their branches.

    Answers (id, receipt number) of each. Raises `sqlalchemy.exc.IntegrityError` where (channel, source key) of one is known
    already: the constraint decides. The counters are taken last: whoever holds them keeps everybody of the branch waiting.
    """
    now = datetime.now(UTC)
    days = {code: day_in(_time_zone(connection, code), now) for code in sorted({new.branch for new, _ in some})}
    keep_objects(connection, [(new.digest, new.size_bytes) for new, _ in some], "", "transport")
    numbers = {}
    for code, day in days.items():
        count = sum(new.branch == code for new, _ in some)
        numbers[code] = iter(next_numbers(connection, code, "receipt", day.year, count))
    rows = [
        {
            "receipt_number": next(numbers[new.branch]),
            "channel": new.channel,
            "source_key": new.source_key,
            "branch": new.branch,
            "received_at": as_text(now),
            "received_on": days[new.branch].isoformat(),
            "digest": new.digest,
            "size_bytes": new.size_bytes,
            "name": new.name,
            "source_path": new.source_path,
            "state": "waiting",
            "submitted_by": actor,
        }
        for new, actor in some
    ]
    entered = [(int(row.id), str(row.receipt_number)) for row in connection.execute(_ENTER, rows)]
    journal.write_many(
        connection,
        [
            journal.Entry(actor, "receive", f"arrival:{key}", None, {"number": number, "digest": new.digest})
            for (new, actor), (key, number) in zip(some, entered, strict=True)
        ],
    )
    return entered


def _time_zone(connection: Connection, code: str) -> str:
    zone = connection.execute(_TIME_ZONE, {"code": code}).scalar()
    if zone is None:
        raise BadInput(f"there is no branch {code!r}: name one that the directory or the settings know")
    return str(zone)


def ensure_branch(connection: Connection, code: str, name: str = "", time_zone: str = "UTC") -> None:
    """Have a branch of this code; an existing one is left as it is."""
    statement = upsert(connection, branch).values(code=code, name=name or code, time_zone=time_zone)
    connection.execute(statement.on_conflict_do_nothing())


def branches_of(connection: Connection, access: Access) -> list[tuple[str, str]]:
    """The branches that the asker may hand in for: code and name, by code."""
    rows = connection.execute(select(branch.c.code, branch.c.name).order_by(branch.c.code))
    return [(code, name) for code, name in rows if access.sees_branch(code)]


def keep_object(connection: Connection, digest: str, size_bytes: int, media_type: str, kind: str) -> None:
    """Have the object's row; the same bytes have one row, whoever brings them, and say when an original came in anew."""
    keep_objects(connection, [(digest, size_bytes)], media_type, kind)


def keep_objects(connection: Connection, some: Iterable[tuple[str, int]], media_type: str, kind: str) -> None:
    """`keep_object` of several (digest, size in bytes) of one kind, in an order that everybody keeps."""
    told = {"media_type": media_type, "kind": kind, "created_at": utc_now()}
    rows = [{"digest": digest, "size_bytes": size_bytes, **told} for digest, size_bytes in sorted(some)]
    connection.execute(_keep(connection.dialect.name, kind == "rendition"), rows)


@cache
def _keep(dialect: str, is_rendition: bool) -> Any:
    statement = upsert(dialect, object_)
    if is_rendition:
        return statement.on_conflict_do_nothing()
    # Bytes that we had made ourselves and that now came in are an original from now on.
    made, given = object_.c.kind == "rendition", statement.excluded
    # What comes in anew is kept from its latest day on; within one day there is nothing to note.
    noted = func.coalesce(object_.c.received_again_at, object_.c.created_at)
    again = func.substr(noted, 1, _DAY_CHARS) < func.substr(given.created_at, 1, _DAY_CHARS)
    given_values = {
        "kind": case((made, given.kind), else_=object_.c.kind),
        "received_again_at": case((again, given.created_at), else_=object_.c.received_again_at),
    }
    return statement.on_conflict_do_update(index_elements=["digest"], set_=given_values, where=or_(made, again))


def find(connection: Connection, channel: str, source_key: str) -> Row[tuple[object, ...]] | None:
    """The arrival known under this channel and source key, or None."""
    return connection.execute(
        select(arrival).where(arrival.c.channel == channel, arrival.c.source_key == source_key)
    ).first()


def get(connection: Connection, arrival_id: int) -> Row[tuple[object, ...]]:
    """One arrival's row. Raises `NotFound`."""
    row = connection.execute(select(arrival).where(arrival.c.id == arrival_id)).first()
    if row is None:
        raise NotFound(f"there is no arrival {arrival_id}")
    return row


def note_again(connection: Connection, arrival_id: int, copy: NewArrival, actor: str) -> None:
    """Note that a known arrival came once more from elsewhere, and keep the copy. Safe to repeat."""
    keep_object(connection, copy.digest, copy.size_bytes, "", "transport")
    row = {
        "arrival_id": arrival_id,
        "channel": copy.channel,
        "name": copy.name,
        "source_path": copy.source_path,
        "digest": copy.digest,
        "at": utc_now(),
        "submitted_by": actor,
    }
    connection.execute(upsert(connection, received_again).values(row).on_conflict_do_nothing())


def mark_opened(
    connection: Connection,
    arrival_id: int,
    media_type: str,
    pages: int,
    separators: Sequence[int],
    blanks: Sequence[int],
) -> None:
    """The arrival is cut into letters, and each of its pages is accounted for."""
    connection.execute(
        update(arrival)
        .where(arrival.c.id == arrival_id, arrival.c.state == "waiting")
        .values(
            state="opened",
            media_type=media_type,
            pages=pages,
            separators=json.dumps(list(separators)),
            blanks=json.dumps(list(blanks)),
        )
    )


def mark_rejected(connection: Connection, arrival_id: int, reason: str, explanation: Told) -> None:
    """No letter can be cut out of the arrival; its original stays, the reason is told."""
    connection.execute(
        update(arrival)
        .where(arrival.c.id == arrival_id, arrival.c.state == "waiting")
        .values(state="rejected", reason=reason, explanation=stored(explanation))
    )
    journal.write(connection, "system:intake", "reject", f"arrival:{arrival_id}", None, {"reason": reason})
