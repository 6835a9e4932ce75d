"""The desk: what do I decide now? One letter at a time, held by one clerk, filed with one key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import parse_qs, urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy import Connection

from api import finding, looking
from api.http.answering import rooms_of
from api.http.rooms import Rooms
from api.pages.forms import Form
from api.pages.letter_view import LetterView, letter_view, with_names
from api.pages.rendering import address, page, wording_for
from api.reading_pages import pages_of
from api.signing_in import Asker, who_asks
from api.wording import Wording
from archive.access import Access
from archive.errors import NotFound
from archive.showing import cases, customers, desk, letters
from archive.showing.desk import Narrowing
from intake import deciding, recutting
from intake.classifying.kinds import kinds
from intake.deciding_alike import went_along
from intake.decision import DECIDED, noted
from intake.readers.registry import can_be_cut, has_pages
from search.ports import Query as IndexQuery

router = APIRouter(include_in_schema=False)
_CANDIDATES = 6
_NARROWING = ("branch", "document_type", "reason", "channel")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A customer that the letter could be from."""

    id: int
    name: str
    address: str
    accounts: Sequence[str]
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """What was decided last, to tell it and to undo it. `other`: the letter split off or joined, as (id, number).

    `along`: how many letters that look alike were decided with it.
    """

    id: int
    version: int
    action: str
    state: str
    registration_number: str
    customer_name: str
    case_number: str
    other: tuple[int, str]
    along: int


@dataclass(frozen=True, slots=True)
class Choice:
    """Whose letter it is to be: the words that a customer is looked for by, and who was chosen elsewhere (0 = nobody)."""

    words: str
    to: int


def narrowing_of(branch: str = "", document_type: str = "", reason: str = "", channel: str = "") -> Narrowing:
    """Which part of the queue the address asks for."""
    return Narrowing(branch, document_type, reason, channel)


@router.get("/desk")
def show(
    request: Request,
    rooms: Annotated[Rooms, Depends(rooms_of)],
    asker: Annotated[Asker, Depends(who_asks)],
    narrowing: Annotated[Narrowing, Depends(narrowing_of)],
    doc: int = 0,
    done: int = 0,
    cq: Annotated[str, Query(max_length=200)] = "",
    to: int = 0,
) -> Response:
    """The letter asked for, else the oldest that waits and that nobody else holds. `to`: the customer chosen for it."""
    return shown(request, rooms, asker, narrowing, doc, done, cq, to=to)


def shown(
    request: Request,
    rooms: Rooms,
    asker: Asker,
    narrowing: Narrowing,
    doc: int = 0,
    done: int = 0,
    cq: str = "",
    refused: str = "",
    status: int = 200,
    to: int = 0,
) -> Response:
    """The desk with a letter on it; `refused` says why the decision before was not taken, `to` whose it is to be."""
    access = asker.deciding
    with rooms.catalogue.writing() as connection:
        held = desk.hold(connection, access, doc) if doc else False
        chosen = doc or desk.hold_next(connection, access, narrowing)
        mine = held or (not doc and chosen is not None)
    with rooms.catalogue.reading() as connection:
        queue = desk.queue(connection, access, narrowing)
        asks = Choice(cq, to)
        values = _letter(request, rooms, connection, access, narrowing, chosen, mine, asks) if chosen else _NO_LETTER
        told = done_of(connection, access, done) if done else None
        alike = desk.alike(connection, access, done) if told and not told.along else []
    _note(rooms, asker, values, [one.id for one in alike])
    return page(
        request,
        asker,
        "desk.html",
        status,
        here="desk",
        queue=queue,
        narrowing=narrowing,
        query=query_of(narrowing),
        done=told,
        alike=alike,
        refused=refused,
        mine=mine,
        cq=cq,
        doc=chosen,
        correcting=bool(cq) or bool(refused) or bool(to),
        reject_reasons=deciding.REJECT_REASONS,
        rescan_why=deciding.RESCAN_WHY,
        **values,
    )


def _note(rooms: Rooms, asker: Asker, shown_: Mapping[str, Any], alike: Sequence[int]) -> None:
    """Who is shown is the letter, those that look alike, and the customers that it could be from."""
    letters_ = [shown_["view"].id] if shown_["view"] else []
    subjects = [*map(looking.document, [*letters_, *alike])]
    looking.note(rooms, asker, "desk", *subjects, *(looking.customer(one.id) for one in shown_["candidates"]))


_NO_LETTER: dict[str, Any] = {
    "view": None,
    "upcoming_picture": "",
    "upcoming": "",
    "previous": "",
    "candidates": [],
    "before": None,
}


def _letter(
    request: Request,
    rooms: Rooms,
    connection: Connection,
    access: Access,
    narrowing: Narrowing,
    chosen: int,
    mine: bool,
    asks: Choice,
) -> dict[str, Any]:
    card = letters.card(connection, access, chosen)
    view = _with_names(connection, access, letter_view(card, pages_of(rooms.objects, card), access))
    upcoming = desk.after(connection, access, narrowing, chosen)
    previous = desk.before(connection, access, narrowing, chosen)
    before = desk.letter_before(connection, access, chosen)
    t = wording_for(request, request.state.asker)
    return {
        "view": view,
        "can_accept": mine and bool(view.document_type) and view.customer_id is not None,
        "before": before,
        "can_join": mine and before is not None and before.state in recutting.JOINS,
        "can_split": mine and _is_one_file_of_pages(view) and view.page_to > view.page_from,
        "never_split": not _is_one_file_of_pages(view),
        "same_sender": mine and before is not None and before.customer_id is not None and bool(view.document_type),
        "upcoming": at(narrowing, upcoming) if upcoming else "",
        "previous": at(narrowing, previous) if previous else "",
        "upcoming_picture": _first_picture(connection, access, upcoming),
        "types": types_in(t),
        "candidates": _candidates(rooms, connection, access, view, asks),
        "open_cases": cases.open_numbers(connection, access, view.customer_id) if view.customer_id else [],
    }


def types_in(t: Wording) -> list[tuple[str, str]]:
    """What a letter may be: (code, name), by name."""
    return sorted(((kind.code, t.type_name(kind.code)) for kind in kinds()), key=lambda pair: pair[1])


def _is_one_file_of_pages(view: LetterView) -> bool:
    return bool(view.page_from) and not view.parts and can_be_cut(view.media_type)


def _first_picture(connection: Connection, access: Access, document_id: int | None) -> str:
    """The picture that the next letter begins with, to be loaded while this one is decided; '' where it has none."""
    drawable = document_id is not None and has_pages(letters.seen(connection, access, document_id).media_type)
    return f"/api/documents/{document_id}/pages/1.png" if drawable else ""


def _with_names(connection: Connection, access: Access, view: LetterView) -> LetterView:
    second = letters.named(connection, [view.runner_up_id] if view.runner_up_id else []).get(view.runner_up_id)
    where = customers.address_of(connection, view.customer_id) if view.customer_id else ""
    return with_names(view, second[1] if second else "", where)


def _candidates(
    rooms: Rooms, connection: Connection, access: Access, view: LetterView, asks: Choice
) -> list[Candidate]:
    """Who was asked for; else who was chosen elsewhere, the one proposed and the runner-up."""
    if asks.words.strip():
        return _found(rooms, access, asks.words, view.customer_id)
    wanted = [key for key in (asks.to, view.customer_id, view.runner_up_id) if key]
    names = letters.named(connection, wanted)
    chosen = names.get(asks.to or view.customer_id or 0, (0, ""))[0]
    return [
        Candidate(now, name, customers.address_of(connection, now), (), chosen=now == chosen)
        for now, name in dict.fromkeys(names[key] for key in wanted if key in names)
    ]


def _found(rooms: Rooms, access: Access, cq: str, chosen: int | None = None) -> list[Candidate]:
    query = IndexQuery(cq, limit=_CANDIDATES, as_you_type=True, highlights=False)
    hits = finding.find_customers(rooms, access, query, alone=True).hits
    return [
        Candidate(hit.id, hit.name, hit.address, hit.accounts[:3], hit.id == chosen or len(hits) == 1) for hit in hits
    ]


@router.get("/desk/customers")
def find_customers(
    request: Request,
    rooms: Annotated[Rooms, Depends(rooms_of)],
    asker: Annotated[Asker, Depends(who_asks)],
    doc: int,
    cq: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """The customers to choose from, as one types."""
    candidates = _found(rooms, asker.deciding, cq) if cq.strip() else []
    looking.note_search(rooms, asker, cq)
    return page(request, asker, "candidates.html", candidates=candidates, cq=cq, doc=doc)


@router.get("/desk/cases")
def find_cases(
    request: Request,
    rooms: Annotated[Rooms, Depends(rooms_of)],
    asker: Annotated[Asker, Depends(who_asks)],
    customer_id: int,
) -> Response:
    """The open cases of the customer chosen."""
    with rooms.catalogue.reading() as connection:
        found = cases.open_numbers(connection, asker.deciding, customer_id)
    looking.note(rooms, asker, "cases", looking.customer(customer_id))
    return page(request, asker, "case_choice.html", open_cases=found)


def narrowing_in(form: Form) -> Narrowing:
    """Which part of the queue a form came from."""
    given = parse_qs(form.get("query", ""))
    return Narrowing(*(given.get(name, [""])[0] for name in _NARROWING))


def asked(narrowing: Narrowing) -> dict[str, Any]:
    """A part of the queue as an address holds it."""
    return {name: getattr(narrowing, name) for name in _NARROWING}


def query_of(narrowing: Narrowing) -> str:
    """A part of the queue as the query of an address."""
    return urlencode({name: value for name, value in asked(narrowing).items() if value})


def at(narrowing: Narrowing, document_id: int, done: int = 0) -> str:
    """The address of one letter at the desk; `done` is the letter decided just before."""
    return address("/desk", asked(narrowing) | {"doc": document_id, "done": done})


def done_of(connection: Connection, access: Access, document_id: int) -> Done | None:
    """What was just decided, where it is the asker's to see and nothing happened to it since."""
    try:
        card = letters.card(connection, access, document_id)
    except NotFound:
        return None
    row = card.row
    details = noted(connection, row.id, DECIDED, row.version)
    if details is None:
        return None
    return Done(
        row.id,
        row.version,
        details["action"],
        row.state,
        row.registration_number or "",
        card.customer_name,
        next((place.case_number for place in card.places if place.case_number), ""),
        _other(connection, access, details),
        went_along(connection, row.id, row.version),
    )


def _other(connection: Connection, access: Access, details: Mapping[str, Any]) -> tuple[int, str]:
    if joined := details.get("joined"):
        return joined[0]["id"], joined[0]["registration_number"]
    if split_off := details.get("split_off"):
        return split_off["id"], letters.seen(connection, access, split_off["id"]).registration_number or ""
    return 0, ""
