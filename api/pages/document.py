"""The document page: what is this, and how do we know?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from api import looking
from api.http.answering import rooms_of
from api.http.rooms import Rooms
from api.pages.forms import Form, proven_form, see_other
from api.pages.letter_view import letter_view
from api.pages.rendering import page, wording_for
from api.reading_pages import pages_of
from api.signing_in import Asker, who_asks
from api.wording import Wording
from archive import holds
from archive.showing import letters

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One line of the history, its changes in the reader's words."""

    at: str
    actor: str
    action: str
    changes: Sequence[tuple[str, str, str]]


@router.get("/documents/{document_id}")
def show(
    request: Request,
    document_id: int,
    rooms: Annotated[Rooms, Depends(rooms_of)],
    asker: Annotated[Asker, Depends(who_asks)],
    q: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    """One document; the words of a search are marked on it."""
    with rooms.catalogue.reading() as connection:
        card = letters.card(connection, asker.access, document_id)
        history = letters.history(connection, asker.access, document_id)
        names = letters.named(connection, _customers_in(history))
    looking.note(rooms, asker, "read", looking.document(document_id))
    view = letter_view(card, pages_of(rooms.objects, card), asker.access, q)
    t = wording_for(request, asker)
    told = [_line(t, one, {str(key): name for key, (_id, name) in names.items()}) for one in history]
    decides = asker.access.decides
    may_hold = holds.supervises(asker.supervising) and asker.supervising.sees(card.row.branch, card.row.mark)
    shown: dict[str, Any] = {"view": view, "history": told, "hits": bool(q), "decides": decides}
    return page(request, asker, "document.html", reason_chars=holds.WHY_CHARS if may_hold else 0, **shown)


@router.post("/documents/{document_id}/hold")
def hold(
    document_id: int,
    rooms: Annotated[Rooms, Depends(rooms_of)],
    asker: Annotated[Asker, Depends(who_asks)],
    form: Annotated[Form, Depends(proven_form)],
) -> Response:
    """Put the letter on legal hold, and show it again."""
    holds.place(rooms.catalogue, rooms.objects, asker.supervising, document_id, form.get("reason", ""))
    return see_other(f"/documents/{document_id}")


@router.post("/documents/{document_id}/lift")
def lift(
    document_id: int,
    rooms: Annotated[Rooms, Depends(rooms_of)],
    asker: Annotated[Asker, Depends(who_asks)],
    form: Annotated[Form, Depends(proven_form)],
) -> Response:
    """End the letter's legal hold, and show it again."""
    holds.lift(rooms.catalogue, rooms.objects, asker.supervising, document_id, form.get("reason", ""))
    return see_other(f"/documents/{document_id}")


def _customers_in(history: Sequence[letters.Happening]) -> list[int]:
    told = [one.get("customer") for happening in history for one in (happening.before, happening.after)]
    return [customer for customer in told if isinstance(customer, int)]


def _line(t: Wording, one: letters.Happening, names: Mapping[str, str]) -> HistoryLine:
    shown = [
        (name, _value(t, name, one.before.get(name), names), _value(t, name, after, names))
        for name, after in one.after.items()
        if name in ("state", "reason", "type", "customer", "number", "hold", "lifted")
        and after
        and one.before.get(name) != after
    ]
    return HistoryLine(one.at, one.actor, one.action, shown)


def _value(t: Wording, name: str, value: Any, names: Mapping[str, str]) -> str:
    if not value:
        return ""
    if name == "type":
        return t.type_name(str(value))
    if name == "customer":
        return names.get(str(value), str(value))
    return t.word(name, str(value)) if name in ("state", "reason") else str(value)
