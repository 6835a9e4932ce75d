"""The directory as lists: every source record and the customer that it is of, and every address."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Connection, Select, func, select

from archive.schema import address, customer, source_record

_ROWS_A_TIME = 20_000


def whose_records(connection: Connection) -> Iterator[tuple[str, str, int]]:
    """(system, source id, customer) of every source record in one snapshot, in the order in which they came.

    The customer is who stands for the record's identity. A chunk in memory at a time, however many there are.
    """
    root = func.coalesce(customer.c.survivor_id, customer.c.id)
    query = select(source_record.c.id, source_record.c.system, source_record.c.source_id, root)
    query = query.join_from(source_record, customer, customer.c.id == source_record.c.customer_id)
    yield from ((row[1], row[2], row[3]) for row in _every(connection, query, source_record.c.id))


def every_address(connection: Connection) -> Iterator[tuple[int, str, str, str, str]]:
    """(customer, kind, as given, valid from, valid to) of every address in one snapshot; dates ISO, '' = open.

    As `whose_records`.
    """
    root = func.coalesce(customer.c.survivor_id, customer.c.id)
    query = select(address.c.id, root, address.c.kind, address.c.as_given, address.c.valid_from, address.c.valid_to)
    query = query.join_from(address, customer, customer.c.id == address.c.customer_id)
    every = _every(connection, query, address.c.id)
    yield from ((row[1], row[2], row[3], row[4] or "", row[5] or "") for row in every)


def _every(connection: Connection, query: Select[Any], key: Column[Any]) -> Iterator[Any]:
    """The rows of a query in the order of a key, which is their first column: a chunk in memory at a time."""
    last = 0
    while True:
        rows = connection.execute(query.where(key > last).order_by(key).limit(_ROWS_A_TIME)).all()
        yield from rows
        if len(rows) < _ROWS_A_TIME:
            return
        last = rows[-1][0]
