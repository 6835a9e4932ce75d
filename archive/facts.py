"""Facts about the archive itself, each a name and a text: when it was last proven, how far its indexes were fed, and so on."""

from __future__ import annotations

from sqlalchemy import Connection, select

from archive.schema import archive_fact
from archive.upserting import upsert


def set_fact(connection: Connection, name: str, value: str) -> None:
    """Remember a fact; what was kept under this name before is gone."""
    statement = upsert(connection, archive_fact).values(name=name, value=value)
    connection.execute(statement.on_conflict_do_update(index_elements=[archive_fact.c.name], set_={"value": value}))


def fact(connection: Connection, name: str) -> str:
    """What is kept under this name; '' where there is nothing."""
    return connection.execute(select(archive_fact.c.value).where(archive_fact.c.name == name)).scalar() or ""
