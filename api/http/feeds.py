"""What other systems send of their customers, one event at a time: linked, or put before a person, and never refused by the
guard."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, Field

from api.feeding import event_of
from api.http.answering import By, Here, answer
from api.http.shapes import PROBLEMS, Problem
from archive.directory_file import COLUMNS
from archive.feed_events import Taken

_CHARS, _TIME_CHARS, _MOST_FIELDS = 200, 40, 100
_CELL_CHARS = 4000
System = Annotated[str, Path(min_length=1, max_length=_CHARS, description="the name of the system that sends")]
Cell = Annotated[str, Field(max_length=_CELL_CHARS)]

router = APIRouter(prefix="/api/feeds", tags=["customers"], responses=PROBLEMS)


class Sent(BaseModel):
    """What the system says of one of its records. `version` (its own, the later the greater) or `at` orders its events."""

    source_id: str = Field(min_length=1, max_length=_CHARS, description="the record's id in the system")
    version: int | None = Field(None, ge=0, lt=10**18)
    at: str = Field("", max_length=_TIME_CHARS, description="when it became so there, as 2026-12-31T23:59:59+03:00")
    fields: dict[str, Cell | list[Cell]] = Field(
        max_length=_MOST_FIELDS,
        description="a field that is left out stays as it was, an empty one is taken away; some of: "
        + ", ".join(COLUMNS[2:]),
    )


@router.post(
    "/{system}/customers",
    response_model=Taken,
    responses={409: {"model": Problem, "description": "Another event of the same order said something else."}},
)
def take(system: System, sent: Sent, rooms: Here, asker: By) -> Response:
    """Take one event about a customer of another system. The same again, or one that is older, changes nothing.

    `outcome`: `linked` to a customer who is certainly the same, `new`, `changed`, `unchanged` or `outdated`; `contested`: how many
    pairs were put before a person, for it may be somebody known. For engineers and admins.
    """
    version = "" if sent.version is None else str(sent.version)
    taken = rooms.feed_door.take(asker.access, event_of(system, sent.source_id, version, sent.at, sent.fields))
    return answer(taken)
