"""The customer page: who is this and what is with them?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from api import looking
from api.http.answering import rooms_of
from api.http.rooms import Rooms
from api.pages.customer_same import same_of
from api.pages.rendering import address, page, wording_for
from api.signing_in import Asker, who_asks
from api.structured import parts_of
from archive import customers as directory
from archive.holders import others_of
from archive.placing import Places, places_of
from archive.showing import customers
from archive.showing.folders import MOST_PAGES
from archive.showing.reasons import reasons

router = APIRouter(include_in_schema=False)
_LINES = 50


@dataclass(frozen=True, slots=True)
class FolderLine:
    """One folder of the set, with how many letters of it the reader may see."""

    code: str
    name: str
    documents: int


@dataclass(frozen=True, slots=True)
class Pager:
    """Where one is in a folder: the page, of how many, and the addresses of those beside it ('' where there is none)."""

    page: int
    pages: int
    newer: str
    older: str


@router.get("/customers/{customer_id}")
def show(
    request: Request,
    customer_id: int,
    rooms: Annotated[Rooms, Depends(rooms_of)],
    asker: Annotated[Asker, Depends(who_asks)],
    folder: str = "",
    before: int = 0,
    number: Annotated[int, Query(alias="page", ge=1, le=MOST_PAGES)] = 1,
) -> Response:
    """One customer; `folder` narrows the letters shown, `page` (of a folder) goes to a page by its number."""
    language = wording_for(request, asker).language
    with rooms.catalogue.reading() as connection:
        card = customers.card(connection, asker.access, customer_id)
        places = places_of(connection, card.id)
        asked, folder = folder, places.now(folder)
        skip = (number - 1) * _LINES if folder else 0
        same = same_of(connection, asker, card)
        view = directory.show(connection, asker.access, card.id)
        parts = parts_of(_addresses(card), view)
        others = others_of(connection, customers.identities(connection, card.id))
        lines = customers.timeline(
            connection, asker.access, card.id, folder_code=folder, before=before, skip=skip, limit=_LINES + 1
        )
    named = dict.fromkeys(looking.customer(one.customer_id) for some in others.values() for one in some)
    looking.note(rooms, asker, "read", looking.customer(card.id))
    looking.note(rooms, asker, "holder", *named)
    folders = _folders(card, places, language)
    older = {"folder": folder, "before": lines[_LINES - 1].id} if lines[_LINES:] and not folder else {}
    return page(
        request,
        asker,
        "customer.html",
        here="customers",
        card=card,
        same=same,
        others=others,
        parts=parts,
        whys={(one.field, one.value): one for one in reasons(view)},
        merged=card.id != customer_id,
        folders=folders,
        folder=folder,
        gone="" if folder == asked else asked,
        lines=lines[:_LINES],
        more=address(f"/customers/{card.id}", older) if older else "",
        pager=_pager(card, folder, number) if folder else None,
    )


def _addresses(card: customers.Card) -> list[str]:
    return [one.value for one in card.fields if one.name in ("address", "former_address")]


def _pager(card: customers.Card, folder: str, number: int) -> Pager:
    count = next((one.documents for one in card.folders if one.code == folder), 0)
    pages = max(1, -(-count // _LINES))
    newer, older = (
        address(f"/customers/{card.id}", {"folder": folder, "page": beside}) if 1 <= beside <= pages else ""
        for beside in (number - 1, number + 1)
    )
    return Pager(number, pages, newer, older)


def _folders(card: customers.Card, places: Places, language: str) -> Sequence[FolderLine]:
    """The whole set by the plan; what merged identities brought lies in the same places."""
    counts = {one.code: one.documents for one in card.folders}
    return [FolderLine(one.code, one.name(language), counts.get(one.code, 0)) for one in places.folders]
