"""Customers: search as one types, the card, the timeline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlalchemy import Connection

from api import finding, looking
from api.http.answering import By, Here, answer, etag
from api.http.shapes import PROBLEMS
from api.structured import StructuredAddress, addresses_of
from archive import customers as directory
from archive.errors import NotFound
from archive.placing import places_of
from archive.sentences import say
from archive.showing import customers
from archive.showing.folders import MOST_PAGES
from archive.showing.reasons import Why, reasons
from search.ports import Query as IndexQuery

router = APIRouter(prefix="/api/customers", tags=["customers"], responses=PROBLEMS)


@router.get("", response_model=finding.Customers)
def find(
    rooms: Here,
    asker: By,
    q: Annotated[str, Query(max_length=1000)] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    after: str | None = None,
    as_you_type: bool = False,
) -> Response:
    """Customers by any known datum or part of one."""
    query = IndexQuery(q, limit=limit, after=after, as_you_type=as_you_type)
    found = finding.find_customers(rooms, asker.access, query, alone=True)
    looking.note_search(rooms, asker, q)
    return answer(found)


@dataclass(frozen=True, slots=True)
class CardWithAddresses(customers.Card):
    """The card, each address with its parts, and why each value of the golden record is the one that is taken."""

    addresses: Sequence[StructuredAddress]
    why: Sequence[Why]


@router.get("/{customer_id}", response_model=CardWithAddresses)
def show(customer_id: int, rooms: Here, asker: By) -> Response:
    """The customer's card: golden record with sources and why, addresses with their parts, holdings, folders, cases; who it stands for,
    and what was said."""
    with rooms.catalogue.reading() as connection:
        card = customers.card(connection, asker.access, customer_id)
        view = directory.show(connection, asker.access, card.id)
    looking.note(rooms, asker, "read", looking.customer(card.id))
    told = {one.name: getattr(card, one.name) for one in fields(card)}
    whole = CardWithAddresses(**told, addresses=addresses_of(view), why=reasons(view))
    return answer(whole, headers={"ETag": etag(card.version)})


@router.get("/{customer_id}/documents", response_model=list[customers.Line])
def timeline(
    customer_id: int,
    rooms: Here,
    asker: By,
    folder: str = "",
    before: int = 0,
    page: Annotated[int, Query(ge=1, le=MOST_PAGES, description="by its number, from 1, of `limit` letters each")] = 1,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """The customer's letters, newest first. How many a folder holds stands on the customer's card.

    A `folder` that the customer's set has no more stands for the one where all of it shows now, where there is one.
    `before` is the last id of the page before, for who reads on; letters that come meanwhile do not shift what follows.
    """
    skip = (page - 1) * limit
    with rooms.catalogue.reading() as connection:
        key = customers.survivor(connection, customer_id)
        code = _folder(connection, key, folder)
        found = customers.timeline(
            connection, asker.access, key, folder_code=code, before=before, skip=skip, limit=limit
        )
    looking.note(rooms, asker, "timeline", looking.customer(key))
    return answer(found)


def _folder(connection: Connection, customer_id: int, asked: str) -> str:
    """The folder to list for the one asked for. Raises: NotFound with the customer's folders, where there is none."""
    places = places_of(connection, customer_id)
    code = places.now(asked)
    if asked and not code:
        raise NotFound(
            say(
                "customer {number} has no folder {folder}; the folders are: {folders}",
                number=customer_id,
                folder=repr(asked),
                folders=", ".join(one.code for one in places.folders),
            )
        )
    return code
