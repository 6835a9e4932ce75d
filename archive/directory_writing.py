"""Applying a planned chunk of the directory in one short transaction: only where the records still stand as planned."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, text, update

from archive import journal, outbox, standing
from archive.arrivals import ensure_branch
from archive.bulk import insert_rows, reserve_ids
from archive.clock import utc_now
from archive.directory_plan import Place, Plan, PlannedRecord, find_versions
from archive.directory_preparing import Prepared, with_record
from archive.directory_values import enter_values, sync_values
from archive.guard_keys import Likened
from archive.guard_keys import enter as enter_likened
from archive.guard_keys import keep as keep_likened
from archive.likening import Likening, insist_on_models
from archive.schema import customer, customer_key, source_record
from archive.source_versions import keep_past
from archive.standing import Identity
from archive.survivorship import in_force
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
    insist_on_models(connection, prepared.likened.likening)
    for code in sorted({item.record.values["branch"] for item in prepared.plan.records} - {""}):
        ensure_branch(connection, code)
    at = utc_now()
    changed = prepared.changed
    versions = enter(connection, prepared, reserve_ids(connection, customer, len(prepared.fresh)), Come(run_id, at))
    journalled = [f"{record_id} v1 {item.digest}" for record_id, item in zip(versions, prepared.fresh, strict=True)]
    announced = [(customer_id, 1) for customer_id in versions.values()]
    if changed:
        announced += _change(connection, changed, prepared.keyed, run_id, at)
        journalled += [f"{i.known.id} v{i.known.version + 1} {i.digest}" for i in changed if i.known is not None]
    _keep_for_guard(connection, prepared, list(versions.values()))
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


def _keep_for_guard(connection: Connection, prepared: Prepared, customers: Sequence[int]) -> None:
    """Write by what the guard finds the records; `customers`: those of the new ones, in their order."""
    likening = prepared.likened.likening
    if likening is None:
        return
    each = list(zip(prepared.plan.records, prepared.likened.records, strict=True))
    fresh = [likened for item, likened in each if item.known is None]
    enter_likened(connection, list(zip(customers, fresh, strict=True)))
    changed = [(item.known.customer_id, likened) for item, likened in each if item.known is not None]
    if changed:
        _keep_changed(connection, likening, changed)


def _keep_changed(connection: Connection, likening: Likening, changed: Iterable[tuple[int, Sequence[Likened]]]) -> None:
    """Write keys and records of customers of whom a record changed: (customer, what is kept of that record)."""
    by_owner: dict[int, list[Sequence[Likened]]] = {}
    for owner, likened in changed:
        by_owner.setdefault(owner, []).append(likened)
    witnesses = standing.witnesses_of(connection, by_owner)
    for owner, theirs in sorted(by_owner.items()):
        said = in_force(witnesses[owner])
        # Of one that has one record there is nothing else to work out while everybody waits for the writer.
        alone = len(said) == 1 == len(theirs)
        keep_likened(connection, owner, theirs if alone else likening([record.flat for record in said]))


# ---- new customers ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Come:
    """How records come in: with which run, when, and of those made at the desk by whom and since when they are so.

    `known_from`: the day from which they hold what was there before, '' = from the first.
    """

    run_id: int | None
    at: str
    actor: str = ""
    valid_from: str = ""
    known_from: str = ""


def enter(connection: Connection, prepared: Prepared, customers: Sequence[int], come: Come) -> dict[int, int]:
    """Write new customers, each with its one source record; answers record id → customer id in their order.

    `customers`: numbers that were reserved for them.
    """
    fresh = prepared.fresh
    records = reserve_ids(connection, source_record, len(fresh))
    insert_rows(
        connection,
        customer,
        ("id", "kind", "display_name", "branch", "golden", "created_at"),
        [
            (c, kind, name, branch, with_record(text, r), come.at)
            for c, r, (kind, name, branch, text) in zip(customers, records, prepared.columns, strict=True)
        ],
    )
    insert_rows(
        connection,
        source_record,
        (
            "id",
            "system",
            "source_id",
            "customer_id",
            "payload",
            "payload_digest",
            "run_id",
            "at",
            "actor",
            "valid_from",
        ),
        [
            (r, *i.place, c, i.payload, i.digest, come.run_id, come.at, come.actor, come.valid_from)
            for r, c, i in zip(records, customers, fresh, strict=True)
        ],
    )
    enter_values(connection, customers, prepared.values, come.known_from)
    keys = [(key, customers[place]) for key, place in prepared.key_rows]
    insert_rows(connection, customer_key, ("key", "customer_id"), keys)
    if fresh:
        _grow(connection, len(fresh))
    return dict(zip(records, customers, strict=True))


def _grow(connection: Connection, count: int) -> None:
    connection.execute(_GROWN, {"count": count})


_GROWN = text(
    "INSERT INTO directory_size (id, customers) VALUES (1, :count)"
    " ON CONFLICT (id) DO UPDATE SET customers = directory_size.customers + excluded.customers"
)


# ---- known customers -------------------------------------------------------------------------------------------


def _change(
    connection: Connection, items: Sequence[PlannedRecord], keyed: Keyed, run_id: int, at: str
) -> list[tuple[int, int]]:
    """Write new versions of known records and everything that follows; answers (customer id, new version)."""
    update_records(connection, items, run_id, at)
    owners = {item.known.customer_id for item in items if item.known is not None}
    found = standing.together(connection, owners)
    known = ((item.place, item.known.customer_id) for item in items if item.known is not None)
    add_keys(connection, ((key, owner) for place, owner in known for key in keyed[place]))
    return settle(connection, found, owners, at[:10])


def settle(
    connection: Connection, found: Mapping[int, Identity], owners: Collection[int], day: str
) -> list[tuple[int, int]]:
    """Bring what hangs on these owners, and what is told of them, up to what their source records say now.

    `found`: all that are one with any of them (`standing.together`); `day`: from which what is new is so, and till which
    what is gone was. Answers (customer, new version).
    """
    witnesses = standing.witnesses_of(connection, found)
    sync_values(connection, {owner: in_force(witnesses[owner]) for owner in sorted(owners)}, day)
    owns = {owner: standing.renewed(found[owner], witnesses[owner]) for owner in owners}
    roots = {one: identity.root for one, identity in found.items()}
    # The customer as everybody reads it is another one, though what it tells may be the same.
    touched = {*owners, *(roots[owner] for owner in owners)}
    return standing.stand(connection, found, roots, owns, witnesses, touched)


def update_records(connection: Connection, items: Iterable[PlannedRecord], run_id: int | None, at: str) -> None:
    """Write what known records say now, and keep what they said before."""
    rows = [
        {"record": i.known.id, "p": i.payload, "d": i.digest, "r": run_id, "v": i.known.version + 1, "t": at}
        for i in items
        if i.known is not None
    ]
    values = {"payload": "p", "payload_digest": "d", "run_id": "r", "version": "v", "at": "t"}
    keep_past(connection, [row["record"] for row in rows])
    statement = update(source_record).where(source_record.c.id == bindparam("record"))
    # A feed does not tell since when: from the day on which it told us.
    values_now: dict[str, Any] = {name: bindparam(short) for name, short in values.items()} | {
        "valid_from": at[:10],
        "actor": "",
    }
    connection.execute(statement.values(values_now), rows)


def add_keys(connection: Connection, keys: Iterable[tuple[int, int]]) -> None:
    """Add (key, customer). They are only added: people go on writing under a name or from an address that was given up."""
    rows = [{"key": key, "customer_id": owner} for key, owner in keys]
    if rows:
        connection.execute(upsert(connection, customer_key).on_conflict_do_nothing(), rows)
