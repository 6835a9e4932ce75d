"""The customer page: who is this and what is with them?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy import Connection

from api import looking
from api.http.answering import rooms_of
from api.http.rooms import Rooms
from api.pages.rendering import address, page, wording_for
from api.signing_in import Asker, who_asks
from archive.access import Access
from archive.filings import folder_set
from archive.showing import customers

router = APIRouter(include_in_schema=False)
_LINES = 50


@dataclass(frozen=True, slots=True)
class FolderLine:
    """One folder of the set, with how many letters of it the reader may see."""

    code: str
    name: str
    documents: int


@router.get("/customers/{customer_id}")
def show(
    request: Request,
    customer_id: int,
    rooms: Annotated[Rooms, Depends(rooms_of)],
    asker: Annotated[Asker, Depends(who_asks)],
    folder: str = "",
    before: int = 0,
) -> Response:
    """One customer; `folder` narrows the letters shown."""
    language = wording_for(request, asker).language
    with rooms.catalogue.reading() as connection:
        card = customers.card(connection, asker.access, customer_id)
        lines = customers.timeline(
            connection, asker.access, card.id, folder_code=folder, before=before, limit=_LINES + 1
        )
        folders = _folders(connection, asker.access, card, language)
    looking.note(rooms, asker, "read", looking.customer(card.id))
    more = (
        address(f"/customers/{card.id}", {"folder": folder, "before": lines[_LINES - 1].id}) if lines[_LINES:] else ""
    )
    return page(
        request,
        asker,
        "customer.html",
        here="customers",
        card=card,
        merged=card.id != customer_id,
        folders=folders,
        folder=folder,
        lines=lines[:_LINES],
        more=more,
    )


def _folders(connection: Connection, access: Access, card: customers.Card, language: str) -> Sequence[FolderLine]:
    """The whole set by the plan; what merged identities brought lies in the same places."""
    counts = {one.code: one.documents for one in card.folders}
    return [
        FolderLine(planned.code, planned.names.get(language) or planned.names["en"], counts.get(planned.code, 0))
        for planned, _own in folder_set(connection, access, card.id)
    ]
