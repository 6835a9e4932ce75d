"""The desk: what do I decide now? One letter at a time, held by one clerk, filed with one key."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import parse_qs, urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy import Connection

from api import finding
from api.http.answering import rooms_of
from api.http.rooms import Rooms
from api.pages.errors import detail_in
from api.pages.forms import Form, proven_form, see_other, whole_number
from api.pages.letter_view import LetterView, letter_view, with_names
from api.pages.rendering import address, page, wording_for
from api.reading_pages import pages_of
from api.signing_in import Asker, who_asks
from api.wording import Wording
from archive.access import Access
from archive.errors import Conflict, DossierError, NotFound
from archive.showing import cases, customers, desk, letters
from archive.showing.desk import Narrowing
from intake import deciding
from intake.classifying.kinds import kinds
from intake.readers.registry import has_pages
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
    """What was decided last, to tell it and to undo it."""

    id: int
    version: int
    state: str
    registration_number: str
    customer_name: str
    case_number: str


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
) -> Response:
    """The letter asked for, else the oldest that waits and that nobody else holds."""
    return _shown(request, rooms, asker, narrowing, doc, done, cq)


def _shown(
    request: Request,
    rooms: Rooms,
    asker: Asker,
    narrowing: Narrowing,
    doc: int = 0,
    done: int = 0,
    cq: str = "",
    refused: str = "",
    status: int = 200,
) -> Response:
    access = asker.deciding
    with rooms.catalogue.writing() as connection:
        held = desk.hold(connection, access, doc) if doc else False
        chosen = doc or desk.hold_next(connection, access, narrowing)
        mine = held or (not doc and chosen is not None)
    with rooms.catalogue.reading() as connection:
        queue = desk.queue(connection, access, narrowing)
        values = _letter(request, rooms, connection, access, narrowing, chosen, mine, cq) if chosen else _NO_LETTER
        told = _done(connection, access, done) if done else None
        alike = desk.looking_the_same(connection, access, done) if told else 0
    return page(
        request,
        asker,
        "desk.html",
        status,
        here="desk",
        queue=queue,
        narrowing=narrowing,
        query=_query(narrowing),
        done=told,
        looking_the_same=alike,
        alike_query="",
        refused=refused,
        mine=mine,
        cq=cq,
        doc=chosen,
        correcting=bool(cq) or bool(refused),
        reject_reasons=deciding.REJECT_REASONS,
        **values,
    )


_NO_LETTER: dict[str, Any] = {"view": None, "upcoming_picture": "", "upcoming": "", "previous": "", "candidates": []}


def _letter(
    request: Request,
    rooms: Rooms,
    connection: Connection,
    access: Access,
    narrowing: Narrowing,
    chosen: int,
    mine: bool,
    cq: str,
) -> dict[str, Any]:
    card = letters.card(connection, access, chosen)
    view = _with_names(connection, access, letter_view(card, pages_of(rooms.objects, card), access))
    upcoming = desk.after(connection, access, narrowing, chosen)
    previous = desk.before(connection, access, narrowing, chosen)
    t = wording_for(request, request.state.asker)
    return {
        "view": view,
        "can_accept": mine and bool(view.document_type) and view.customer_id is not None,
        "proposed_case": "",
        "upcoming": _at(narrowing, upcoming) if upcoming else "",
        "previous": _at(narrowing, previous) if previous else "",
        "upcoming_picture": _first_picture(connection, access, upcoming),
        "types": sorted(((kind.code, t.type_name(kind.code)) for kind in kinds()), key=lambda pair: pair[1]),
        "candidates": _candidates(rooms, connection, access, view, cq),
        "open_cases": cases.open_numbers(connection, access, view.customer_id) if view.customer_id else [],
    }


def _first_picture(connection: Connection, access: Access, document_id: int | None) -> str:
    """The picture that the next letter begins with, to be loaded while this one is decided; '' where it has none."""
    drawable = document_id is not None and has_pages(letters.seen(connection, access, document_id).media_type)
    return f"/api/documents/{document_id}/pages/1.png" if drawable else ""


def _with_names(connection: Connection, access: Access, view: LetterView) -> LetterView:
    second = letters.named(connection, [view.runner_up_id] if view.runner_up_id else []).get(view.runner_up_id)
    where = customers.address_of(connection, view.customer_id) if view.customer_id else ""
    return with_names(view, second[1] if second else "", where)


def _candidates(rooms: Rooms, connection: Connection, access: Access, view: LetterView, cq: str) -> list[Candidate]:
    """Who was asked for; else the one proposed and the runner-up."""
    if cq.strip():
        return _found(rooms, access, cq, view.customer_id)
    wanted = [key for key in (view.customer_id, view.runner_up_id) if key]
    names = letters.named(connection, wanted)
    return [
        Candidate(now, name, customers.address_of(connection, now), (), chosen=now == view.customer_id)
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
    return page(request, asker, "case_choice.html", open_cases=found)


@router.post("/desk/{document_id}/accept")
def accept(
    request: Request,
    document_id: int,
    rooms: Annotated[Rooms, Depends(rooms_of)],
    asker: Annotated[Asker, Depends(who_asks)],
    form: Annotated[Form, Depends(proven_form)],
) -> Response:
    """File the letter as proposed, and go on to the next."""

    def decide() -> deciding.Decided:
        return deciding.accept(rooms.catalogue, asker.deciding, document_id, whole_number(form, "version"))

    return _decided(request, rooms, asker, form, document_id, decide)


@router.post("/desk/{document_id}/correct")
def correct(
    request: Request,
    document_id: int,
    rooms: Annotated[Rooms, Depends(rooms_of)],
    asker: Annotated[Asker, Depends(who_asks)],
    form: Annotated[Form, Depends(proven_form)],
) -> Response:
    """File the letter as the clerk says, and go on to the next."""

    def decide() -> deciding.Decided:
        customer_id = whole_number(form, "customer_id")
        what = deciding.Correction(form.get("document_type", ""), customer_id, form.get("case_number", ""))
        return deciding.correct(rooms.catalogue, asker.deciding, document_id, whole_number(form, "version"), what)

    return _decided(request, rooms, asker, form, document_id, decide)


@router.post("/desk/{document_id}/reject")
def reject(
    request: Request,
    document_id: int,
    rooms: Annotated[Rooms, Depends(rooms_of)],
    asker: Annotated[Asker, Depends(who_asks)],
    form: Annotated[Form, Depends(proven_form)],
) -> Response:
    """Turn the letter away, and go on to the next."""

    def decide() -> deciding.Decided:
        version, reason = whole_number(form, "version"), form.get("reason", "")
        return deciding.reject(rooms.catalogue, asker.deciding, document_id, version, reason)

    return _decided(request, rooms, asker, form, document_id, decide)


@router.post("/desk/{document_id}/undo")
def undo(
    request: Request,
    document_id: int,
    rooms: Annotated[Rooms, Depends(rooms_of)],
    asker: Annotated[Asker, Depends(who_asks)],
    form: Annotated[Form, Depends(proven_form)],
) -> Response:
    """Take the last decision back, and look at the letter again."""
    try:
        deciding.undo(rooms.catalogue, asker.deciding, document_id, whole_number(form, "version"))
    except (Conflict, NotFound) as error:
        return _refused(request, rooms, asker, form, 0, error)
    return see_other(_at(_narrowing_in(form), document_id))


def _decided(
    request: Request,
    rooms: Rooms,
    asker: Asker,
    form: Form,
    document_id: int,
    decide: Callable[[], deciding.Decided],
) -> Response:
    """On to the next letter; where the decision was refused, the same letter again with the reason."""
    try:
        decide()
    except DossierError as error:
        if error.http_status >= 500 or error.http_status == 403:
            raise
        return _refused(request, rooms, asker, form, 0 if isinstance(error, NotFound) else document_id, error)
    return see_other(address("/desk", _asked(_narrowing_in(form)) | {"done": document_id}))


def _refused(
    request: Request, rooms: Rooms, asker: Asker, form: Form, document_id: int, error: DossierError
) -> Response:
    told: Wording = wording_for(request, asker)
    words = f"{told.word('error', error.code)}. {detail_in(told, error)}"
    # htmx shows only answers that went well; the reason must be seen all the same.
    status = 200 if "hx-request" in request.headers else error.http_status
    narrowing = _narrowing_in(form)
    response = _shown(request, rooms, asker, narrowing, document_id, refused=words, status=status)
    response.headers["HX-Push-Url"] = _at(narrowing, document_id)
    return response


def _narrowing_in(form: Form) -> Narrowing:
    given = parse_qs(form.get("query", ""))
    return Narrowing(*(given.get(name, [""])[0] for name in _NARROWING))


def _asked(narrowing: Narrowing) -> dict[str, Any]:
    return {name: getattr(narrowing, name) for name in _NARROWING}


def _query(narrowing: Narrowing) -> str:
    return urlencode({name: value for name, value in _asked(narrowing).items() if value})


def _at(narrowing: Narrowing, document_id: int) -> str:
    return address("/desk", _asked(narrowing) | {"doc": document_id})


def _done(connection: Connection, access: Access, document_id: int) -> Done | None:
    """What was just decided, where it is the asker's to see and nothing happened to it since."""
    try:
        card = letters.card(connection, access, document_id)
    except NotFound:
        return None
    if card.row.state not in ("filed", "rejected"):
        return None
    number = next((place.case_number for place in card.places if place.case_number), "")
    row = card.row
    return Done(row.id, row.version, row.state, row.registration_number or "", card.customer_name, number)
