"""Cases: the card with its parties, dates and letters."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from api.http.answering import answer, rooms_of
from api.http.rooms import Rooms
from api.http.shapes import PROBLEMS
from api.signing_in import Asker, who_asks
from archive.showing import cases

router = APIRouter(prefix="/api/cases", tags=["cases"], responses=PROBLEMS)


@router.get("/{number}", response_model=cases.Card)
def show(
    number: str, rooms: Annotated[Rooms, Depends(rooms_of)], asker: Annotated[Asker, Depends(who_asks)]
) -> Response:
    """A case by its number."""
    with rooms.catalogue.reading() as connection:
        return answer(cases.card(connection, asker.access, number))
