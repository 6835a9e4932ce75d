"""Cases: the card with its parties, dates and letters, and its steps through the house."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from api import looking
from api.case_folder import folder_of
from api.http.answering import By, Here, answer, etag, if_match, version_wanted
from api.http.shapes import PROBLEMS, Problem
from archive.showing import cases
from cases.stepping import Stepped, step

router = APIRouter(prefix="/api/cases", tags=["cases"], responses=PROBLEMS)
_CONFLICT: dict[int | str, Any] = {
    409: {"model": Problem, "description": "Somebody else was first, the case is closed, or If-Match is missing."}
}


@dataclass(frozen=True, slots=True)
class NeedShown:
    """A document that the case needs. `standing`: there, named (a letter speaks of it: look), or missing."""

    code: str
    name: str
    standing: str
    document_id: int | None


@dataclass(frozen=True, slots=True)
class CaseShown(cases.Card):
    """A case with the documents that it needs and the step that comes next ('' where there is none)."""

    needs: Sequence[NeedShown] = ()
    next_stage: str = ""


class Reached(BaseModel):
    """The step that the case has reached."""

    stage: str = Field(description="`next_stage` of the case, or the step before its own to take one back")


@router.get("/{number}", response_model=CaseShown)
def show(number: str, rooms: Here, asker: By) -> Response:
    """A case by its number."""
    with rooms.catalogue.reading() as connection:
        folder = folder_of(connection, rooms.objects, asker.access, number)
    looking.note(rooms, asker, "case", *looking.case(folder.card))
    needs = [
        NeedShown(one.document.code, one.document.names["en"], one.standing, one.document_id) for one in folder.needs
    ]
    card = {field.name: getattr(folder.card, field.name) for field in fields(folder.card)}
    body = card | {"needs": needs, "next_stage": folder.next.code if folder.next else ""}
    return answer(body, headers={"ETag": etag(folder.card.version)})


@router.post("/{number}/step", response_model=Stepped, responses=_CONFLICT, openapi_extra=if_match("case"))
def go_on(number: str, reached: Reached, request: Request, rooms: Here, asker: By) -> Response:
    """Note that the case has reached its next step, or take the last one back; the last step closes it for good."""
    with rooms.catalogue.writing() as connection:
        stepped = step(connection, asker.deciding, number, version_wanted(request), reached.stage)
    return answer(stepped, headers={"ETag": etag(stepped.version)})
