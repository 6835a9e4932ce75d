"""Who looked at whom: not a change, so not in the journal, but kept all the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select

from archive.access import Access
from archive.clock import utc_now
from archive.errors import Forbidden
from archive.schema import access_log


@dataclass(frozen=True, slots=True)
class Look:
    """One look: when (UTC text), who, what they did, at what, and the reason they gave."""

    at: str
    actor: str
    action: str
    subject: str
    why: str


def log(connection: Connection, actor: str, action: str, subject: str, why: str = "") -> None:
    """Note that `actor` looked at `subject` (`customer:17`, `document:4`). Needs a writing connection."""
    connection.execute(insert(access_log).values(at=utc_now(), actor=actor, action=action, subject=subject, why=why))


def history(connection: Connection, access: Access, subject: str, limit: int = 100) -> Sequence[Look]:
    """Who looked at a subject, newest first.

    Raises:
        Forbidden: only those who decide or load may ask who looked.
    """
    if not (access.decides or access.loads):
        raise Forbidden(f"{access.actor} may not see who looked at {subject}")
    columns = (access_log.c.at, access_log.c.actor, access_log.c.action, access_log.c.subject, access_log.c.why)
    query = select(*columns).where(access_log.c.subject == subject).order_by(access_log.c.id.desc()).limit(limit)
    return [Look(*row) for row in connection.execute(query)]
