"""What the index does not know yet: one row a changed thing, with its version and the moment it was announced.

The row is written in the business transaction and is taken out only where both are still the ones that were taken, so a
change made while indexing is never lost, also one that leaves the version as it is (whose a letter is, after a merge). What the index would not take stays with the reason and is not
offered again before it changes, or before somebody asks for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from sqlalchemy import Connection, Executable, and_, delete, func, or_, select, tuple_, update

from archive.clock import utc_now
from archive.schema import outbox
from archive.upserting import upsert

Kind = Literal["document", "customer"]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changed, to which version, and when that was announced ('' where nobody announced it)."""

    kind: Kind
    key: int
    version: int
    at: str = ""


@dataclass(frozen=True, slots=True)
class Parked:
    """A change that the index would not take, and why."""

    change: Change
    reason: str


def announce(connection: Connection, kind: Kind, changes: Iterable[tuple[int, int]]) -> None:
    """Note that these (key, version) of `kind` changed; the note replaces one of this version or an older one."""
    at = utc_now()
    rows = [{"kind": kind, "key": key, "version": version, "changed_at": at} for key, version in changes]
    if not rows:
        return
    connection.execute(_announcing(connection.dialect.name), rows)


@cache
def _announcing(spoken: str) -> Executable:
    statement = upsert(spoken, outbox)
    return statement.on_conflict_do_update(
        index_elements=[outbox.c.kind, outbox.c.key],
        set_={"version": statement.excluded.version, "changed_at": statement.excluded.changed_at, "refusal": ""},
        where=outbox.c.version <= statement.excluded.version,
    )


def pending(connection: Connection, limit: int = 500) -> Sequence[Change]:
    """The oldest changes that the index has not seen."""
    rows = connection.execute(
        select(outbox.c.kind, outbox.c.key, outbox.c.version, outbox.c.changed_at)
        .where(outbox.c.refusal == "")
        .order_by(outbox.c.changed_at)
        .limit(limit)
    )
    return [Change(*row) for row in rows]


def newest(connection: Connection, kind: Kind, limit: int) -> Sequence[Change]:
    """The newest changes of this kind that the index has not seen."""
    rows = connection.execute(
        select(outbox.c.kind, outbox.c.key, outbox.c.version, outbox.c.changed_at)
        .where(outbox.c.kind == kind, outbox.c.refusal == "")
        .order_by(outbox.c.changed_at.desc())
        .limit(limit)
    )
    return [Change(*row) for row in rows]


def settle(connection: Connection, changes: Sequence[Change]) -> None:
    """Take out what was indexed, only where nothing was announced of it since it was taken."""
    this = tuple_(outbox.c.kind, outbox.c.key, outbox.c.version, outbox.c.changed_at)
    taken = [(change.kind, change.key, change.version, change.at) for change in changes]
    for start in range(0, len(taken), 200):
        connection.execute(delete(outbox).where(this.in_(taken[start : start + 200])))


def park(connection: Connection, refused: Iterable[Parked]) -> None:
    """Keep what the index would not take, with the reason; nothing where it has changed meanwhile. Safe to repeat."""
    now = utc_now()
    rows = [
        {"kind": one.change.kind, "key": one.change.key, "version": one.change.version}
        | {"changed_at": one.change.at or now, "refusal": one.reason or "no reason given"}
        for one in refused
    ]
    if not rows:
        return
    statement = upsert(connection, outbox)
    given = statement.excluded
    same = and_(
        outbox.c.version == given.version, or_(outbox.c.changed_at == given.changed_at, given.changed_at == now)
    )
    statement = statement.on_conflict_do_update(
        index_elements=[outbox.c.kind, outbox.c.key],
        set_={"version": given.version, "refusal": given.refusal},
        where=or_(outbox.c.version < given.version, same),
    )
    connection.execute(statement, rows)


def offer_again(connection: Connection) -> None:
    """Let the index be offered all that it would not take."""
    connection.execute(update(outbox).where(outbox.c.refusal != "").values(refusal=""))


def parked(connection: Connection, limit: int = 100) -> list[Parked]:
    """What the index would not take, oldest first."""
    rows = connection.execute(select(outbox).where(outbox.c.refusal != "").order_by(outbox.c.changed_at).limit(limit))
    return [Parked(Change(row.kind, row.key, row.version), row.refusal) for row in rows]


def lag(connection: Connection) -> tuple[int, str | None]:
    """How many changes wait, and since when (UTC) the oldest does; what is parked does not wait."""
    row = connection.execute(_WAITING).one()
    return int(row[0]), row[1]


# Asked at every search: put together once.
_WAITING = select(func.count(), func.min(outbox.c.changed_at)).where(outbox.c.refusal == "")
