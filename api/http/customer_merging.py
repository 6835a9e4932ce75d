"""Who is who: merging customers, taking it back, and what is said of two. Each holds for the version in `If-Match`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from api.http.answering import By, Here, answer, etag, if_match, version_wanted
from api.http.shapes import PROBLEMS, Problem
from archive import merging, pair_words
from archive.merging import Stands

_WHY_CHARS = 2000
_IF_MATCH = if_match("customer")
_CONFLICT: dict[int | str, Any] = {
    409: {
        "model": Problem,
        "description": "It was changed meanwhile, something said stands against it, or no If-Match.",
    }
}
router = APIRouter(prefix="/api/customers/{customer_id}", tags=["customers"], responses=PROBLEMS | _CONFLICT)


class Joining(BaseModel):
    """Who is to stand for the customer, and why the two are one."""

    into: int
    reason: str = Field(min_length=1, max_length=_WHY_CHARS)


class Parting(BaseModel):
    """Why the customer is one of its own after all."""

    reason: str = Field(min_length=1, max_length=_WHY_CHARS)


class Word(BaseModel):
    """What is said of two customers, and why; of relatives what kind."""

    word: Literal["distinct", "relatives", "later"]
    reason: str = Field(min_length=1, max_length=_WHY_CHARS)
    kind: str = Field("", description="of relatives, one of: " + ", ".join(pair_words.RELATIVES))


@router.post("/merge", response_model=Stands, openapi_extra=_IF_MATCH)
def merge(customer_id: int, what: Joining, request: Request, rooms: Here, asker: By) -> Response:
    """Let another stand for the customer: all of both is reached through it, nothing is moved. For admins."""
    seen = version_wanted(request)
    how = (customer_id, what.into, what.reason, seen, rooms.customer_door.guard.learn_of)
    return _stands(merging.merge(rooms.catalogue, asker.supervising, *how))


@router.post("/unmerge", response_model=Stands, openapi_extra=_IF_MATCH)
def unmerge(customer_id: int, why: Parting, request: Request, rooms: Here, asker: By) -> Response:
    """Take back that another stands for the customer. The version is the one of who stands for it. For admins."""
    seen = version_wanted(request)
    how = (customer_id, why.reason, seen, rooms.customer_door.guard.learn_of)
    return _stands(merging.unmerge(rooms.catalogue, asker.supervising, *how))


@router.put("/words/{other_id}", response_model=pair_words.PairWord, openapi_extra=_IF_MATCH)
def tell(customer_id: int, other_id: int, what: Word, request: Request, rooms: Here, asker: By) -> Response:
    """Say of two customers that they are not the same, that they are relatives (for admins), or: later (for clerks)."""
    said = pair_words.Said(what.word, what.reason, what.kind)
    seen = version_wanted(request)
    how = (customer_id, other_id, said, seen, rooms.customer_door.guard.learn_of)
    return answer(pair_words.tell(rooms.catalogue, asker.access, *how))


@router.delete("/words/{other_id}", status_code=204, response_class=Response, openapi_extra=_IF_MATCH)
def take_back(
    customer_id: int,
    other_id: int,
    request: Request,
    rooms: Here,
    asker: By,
    reason: Annotated[str, Query(min_length=1, max_length=_WHY_CHARS)],
) -> Response:
    """Take back what was said of two customers: they may be asked about, and merged, again."""
    seen = version_wanted(request)
    pair_words.take_back(rooms.catalogue, asker.access, customer_id, other_id, reason, seen)
    return Response(status_code=204)


def _stands(done: Stands) -> Response:
    return answer(done, headers={"ETag": etag(done.version)})
