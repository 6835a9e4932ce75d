"""A letter from somebody unknown: the customer's form with what the letter says of its sender, saved and filed in one."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy import Row

from api import looking
from api.pages.customer_form import (
    Answer,
    AskerHere,
    Filled,
    FormHere,
    RoomsHere,
    ToFile,
    given_in,
    refused_form,
    shown_form,
    typed_in,
)
from api.pages.desk import asked, at, narrowing_in, narrowing_of, query_of, types_in
from api.pages.forms import see_other, whole_number
from api.pages.rendering import address, wording_for
from api.wording import Wording
from archive.errors import DossierError
from archive.showing import letters
from archive.showing.desk import Narrowing
from intake import new_sender

router = APIRouter(include_in_schema=False)


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
    letter = _to_file(wording_for(request, asker), row, row.version, row.document_type or "", narrowing)
    said = new_sender.says(rooms.recutter.engines, document_id)
    looking.note(rooms, asker, "text", looking.document(document_id))
    cells = {"kind": "person", "branch": row.branch} | said
    filled = Filled(0, 0, "", cells, then=at(narrowing, document_id), letter=letter)
    return shown_form(request, rooms, asker, filled, Answer())


@router.post("/desk/{document_id}/new-customer")
def file_with_new_customer(
    request: Request,
    document_id: int,
    rooms: RoomsHere,
    asker: AskerHere,
    form: FormHere,
) -> Response:
    """Make the customer, file the letter with it, and go on to the next letter; the form again where either is refused."""
    version, kind, narrowing = whole_number(form, "version"), form.get("document_type", ""), narrowing_in(form)
    with rooms.catalogue.reading() as connection:
        row = letters.seen(connection, asker.deciding, document_id)
    letter = _to_file(wording_for(request, asker), row, version, kind, narrowing)
    filled = Filled(0, 0, "", typed_in(form), form.get("valid_from", ""), at(narrowing, document_id), letter)
    try:
        wanted = new_sender.NewSender(given_in(filled, form), kind)
        done, _ = new_sender.correct_with_new(rooms.customer_door, asker.deciding, document_id, version, wanted)
    except DossierError as error:
        return refused_form(request, rooms, asker, filled, form, error)
    return see_other(address("/desk", asked(narrowing) | {"done": done.document_id}))


def _to_file(t: Wording, row: Row[Any], version: int, document_type: str, narrowing: Narrowing) -> ToFile:
    return ToFile(row.id, version, row.registration_number or "", document_type, types_in(t), query_of(narrowing))
