"""The page that follows an arrival: what became of it, every page of it accounted for."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api import looking
from api.http.answering import rooms_of
from api.http.rooms import Rooms
from api.pages.rendering import page
from api.signing_in import Asker, who_asks
from archive.showing import lists

router = APIRouter(include_in_schema=False)


@router.get("/arrivals/{receipt_number}")
def show(
    request: Request,
    receipt_number: str,
    rooms: Annotated[Rooms, Depends(rooms_of)],
    asker: Annotated[Asker, Depends(who_asks)],
) -> Response:
    """One arrival with its letters; looks again by itself while there is work left."""
    with rooms.catalogue.reading() as connection:
        came = lists.one_arrival(connection, asker.access, receipt_number)
    looking.note(rooms, asker, "read", looking.arrival(receipt_number))
    in_letters = came.pages - len(came.separators) - len(came.blanks)
    working = any(letter.state == "work" for letter in came.letters)
    return page(request, asker, "arrival.html", here="ledger", came=came, pages_in_letters=in_letters, working=working)
