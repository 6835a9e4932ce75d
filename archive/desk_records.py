"""The source record that people write at the desk: one of each identity, beside those of the feeds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update

from archive.clock import utc_now
from archive.customers import member_ids, root_of
from archive.directory_plan import planned
from archive.directory_record import BY_HAND, DirectoryRecord
from archive.hand_record import Cells, record_at_desk
from archive.schema import customer, source_record
from archive.source_versions import keep_past
from archive.standing import witnesses_of
from archive.survivorship import Golden, Witness, golden, in_force, record_of

_OF_DESK = "desk-"


@dataclass(frozen=True, slots=True)
class Desk:
    """What was said at the desk of one identity: its source record's number and version, and its row."""

    record_id: int
    version: int
    cells: Cells


@dataclass(frozen=True, slots=True)
class Told:
    """A customer as everybody reads it: who stands for it, that one's version and golden record, and of each identity that
    is one with it what its records say, and what was said of it at the desk."""

    root: int
    version: int
    golden: Golden
    witnesses: Mapping[int, tuple[Witness, ...]]
    desks: Mapping[int, Desk]

    @property
    def record(self) -> DirectoryRecord:
        """The customer as it is read."""
        return record_of(self.golden)

    @property
    def said(self) -> list[DirectoryRecord]:
        """What all its other records say, but for what was withdrawn."""
        every = [one for found in self.witnesses.values() for one in found]
        held = zip(every, in_force(every), strict=True)
        return [record for one, record in held if one.record.withdrawn is None]

    def at_desk(self, one: int) -> Cells:
        """What was said at the desk of an identity; empty where nothing was."""
        return self.desks[one].cells if one in self.desks else {}

    def after(self, payloads: Mapping[int, Cells]) -> DirectoryRecord:
        """The customer as it would be read if this were said at the desk of these identities."""
        at = utc_now()
        ids = {one: self.desks[one].record_id if one in self.desks else -one for one in payloads}
        kept = [one for found in self.witnesses.values() for one in found if one.record_id not in ids.values()]
        news = [Witness(ids[one], BY_HAND, at, record_at_desk(cells)) for one, cells in payloads.items()]
        return record_of(golden([*kept, *news], self.golden))


def told(connection: Connection, customer_id: int) -> Told:
    """A customer as it is read, with all that its records say. Raises: NotFound."""
    root = root_of(connection, customer_id)
    members = member_ids(connection, root)
    row = connection.execute(select(customer.c.version, customer.c.golden).where(customer.c.id == root)).one()
    found = witnesses_of(connection, members)
    query = select(source_record).where(source_record.c.customer_id.in_(members), source_record.c.system == BY_HAND)
    names = {place_of(one): one for one in members}
    desks = {
        one.customer_id: Desk(one.id, one.version, json.loads(one.payload))
        for one in connection.execute(query)
        if names.get(one.source_id) == one.customer_id
    }
    return Told(root, row.version, json.loads(row.golden), {one: tuple(found[one]) for one in members}, desks)


def place_of(customer_id: int) -> str:
    """The source id of what is said of an identity at the desk."""
    return f"{_OF_DESK}{customer_id}"


def is_of_desk(place: tuple[str, str]) -> bool:
    """Whether (system, source id) is that of a record that the desk keeps itself."""
    return place[0] == BY_HAND and place[1].startswith(_OF_DESK)


def put(connection: Connection, actor: str, customer_id: int, was: Desk | None, cells: Cells, day: str) -> None:
    """Write what is said at the desk of an identity that is known, as a new version of its record."""
    place = (BY_HAND, place_of(customer_id))
    item = planned(place, dict(cells), dict(was.cells) if was else None, record_at_desk(cells), None)
    row: dict[str, Any] = {"payload": item.payload, "payload_digest": item.digest, "run_id": None, "at": utc_now()}
    row |= {"valid_from": day, "actor": actor}
    if was is None:
        row |= {"system": place[0], "source_id": place[1], "customer_id": customer_id}
        connection.execute(insert(source_record).values(row))
        return
    keep_past(connection, [was.record_id])
    row["version"] = was.version + 1
    connection.execute(update(source_record).where(source_record.c.id == was.record_id).values(row))
