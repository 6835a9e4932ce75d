"""`INSERT … ON CONFLICT` in the words of the connection's own dialect: both engines have it, SQLAlchemy names it twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, Table

if TYPE_CHECKING:
    from sqlalchemy.dialects.postgresql import Insert as PostgresqlInsert
    from sqlalchemy.dialects.sqlite import Insert as SqliteInsert


def upsert(spoken: Connection | str, table: Table) -> PostgresqlInsert | SqliteInsert:
    """An insert into `table` that knows `on_conflict_do_nothing` and `on_conflict_do_update`.

    `spoken`: the connection, or the name of its dialect for a statement that is kept.
    """
    dialect = spoken if isinstance(spoken, str) else spoken.dialect.name
    # Each only where it is spoken: loading the other's drivers would cost every command at its start.
    if dialect == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as postgresql_insert

        return postgresql_insert(table)
    from sqlalchemy.dialects.sqlite import insert as sqlite_insert

    return sqlite_insert(table)
