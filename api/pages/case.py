"""The case page: what happens next? Its next step is one button there."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request, Response

from api import looking
from api.case_folder import folder_of
from api.http.answering import rooms_of
from api.http.rooms import Rooms
from api.pages.forms import Form, proven_form, see_other, whole_number
from api.pages.rendering import case_name, page, wording_for
from api.signing_in import Asker, who_asks
from api.wording import Wording
from archive.showing import cases
from cases.stepping import step

router = APIRouter(include_in_schema=False)


@router.get("/cases/{number}")
def show(
    request: Request,
    number: str,
    rooms: Annotated[Rooms, Depends(rooms_of)],
    asker: Annotated[Asker, Depends(who_asks)],
) -> Response:
    """One case, with one sentence to read to the caller."""
    with rooms.catalogue.reading() as connection:
        folder = folder_of(connection, rooms.objects, asker.access, number)
    card = folder.card
    looking.note(rooms, asker, "case", *looking.case(card))
    today = datetime.now(ZoneInfo(rooms.settings.time_zone)).date().isoformat()
    overdue = card.state == "open" and bool(card.due_on) and str(card.due_on) < today
    sentence = _sentence(wording_for(request, asker), card, overdue)
    told: dict[str, Any] = {"folder": folder, "card": card, "overdue": overdue, "sentence": sentence}
    decides = asker.access.decides and asker.deciding.sees_branch(card.branch)
    return page(request, asker, "case.html", decides=decides, **told)


@router.post("/cases/{number}/step")
def go_on(
    number: str,
    rooms: Annotated[Rooms, Depends(rooms_of)],
    asker: Annotated[Asker, Depends(who_asks)],
    form: Annotated[Form, Depends(proven_form)],
) -> Response:
    """Note the step that the case has reached, and show the case again."""
    with rooms.catalogue.writing() as connection:
        step(connection, asker.deciding, number, whole_number(form, "version"), form.get("stage", ""))
    return see_other(f"/cases/{quote(number, safe='')}")


def _sentence(t: Wording, card: cases.Card, overdue: bool) -> str:
    """What to tell whoever calls: what the matter is, since when, and by when there is an answer."""
    about = {"type": case_name(card.type, t.language), "opened": t.day(card.opened_on), "number": card.number}
    if card.state == "closed":
        return t("case.say.closed", **about, closed=t.day(card.closed_on))
    if not card.due_on:
        return t("case.say.open", **about)
    return t("case.say.overdue" if overdue else "case.say.due", **about, due=t.day(card.due_on))
