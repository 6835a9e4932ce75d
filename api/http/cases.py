"""Cases: the card with its parties, dates and letters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

from fastapi import APIRouter, Response

from api import looking
from api.case_folder import folder_of
from api.http.answering import By, Here, answer
from api.http.shapes import PROBLEMS
from archive.showing import cases

router = APIRouter(prefix="/api/cases", tags=["cases"], responses=PROBLEMS)


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
    return answer(card | {"needs": needs, "next_stage": folder.next.code if folder.next else ""})
