"""Legal holds on letters, placed and lifted by a supervisor, each for a reason."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from api.http.answering import By, Here, answer
from api.http.shapes import PROBLEMS
from archive import holds

router = APIRouter(prefix="/api/documents/{document_id}/hold", tags=["holds"], responses=PROBLEMS)


class Hold(BaseModel):
    """Why the letter must stay."""

    reason: str = Field(min_length=1, max_length=holds.WHY_CHARS)


@router.put("", response_model=holds.Held)
def place(document_id: int, hold: Hold, rooms: Here, asker: By) -> Response:
    """Put a letter on hold, with its parts and what it was cut out of: nothing of it is deleted. For admins."""
    return answer(holds.place(rooms.catalogue, rooms.objects, asker.supervising, document_id, hold.reason))


@router.delete("", status_code=204, response_class=Response)
def lift(
    document_id: int, rooms: Here, asker: By, reason: Annotated[str, Query(min_length=1, max_length=holds.WHY_CHARS)]
) -> Response:
    """End a letter's hold. For admins."""
    holds.lift(rooms.catalogue, rooms.objects, asker.supervising, document_id, reason)
    return Response(status_code=204)
