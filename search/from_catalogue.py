"""What the indexes should hold, read from the record: catalogue rows and the text in the object store."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, func, select

from archive import outbox
from archive.directory_profiles import ProfileRow, profiles
from archive.errors import Damaged, NotFound
from archive.ports import ObjectStore
from archive.schema import arrival, case, customer, document, filing
from search.ports import IndexedCustomer, IndexedDocument

_LOG = logging.getLogger(__name__)
_CHUNK = 300  # SQLite takes a limited number of values in one statement
_LEAST_DIGITS = 4
_SETTLED = (document.c.parent_id.is_(None), document.c.state != "work")
_STANDS = customer.c.survivor_id.is_(None)
_SENDER = func.coalesce(customer.c.survivor_id, customer.c.id)


def documents(connection: Connection, objects: ObjectStore, ids: Sequence[int]) -> Iterator[IndexedDocument]:
    """The letters among these documents; parts (found by their letter's text) and unknown ids are left out."""
    for some in _chunks(ids):
        rows = connection.execute(
            select(document, arrival.c.receipt_number, arrival.c.name.label("file_name"), _SENDER.label("sender"))
            .join_from(document, arrival)
            .join(customer, customer.c.id == document.c.customer_id, isouter=True)
            .where(document.c.id.in_(some), document.c.parent_id.is_(None))
        ).all()
        filed = _filed(connection, some)
        for row in rows:
            yield _document(row, filed.get(row.id, []), _text(objects, row))


def settled_documents(connection: Connection, after: int, limit: int) -> list[int]:
    """The next ids after this one of letters that are out of work: what a whole index holds."""
    query = select(document.c.id).where(document.c.id > after, *_SETTLED)
    return list(connection.execute(query.order_by(document.c.id).limit(limit)).scalars())


def customers(connection: Connection, ids: Sequence[int]) -> Iterator[IndexedCustomer]:
    """The customers of these that stand for themselves; merged and unknown ones are left out."""
    for some in _chunks(ids):
        rows = connection.execute(select(customer.c.id, customer.c.version).where(customer.c.id.in_(some)))
        versions = {row.id: row.version for row in rows}
        for profile in profiles(connection, some):
            yield _customer(profile, versions[profile.id])


def standing_customers(connection: Connection, after: int, limit: int) -> list[int]:
    """The next ids after this one of customers that stand for themselves."""
    query = select(customer.c.id).where(customer.c.id > after, _STANDS)
    return list(connection.execute(query.order_by(customer.c.id).limit(limit)).scalars())


def some_of(kind: outbox.Kind) -> Callable[[Connection, int, int], list[int]]:
    """How the ids of all that a whole index of this kind holds are asked for: after this one, so many."""
    return settled_documents if kind == "document" else standing_customers


def how_many(connection: Connection, kind: outbox.Kind) -> int:
    """How many things a whole index of this kind holds."""
    if kind == "document":
        return connection.execute(select(func.count()).select_from(document).where(*_SETTLED)).scalar_one()
    return connection.execute(select(func.count()).select_from(customer).where(_STANDS)).scalar_one()


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), _CHUNK):
        yield ids[start : start + _CHUNK]


def _filed(connection: Connection, ids: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    """Document → (case number or '', account or '') of each of its filings, oldest first."""
    rows = connection.execute(
        select(filing.c.document_id, case.c.number, filing.c.ground, filing.c.ground_value)
        .join_from(filing, case, isouter=True)
        .where(filing.c.document_id.in_(ids))
        .order_by(filing.c.id)
    )
    found: dict[int, list[tuple[str, str]]] = {}
    for row in rows:
        account = row.ground_value if row.ground == "account" else ""
        found.setdefault(row.document_id, []).append((row.number or "", account))
    return found


def _text(objects: ObjectStore, row: Row[Any]) -> str:
    """The letter's text, pages parted by a form feed; empty where it was never read."""
    if not row.reading:
        return ""
    try:
        with objects.open(row.reading) as stream:
            return "\f".join(page["text"] for page in json.load(stream)["pages"])
    except (NotFound, Damaged):
        # A rendition can be remade; one that is lost must not hold up the feed of all other documents.
        _LOG.warning("document %d: its reading %s is lost, so only its data is found", row.id, row.reading)
        return ""


def _document(row: Row[Any], filed: Iterable[tuple[str, str]], text: str) -> IndexedDocument:
    cases = [number for number, _ in filed if number]
    accounts = [account for _, account in filed if account]
    facts, fields = json.loads(row.facts), json.loads(row.fields)
    return IndexedDocument(
        id=row.id,
        version=row.version,
        branch=row.branch,
        received_on=date.fromisoformat(row.received_on),
        text=text,
        title=str(facts.get("subject") or row.name),
        document_type=row.document_type,
        mark=row.mark,
        channel=row.channel,
        state=row.state,
        customer_id=row.sender,
        case_number=cases[-1] if cases else "",
        registration_number=row.registration_number or "",
        receipt_number=row.receipt_number,
        file_name=row.file_name,
        numbers=tuple(dict.fromkeys((*cases[:-1], *accounts, *_numbers(fields.values())))),
    )


def _numbers(values: Iterable[Any]) -> Iterator[str]:
    """The values that are identifiers: they may be read right where the text was not."""
    for value in values:
        if isinstance(value, str) and sum(letter.isdigit() for letter in value) >= _LEAST_DIGITS and len(value) <= 64:
            yield value


def _customer(profile: ProfileRow, version: int) -> IndexedCustomer:
    people = (" ".join(filter(None, (name.surname, name.given, name.middle))) for name in profile.persons)
    return IndexedCustomer(
        id=profile.id,
        version=version,
        names=tuple(dict.fromkeys(filter(None, (profile.label, *people, *profile.organisations)))),
        kind=profile.kind,
        branch=profile.branch,
        birth_date=date.fromisoformat(profile.birth_date) if profile.birth_date else None,
        addresses=(*profile.addresses, *profile.former_addresses),
        phones=profile.phones,
        emails=profile.emails,
        accounts=profile.accounts,
        contracts=profile.contracts,
        meters=profile.meters,
        points_of_delivery=profile.points_of_delivery,
        tax_ids=profile.tax_ids,
    )
