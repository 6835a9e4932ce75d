"""Candidate pairs: each blocking pass one hash self-join in DuckDB.

Strings never get here: keys are 64-bit numbers and records are row numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np

from dedup.linkage.columns import Ints

MOST_SHARING = 120
"""A key shared by more records says too little and costs too much: left out, and told."""
MOST_PAIRS_A_RECORD = 1.0
"""So many pairs may a pass find; the keys that most records share are left out until it does."""
_FEW_PAIRS = 1_000_000
"""A pass that finds no more is left as it is."""


@dataclass(frozen=True, slots=True)
class PassReport:
    """What one pass gave: pairs found, and keys left out because too many records share them."""

    name: str
    pairs: int
    left_out: int
    records_left_out: int


def run_pass(connection: duckdb.DuckDBPyConnection, name: str, keys: list[Ints]) -> tuple[PassReport, Ints]:
    """Find the pairs of records that share a key of this pass: left row in the upper half, right row in the lower."""
    records = len(keys[0])
    rows = np.arange(records, dtype=np.int32)
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
        "create or replace temp table shared as select key, count(*)::bigint as size from keyed group by key having size > 1"
    )
    sizes = connection.execute("select size, count(*) as keys from shared group by size order by size").fetchnumpy()
    most, report = limits(name, np.asarray(sizes["size"]), np.asarray(sizes["keys"]), records)
    connection.execute(
        """create or replace temp table joining as
           select row, key from keyed semi join (select key from shared where size <= ?) as kept using (key)""",
        [most],
    )
    found = connection.execute(
        """select (x.row::bigint << 32) | y.row as pair
           from joining x join joining y on x.key = y.key and x.row < y.row"""
    ).fetchnumpy()["pair"]
    for table in ("keyed", "shared", "joining"):
        connection.execute(f"drop table {table}")
    return report, np.asarray(found, dtype=np.int64)


def limits(name: str, sizes: Ints, keys: Ints, records: int) -> tuple[int, PassReport]:
    """Answer how many records may share a key of a pass, and what the pass gives then.

    `sizes`: how many records share a key, in rising order; `keys`: how many such keys there are.
    """
    most = _most(sizes, keys, records)
    kept, left_out = sizes <= most, sizes > most
    pairs = int((keys * (sizes * (sizes - 1) // 2))[kept].sum())
    return most, PassReport(name, pairs, int(keys[left_out].sum()), int((sizes * keys)[left_out].sum()))


def _most(sizes: Ints, keys: Ints, records: int) -> int:
    """How many records may share a key, so that the pass finds no more pairs than it may."""
    pairs = np.cumsum(keys * (sizes * (sizes - 1) // 2))
    may = np.searchsorted(pairs, max(MOST_PAIRS_A_RECORD * records, _FEW_PAIRS), side="right")
    return min(MOST_SHARING, int(sizes[may - 1]) if may else 1)
