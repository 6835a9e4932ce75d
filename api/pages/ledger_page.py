"""The ledger page: is everything accounted for? Every number opens its list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from api import looking
from api.http.answering import rooms_of
from api.http.rooms import Rooms
from api.pages.rendering import address, page, wording_for
from api.signing_in import Asker, who_asks
from api.wording import Wording
from archive.ledger import LedgerRow, Period, balance, total
from archive.sentences import Told
from archive.showing import lists
from archive.showing.lists import Slice

router = APIRouter(include_in_schema=False)
CHANNELS = ("post", "email", "form", "upload")
Day = Annotated[str, Query(pattern=r"^(\d{4}-\d{2}-\d{2})?$")]
_ROWS = 50
_ROWS_OF_LEDGER = 400
_ARRIVALS = (("received", ""), ("opened", "opened"), ("rejected_whole", "rejected"), ("waiting", "waiting"))
_LETTERS = (
    ("letters", ""),
    ("filed", "filed"),
    ("review", "review"),
    ("rejected", "rejected"),
    ("duplicate", "duplicate"),
    ("in_work", "work"),
)
"""Column of the ledger → the state that its list shows."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One number, and the list that it opens."""

    count: int
    href: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the ledger; the sum has no day."""

    day: str
    branch: str
    channel: str
    cells: Sequence[Cell]
    faults: Told


@router.get("/ledger")
def show(
    request: Request,
    rooms: Annotated[Rooms, Depends(rooms_of)],
    asker: Annotated[Asker, Depends(who_asks)],
    since: Day = "",
    until: Day = "",
    branch: str = "",
    channel: str = "",
) -> Response:
    """Received = filed + review + rejected + in work, by day, channel and branch."""
    period = Period(since, until, branch, channel)
    with rooms.catalogue.reading() as connection:
        counted = balance(connection, asker.access, period)
        branches = lists.branches_seen(connection, asker.access)
    shown = counted[:_ROWS_OF_LEDGER]
    sums = [total(counted)] if counted else []
    return page(
        request,
        asker,
        "ledger.html",
        here="ledger",
        period=period,
        rows=[_row(one, period) for one in [*sums, *shown]],
        left_out=len(counted) - len(shown),
        balanced=all(one.balanced for one in counted),
        branches=branches,
        channels=CHANNELS,
        arrival_states=[state for _name, state in _ARRIVALS[1:]],
        letter_states=[state for _name, state in _LETTERS[1:]],
    )


def _row(one: LedgerRow, period: Period) -> Row:
    where = {"branch": one.branch or period.branch, "channel": one.channel or period.channel}
    days = {"since": one.day or period.since, "until": one.day or period.until}
    cells = [_cell("arrivals", getattr(one, name), where | days, state) for name, state in _ARRIVALS]
    cells += [_cell("letters", getattr(one, name), where | days, state) for name, state in _LETTERS]
    return Row(one.day, one.branch, one.channel, cells, one.faults)


def _cell(what: str, count: int, where: dict[str, str], state: str) -> Cell:
    return Cell(count, address(f"/ledger/{what}", where | {"state": state}))


@router.get("/ledger/{what}")
def listed(
    request: Request,
    what: Literal["arrivals", "letters"],
    rooms: Annotated[Rooms, Depends(rooms_of)],
    asker: Annotated[Asker, Depends(who_asks)],
    since: Day = "",
    until: Day = "",
    branch: str = "",
    channel: str = "",
    state: str = "",
    before: int = 0,
) -> Response:
    """The list behind a number."""
    part = Slice(branch, channel, since, until, state)
    with rooms.catalogue.reading() as connection:
        read = lists.arrivals if what == "arrivals" else lists.letters
        rows: Sequence[lists.Arrival | lists.Letter] = read(connection, asker.access, part, before, _ROWS + 1)
    if what == "letters":
        looking.note(rooms, asker, "list", looking.LETTERS)
    asked = {"branch": branch, "channel": channel, "since": since, "until": until}
    onward = asked | {"state": state, "before": rows[_ROWS - 1].id} if rows[_ROWS:] else None
    return page(
        request,
        asker,
        "ledger_list.html",
        here="ledger",
        what=what,
        rows=rows[:_ROWS],
        told=_told(wording_for(request, asker), what, part),
        next=address(f"/ledger/{what}", onward) if onward else "",
        up=address("/ledger", asked),
    )


def _told(t: Wording, what: str, part: Slice) -> str:
    """What the list was narrowed to, in words."""
    days = [part.since] if part.since == part.until else [part.since, part.until]
    state = t.word("arrival_state" if what == "arrivals" else "state", part.state) if part.state else ""
    words = [state, " – ".join(t.day(day) for day in days if day), part.branch]
    words += [t.word("channel", part.channel)] if part.channel else []
    return " · ".join(word for word in words if word)
