"""Rows for any table, made from what the table itself says: nulls, Unicode, large JSON, pointers at other rows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Float, Integer, LargeBinary, MetaData, Table, insert, inspect, select
from sqlalchemy.exc import IntegrityError

Rows = dict[str, list[dict[str, Any]]]
ROWS = 12
_LARGE = json.dumps({"слова": ["не е\u0308лка 漢字 🙂 \\ ' \" \t"] * 4000}, ensure_ascii=False)
_ONE_OF = re.compile(r"(\w+)\W+IN\W*\(([^)]*)\)")


def fill(connection: Connection, tables: MetaData) -> None:
    """Put rows into each of the tables, in the order of their pointers; those that a constraint refuses are left out."""
    choices = _choices(tables)
    for table in tables.sorted_tables:
        for row in _candidates(connection, table, choices[table.name]):
            try:
                with connection.begin_nested():
                    connection.execute(insert(table), row)
            except IntegrityError:
                continue


def read(connection: Connection, tables: MetaData, without: frozenset[str] = frozenset()) -> Rows:
    """All rows of the tables in the order of their keys, but for columns named `table.column` in `without`."""
    held: Rows = {}
    for table in tables.sorted_tables:
        columns = [column for column in table.columns if f"{table.name}.{column.name}" not in without]
        if columns:
            query = select(*columns).order_by(*table.primary_key.columns)
            held[table.name] = [dict(row) for row in connection.execute(query).mappings()]
    return held


def unfilled(held: Rows, tables: MetaData) -> list[str]:
    """What the rows do not show: tables without any, columns that may be empty and never or always are."""
    missing = [name for name, rows in held.items() if not rows]
    for table in tables.sorted_tables:
        for column in table.columns:
            kinds = {row[column.name] is None for row in held[table.name]}
            if column.nullable and len(kinds) < 2:
                missing.append(f"{table.name}.{column.name}")
    return missing


def _candidates(connection: Connection, table: Table, choices: dict[str, list[str]]) -> Iterator[dict[str, Any]]:
    for row in range(ROWS):
        made: dict[str, Any] = {}
        for place, column in enumerate(table.columns):
            is_empty = column.nullable and (row == 0 or (row > 1 and (row + place) % 2 == 0))
            made[column.name] = None if is_empty else _value(connection, column, row, choices.get(column.name))
        yield made


def _value(connection: Connection, column: Column[Any], row: int, choices: Sequence[str] | None) -> Any:
    if column.foreign_keys:
        return _pointer(connection, next(iter(column.foreign_keys)).column, row)
    if choices:
        return choices[row % len(choices)]
    if isinstance(column.type, LargeBinary):
        return bytes(range(row, 256)) + b"\x00"
    if isinstance(column.type, Float):
        return row / 3
    if isinstance(column.type, Integer):
        return row + 1
    if str(column.server_default.arg if column.server_default is not None else "") in ("'{}'", "'[]'"):
        return _LARGE if row % 4 == 1 else '{"ё": null}'
    return f"{column.name} {row:02} Ёлка É 漢 🙂"


def _pointer(connection: Connection, target: Column[Any], row: int) -> Any:
    """A row that is there already; None while there is none."""
    held = connection.execute(select(target).order_by(target)).scalars().all()
    return held[row % len(held)] if held else None


def _choices(tables: MetaData) -> dict[str, dict[str, list[str]]]:
    """By table and column: the only values that a check lets in."""
    found: dict[str, dict[str, list[str]]] = {}
    for table in tables.sorted_tables:
        told = [_ONE_OF.search(str(check)) for check in table.info.get("checks", ())]
        found[table.name] = {one[1]: re.findall(r"'([^']*)'", one[2]) for one in told if one}
    return found


def note_checks(connection: Connection, tables: MetaData) -> None:
    """Keep each table's checks beside it: reflection passes over them."""
    looking = inspect(connection)
    for table in tables.sorted_tables:
        table.info["checks"] = [check["sqltext"] for check in looking.get_check_constraints(table.name)]
