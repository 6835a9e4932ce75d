"""Many rows at once, past SQLAlchemy's row handling: several times faster, in the driver's own words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table, text
from sqlalchemy.exc import DBAPIError


def insert_rows(connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert tuples in the order of `columns`; does nothing for no rows. Constraints speak as always."""
    if not rows:
        return
    # Names come from archive.schema alone, never from data.
    into = f"{table.name} ({', '.join(columns)})"
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(columns))
        connection.exec_driver_sql(f"INSERT INTO {into} VALUES ({marks})", list(rows))  # noqa: S608
    else:
        _copy(connection, f"COPY {into} FROM STDIN", rows)


def _copy(connection: Connection, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    driver: Any = connection.connection.driver_connection
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except connection.dialect.loaded_dbapi.Error as error:
        # The same errors as from any other statement, whatever way the rows took.
        raise DBAPIError.instance(statement, None, error, connection.dialect.loaded_dbapi.Error) from error


def reserve_ids(connection: Connection, table: Table, count: int) -> list[int]:
    """Ids for `count` new rows, known before they are inserted so that rows may point at each other.

    On SQLite the writing transaction keeps others away, so the next numbers are free; elsewhere the sequence gives them.
    """
    if count == 0:
        return []
    if connection.dialect.name == "sqlite":
        # In the driver's words: every single save asks six times, and making the statement costs more than the answer.
        last = connection.exec_driver_sql(f"SELECT coalesce(max(id), 0) FROM {table.name}").scalar_one()  # noqa: S608
        return list(range(last + 1, last + 1 + count))
    sequence = text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)")
    return list(connection.execute(sequence, {"name": table.name, "count": count}).scalars())
