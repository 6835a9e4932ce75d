"""Customers made and changed by hand, past the guard; taken over; as of a day; and how each field came to be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from api import looking
from api.http.answering import By, Here, answer, etag, if_match, version_insisted
from api.http.shapes import PROBLEMS, Finding, Problem
from api.problems import finding_row
from archive import customers_then
from archive.by_hand import Given, Saved
from archive.clock import utc_now
from archive.customers import CustomerView
from archive.customers_then import FieldChange, insist_on_day
from archive.errors import BadInput
from archive.hand_record import SAYABLE
from archive.holders import Holder, holders_on
from archive.overriding import Nevertheless
from archive.sentences import say
from archive.takeover import TakenOver, Takeover, take_over

_IF_MATCH = if_match("customer")
_GUARDED: dict[int | str, Any] = {
    409: {
        "model": Problem,
        "description": "The guard knows somebody like that (`findings`), or it was changed meanwhile.",
    }
}
_CONDITION: dict[int | str, Any] = {428: {"model": Problem, "description": "If-Match is missing."}}
_WHY_CHARS = 2000
_MOST = 100
Cell = str | list[str] | None
Day = Annotated[str, Query(max_length=10, description="as 2026-12-31; today where it is left out")]

router = APIRouter(prefix="/api", tags=["customers"], responses=PROBLEMS)


class Answered(BaseModel):
    """The answer to what the guard found, where it did before."""

    acknowledged: list[str] = Field([], max_length=_MOST, description="ids of the findings that were looked at")
    override: str = Field("", max_length=_WHY_CHARS, description="an admin's reason to save what is refused")

    @property
    def nevertheless(self) -> Nevertheless:
        """As the rooms below take it."""
        return Nevertheless(frozenset(self.acknowledged), self.override)


class Said(Answered):
    """What is said of a customer: a field that is left out stays as it is, null or empty takes it away."""

    fields: dict[str, Cell] = Field(description="some of: " + ", ".join(SAYABLE))
    valid_from: str = Field("", max_length=10, description="the day from which it is so; today where it is left out")

    @property
    def given(self) -> Given:
        """As the rooms below take it."""
        return Given({name: _cell(value) for name, value in self.fields.items()}, self.valid_from, self.nevertheless)


class Typed(BaseModel):
    """A form as far as it is filled in, and who is being changed (0 for a new customer)."""

    fields: dict[str, Cell]
    customer_id: int = 0


class TakingOver(Answered):
    """What the customer holds from a day on. `along`: what else passes over, where its holder has several supplies."""

    number: str = Field(min_length=1, max_length=200, description="an account's, contract's, supply point's or meter's")
    day: str = Field(min_length=1, max_length=10)
    contract: str = Field("", max_length=200, description="the number of the new contract")
    along: list[str] = Field([], max_length=_MOST)
    reason: str = Field("", max_length=_WHY_CHARS, description="kept in the journal")


class SavedShown(TypedDict):
    """A customer as saved; `changed`: field → before and after; `known`: findings of the guard that were answered."""

    customer_id: int
    version: int
    changed: Mapping[str, tuple[str, str]]
    known: list[str]


@router.post("/customers", status_code=201, response_model=SavedShown, responses=_GUARDED)
def add(what: Said, rooms: Here, asker: By) -> Response:
    """Make a customer. The guard warns of whom it is probably, and refuses whom it certainly is. For clerks."""
    saved = rooms.customer_door.add(asker.deciding, what.given)
    where = {"Location": f"/api/customers/{saved.customer_id}"}
    return answer(_shown(saved), 201, where | {"ETag": etag(saved.version)})


@router.patch(
    "/customers/{customer_id}", response_model=SavedShown, responses=_GUARDED | _CONDITION, openapi_extra=_IF_MATCH
)
def change(customer_id: int, what: Said, request: Request, rooms: Here, asker: By) -> Response:
    """Change a customer field by field. What a person says stands above every feed. For clerks."""
    saved = rooms.customer_door.change(asker.deciding, customer_id, what.given, version_insisted(request))
    return answer(_shown(saved), headers={"ETag": etag(saved.version)})


@router.post("/customers/likely", response_model=list[Finding])
def likely(typed: Typed, rooms: Here, asker: By) -> Response:
    """Whom the guard knows, of what was typed so far. Nothing is written but that somebody looked."""
    cells = {name: _cell(value) for name, value in typed.fields.items()}
    found = rooms.customer_door.likely(asker.deciding, cells, typed.customer_id)
    looking.note(rooms, asker, "likely", *(looking.customer(one.customer_id) for one in found))
    return answer([finding_row(one) for one in found])


@router.post(
    "/customers/{customer_id}/takeover",
    response_model=TakenOver,
    responses=_GUARDED | _CONDITION,
    openapi_extra=_IF_MATCH,
)
def takeover(customer_id: int, what: TakingOver, request: Request, rooms: Here, asker: By) -> Response:
    """The customer holds a supply from a day on: account, point and meters pass over, the contract is duplicated."""
    how = Takeover(what.number, customer_id, what.day, what.contract, tuple(what.along), what.reason)
    done = take_over(rooms.customer_door, asker.deciding, how, version_insisted(request), what.nevertheless)
    return answer(done, headers={"ETag": etag(done.version)})


@router.get("/customers/{customer_id}/as-of", response_model=CustomerView)
def as_of(customer_id: int, rooms: Here, asker: By, on: Day = "") -> Response:
    """The customer as it was on a day, by all that we know now."""
    with rooms.catalogue.reading() as connection:
        view = customers_then.show_on(connection, asker.access, customer_id, on or utc_now()[:10])
    looking.note(rooms, asker, "read", looking.customer(view.id))
    return answer(view)


@router.get("/customers/{customer_id}/history", response_model=list[FieldChange])
def history(customer_id: int, rooms: Here, asker: By) -> Response:
    """How each field came to be what it is: from what, to what, from which source, by whom; the newest first."""
    with rooms.catalogue.reading() as connection:
        told = customers_then.history(connection, asker.access, customer_id)
    looking.note(rooms, asker, "history", looking.customer(customer_id))
    return answer(told)


@router.get("/holders", response_model=list[Holder])
def holders(
    rooms: Here, asker: By, number: Annotated[str, Query(min_length=1, max_length=200)], on: Day = ""
) -> Response:
    """Who holds an account, a contract, a point of delivery or a meter on a day."""
    with rooms.catalogue.reading() as connection:
        found = holders_on(connection, number, insist_on_day(on) if on else utc_now()[:10])
    looking.note(rooms, asker, "holder", *dict.fromkeys(looking.customer(one.customer_id) for one in found))
    return answer(found)


def _cell(value: Cell) -> str:
    if isinstance(value, list):
        if any(";" in one for one in value):
            raise BadInput(say("a value of a list holds no semicolon: give each value by itself"))
        return ";".join(value)
    return value or ""


def _shown(saved: Saved) -> dict[str, Any]:
    changed = {name: list(pair) for name, pair in saved.changed.items()}
    known = [one.id for one in saved.known]
    return {"customer_id": saved.customer_id, "version": saved.version, "changed": changed, "known": known}
