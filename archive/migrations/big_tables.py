"""What a step does to a table that may be large: in chunks, telling how far it is, without holding up other processes.

Rows are filled in a step of their own, apart from the one that adds the column: on PostgreSQL each chunk is committed,
so that a step broken off goes on behind what it did. On SQLite all is one transaction, and what was broken off never was.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

CHUNK_ROWS = 5000
TELL_EVERY_S = 5.0
_log = logging.getLogger("dossier.migrations")


def in_chunks(table: sa.TableClause, waiting: sa.ColumnElement[bool]) -> Iterator[Sequence[sa.RowMapping]]:
    """The rows of `table` for which `waiting` holds, in the order of their `id`, so many at a time.

    What the body changes is committed with its chunk where that can be. It must make `waiting` false for each row that
    it has done: that is how a step broken off knows where to go on.
    """
    connection = op.get_bind()
    total = connection.execute(sa.select(sa.func.count()).select_from(table).where(waiting)).scalar_one()
    done, last, told_at = 0, None, time.monotonic()
    while True:
        query = sa.select(table).where(waiting).order_by(table.c.id).limit(CHUNK_ROWS)
        with _committed():
            rows = op.get_bind().execute(query if last is None else query.where(table.c.id > last)).mappings().all()
            if rows:
                yield rows
        if not rows:
            return
        done, last = done + len(rows), rows[-1]["id"]
        if time.monotonic() - told_at >= TELL_EVERY_S:
            # A warning, for it keeps whoever started the program waiting.
            _log.warning("the catalogue is brought to this version: %s, %d of %d rows", table.name, done, total)
            told_at = time.monotonic()


def make_index(name: str, table: str, columns: Sequence[Any], **how: Any) -> None:
    """An index on a table that may be large: on PostgreSQL the table goes on being written to meanwhile.

    Nothing else may be in the same step, since what came before is committed. Safe to repeat.
    """
    if op.get_bind().dialect.name == "sqlite":
        op.create_index(name, table, columns, **how)
        return
    with _committed():
        # It waits for everybody's transaction, a long backup's too, without being in anybody's way.
        op.execute("SET lock_timeout = 0")
        # One that was broken off stays behind and is of no use.
        op.drop_index(name, table, if_exists=True, postgresql_concurrently=True)
        op.create_index(name, table, columns, postgresql_concurrently=True, **how)
        op.execute("RESET lock_timeout")


@contextlib.contextmanager
def _committed() -> Iterator[None]:
    """Each statement of the block is committed by itself, where the engine lets others write meanwhile."""
    if op.get_bind().dialect.name == "sqlite":
        yield
        return
    with op.get_context().autocommit_block():
        yield
