"""The review list: pairs of customers that may be one, what speaks for it, and what a person says of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from api import looking, pair_telling
from api.http.answering import By, Here, answer, etag, if_match, version_wanted
from api.http.shapes import PROBLEMS, Problem
from api.signing_in import Asker
from archive import doubles, doubles_deciding, pair_words
from archive.access import Access
from archive.doubles import Entry, Part
from archive.doubles_deciding import Decision
from archive.errors import BadInput
from archive.sentences import say
from archive.showing import doubles as showing
from archive.showing.customers import survivor
from archive.showing.doubles import Line, Side

_WHY_CHARS = 2000
_IF_MATCH = if_match("pair")
_CONFLICT: dict[int | str, Any] = {
    409: {"model": Problem, "description": "The pair or one of the two changed meanwhile, or no If-Match."}
}
router = APIRouter(prefix="/api/doubles", tags=["doubles"], responses=PROBLEMS)


class Said(BaseModel):
    """What is said of a pair. `kind`: of relatives; `into`: who is to stand for both, else the one with the smaller number."""

    verdict: Literal["same", "different", "relatives", "later"]
    reason: str = Field("", max_length=_WHY_CHARS)
    kind: str = Field("", description="of relatives, one of: " + ", ".join(pair_words.RELATIVES))
    into: int | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of the list. `next`: what `after` is to be for the page behind it, '' on the last."""

    pairs: list[Entry]
    next: str
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class Weighed:
    """What one field says of the pair: a sentence, its weight in bits, and the weight in a word."""

    field: str
    told: str
    bits: float
    strength: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A pair side by side. Its `ETag` is for what is decided of it."""

    entry: Entry
    low: Side
    high: Side
    lines: tuple[Line, ...]
    weighed: tuple[Weighed, ...]


@router.get("", response_model=Listed)
def listed(
    rooms: Here,
    asker: By,
    state: Literal["waiting", "later", "same", "different", "relatives"] = "waiting",
    why: str = "",
    customer: int = 0,
    after: Annotated[str, Query(max_length=60)] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """The pairs of the list, those first whose answer is worth the most. For clerks and admins."""
    insist_on_deciding(asker)
    with rooms.catalogue.reading() as connection:
        root = survivor(connection, customer) if customer else 0
        found = doubles.entries(connection, Part(state, why, root), place(after), limit)
        counts = doubles.counts(connection).states
    looking.note(rooms, asker, "doubles", *subjects(found))
    return answer(Listed(found, place_of(found[-1]) if len(found) == limit else "", counts))


@router.get("/{double_id}", response_model=Pair)
def show(double_id: int, rooms: Here, asker: By) -> Response:
    """Two customers side by side, and what speaks for their being one."""
    with rooms.catalogue.reading() as connection:
        card = showing.pair(connection, asker.deciding, double_id)
    looking.note(rooms, asker, "doubles", *subjects([card.entry]))
    weighed = tuple(
        Weighed(one.field, str(one.told), one.bits, one.strength) for one in pair_telling.weighed(card.entry)
    )
    return answer(Pair(card.entry, card.low, card.high, card.lines, weighed), headers={"ETag": etag(card.entry.seen)})


@router.post("/{double_id}/decide", response_model=Entry, openapi_extra=_IF_MATCH, responses=_CONFLICT)
def decide(double_id: int, said: Said, request: Request, rooms: Here, asker: By) -> Response:
    """Say of a pair that the two are the same, different people or relatives (for admins), or: later (for clerks)."""
    what = Decision(said.verdict, said.reason, said.kind, said.into)
    seen = version_wanted(request)
    done = doubles_deciding.decide(rooms.catalogue, access_for(asker, said.verdict), double_id, what, seen)
    return answer(done, headers={"ETag": etag(done.seen)})


@router.post("/{double_id}/undo", response_model=Entry, openapi_extra=_IF_MATCH, responses=_CONFLICT)
def undo(double_id: int, request: Request, rooms: Here, asker: By) -> Response:
    """Take back what was decided of a pair: it waits again."""
    seen = version_wanted(request)
    with rooms.catalogue.reading() as connection:
        was = doubles.entry(connection, double_id).state
    done = doubles_deciding.undo(rooms.catalogue, access_for(asker, was), double_id, seen)
    return answer(done, headers={"ETag": etag(done.seen)})


def insist_on_deciding(asker: Asker) -> None:
    """Raises: Forbidden for whoever decides nothing."""
    _ = asker.deciding


def access_for(asker: Asker, verdict: str) -> Access:
    """What the asker holds for saying this of two: joining and parting is for admins, putting off for clerks too."""
    return asker.access if verdict == "later" else asker.supervising


def subjects(found: list[Entry]) -> list[str]:
    """Whom these pairs show."""
    return [looking.customer(one) for one in dict.fromkeys(key for e in found for key in (e.low_root, e.high_root))]


def place_of(entry: Entry) -> str:
    """Where a page of the list ended."""
    return f"{entry.worth!r}:{entry.id}"


def place(after: str) -> tuple[float, int] | None:
    """Where the page before ended. Raises: BadInput for what no page ends with."""
    if not after:
        return None
    worth, _, key = after.partition(":")
    try:
        return float(worth), int(key)
    except ValueError as error:
        raise BadInput(say("{given} is no place in the review list", given=after)) from error
