"""The upload page: hand files in, several at once, and watch what becomes of each until it is settled.

The files themselves go to `POST /api/arrivals`, one request each, so that one that is refused or lost stops no other.
The address names the arrivals, so loading the page again shows them again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy import Connection

from api import looking
from api.http.answering import rooms_of
from api.http.rooms import Rooms
from api.pages.rendering import page
from api.signing_in import Asker, who_asks
from archive import arrivals
from archive.errors import NotFound
from archive.showing import lists
from intake.limits import DEFAULT_LIMITS

router = APIRouter(include_in_schema=False)
CHANNELS = ("upload", "post", "email", "form")
_MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Outcome:
    """One arrival as a line of the page; `working` while there is still something to wait for."""

    came: lists.Arrival
    working: bool


@router.get("/upload")
def show(
    request: Request,
    rooms: Annotated[Rooms, Depends(rooms_of)],
    asker: Annotated[Asker, Depends(who_asks)],
    r: Annotated[list[str], Query(default_factory=list, max_length=_MOST_SHOWN)],
) -> Response:
    """The page; `r` names arrivals handed in before."""
    with rooms.catalogue.reading() as connection:
        known = [_arrival(connection, asker, number) for number in dict.fromkeys(r)]
        branches = arrivals.branches_of(connection, asker.access)
    _note(rooms, asker, [came for came in known if came is not None])
    return page(
        request,
        asker,
        "upload.html",
        here="upload",
        outcomes=[_outcome(came) for came in known if came is not None],
        branches=branches,
        own=rooms.settings.branch,
        channels=CHANNELS,
        most_bytes=DEFAULT_LIMITS.arrival_bytes,
    )


@router.get("/upload/outcome/{receipt_number}")
def outcome(
    request: Request,
    receipt_number: str,
    rooms: Annotated[Rooms, Depends(rooms_of)],
    asker: Annotated[Asker, Depends(who_asks)],
) -> Response:
    """One arrival's line: asks again by itself until all of its letters are settled."""
    with rooms.catalogue.reading() as connection:
        came = lists.one_arrival(connection, asker.access, receipt_number)
    _note(rooms, asker, [came])
    return page(request, asker, "upload_outcome.html", one=_outcome(came))


def _note(rooms: Rooms, asker: Asker, shown: Sequence[lists.Arrival]) -> None:
    """Only where letters are shown: until then the page asks again and again, and shows nobody."""
    looking.note(rooms, asker, "read", *(looking.arrival(came.receipt_number) for came in shown if came.letters))


def _arrival(connection: Connection, asker: Asker, number: str) -> lists.Arrival | None:
    """An arrival that the address names; None where there is none that the asker may see."""
    try:
        return lists.one_arrival(connection, asker.access, number)
    except NotFound:
        return None


def _outcome(came: lists.Arrival) -> Outcome:
    unsettled = any(letter.state == "work" for letter in came.letters)
    return Outcome(came, came.state == "waiting" or unsettled)
