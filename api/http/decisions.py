"""Decisions of the desk. Each holds for the version in `If-Match`; 409 when somebody else was first."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from api.http.answering import answer, etag, rooms_of, version_wanted
from api.http.rooms import Rooms
from api.http.shapes import PROBLEMS, Decided, Problem
from api.signing_in import Asker, who_asks
from archive.showing import desk
from intake import deciding

_IF_MATCH = {
    "parameters": [
        {
            "name": "If-Match",
            "in": "header",
            "required": True,
            "schema": {"type": "string"},
            "description": "the ETag of the document that the decision is about",
        }
    ]
}
_CONFLICT: dict[int | str, Any] = {
    409: {"model": Problem, "description": "Somebody else was first, or If-Match is missing."}
}
router = APIRouter(prefix="/api/documents/{document_id}", tags=["decisions"], responses=PROBLEMS | _CONFLICT)


class Correction(BaseModel):
    """What the letter is and whose. `case_number`: empty by the rules, `new`, or an open case's number."""

    document_type: str
    customer_id: int
    case_number: str = ""


class Rejection(BaseModel):
    """Why the letter is turned away."""

    reason: str = Field(description="one of: " + ", ".join(deciding.REJECT_REASONS))


@router.post("/accept", response_model=Decided, openapi_extra=_IF_MATCH)
def accept(
    request: Request,
    document_id: int,
    rooms: Annotated[Rooms, Depends(rooms_of)],
    asker: Annotated[Asker, Depends(who_asks)],
) -> Response:
    """File the letter as it was proposed."""
    done = deciding.accept(rooms.catalogue, asker.deciding, document_id, version_wanted(request))
    return _answer(rooms, asker, done, alike=False)


@router.post("/correct", response_model=Decided, openapi_extra=_IF_MATCH)
def correct(
    request: Request,
    document_id: int,
    what: Correction,
    rooms: Annotated[Rooms, Depends(rooms_of)],
    asker: Annotated[Asker, Depends(who_asks)],
) -> Response:
    """File the letter as the asker says; what was corrected is kept as a labelled example."""
    correction = deciding.Correction(what.document_type, what.customer_id, what.case_number)
    done = deciding.correct(rooms.catalogue, asker.deciding, document_id, version_wanted(request), correction)
    return _answer(rooms, asker, done, alike=True)


@router.post("/reject", response_model=Decided, openapi_extra=_IF_MATCH)
def reject(
    request: Request,
    document_id: int,
    why: Rejection,
    rooms: Annotated[Rooms, Depends(rooms_of)],
    asker: Annotated[Asker, Depends(who_asks)],
) -> Response:
    """Turn the letter away; its original is kept."""
    done = deciding.reject(rooms.catalogue, asker.deciding, document_id, version_wanted(request), why.reason)
    return _answer(rooms, asker, done, alike=False)


@router.post("/undo", response_model=Decided, openapi_extra=_IF_MATCH)
def undo(
    request: Request,
    document_id: int,
    rooms: Annotated[Rooms, Depends(rooms_of)],
    asker: Annotated[Asker, Depends(who_asks)],
) -> Response:
    """Take the last decision back."""
    done = deciding.undo(rooms.catalogue, asker.deciding, document_id, version_wanted(request))
    return _answer(rooms, asker, done, alike=False)


def _answer(rooms: Rooms, asker: Asker, done: deciding.Decided, *, alike: bool) -> Response:
    count = 0
    if alike:
        with rooms.catalogue.reading() as connection:
            count = desk.looking_the_same(connection, asker.access, done.document_id)
    body = {
        "document": done.document_id,
        "version": done.version,
        "state": done.state,
        "case": done.case_number,
        "looking_the_same": count,
    }
    return answer(body, headers={"ETag": etag(done.version)})
