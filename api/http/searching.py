"""Search over customers and documents together."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Response

from api import finding, looking
from api.finding import Question, Where, none_given
from api.http.answering import By, Here, answer
from api.http.shapes import PROBLEMS
from archive.showing.jumping import Jump, jump
from search.ports import Query as IndexQuery
from search.ports import Suggestion

router = APIRouter(prefix="/api", tags=["search"], responses=PROBLEMS)
Several = Annotated[list[str], Query(default_factory=none_given)]


@router.get("/search", response_model=finding.Found)
def search(
    rooms: Here,
    asker: By,
    type: Several,  # noqa: A002 (the name in the address)
    branch: Several,
    channel: Several,
    state: Several,
    year: Annotated[list[int], Query(default_factory=none_given)],
    q: Annotated[str, Query(max_length=1000)] = "",
    within: Annotated[Where, Query(alias="in")] = "all",
    since: date | None = None,
    until: date | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    after: Annotated[str | None, Query(description="the `next` of the page before; ask one kind at a time")] = None,
    as_you_type: bool = False,
) -> Response:
    """Both kinds, with highlights as places in plain text, counts by facet, and a token for the next page."""
    asked = Question(
        q,
        within,
        tuple(type),
        tuple(branch),
        tuple(channel),
        tuple(state),
        tuple(year),
        since,
        until,
        limit,
        after,
        as_you_type,
    )
    found = finding.find(rooms, asker.access, asked)
    looking.note_search(rooms, asker, q)
    return answer(found)


@router.get("/suggestions", response_model=list[Suggestion])
def suggestions(rooms: Here, asker: By, q: Annotated[str, Query(max_length=200)] = "") -> Response:
    """Completions of the last word typed, names of customers first."""
    names = rooms.customers_index.suggest(q, asker.access, 5) if q.strip() else ()
    words = rooms.documents_index.suggest(q, asker.access, 5) if q.strip() else ()
    looking.note_search(rooms, asker, q)
    return answer([*names, *words])


@router.get("/counts", response_model=dict[str, int])
def counts(rooms: Here, asker: By) -> Response:
    """How many documents and customers the asker may see."""
    nothing = IndexQuery(facets=False, highlights=False)
    return answer(
        {
            "documents": rooms.documents_index.count(nothing, asker.access),
            "customers": rooms.customers_index.count(nothing, asker.access),
        }
    )


@router.get("/jump", response_model=Jump | None)
def straight(rooms: Here, asker: By, number: Annotated[str, Query(max_length=200)]) -> Response:
    """The one thing that an exact number names, or null."""
    with rooms.catalogue.reading() as connection:
        return answer(jump(connection, asker.access, number))
