"""The receipt ledger and the lists behind its numbers."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from typing_extensions import TypedDict

from api import looking
from api.http.answering import By, Here, answer
from api.http.shapes import PROBLEMS
from archive.ledger import LedgerRow, Period, ReceivedAgain, balance, received_again_list
from archive.showing import lists
from archive.showing.lists import Slice

router = APIRouter(prefix="/api/ledger", tags=["ledger"], responses=PROBLEMS)
Day = Annotated[str, Query(pattern=r"^(\d{4}-\d{2}-\d{2})?$", description="ISO date, inclusive")]


class Ledger(TypedDict):
    """The rows, newest day first, and whether all of them balance; `faults` says what does not."""

    balanced: bool
    faults: list[str]
    rows: list[LedgerRow]


def period_of(since: Day = "", until: Day = "", branch: str = "", channel: str = "") -> Period:
    """Which part of the ledger is asked for."""
    return Period(since, until, branch, channel)


@router.get("", response_model=Ledger)
def show(rooms: Here, asker: By, period: Annotated[Period, Depends(period_of)]) -> Response:
    """Arrivals and letters by day, branch and channel, each in exactly one state."""
    with rooms.catalogue.reading() as connection:
        rows = balance(connection, asker.access, period)
    faults = [f"{row.day} {row.branch} {row.channel}: {fault}" for row in rows for fault in row.faults]
    return answer({"balanced": not faults, "faults": faults, "rows": rows})


@router.get("/arrivals", response_model=list[lists.Arrival])
def arrivals(
    rooms: Here,
    asker: By,
    period: Annotated[Period, Depends(period_of)],
    state: str = "",
    before: int = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> Response:
    """The arrivals behind a number, newest first; `before` is the last id of the page before."""
    part = Slice(period.branch, period.channel, period.since, period.until, state)
    with rooms.catalogue.reading() as connection:
        return answer(lists.arrivals(connection, asker.access, part, before, limit))


@router.get("/letters", response_model=list[lists.Letter])
def letters(
    rooms: Here,
    asker: By,
    period: Annotated[Period, Depends(period_of)],
    state: str = "",
    before: int = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> Response:
    """The letters behind a number, newest first; `before` is the last id of the page before."""
    part = Slice(period.branch, period.channel, period.since, period.until, state)
    with rooms.catalogue.reading() as connection:
        found = lists.letters(connection, asker.access, part, before, limit)
    looking.note(rooms, asker, "list", looking.LETTERS)
    return answer(found)


@router.get("/received-again", response_model=list[ReceivedAgain])
def received_again(rooms: Here, asker: By, period: Annotated[Period, Depends(period_of)]) -> Response:
    """What came again of known arrivals, newest first."""
    with rooms.catalogue.reading() as connection:
        return answer(received_again_list(connection, asker.access, period))
