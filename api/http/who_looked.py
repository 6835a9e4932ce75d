"""Who looked at whom: at a customer and their letters, at one letter, or what an employee looked at."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BeforeValidator, Field

from api import looking
from api.http.answering import By, Here, answer
from api.http.ledger import Day
from api.http.rooms import Rooms
from api.http.shapes import PROBLEMS
from api.signing_in import Asker
from archive import looks

# A form sends an empty field where nothing is asked for.
Id = Annotated[int, BeforeValidator(lambda given: given or 0), Field(ge=0)]
router = APIRouter(prefix="/api/looks", tags=["looks"], responses=PROBLEMS)


def asked_for(
    customer: Annotated[Id, Query(description="this customer and their letters; 0: whoever")] = 0,
    document: Annotated[Id, Query(description="this letter; 0: whatever")] = 0,
    employee: Annotated[str, Query(max_length=200, description="login; empty: whoever")] = "",
    since: Day = "",
    until: Day = "",
    before: Annotated[int, Query(ge=0, description="the last id of the page before")] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> looks.Asked:
    """Which looks are asked for."""
    return looks.Asked(customer, document, employee, since, until, before, limit)


@router.get("", response_model=list[looks.NotedLook])
def find(rooms: Here, asker: By, asked: Annotated[looks.Asked, Depends(asked_for)]) -> Response:
    """Looks, the last first; days are UTC. For admins of every branch; asking is noted too."""
    return answer(looks_of(rooms, asker, asked))


def looks_of(rooms: Rooms, asker: Asker, asked: looks.Asked) -> list[looks.NotedLook]:
    """The looks asked for, and that they were asked for. Raises: Forbidden."""
    with rooms.catalogue.reading() as connection:
        found = list(looks.find(connection, asker.supervising, asked))
    looking.note(rooms, asker, "looks", looks.subject_of(asked))
    return found
