"""Applying a planned chunk of the directory in one short transaction: only where the records still stand as planned."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, func, or_, select, update

from archive import journal, outbox
from archive.arrivals import ensure_branch
from archive.bulk import insert_rows, reserve_ids
from archive.clock import utc_now
from archive.directory_plan import Place, Plan, PlannedRecord, find_versions
from archive.directory_preparing import Prepared, columns_of, with_record
from archive.directory_record import DirectoryRecord, read_record
from archive.directory_values import enter_values, sync_values
from archive.schema import customer, customer_key, directory_size, source_record
from archive.survivorship import Witness, golden
from archive.upserting import upsert

Keyed = Mapping[Place, Sequence[int]]
"""The blocking keys of each record."""


class PlanOutdated(Exception):
    """A record of the plan changed meanwhile: plan the chunk anew. Nothing was written."""


def apply(connection: Connection, prepared: Prepared, run_id: int, actor: str) -> None:
    """Write what the plan changes: records, golden records, everything that hangs on them, journal and outbox.

    Raises:
        PlanOutdated: somebody else wrote one of the records since it was planned.
    """
    _check(connection, prepared.plan)
    for code in sorted({item.record.values["branch"] for item in prepared.plan.records} - {""}):
        ensure_branch(connection, code)
    at = utc_now()
    changed = prepared.changed
    versions = _enter(connection, prepared, run_id, at)
    journalled = [f"{record_id} v1 {item.digest}" for record_id, item in zip(versions, prepared.fresh, strict=True)]
    announced = [(customer_id, 1) for customer_id in versions.values()]
    if changed:
        announced += _change(connection, changed, prepared.keyed, run_id, at)
        journalled += [f"{i.known.id} v{i.known.version + 1} {i.digest}" for i in changed if i.known is not None]
    details = {
        "changed": {f"source_record:{item.known.id}": item.changed for item in changed if item.known is not None}
    }
    journal.write_chunk(connection, actor, "customers.import", f"import_run:{run_id}", journalled, details)
    outbox.announce(connection, "customer", announced)


def _check(connection: Connection, plan: Plan) -> None:
    now = find_versions(connection, [item.place for item in plan.records])
    then = {item.place: item.known.version for item in plan.records if item.known is not None}
    if now != then:
        raise PlanOutdated


# ---- new customers ---------------------------------------------------------------------------------------------


def _enter(connection: Connection, prepared: Prepared, run_id: int, at: str) -> dict[int, int]:
    """Write new customers, each with its one source record; answers record id → customer id in their order."""
    fresh = prepared.fresh
    customers = reserve_ids(connection, customer, len(fresh))
    records = reserve_ids(connection, source_record, len(fresh))
    insert_rows(
        connection,
        customer,
        ("id", "kind", "display_name", "branch", "golden", "created_at"),
        [
            (c, kind, name, branch, with_record(text, r), at)
            for c, r, (kind, name, branch, text) in zip(customers, records, prepared.columns, strict=True)
        ],
    )
    insert_rows(
        connection,
        source_record,
        ("id", "system", "source_id", "customer_id", "payload", "payload_digest", "run_id", "at"),
        [(r, *i.place, c, i.payload, i.digest, run_id, at) for r, c, i in zip(records, customers, fresh, strict=True)],
    )
    enter_values(connection, customers, prepared.values)
    keys = [(key, customers[place]) for key, place in prepared.key_rows]
    insert_rows(connection, customer_key, ("key", "customer_id"), keys)
    if fresh:
        _grow(connection, len(fresh))
    return dict(zip(records, customers, strict=True))


def _grow(connection: Connection, count: int) -> None:
    statement = upsert(connection, directory_size).values(id=1, customers=count)
    grown = {"customers": directory_size.c.customers + count}
    connection.execute(statement.on_conflict_do_update(index_elements=[directory_size.c.id], set_=grown))


# ---- known customers -------------------------------------------------------------------------------------------


def _change(
    connection: Connection, items: Sequence[PlannedRecord], keyed: Keyed, run_id: int, at: str
) -> list[tuple[int, int]]:
    """Write new versions of known records and everything that follows; answers (customer id, new version)."""
    _update_records(connection, items, run_id, at)
    owners = {item.known.customer_id for item in items if item.known is not None}
    members = _members(connection, owners)
    witnesses = _witnesses(connection, members)
    own: dict[int, list[DirectoryRecord]] = defaultdict(list)
    for customer_id, found in witnesses.items():
        own[customer_id] = [witness.record for witness in found]
    sync_values(connection, {owner: own[owner] for owner in sorted(owners)}, at[:10])
    _add_keys(connection, items, keyed)
    return _renew_golden(connection, members, witnesses)


def _update_records(connection: Connection, items: Iterable[PlannedRecord], run_id: int, at: str) -> None:
    rows = [
        {"record": i.known.id, "p": i.payload, "d": i.digest, "r": run_id, "v": i.known.version + 1, "t": at}
        for i in items
        if i.known is not None
    ]
    values = {"payload": "p", "payload_digest": "d", "run_id": "r", "version": "v", "at": "t"}
    statement = update(source_record).where(source_record.c.id == bindparam("record"))
    connection.execute(statement.values({name: bindparam(short) for name, short in values.items()}), rows)


def _members(connection: Connection, owners: Iterable[int]) -> dict[int, int]:
    """Customer → the one that stands for it, for these customers and everyone merged with them."""
    root = func.coalesce(customer.c.survivor_id, customer.c.id)
    roots = connection.execute(select(root).where(customer.c.id.in_(list(owners)))).scalars().all()
    rows = connection.execute(
        select(customer.c.id, root).where(or_(customer.c.id.in_(roots), customer.c.survivor_id.in_(roots)))
    )
    return {customer_id: its_root for customer_id, its_root in rows}  # noqa: C416


def _witnesses(connection: Connection, members: Iterable[int]) -> dict[int, list[Witness]]:
    """The source records of each customer."""
    found: dict[int, list[Witness]] = defaultdict(list)
    for row in connection.execute(select(source_record).where(source_record.c.customer_id.in_(list(members)))):
        cells = {**json.loads(row.payload), "system": row.system, "source_id": row.source_id}
        found[row.customer_id].append(Witness(row.id, row.system, row.at, read_record(cells)))
    return found


def _renew_golden(
    connection: Connection, members: dict[int, int], witnesses: dict[int, list[Witness]]
) -> list[tuple[int, int]]:
    roots = sorted(set(members.values()))
    rows = []
    for row in connection.execute(
        select(customer.c.id, customer.c.version, customer.c.golden).where(customer.c.id.in_(roots))
    ):
        known = [w for member, root in members.items() if root == row.id for w in witnesses.get(member, [])]
        kind, name, branch, text = columns_of(golden(known, json.loads(row.golden)))
        rows.append({"c": row.id, "v": row.version + 1, "k": kind, "n": name, "b": branch, "g": text})
    columns = {"version": "v", "kind": "k", "display_name": "n", "branch": "b", "golden": "g"}
    statement = update(customer).where(customer.c.id == bindparam("c"))
    connection.execute(statement.values({name: bindparam(short) for name, short in columns.items()}), rows)
    return [(row["c"], row["v"]) for row in rows]


def _add_keys(connection: Connection, items: Iterable[PlannedRecord], keyed: Keyed) -> None:
    """Keys are only added: people go on writing under a name or from an address that the records gave up."""
    rows: list[dict[str, Any]] = [
        {"key": key, "customer_id": item.known.customer_id}
        for item in items
        if item.known is not None
        for key in keyed[item.place]
    ]
    if rows:
        connection.execute(upsert(connection, customer_key).on_conflict_do_nothing(), rows)
