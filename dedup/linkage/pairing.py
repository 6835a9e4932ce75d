"""Candidate pairs: each blocking pass one hash self-join in DuckDB, then every pair once.

Strings never get here: keys are 64-bit numbers and records are row numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
import numpy as np

from dedup.linkage.columns import Ints

MOST_SHARING = 120
"""A key shared by more records says too little and costs too much: left out, and told."""


@dataclass(frozen=True, slots=True)
class PassReport:
    """What one pass gave: pairs found, and keys left out because too many records share them."""

    name: str
    pairs: int
    left_out: int
    records_left_out: int


def begin(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the table of what the passes find, empty."""
    connection.execute("create or replace table found (pass varchar, pair bigint)")


def run_pass(
    connection: duckdb.DuckDBPyConnection, name: str, keys: list[Ints], most: int = MOST_SHARING
) -> PassReport:
    """Find the pairs of records that share a key of this pass."""
    # A run that was stopped between the pass and the note of it does the pass again.
    connection.execute("delete from found where pass = ?", [name])
    rows = np.arange(len(keys[0]), dtype=np.int32)
    connection.execute("create or replace temp table keyed (row integer, key bigint)")
    for column in keys:
        has = column != 0
        if has.any():
            connection.register("arriving", {"row": rows[has], "key": np.ascontiguousarray(column[has])})
            connection.execute("insert into keyed select * from arriving")
            connection.unregister("arriving")
    if len(keys) > 1:
        connection.execute("create or replace temp table keyed as select distinct row, key from keyed")
    connection.execute(
        "create or replace temp table shared as select key, count(*) as size from keyed group by key having size > 1"
    )
    left_out, records = connection.execute(
        "select count(*), coalesce(sum(size), 0) from shared where size > ?", [most]
    ).fetchall()[0]
    before = _size(connection)
    connection.execute(
        """create or replace temp table joining as
           select row, key from keyed semi join (select key from shared where size <= ?) as kept using (key)""",
        [most],
    )
    connection.execute(
        """insert into found select ?, (x.row::bigint << 32) | y.row
           from joining x join joining y on x.key = y.key and x.row < y.row""",
        [name],
    )
    for table in ("keyed", "shared", "joining"):
        connection.execute(f"drop table {table}")
    return PassReport(name, _size(connection) - before, int(left_out), int(records))


def _size(connection: duckdb.DuckDBPyConnection) -> int:
    return int(connection.execute("select count(*) from found").fetchall()[0][0])


def finish(connection: duckdb.DuckDBPyConnection) -> int:
    """Leave every pair once; answer how many there are."""
    connection.execute("create table if not exists found (pass varchar, pair bigint)")
    if not _size(connection):
        connection.execute("create table if not exists pairs (pair bigint)")
    else:
        connection.execute("create or replace table pairs as select distinct pair from found")
        connection.execute("drop table found")
    return int(connection.execute("select count(*) from pairs").fetchall()[0][0])


def chunks(
    connection: duckdb.DuckDBPyConnection, records: int, rows_a_chunk: int, start: int = 0
) -> Iterator[tuple[int, Ints]]:
    """Answer the pairs by ranges of left rows, in order: (the first row that is not of the range, its pairs)."""
    for low in range(start, max(records, 1), rows_a_chunk):
        found = connection.execute(
            "select pair from pairs where pair >= ? and pair < ? order by pair",
            [low << 32, (low + rows_a_chunk) << 32],
        ).fetchnumpy()["pair"]
        yield low + rows_a_chunk, np.asarray(found, dtype=np.int64)
