"""Reading one customer: what we know, and from where.

Customers are visible company-wide; sensitive fields are masked by role (`archive.access`). A merged customer is read
through the one that stands for it (`survivor_id`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, func, or_, select

from archive.access import SENSITIVE_FIELDS, Access, masked
from archive.directory_file import ADDRESS_PARTS, COLUMNS
from archive.directory_record import LISTS
from archive.errors import NotFound
from archive.schema import (
    account,
    address,
    contact_point,
    contract,
    customer,
    holding,
    meter,
    point_of_delivery,
    source_record,
)


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """One record of one system that belongs to the customer, with the columns as they came (sensitive ones masked)."""

    id: int
    system: str
    source_id: str
    version: int
    at: str
    payload: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FieldValue:
    """One value of one field of the golden record, and the source record it comes from."""

    field: str
    value: str
    record_id: int
    system: str
    source_id: str


@dataclass(frozen=True, slots=True)
class Held:
    """An account, contract, meter or point of delivery that the customer holds or held; dates are ISO, '' = open."""

    kind: str
    number: str
    valid_from: str
    valid_to: str


@dataclass(frozen=True, slots=True)
class Contact:
    """A phone, an e-mail address or a postal address (`current`, `former`); `valid_to` '' while it is in use."""

    kind: str
    value: str
    valid_from: str
    valid_to: str


@dataclass(frozen=True, slots=True)
class CustomerView:
    """All that an asker may see of a customer. `asked_id` is the id asked for, `id` the one that stands for it."""

    id: int
    asked_id: int
    kind: str
    display_name: str
    branch: str
    version: int
    fields: tuple[FieldValue, ...]
    holdings: tuple[Held, ...]
    contacts: tuple[Contact, ...]
    addresses: tuple[Contact, ...]
    records: tuple[SourceRecord, ...]


def show(connection: Connection, access: Access, customer_id: int) -> CustomerView:
    """A customer with each field's source. Raises `NotFound`."""
    root = _root_row(connection, customer_id)
    members = member_ids(connection, root.id)
    records = _records(connection, access, members)
    return CustomerView(
        root.id,
        customer_id,
        root.kind,
        root.display_name,
        root.branch,
        root.version,
        fields_of(access, json.loads(root.golden), records),
        holdings(connection, members),
        _contacts(connection, members),
        _addresses(connection, members),
        tuple(records.values()),
    )


def root_of(connection: Connection, customer_id: int) -> int:
    """The customer that stands for this one: itself unless it was merged. Raises `NotFound`."""
    return int(_root_row(connection, customer_id).id)


def member_ids(connection: Connection, root_id: int) -> list[int]:
    """A customer and everyone merged into it."""
    query = select(customer.c.id).where(or_(customer.c.id == root_id, customer.c.survivor_id == root_id))
    return list(connection.execute(query).scalars())


def display_names(connection: Connection, ids: Iterable[int]) -> dict[int, str]:
    """What a clerk calls these customers; unknown ids are left out."""
    query = select(customer.c.id, customer.c.display_name).where(customer.c.id.in_(list(ids)))
    return {row.id: row.display_name for row in connection.execute(query)}


def first_source(connection: Connection, ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """(system, source id) of each customer's first source record: how the outside world knows them."""
    query = select(source_record.c.customer_id, source_record.c.system, source_record.c.source_id)
    query = query.where(source_record.c.customer_id.in_(list(ids))).order_by(source_record.c.id.desc())
    return {row.customer_id: (row.system, row.source_id) for row in connection.execute(query)}


def find_source(connection: Connection, system: str, source_id: str) -> int | None:
    """The customer that stands for this source record's, or None."""
    query = select(func.coalesce(customer.c.survivor_id, customer.c.id)).join_from(source_record, customer)
    return connection.execute(
        query.where(source_record.c.system == system, source_record.c.source_id == source_id)
    ).scalar()


def _root_row(connection: Connection, customer_id: int) -> Row[Any]:
    asked = connection.execute(select(customer).where(customer.c.id == customer_id)).first()
    if asked is not None and asked.survivor_id is not None:
        asked = connection.execute(select(customer).where(customer.c.id == asked.survivor_id)).first()
    if asked is None:
        raise NotFound(f"there is no customer {customer_id}")
    return asked


def _records(connection: Connection, access: Access, members: Sequence[int]) -> dict[int, SourceRecord]:
    rows = connection.execute(
        select(source_record).where(source_record.c.customer_id.in_(members)).order_by(source_record.c.id)
    )
    return {
        row.id: SourceRecord(
            row.id, row.system, row.source_id, row.version, row.at, as_seen(access, json.loads(row.payload))
        )
        for row in rows
    }


def as_seen(access: Access, payload: Mapping[str, str]) -> dict[str, str]:
    """A source record's row as the asker may see it.

    A row as it came may hold anything in columns that we do not know: they are shown to those who see all.
    """
    if access.sees_sensitive:
        return dict(payload)
    known = {*_SHOWN_TO_ALL, *SENSITIVE_FIELDS}
    return {name: cell if name in _SHOWN_TO_ALL else masked(cell) for name, cell in payload.items() if name in known}


_SHOWN_TO_ALL = frozenset(
    {
        *("system", "source_id", "kind", "surname", "given_name", "patronymic", "full_name", "registration_number"),
        *("address", "branch", *LISTS, *ADDRESS_PARTS),
    }
)


_PLACES = {name: place for place, name in enumerate((*COLUMNS[:7], "other_names", *COLUMNS[7:]))}
"""Fields in the order in which people tell them."""


def fields_of(access: Access, golden: Mapping[str, Any], records: Mapping[int, SourceRecord]) -> tuple[FieldValue, ...]:
    """A golden record field by field, each with its source among these records."""
    found: list[FieldValue] = []
    for name in sorted(golden, key=lambda one: _PLACES.get(one, len(_PLACES))):
        held = golden[name]
        for cell in held if isinstance(held, list) else [held]:
            value = cell["value"] if isinstance(cell["value"], str) else " ".join(_full_name(cell["value"]))
            if name in SENSITIVE_FIELDS and not access.sees_sensitive:
                value = masked(value)
            source = records.get(cell["record"])
            place = (source.system, source.source_id) if source else ("", "")
            found.append(FieldValue(name, value, cell["record"], *place))
    return tuple(found)


def _full_name(name: Mapping[str, str]) -> list[str]:
    if name.get("full_name"):
        return [name["full_name"]]
    return [name[part] for part in ("surname", "given_name", "patronymic") if name.get(part)]


_NUMBERS = {
    "account": (account.c.id, account.c.number),
    "contract": (contract.c.id, contract.c.number),
    "point_of_delivery": (point_of_delivery.c.id, point_of_delivery.c.code),
    "meter": (meter.c.id, meter.c.number),
}


def holdings(connection: Connection, members: Sequence[int]) -> tuple[Held, ...]:
    """What these identities of one customer hold or held, each once, by kind."""
    found: list[Held] = []
    for kind, (held_id, number) in _NUMBERS.items():
        query: Select[Any] = select(number, holding.c.valid_from, holding.c.valid_to)
        query = query.join(holding, (holding.c.held_id == held_id) & (holding.c.kind == kind))
        query = query.where(holding.c.customer_id.in_(members)).order_by(holding.c.id)
        found += [Held(kind, *row) for row in connection.execute(query)]
    return tuple(dict.fromkeys(found))


def _contacts(connection: Connection, members: Sequence[int]) -> tuple[Contact, ...]:
    table = contact_point
    query = select(table.c.kind, table.c.value, table.c.valid_from, table.c.valid_to)
    rows = connection.execute(query.where(table.c.customer_id.in_(members)).order_by(table.c.id))
    return tuple(dict.fromkeys(Contact(row[0], row[1], row[2] or "", row[3] or "") for row in rows))


def _addresses(connection: Connection, members: Sequence[int]) -> tuple[Contact, ...]:
    query = select(address.c.kind, address.c.as_given, address.c.valid_from, address.c.valid_to)
    rows = connection.execute(query.where(address.c.customer_id.in_(members)).order_by(address.c.id))
    return tuple(dict.fromkeys(Contact(row[0], row[1], row[2] or "", row[3] or "") for row in rows))
