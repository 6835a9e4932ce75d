"""A letter from somebody unknown: the customer's form with what the letter says of its sender, saved and filed in one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy import Connection

from api import looking
from api.http.answering import rooms_of
from api.http.rooms import Rooms
from api.pages.customer_form import Answer, Filled, ToFile, given_in, refused_form, shown_form, typed_in
from api.pages.desk import asked, at, narrowing_in, narrowing_of, query_of
from api.pages.forms import Form, proven_form, see_other, whole_number
from api.pages.rendering import address, wording_for
from api.signing_in import Asker, who_asks
from archive.errors import DossierError
from archive.showing import letters
from archive.showing.desk import Narrowing
from intake import new_sender
from intake.classifying.kinds import kinds

router = APIRouter(include_in_schema=False)
RoomsHere = Annotated[Rooms, Depends(rooms_of)]
AskerHere = Annotated[Asker, Depends(who_asks)]


@router.get("/desk/{document_id}/new-customer")
def new_customer(
    request: Request,
    document_id: int,
    rooms: RoomsHere,
    asker: AskerHere,
    narrowing: Annotated[Narrowing, Depends(narrowing_of)],
) -> Response:
    """The form, filled with what the letter says of its sender."""
    with rooms.catalogue.reading() as connection:
        row = letters.seen(connection, asker.deciding, document_id)
        letter = _to_file(request, asker, connection, document_id, row.version, row.document_type or "", narrowing)
    said = new_sender.says(rooms.recutter.engines, document_id)
    looking.note(rooms, asker, "text", looking.document(document_id))
    cells = {"kind": "person", "branch": row.branch} | said
    return shown_form(
        request, rooms, asker, Filled(0, 0, "", cells, then=_back(narrowing, document_id), letter=letter), Answer()
    )


@router.post("/desk/{document_id}/new-customer")
def file_with_new_customer(
    request: Request,
    document_id: int,
    rooms: RoomsHere,
    asker: AskerHere,
    form: Annotated[Form, Depends(proven_form)],
) -> Response:
    """Make the customer, file the letter with it, and go on to the next letter; the form again where either is refused."""
    version, kind, narrowing = whole_number(form, "version"), form.get("document_type", ""), narrowing_in(form)
    with rooms.catalogue.reading() as connection:
        letter = _to_file(request, asker, connection, document_id, version, kind, narrowing)
    back = _back(narrowing, document_id)
    filled = Filled(0, 0, "", typed_in(form), form.get("valid_from", ""), back, letter)
    try:
        wanted = new_sender.NewSender(given_in(filled, form), kind)
        done, _ = new_sender.correct_with_new(rooms.customer_door, asker.deciding, document_id, version, wanted)
    except DossierError as error:
        return refused_form(request, rooms, asker, filled, form, error)
    return see_other(address("/desk", asked(narrowing) | {"done": done.document_id}))


def _back(narrowing: Narrowing, document_id: int) -> str:
    """The letter at the desk, where somebody who is there already may be chosen for it."""
    return at(narrowing, document_id)


def _to_file(
    request: Request,
    asker: Asker,
    connection: Connection,
    document_id: int,
    version: int,
    document_type: str,
    narrowing: Narrowing,
) -> ToFile:
    row = letters.seen(connection, asker.deciding, document_id)
    t = wording_for(request, asker)
    types = sorted(((kind.code, t.type_name(kind.code)) for kind in kinds()), key=lambda pair: pair[1])
    return ToFile(document_id, version, row.registration_number or "", document_type, types, query_of(narrowing))
