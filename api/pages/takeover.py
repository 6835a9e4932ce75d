"""Another takes a supply over: who, from which day, under which contract; and who holds a number on a day.

Whoever takes over is found while one types, or made by the guarded form of a customer, which comes back here. Nothing typed is
lost, whatever is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy import Connection

from api import finding, looking
from api.http.rooms import Rooms
from api.pages.customer_form import AskerHere, FormHere, Known, RoomsHere, known_of
from api.pages.desk import Candidate
from api.pages.errors import detail_in, refusal_in
from api.pages.forms import Form, see_other
from api.pages.rendering import address, page, wording_for
from api.signing_in import Asker
from archive import takeover as handing_over
from archive.access import Access
from archive.clock import utc_now
from archive.customers_then import insist_on_day
from archive.directory_values import HELD
from archive.errors import BadInput, DossierError, Guarded, NotFound
from archive.holders import Holder, holders_of
from archive.insisting import insist_on_clerk, supervises
from archive.overriding import Nevertheless
from archive.sentences import say
from archive.showing import customers
from archive.takeover import Offer, Takeover
from search.ports import Query as IndexQuery

router = APIRouter(include_in_schema=False)
_CANDIDATES = 6
_LONGEST = 500
_ALONG = "along."


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form: what is asked for, what was looked for, who takes it over (0 = nobody yet), and the rest."""

    number: str = ""
    q: str = ""
    to: int = 0
    day: str = ""
    contract: str = ""
    reason: str = ""
    along: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said to the form before: why it was not taken, whom the guard knows, which findings were answered already
    (their ids), and an admin's reason as typed."""

    words: str = ""
    known: Sequence[Known] = ()
    answered: str = ""
    override: str = ""
    status: int = 200


@dataclass(frozen=True, slots=True)
class Held:
    """One holding on the page of holders: whether it is so on the day asked for, and how many letters of later days lie with
    whoever held it before."""

    holder: Holder
    on_day: bool
    later_letters: int


def typed_of(
    number: str = "",
    q: Annotated[str, Query(max_length=200)] = "",
    to: int = 0,
    day: str = "",
    contract: str = "",
    reason: str = "",
    along: Annotated[list[str], Query()] = [],  # noqa: B006 - the framework reads it, nobody writes it
) -> Typed:
    """The form as its address tells it."""
    return Typed(number.strip(), q, to, day, contract, reason, tuple(along))


@router.get("/customers/{customer_id}/takeover")
def show(
    request: Request, customer_id: int, rooms: RoomsHere, asker: AskerHere, typed: Annotated[Typed, Depends(typed_of)]
) -> Response:
    """The form; without a number, what the customer holds, to choose from."""
    insist_on_clerk(asker.deciding)
    return _shown(request, rooms, asker, customer_id, typed, Answer())


@router.get("/customers/{customer_id}/takeover/known")
def known(request: Request, customer_id: int, rooms: RoomsHere, asker: AskerHere, q: str = "") -> Response:
    """The customers to choose from, as one types: a piece of the form."""
    looking.note_search(rooms, asker, q[:200])
    found = _candidates(rooms, asker.deciding, customer_id, Typed(q=q[:200]))
    return page(request, asker, "takeover_known.html", candidates=found, q=q)


@router.post("/customers/{customer_id}/takeover")
def take(request: Request, customer_id: int, rooms: RoomsHere, asker: AskerHere, form: FormHere) -> Response:
    """Let the other hold it from the day on, and show who held it through time; or go and make the other first."""
    typed = _of_form(form)
    if form.get("new"):
        return see_other(address("/customers/new", {"then": _at(customer_id, replace(typed, to=0))}))
    try:
        what = _asked(customer_id, typed)
        done = handing_over.take_over(rooms.customer_door, asker.deciding, what, None, _nevertheless(form))
    except DossierError as error:
        return _refused(request, rooms, asker, customer_id, typed, form, error)
    return see_other(address("/holders", {"number": typed.number, "taken": done.customer_id}))


@router.get("/holders")
def holders(
    request: Request,
    rooms: RoomsHere,
    asker: AskerHere,
    number: Annotated[str, Query(max_length=200)] = "",
    on: Annotated[str, Query(max_length=10)] = "",
    taken: int = 0,
) -> Response:
    """Who held an account, a contract, a point of delivery or a meter through time, and who on the day asked for."""
    words, day = "", utc_now()[:10]
    try:
        day = insist_on_day(on) if on.strip() else day
    except BadInput as error:
        words = detail_in(wording_for(request, asker), error)
    with rooms.catalogue.reading() as connection:
        through = holders_of(connection, number) if number.strip() else []
        shown = [_held(connection, asker.access, one, through, day) for one in through]
    looking.note(rooms, asker, "holder", *dict.fromkeys(looking.customer(one.customer_id) for one in through))
    just = next((one.holder for one in shown if one.holder.customer_id == taken), None)
    return page(
        request,
        asker,
        "holders.html",
        here="customers",
        number=number.strip(),
        on=on,
        day=day,
        holders=shown,
        just=just,
        words=words,
    )


def _held(connection: Connection, access: Access, one: Holder, through: Sequence[Holder], day: str) -> Held:
    """With letters dated after the holding ended, and before the same one held it again."""
    later = 0
    if one.kind == "account" and one.valid_to:
        again = [
            other.valid_from
            for other in through
            if other.customer_id == one.customer_id and other.valid_from >= one.valid_to
        ]
        until = min(again, default="")
        later = handing_over.later_letters(connection, access, one.identity_id, [one.number], one.valid_to, until)
    return Held(one, one.held_on(day), later)


def _shown(request: Request, rooms: Rooms, asker: Asker, customer_id: int, typed: Typed, answer: Answer) -> Response:
    with rooms.catalogue.reading() as connection:
        card = customers.card(connection, asker.access, customer_id)
        offer = handing_over.offer(connection, card.id, typed.number) if typed.number else None
    looking.note(rooms, asker, "read", looking.customer(card.id))
    if offer is None:
        return _to_choose(request, asker, card, typed)
    return page(
        request,
        asker,
        "takeover.html",
        answer.status,
        here="customers",
        card=card,
        offer=offer,
        rows=_rows(offer),
        typed=typed,
        q=typed.q,
        candidates=_candidates(rooms, asker.deciding, card.id, typed),
        answer=answer,
        known=answer.known,
        words="",
        typed_in=False,
        then="",
        acknowledged=" ".join([answer.answered, *(one.finding.id for one in answer.known)]).strip(),
        may_override=supervises(asker.deciding),
        longest=_LONGEST,
    )


def _to_choose(request: Request, asker: Asker, card: customers.Card, typed: Typed) -> Response:
    """What the customer holds now. Where that is one account, its form."""
    held = [one for one in card.held if not one.valid_to]
    accounts = [one.number for one in held if one.kind == "account"]
    if not typed.number and len(accounts) == 1:
        return see_other(_at(card.id, replace(typed, number=accounts[0])))
    choices = [(one, _at(card.id, replace(typed, number=one.number))) for one in held]
    return page(request, asker, "takeover_choice.html", here="customers", card=card, choices=choices, gone=typed.number)


def _rows(offer: Offer) -> list[tuple[str, str, bool]]:
    """(kind, number, whether it is what was asked for) of all that would pass over."""
    held = [(one.kind, value) for one in HELD for value in offer.supply.get(one.column, ())]
    return [(kind, value, (kind, value) == (offer.kind, offer.number)) for kind, value in held]


def _candidates(rooms: Rooms, access: Access, customer_id: int, typed: Typed) -> list[Candidate]:
    """Who may take over: the one chosen, then whom the words find; never who holds it."""
    hits: list[finding.FoundCustomer] = []
    if typed.q.strip():
        query = IndexQuery(typed.q, limit=_CANDIDATES + 2, as_you_type=True, highlights=False)
        found = finding.find_customers(rooms, access, query, alone=True).hits
        hits = [one for one in found if one.id not in (customer_id, typed.to)]
    with rooms.catalogue.reading() as connection:
        chosen = _chosen(connection, access, typed.to) if typed.to not in (0, customer_id) else []
    alone = len(hits) == 1 and not chosen
    others = [Candidate(one.id, one.name, one.address, one.accounts[:3], alone) for one in hits[:_CANDIDATES]]
    return [*chosen, *others]


def _chosen(connection: Connection, access: Access, customer_id: int) -> list[Candidate]:
    try:
        card = customers.card(connection, access, customer_id)
    except NotFound:
        return []
    accounts = [one.number for one in card.held if one.kind == "account" and not one.valid_to]
    return [Candidate(card.id, card.name, customers.address_of(connection, card.id), accounts[:3], True)]


def _of_form(form: Form) -> Typed:
    to = form.get("to", "")
    return Typed(
        form.get("number", "").strip(),
        form.get("q", "")[:200],
        int(to) if to.isdecimal() and len(to) < 19 else 0,
        form.get("day", ""),
        form.get("contract", ""),
        form.get("reason", "")[:_LONGEST],
        tuple(value for name, value in form.items() if name.startswith(_ALONG)),
    )


def _asked(customer_id: int, typed: Typed) -> Takeover:
    """Raises: BadInput where nobody takes over."""
    if not typed.to:
        raise BadInput(say("choose who takes over"))
    return Takeover(typed.number, typed.to, typed.day, typed.contract, typed.along, typed.reason, customer_id)


def _nevertheless(form: Form) -> Nevertheless:
    return Nevertheless(frozenset(form.get("nevertheless", "").split()), form.get("override", ""))


def _at(customer_id: int, typed: Typed) -> str:
    """The address of the form with all that stands in it."""
    told: Mapping[str, object] = {
        "number": typed.number,
        "q": typed.q,
        "to": typed.to,
        "day": typed.day,
        "contract": typed.contract,
        "reason": typed.reason,
        "along": typed.along,
    }
    return address(f"/customers/{customer_id}/takeover", told)


def _refused(
    request: Request, rooms: Rooms, asker: Asker, customer_id: int, typed: Typed, form: Form, error: DossierError
) -> Response:
    """The same form with all that was typed, and why it was not taken."""
    if error.http_status >= 500 or error.http_status == 403:
        raise error
    t = wording_for(request, asker)
    words = refusal_in(t, error)
    known = known_of(rooms, asker, error.findings) if isinstance(error, Guarded) else ()
    answer = Answer(words, known, form.get("nevertheless", ""), form.get("override", ""), error.http_status)
    return _shown(request, rooms, asker, customer_id, typed, answer)
