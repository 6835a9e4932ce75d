"""A case's card: its parties, its dates, and everything that was received and sent in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, select

from archive.access import Access
from archive.errors import NotFound
from archive.schema import case, document, filing, party
from archive.sentences import say
from archive.showing import visible
from archive.showing.customers import identities
from archive.showing.letters import named

_READ_AT_ONCE = 40


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody in the case, and in which role."""

    role: str
    customer_id: int | None
    name: str


@dataclass(frozen=True, slots=True)
class Item:
    """One letter of the case folder."""

    id: int
    registration_number: str
    document_type: str
    channel: str
    state: str
    received_on: str
    letter_date: str | None


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The case that this one continues, or one that continues it."""

    number: str
    state: str


@dataclass(frozen=True, slots=True)
class Saying:
    """What a letter of the case says of itself: its type, the names of its parts, and the digest of its reading."""

    document_id: int
    document_type: str
    names: Sequence[str]
    reading: str


@dataclass(frozen=True, slots=True)
class Card:
    """A case as its page shows it."""

    id: int
    number: str
    type: str
    state: str
    stage: str
    branch: str
    account: str
    point_of_delivery: str
    opened_on: str
    last_letter_on: str
    due_on: str | None
    closed_on: str | None
    completion_code: str
    customer_id: int | None
    customer_name: str
    parties: Sequence[Party]
    items: Sequence[Item]
    follows: Neighbour | None = None
    followed_by: Sequence[Neighbour] = ()
    version: int = 1


def card(connection: Connection, access: Access, number: str) -> Card:
    """A case's card. Raises: NotFound where there is none, or none that the asker may see."""
    row = connection.execute(select(case).where(case.c.number == number, visible.cases(access))).first()
    if row is None:
        raise NotFound(say("there is no case {number} that you may see", number=number))
    customer_id, name = named(connection, [row.customer_id] if row.customer_id else []).get(row.customer_id, (None, ""))
    return Card(
        id=row.id,
        number=row.number,
        type=row.type,
        state=row.state,
        stage=row.stage,
        branch=row.branch,
        account=row.account,
        point_of_delivery=row.point_of_delivery,
        opened_on=row.opened_on,
        last_letter_on=row.last_letter_on,
        due_on=row.due_on,
        closed_on=row.closed_on,
        completion_code=row.completion_code,
        customer_id=customer_id,
        customer_name=name,
        parties=_parties(connection, access, row.id),
        items=_items(connection, access, row.id),
        follows=next(iter(_neighbours(connection, access, case.c.id == row.follows_id)), None),
        followed_by=_neighbours(connection, access, case.c.follows_id == row.id),
        version=row.version,
    )


def sayings(connection: Connection, access: Access, case_id: int) -> list[Saying]:
    """What the letters of a case say of themselves, oldest first; only those that the asker may see."""
    rows = connection.execute(
        select(document.c.id, document.c.document_type, document.c.name, document.c.reading)
        .join(filing, filing.c.document_id == document.c.id)
        .where(filing.c.case_id == case_id, visible.documents(access))
        .order_by(document.c.received_on, document.c.id)
        .limit(_READ_AT_ONCE)
    ).all()
    parts = connection.execute(
        select(document.c.parent_id, document.c.name).where(document.c.parent_id.in_([row.id for row in rows]))
    ).all()
    names = {row.id: [row.name, *(part.name for part in parts if part.parent_id == row.id)] for row in rows}
    return [Saying(row.id, row.document_type, names[row.id], row.reading or "") for row in rows]


def _neighbours(connection: Connection, access: Access, which: ColumnElement[bool]) -> list[Neighbour]:
    query = select(case.c.number, case.c.state).where(which, visible.cases(access)).order_by(case.c.id)
    return [Neighbour(number, state) for number, state in connection.execute(query)]


def open_numbers(connection: Connection, access: Access, customer_id: int) -> list[tuple[str, str]]:
    """The open cases of a customer (of one that stands for others, theirs too) that the asker may see: (number, type).

    Newest first.
    """
    rows = connection.execute(
        select(case.c.number, case.c.type)
        .where(
            case.c.customer_id.in_(identities(connection, customer_id)), case.c.state == "open", visible.cases(access)
        )
        .order_by(case.c.id.desc())
        .limit(50)
    )
    return [(number, kind) for number, kind in rows]


def _parties(connection: Connection, access: Access, case_id: int) -> list[Party]:
    """The parties of the case and of the letters in it that the asker may see, each once."""
    letters = (
        select(filing.c.document_id)
        .join(document, document.c.id == filing.c.document_id)
        .where(filing.c.case_id == case_id, visible.documents(access))
    )
    rows = connection.execute(
        select(party.c.role, party.c.customer_id, party.c.name)
        .where((party.c.case_id == case_id) | party.c.document_id.in_(letters))
        .order_by(party.c.id)
    ).all()
    who = named(connection, [row.customer_id for row in rows if row.customer_id])
    found = {}
    for row in rows:
        key, name = who.get(row.customer_id, (None, row.name))
        found[(row.role, key, name)] = Party(row.role, key, name)
    return list(found.values())


def _items(connection: Connection, access: Access, case_id: int) -> list[Item]:
    rows = connection.execute(
        select(document)
        .join(filing, filing.c.document_id == document.c.id)
        .where(filing.c.case_id == case_id, visible.documents(access))
        .order_by(document.c.received_on, document.c.id)
        .limit(500)
    )
    return [
        Item(r.id, r.registration_number or "", r.document_type, r.channel, r.state, r.received_on, r.letter_date)
        for r in rows
    ]
