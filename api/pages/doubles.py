"""The page of doubles: the same person? Two cards side by side, one key for each answer, the next pair already there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import parse_qs, urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy import Connection

from api import looking, pair_telling
from api.http.answering import rooms_of
from api.http.doubles import access_for, insist_on_deciding, place, place_of, subjects
from api.http.rooms import Rooms
from api.pages.errors import refusal_in
from api.pages.forms import Form, proven_form, see_other, whole_number
from api.pages.rendering import address, page, wording_for
from api.pair_telling import Weighed
from api.signing_in import Asker, who_asks
from archive import doubles, doubles_deciding
from archive.doubles import OPEN, STATES, Entry, Part
from archive.doubles_deciding import Decision, Verdict
from archive.errors import BadInput, Conflict, NotFound
from archive.insisting import supervises
from archive.pair_words import RELATIVES
from archive.sentences import say
from archive.showing import doubles as showing
from archive.showing.doubles import Line, PairCard

router = APIRouter(include_in_schema=False)
_PAIRS = 50
_REASON_CHARS = 500
_KIN = {"twin": "twins", "namesake": "parent_and_child", "kin": "other"}


@dataclass(frozen=True, slots=True)
class Compared:
    """One field of both, and what the model says of it."""

    line: Line
    weighed: Sequence[Weighed]


@dataclass(frozen=True, slots=True)
class Shown:
    """A pair on the page. `rest`: what is said beyond the fields that are shown; `kin`: the likeliest kind of relatives, ''."""

    card: PairCard
    lines: Sequence[Compared]
    rest: Sequence[Weighed]
    kin: str


def part_of(state: str = "waiting", why: str = "") -> Part:
    """Which part of the list the address asks for."""
    return Part(state if state in STATES else "waiting", why if why in doubles.WHYS else "")


@router.get("/doubles")
def show(
    request: Request,
    rooms: Annotated[Rooms, Depends(rooms_of)],
    asker: Annotated[Asker, Depends(who_asks)],
    part: Annotated[Part, Depends(part_of)],
    pair: int = 0,
    done: int = 0,
) -> Response:
    """The pair asked for, else the one whose answer is worth the most."""
    return shown(request, rooms, asker, part, pair, done)


def shown(
    request: Request,
    rooms: Rooms,
    asker: Asker,
    part: Part,
    pair: int = 0,
    done: int = 0,
    refused: str = "",
    typed: str = "",
    status: int = 200,
) -> Response:
    """The page with a pair on it; `refused` says why the decision before was not taken."""
    insist_on_deciding(asker)
    with rooms.catalogue.reading() as connection:
        first = 0 if pair else next((one.id for one in doubles.entries(connection, part, limit=1)), 0)
        now = _shown(connection, asker, pair or first) if pair or first else None
        before, after = doubles.beside(connection, part, now.card.entry) if now else (0, 0)
        upcoming = _shown(connection, asker, after) if after else None
        told = _done(connection, done)
        counted = doubles.counts(connection)
    looking.note(rooms, asker, "doubles", *subjects([one.card.entry for one in (now, upcoming) if one]))
    return page(
        request,
        asker,
        "doubles.html",
        status,
        here="doubles",
        pair=now,
        upcoming=upcoming,
        previous=at(part, before) if before else "",
        next=at(part, after) if after else "",
        after=after,
        part=part,
        query=query_of(part),
        done=told,
        refused=refused,
        typed=typed,
        may_join=supervises(asker.supervising),
        kinds=RELATIVES,
        is_open=now is not None and now.card.entry.state in OPEN,
        reason_chars=_REASON_CHARS,
        counts=counted.states,
        whys=counted.whys,
    )


def _shown(connection: Connection, asker: Asker, double_id: int) -> Shown:
    card = showing.pair(connection, asker.deciding, double_id)
    said = pair_telling.weighed(card.entry)
    lines = [Compared(line, pair_telling.of_field(said, line.field)) for line in card.lines]
    told = {one.line.field for one in lines}
    likely = max(card.entry.related.items(), key=lambda item: item[1], default=("", 0.0))
    kin = _KIN.get(likely[0], "") if likely[1] > card.entry.probability / 10 else ""
    return Shown(card, lines, [one for one in said if one.field not in told], kin)


def _done(connection: Connection, double_id: int) -> Entry | None:
    """What was decided last, where it still stands."""
    if not double_id:
        return None
    try:
        entry = doubles.entry(connection, double_id)
    except NotFound:
        return None
    return entry if entry.state not in ("waiting", "gone") else None


@router.get("/doubles/list")
def listed(
    request: Request,
    rooms: Annotated[Rooms, Depends(rooms_of)],
    asker: Annotated[Asker, Depends(who_asks)],
    part: Annotated[Part, Depends(part_of)],
    after: Annotated[str, Query(max_length=60)] = "",
) -> Response:
    """The list, page by page."""
    insist_on_deciding(asker)
    with rooms.catalogue.reading() as connection:
        rows = doubles.entries(connection, part, place(after), _PAIRS + 1)
        counted = doubles.counts(connection)
    rows, more = rows[:_PAIRS], rows[_PAIRS:]
    looking.note(rooms, asker, "doubles", *subjects(rows))
    onward = address("/doubles/list", _asked(part) | {"after": place_of(rows[-1])}) if more else ""
    return page(
        request,
        asker,
        "doubles_list.html",
        here="doubles",
        rows=[(one, at(part, one.id)) for one in rows],
        part=part,
        query=query_of(part),
        counts=counted.states,
        whys=counted.whys,
        next=onward,
    )


@router.post("/doubles/{double_id}/decide")
def decide(
    request: Request,
    double_id: int,
    rooms: Annotated[Rooms, Depends(rooms_of)],
    asker: Annotated[Asker, Depends(who_asks)],
    form: Annotated[Form, Depends(proven_form)],
) -> Response:
    """What one key says of a pair; then the next one."""
    part = _part_in(form)
    try:
        said = _said(form)
        doubles_deciding.decide(
            rooms.catalogue, access_for(asker, said.verdict), double_id, said, whole_number(form, "seen")
        )
    except Conflict as error:
        return _refused(request, rooms, asker, form, double_id, error)
    upcoming = form.get("next", "")
    return see_other(at(part, int(upcoming) if upcoming.isdecimal() else 0, double_id))


@router.post("/doubles/{double_id}/undo")
def undo(
    request: Request,
    double_id: int,
    rooms: Annotated[Rooms, Depends(rooms_of)],
    asker: Annotated[Asker, Depends(who_asks)],
    form: Annotated[Form, Depends(proven_form)],
) -> Response:
    """Take the last decision back, and show that pair again."""
    part = _part_in(form)
    access = access_for(asker, form.get("state", ""))
    try:
        doubles_deciding.undo(rooms.catalogue, access, double_id, whole_number(form, "seen"))
    except Conflict as error:
        return _refused(request, rooms, asker, form, double_id, error)
    return see_other(at(part, double_id))


def _refused(request: Request, rooms: Rooms, asker: Asker, form: Form, double_id: int, error: Conflict) -> Response:
    """The same pair as it is now, with the reason why nothing was done; what was typed is still there."""
    told = wording_for(request, asker)
    words = refusal_in(told, error)
    # htmx shows only answers that went well; the reason must be seen all the same.
    status = 200 if "hx-request" in request.headers else error.http_status
    part, typed = _part_in(form), form.get("reason", "")
    response = shown(request, rooms, asker, part, double_id, refused=words, typed=typed, status=status)
    response.headers["HX-Push-Url"] = at(part, double_id)
    return response


def _said(form: Form) -> Decision:
    """The verdict; of relatives `relatives:KIND`. Raises: BadInput."""
    name, _, kind = form.get("verdict", "").partition(":")
    verdicts: dict[str, Verdict] = {one: one for one in doubles_deciding.VERDICTS}
    if name not in verdicts:
        raise BadInput(say("say of the two: the same, different, relatives or later"))
    into = form.get("into", "")
    return Decision(
        verdicts[name], form.get("reason", "")[:_REASON_CHARS], kind, int(into) if into.isdecimal() else None
    )


def _part_in(form: Form) -> Part:
    given = parse_qs(form.get("query", ""))
    return part_of(*(given.get(name, [""])[0] for name in ("state", "why")))


def _asked(part: Part) -> dict[str, Any]:
    return {"state": "" if part.state == "waiting" else part.state, "why": part.why}


def query_of(part: Part) -> str:
    """A part of the list as the query of an address."""
    return urlencode({name: value for name, value in _asked(part).items() if value})


def at(part: Part, double_id: int = 0, done: int = 0) -> str:
    """The address of one pair; `done` is the one decided just before."""
    return address("/doubles", _asked(part) | {"pair": double_id, "done": done})
