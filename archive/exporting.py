"""The directory as a list of who is who: every source record and the customer that it is of."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, func, select

from archive.schema import customer, source_record

_ROWS_A_TIME = 20_000


def whose_records(connection: Connection) -> Iterator[tuple[str, str, int]]:
    """(system, source id, customer) of every source record in one snapshot, in the order in which they came.

    The customer is who stands for the record's identity. A chunk in memory at a time, however many there are.
    """
    root = func.coalesce(customer.c.survivor_id, customer.c.id)
    query = select(source_record.c.id, source_record.c.system, source_record.c.source_id, root)
    query = query.join_from(source_record, customer, customer.c.id == source_record.c.customer_id)
    last = 0
    while True:
        rows = connection.execute(
            query.where(source_record.c.id > last).order_by(source_record.c.id).limit(_ROWS_A_TIME)
        ).all()
        yield from ((row[1], row[2], row[3]) for row in rows)
        if len(rows) < _ROWS_A_TIME:
            return
        last = rows[-1].id
