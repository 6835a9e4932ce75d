"""Making and changing a customer: a form that tells who is probably here already, before it is filled in.

What the guard finds is told in words, each with its weight; a warning is answered by looking and saving nevertheless, a
refusal by an admin's reason. Nothing typed is lost, whatever is refused.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy import Connection, select

from api import looking
from api.http.answering import rooms_of
from api.http.rooms import Rooms
from api.pages import address_form
from api.pages.errors import detail_in, refusal_in
from api.pages.forms import Form, proven_form, see_other, whole_number
from api.pages.letter_view import strength
from api.pages.rendering import local_path, page, wording_for
from api.signing_in import Asker, who_asks
from api.structured import parts_of
from archive import arrivals, customers_then, desk_records
from archive import customers as directory
from archive.by_hand import Given
from archive.directory_record import KINDS, LISTS
from archive.errors import BadInput, Conflict, DossierError, Guarded
from archive.guarding import Finding
from archive.insisting import supervises
from archive.overriding import Nevertheless
from archive.schema import customer
from archive.sentences import Sentence
from archive.survivorship import record_of

router = APIRouter(include_in_schema=False)
_MOST_SHOWN = 5
_LEAST_BITS = 0.5
"""What weighs less, either way, says little."""
_PERSONS = ("surname", "given_name", "patronymic", "birth_date", "passport")
_ORGANISATIONS = ("full_name", "registration_number")
GROUPS = (
    ("who", (*_PERSONS, *_ORGANISATIONS, "tax_id")),
    ("contacts", ("phones", "emails", "address")),
    ("held", ("accounts", "contracts", "points_of_delivery", "meters")),
)
"""The fields of the form, by group, in their order."""
_FIELDS = ("kind", "branch", *(name for _group, names in GROUPS for name in names), *address_form.FIELDS)


@dataclass(frozen=True, slots=True)
class Weighed:
    """One field of a finding: what agrees, how strongly in a word, and in bits."""

    told: Sentence
    strength: str
    bits: float


@dataclass(frozen=True, slots=True)
class Known:
    """Whom the guard knows, as the form tells of them."""

    finding: Finding
    name: str
    born: str
    address: str
    agreed: Sequence[Weighed]


@dataclass(frozen=True, slots=True)
class ToFile:
    """The letter that is filed with the new customer: its version as seen, what it is to be, and what it may be (code, name)."""

    document_id: int
    version: int
    number: str
    document_type: str
    types: Sequence[tuple[str, str]]
    query: str


@dataclass(frozen=True, slots=True)
class Filled:
    """The form: whose (0 for a new customer), the version that is changed, what stands in it, since when it is so, the
    page that waits for a new customer ('' = none), and the letter that is filed with it, where there is one."""

    customer_id: int
    version: int
    name: str
    cells: Mapping[str, str]
    valid_from: str = ""
    then: str = ""
    letter: ToFile | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said to the form before: why it was not taken, whom the guard knows, and an admin's reason as typed."""

    words: str = ""
    known: Sequence[Known] = ()
    reason: str = ""
    status: int = 200


RoomsHere = Annotated[Rooms, Depends(rooms_of)]
AskerHere = Annotated[Asker, Depends(who_asks)]
FormHere = Annotated[Form, Depends(proven_form)]


@router.get("/customers/new")
def new(request: Request, rooms: RoomsHere, asker: AskerHere, then: str = "") -> Response:
    """An empty form. `then`: the page to go on to with the customer's number."""
    filled = Filled(0, 0, "", {"kind": "person", "branch": rooms.settings.branch}, then=_waiting(then))
    return shown_form(request, rooms, asker, filled, Answer())


@router.get("/customers/{customer_id}/change")
def changing(request: Request, customer_id: int, rooms: RoomsHere, asker: AskerHere) -> Response:
    """The form with what the customer is now."""
    with rooms.catalogue.reading() as connection:
        told = desk_records.told(connection, customer_id)
        cells = told.record.flat
        parts = parts_of([cells["address"]], directory.show(connection, asker.access, told.root))
    looking.note(rooms, asker, "read", looking.customer(told.root))
    cells = address_form.shown(cells, parts.get(cells["address"], {}))
    filled = Filled(told.root, told.version, told.record.display_name, cells)
    return shown_form(request, rooms, asker, filled, Answer())


@router.post("/customers/new")
def add(request: Request, rooms: RoomsHere, asker: AskerHere, form: FormHere) -> Response:
    """Make the customer, and go to it."""
    filled = Filled(0, 0, "", typed_in(form), form.get("valid_from", ""), _waiting(form.get("then", "")))
    try:
        saved = rooms.customer_door.add(asker.deciding, given_in(filled, form))
    except DossierError as error:
        return refused_form(request, rooms, asker, filled, form, error)
    where = f"{filled.then}&to={saved.customer_id}" if filled.then else f"/customers/{saved.customer_id}"
    return see_other(where)


@router.post("/customers/{customer_id}/change")
def change(request: Request, customer_id: int, rooms: RoomsHere, asker: AskerHere, form: FormHere) -> Response:
    """Change the customer, and go back to it."""
    filled = Filled(
        customer_id, whole_number(form, "version"), form.get("name", ""), typed_in(form), form.get("valid_from", "")
    )
    try:
        saved = rooms.customer_door.change(asker.deciding, customer_id, given_in(filled, form), filled.version)
    except DossierError as error:
        return refused_form(request, rooms, asker, filled, form, error)
    return see_other(f"/customers/{saved.customer_id}")


@router.post("/customers/likely")
def likely(request: Request, rooms: RoomsHere, asker: AskerHere, form: FormHere) -> Response:
    """Whom the guard knows, of what was typed so far: a piece of the form."""
    one = form.get("customer_id", "")
    words = ""
    found: Sequence[Known] = ()
    try:
        cells = address_form.said(typed_in(form))
        findings = rooms.customer_door.likely(asker.deciding, cells, int(one) if one.isdecimal() else 0)
        found = known_of(rooms, asker, findings)
    except Conflict as error:
        words = detail_in(wording_for(request, asker), error)
    then = _waiting(form.get("then", ""))
    return page(request, asker, "customer_likely.html", known=found, words=words, typed=True, then=then)


@router.get("/customers/{customer_id}/history")
def history(request: Request, customer_id: int, rooms: RoomsHere, asker: AskerHere, on: str = "") -> Response:
    """How each field came to be, and the customer as it was on a day."""
    words, then = "", None
    with rooms.catalogue.reading() as connection:
        told = customers_then.history(connection, asker.access, customer_id)
        now = desk_records.told(connection, customer_id)
        try:
            then = customers_then.show_on(connection, asker.access, customer_id, on) if on.strip() else None
        except BadInput as error:
            words = detail_in(wording_for(request, asker), error)
    looking.note(rooms, asker, "history", looking.customer(now.root))
    return page(
        request,
        asker,
        "customer_history.html",
        here="customers",
        id=now.root,
        name=now.record.display_name,
        changes=told,
        then=then,
        on=on,
        words=words,
    )


def shown_form(request: Request, rooms: Rooms, asker: Asker, filled: Filled, answer: Answer) -> Response:
    """The form as it is filled in."""
    access = asker.deciding
    with rooms.catalogue.reading() as connection:
        branches = [code for code, _name in arrivals.branches_of(connection, asker.access)]
    branch = filled.cells.get("branch", "")
    return page(
        request,
        asker,
        "customer_form.html",
        answer.status,
        here="customers",
        filled=filled,
        cells=address_form.shown(filled.cells),
        orders=address_form.ORDERS,
        groups=GROUPS,
        kinds=KINDS,
        lists=LISTS,
        persons=_PERSONS,
        organisations=_ORGANISATIONS,
        branches=branches if branch in branches or not branch else [branch, *branches],
        answer=answer,
        known=answer.known,
        words="",
        typed=False,
        then=filled.then,
        may_override=supervises(access),
    )


def refused_form(
    request: Request, rooms: Rooms, asker: Asker, filled: Filled, form: Form, error: DossierError
) -> Response:
    """The same form with all that was typed, and why it was not taken."""
    if error.http_status >= 500 or error.http_status in (403, 404):
        raise error
    t = wording_for(request, asker)
    words = refusal_in(t, error)
    known = known_of(rooms, asker, error.findings) if isinstance(error, Guarded) else ()
    return shown_form(request, rooms, asker, filled, Answer(words, known, form.get("reason", ""), error.http_status))


def _waiting(given: str) -> str:
    """The address of the page that waits for a new customer, with a query; '' for what is none of ours."""
    return given if local_path(given) == given and "?" in given else ""


def typed_in(form: Form) -> dict[str, str]:
    """What stands in the form; of a person nothing that only firms have, and the other way round."""
    kind = form.get("kind", "person")
    others = _ORGANISATIONS if kind == "person" else _PERSONS
    cells = {name: form[name] for name in _FIELDS if name in form and name not in others}
    return {name: ";".join(cell.splitlines()) if name in LISTS else cell for name, cell in cells.items()}


def given_in(filled: Filled, form: Form) -> Given:
    """What is said of the customer, with the answer to what the guard found."""
    acknowledged = frozenset(form.get("nevertheless", "").split())
    return Given(address_form.said(filled.cells), filled.valid_from, Nevertheless(acknowledged, form.get("reason", "")))


def known_of(rooms: Rooms, asker: Asker, findings: Sequence[Finding]) -> list[Known]:
    """Whom the guard knows, with what tells them apart at a glance; that they were shown is noted."""
    with rooms.catalogue.reading() as connection:
        known = [_one(connection, finding) for finding in findings[:_MOST_SHOWN]]
    looking.note(rooms, asker, "likely", *(looking.customer(one.finding.customer_id) for one in known))
    return known


def _one(connection: Connection, finding: Finding) -> Known:
    query = select(customer.c.display_name, customer.c.golden).where(customer.c.id == finding.customer_id)
    row = connection.execute(query).one()
    values = record_of(json.loads(row.golden)).values
    agreed = [Weighed(one.told, _strength(one.weight), round(one.weight, 1)) for one in finding.agreed]
    return Known(finding, row.display_name, values["birth_date"], values["address"], agreed)


def _strength(weight: float) -> str:
    return strength(weight if abs(weight) >= _LEAST_BITS else 0.0)
