"""A customer's card: the golden record with its sources, what it holds, its folders, its cases and its letters.

Customers are visible company-wide, their sensitive fields masked by role; the letters and cases by branch and mark.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Table, and_, func, or_, select

from archive.access import SENSITIVE_FIELDS, Access, masked
from archive.customers import Held, holdings
from archive.errors import NotFound
from archive.merging import Merge, merges
from archive.pair_words import PairWord, words
from archive.placing import Places, places_of
from archive.schema import (
    account,
    address,
    case,
    contract,
    customer,
    document,
    filing,
    folder,
    holding,
    meter,
    point_of_delivery,
    source_record,
)
from archive.sentences import say
from archive.showing import folders, visible
from archive.showing.folders import FolderCount

_HELD: dict[str, tuple[Table, str]] = {
    "account": (account, "number"),
    "contract": (contract, "number"),
    "point_of_delivery": (point_of_delivery, "code"),
    "meter": (meter, "number"),
}
_ORDER = {
    name: place
    for place, name in enumerate(
        (
            "full_name",
            "surname",
            "given_name",
            "patronymic",
            "other_names",
            "birth_date",
            "tax_id",
            "address",
            "former_address",
            "phones",
            "emails",
        )
    )
}
_TOLD_AS_HELD = frozenset({"accounts", "contracts", "meters", "points_of_delivery", "kind", "branch"})


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the golden record: its value (masked where the asker may not see it) and where it comes from."""

    name: str
    value: str
    system: str
    source_id: str
    at: str
    masked: bool


@dataclass(frozen=True, slots=True)
class Matter:
    """One case of the customer."""

    number: str
    type: str
    state: str
    branch: str
    opened_on: str
    last_letter_on: str
    due_on: str | None


@dataclass(frozen=True, slots=True)
class Line:
    """One letter on the customer's timeline."""

    id: int
    registration_number: str
    document_type: str
    channel: str
    branch: str
    state: str
    received_on: str
    folder: str
    case_number: str


@dataclass(frozen=True, slots=True)
class Card:
    """A customer as its page shows it. `merges`: whom it stands for, and why; `said`: of it and others."""

    id: int
    version: int
    kind: str
    name: str
    branch: str
    answer_channel: str
    fields: Sequence[Field]
    held: Sequence[Held]
    folders: Sequence[FolderCount]
    cases: Sequence[Matter]
    merges: Sequence[Merge]
    said: Sequence[PairWord]


def survivor(connection: Connection, customer_id: int) -> int:
    """Who stands for this customer now. Raises: NotFound."""
    row = connection.execute(select(customer.c.id, customer.c.survivor_id).where(customer.c.id == customer_id)).first()
    if row is None:
        raise NotFound(say("there is no customer {number}", number=customer_id))
    return int(row.survivor_id or row.id)


def card(connection: Connection, access: Access, customer_id: int) -> Card:
    """The card of the customer, or of the one that it was merged into. Raises: NotFound."""
    key = survivor(connection, customer_id)
    row = connection.execute(select(customer).where(customer.c.id == key)).one()
    every = identities(connection, key)
    return Card(
        id=key,
        version=row.version,
        kind=row.kind,
        name=row.display_name,
        branch=row.branch,
        answer_channel=row.answer_channel,
        fields=_fields(connection, access, row),
        held=_held(connection, key),
        folders=folders.counts(connection, access, every),
        cases=_cases(connection, access, key),
        merges=merges(connection, every),
        said=words(connection, every),
    )


def address_of(connection: Connection, customer_id: int) -> str:
    """Where a customer lives or sits now, by its own word before that of those merged into it; '' where nobody knows."""
    query = (
        select(address.c.as_given)
        .where(address.c.customer_id.in_(identities(connection, customer_id)))
        .order_by(address.c.kind, address.c.valid_to.is_not(None), address.c.customer_id != customer_id, address.c.id)
    )
    return str(connection.execute(query.limit(1)).scalar() or "")


def identities(connection: Connection, key: int) -> list[int]:
    """The customer and everyone merged into it: what was filed under any of them is theirs."""
    merged = connection.execute(select(customer.c.id).where(customer.c.survivor_id == key)).scalars()
    return [key, *merged]


def timeline(
    connection: Connection,
    access: Access,
    customer_id: int,
    *,
    folder_code: str = "",
    before: int = 0,
    skip: int = 0,
    limit: int = 50,
) -> list[Line]:
    """The customer's letters that the asker may see, newest first.

    `before` is the last id of the page before; `skip` leaves out so many newer ones, for who goes to a page by its number.
    """
    keys = identities(connection, customer_id)
    if folder_code:
        ids = folders.newest(connection, access, keys, folder_code, before, skip, limit)
    else:
        filed = folders.newest(connection, access, keys, "", before, 0, skip + limit)
        every = {*filed, *_sent(connection, access, keys, before, skip + limit)}
        ids = sorted(every, reverse=True)[skip : skip + limit]
    query = select(document).where(document.c.id.in_(ids), document.c.part == 0, visible.documents(access))
    rows = connection.execute(query.order_by(document.c.id.desc())).all()
    lies = _places(connection, access, [row.id for row in rows])
    places = places_of(connection, customer_id)
    return [_line(row, places, *lies.get(row.id, ("", ""))) for row in rows]


def _sent(connection: Connection, access: Access, keys: Sequence[int], before: int, limit: int) -> set[int]:
    """The newest letters of each of these senders. Proposals of the desk are not theirs yet: only what is settled."""
    found: set[int] = set()
    for key in keys:
        query = select(document.c.id).where(
            document.c.customer_id == key,
            document.c.state.in_(("filed", "duplicate")),
            document.c.part == 0,
            visible.documents(access),
        )
        if before:
            query = query.where(document.c.id < before)
        found.update(connection.execute(query.order_by(document.c.id.desc()).limit(limit)).scalars())
    return found


def _line(row: Row[Any], places: Places, filed: str, case_number: str) -> Line:
    return Line(
        row.id,
        row.registration_number or "",
        row.document_type,
        row.channel,
        row.branch,
        row.state,
        row.received_on,
        places.of(filed, row.document_type) if filed else "",
        case_number,
    )


def _places(connection: Connection, access: Access, ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    if not ids:
        return {}
    rows = connection.execute(
        select(filing.c.document_id, func.max(folder.c.code), func.max(case.c.number))
        .select_from(
            filing.outerjoin(folder, filing.c.folder_id == folder.c.id).outerjoin(
                case, and_(filing.c.case_id == case.c.id, visible.cases(access))
            )
        )
        .where(filing.c.document_id.in_(ids))
        .group_by(filing.c.document_id)
    )
    return {key: (code or "", number or "") for key, code, number in rows}


def _fields(connection: Connection, access: Access, row: Row[Any]) -> list[Field]:
    cells = list(_cells(json.loads(row.golden)))
    wanted = {record for _name, _value, record in cells if record}
    known = select(source_record.c.id, source_record.c.system, source_record.c.source_id, source_record.c.at)
    sources = {record.id: record for record in connection.execute(known.where(source_record.c.id.in_(wanted)))}
    told = [_field(access, name, value, sources.get(record)) for name, value, record in cells if value]
    return sorted(told, key=lambda field: _ORDER.get(field.name, len(_ORDER)))


def _cells(golden: Mapping[str, Any]) -> Iterator[tuple[str, str, int | None]]:
    """Every cell of the golden record as (field, value, source record); what is held is told as holdings instead."""
    for name, held in golden.items():
        if name in _TOLD_AS_HELD:
            continue
        for cell in held if isinstance(held, list) else [held]:
            value = cell["value"]
            text = " ".join(str(part) for part in value.values()) if isinstance(value, Mapping) else str(value)
            yield name, text, cell.get("record")


def _field(access: Access, name: str, value: str, source: Any) -> Field:
    hide = name in SENSITIVE_FIELDS and not access.sees_sensitive
    shown = masked(value) if hide else value
    if source is None:
        return Field(name, shown, "", "", "", hide)
    return Field(name, shown, source.system, source.source_id, source.at, hide)


def _held(connection: Connection, key: int) -> list[Held]:
    """What the customer and everyone merged into it hold: by kind, what is held now first."""
    found = holdings(connection, identities(connection, key))
    kinds = list(_HELD)
    return sorted(found, key=lambda one: (kinds.index(one.kind), one.valid_to != "", one.number))


def _cases(connection: Connection, access: Access, key: int) -> list[Matter]:
    rows = connection.execute(
        select(case)
        .where(case.c.customer_id.in_(identities(connection, key)), visible.cases(access))
        .order_by(case.c.state.desc(), case.c.id.desc())
        .limit(200)
    )
    return [Matter(r.number, r.type, r.state, r.branch, r.opened_on, r.last_letter_on, r.due_on) for r in rows]


def holders(connection: Connection, number: str) -> list[int]:
    """The customers (survivors) that hold an account, contract or meter written exactly so; for jumping straight."""
    found: set[int] = set()
    for kind, (table, column) in _HELD.items():
        rows = connection.execute(
            select(func.coalesce(customer.c.survivor_id, customer.c.id))
            .join(holding, holding.c.customer_id == customer.c.id)
            .join(table, and_(holding.c.held_id == table.c.id, holding.c.kind == kind))
            .where(or_(table.c[column] == number, table.c.folded == number))
            .limit(3)
        )
        found.update(int(key) for key in rows.scalars())
    return sorted(found)
