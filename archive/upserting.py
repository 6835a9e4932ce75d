"""`INSERT … ON CONFLICT` in the words of the connection's own dialect: both engines have it, SQLAlchemy names it twice."""

from __future__ import annotations

from sqlalchemy import Connection, Table
from sqlalchemy.dialects.postgresql import Insert as PostgresqlInsert
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert


def upsert(connection: Connection, table: Table) -> PostgresqlInsert | SqliteInsert:
    """An insert into `table` that knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
    return postgresql_insert(table) if connection.dialect.name == "postgresql" else sqlite_insert(table)
