"""Decisions of the desk. Each holds for the version in `If-Match`; 409 when somebody else was first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from api import looking
from api.http.answering import answer, etag, if_match, rooms_of, version_wanted
from api.http.customer_changes import Said
from api.http.rooms import Rooms
from api.http.shapes import PROBLEMS, Decided, DecidedAlike, DecidedOfNew, Problem, RescanSlip
from api.signing_in import Asker, who_asks
from archive.access import Access
from archive.ports import Catalogue
from archive.showing import desk, letters
from intake import deciding, deciding_alike, decision, new_sender, rescan_slip

_IF_MATCH = if_match("document")
_CONFLICT: dict[int | str, Any] = {
    409: {"model": Problem, "description": "Somebody else was first, or If-Match is missing."}
}
_GUARDED: dict[int | str, Any] = {
    409: {
        "model": Problem,
        "description": "Somebody else was first, If-Match is missing, or the guard knows somebody like that (`findings`).",
    }
}
router = APIRouter(prefix="/api/documents/{document_id}", tags=["decisions"], responses=PROBLEMS | _CONFLICT)


@dataclass(frozen=True, slots=True)
class Desk:
    """The letter decided about, at the version that was seen, and who decides."""

    document_id: int
    version: int
    access: Access
    rooms: Rooms

    @property
    def letter(self) -> tuple[Catalogue, Access, int, int]:
        """What every decision is asked with."""
        return self.rooms.catalogue, self.access, self.document_id, self.version


async def desk_of(
    request: Request,
    document_id: int,
    rooms: Annotated[Rooms, Depends(rooms_of)],
    asker: Annotated[Asker, Depends(who_asks)],
) -> Desk:
    """A dependency of every decision."""
    access = asker.deciding
    return Desk(document_id, version_wanted(request), access, rooms)


AtDesk = Annotated[Desk, Depends(desk_of)]


class Correction(BaseModel):
    """What the letter is and whose. `case_number`: empty by the rules, `new`, or an open case's number."""

    document_type: str
    customer_id: int
    case_number: str = ""


class NewCustomer(Said):
    """The letter's sender, whom nobody knows yet, and how the letter is filed with that customer."""

    document_type: str
    case_number: str = ""


class SaidOfSender(TypedDict):
    """What a letter says of its sender: column of a customer → what stands there, lists joined by `;`."""

    fields: Mapping[str, str]


class Rejection(BaseModel):
    """Why the letter is turned away."""

    reason: str = Field(description="one of: " + ", ".join(deciding.REJECT_REASONS))


class Rescan(BaseModel):
    """Why the letter is scanned again, and which page of it (from 1); all of it where none is named."""

    why: str = Field(description="one of: " + ", ".join(deciding.RESCAN_WHY))
    page: int | None = None


class Cut(BaseModel):
    """Where the second letter begins: a page of this one, from 2."""

    page: int


class Seen(BaseModel):
    """A letter and the version that was seen."""

    document: int
    version: int


class Chosen(BaseModel):
    """The letters, of those that look alike, that are decided along."""

    letters: Annotated[list[Seen], Field(max_length=40)]


@router.post("/accept", response_model=Decided, openapi_extra=_IF_MATCH)
def accept(at: AtDesk) -> Response:
    """File the letter as it was proposed."""
    return _answer(at, deciding.accept(*at.letter))


@router.post("/correct", response_model=Decided, openapi_extra=_IF_MATCH)
def correct(at: AtDesk, what: Correction) -> Response:
    """File the letter as the asker says; what was corrected is kept as a labelled example."""
    correction = deciding.Correction(what.document_type, what.customer_id, what.case_number)
    return _answer(at, deciding.correct(*at.letter, correction))


@router.get("/sender", response_model=SaidOfSender)
def sender(
    document_id: int,
    rooms: Annotated[Rooms, Depends(rooms_of)],
    asker: Annotated[Asker, Depends(who_asks)],
) -> Response:
    """What the letter says of its sender, to make a customer of it once somebody looked it over."""
    with rooms.catalogue.reading() as connection:
        letters.seen(connection, asker.deciding, document_id)
    said = new_sender.says(rooms.recutter.engines, document_id)
    looking.note(rooms, asker, "text", looking.document(document_id))
    return answer({"fields": said})


@router.post("/new-customer", response_model=DecidedOfNew, responses=_GUARDED, openapi_extra=_IF_MATCH)
def new_customer(at: AtDesk, what: NewCustomer) -> Response:
    """Make the letter's sender a customer and file the letter with it, both or neither. The guard warns and refuses as ever."""
    wanted = new_sender.NewSender(what.given, what.document_type, what.case_number)
    done, saved = new_sender.correct_with_new(at.rooms.customer_door, at.access, at.document_id, at.version, wanted)
    return _answer(at, done, customer_id=saved.customer_id)


@router.post("/same-sender", response_model=Decided, openapi_extra=_IF_MATCH)
def same_sender(at: AtDesk) -> Response:
    """File the letter with the sender of the letter before it; a correction like any other."""
    return _answer(at, deciding.same_sender(*at.letter))


@router.post("/reject", response_model=Decided, openapi_extra=_IF_MATCH)
def reject(at: AtDesk, why: Rejection) -> Response:
    """Turn the letter away; its original is kept."""
    return _answer(at, deciding.reject(*at.letter, why.reason))


@router.post("/rescan", response_model=Decided, openapi_extra=_IF_MATCH)
def rescan(at: AtDesk, wish: Rescan) -> Response:
    """Have the letter scanned again: it waits behind all others until the paper came back."""
    return _answer(at, deciding.rescan(*at.letter, deciding.Rescan(wish.why, wish.page)))


@router.get("/rescan-slip", response_model=RescanSlip)
def slip(
    document_id: int,
    rooms: Annotated[Rooms, Depends(rooms_of)],
    asker: Annotated[Asker, Depends(who_asks)],
) -> Response:
    """What the slip says that lies on a letter which is to be scanned again."""
    with rooms.catalogue.reading() as connection:
        made = rescan_slip.slip_of(connection, asker.deciding, document_id)
    looking.note(rooms, asker, "slip", looking.document(document_id))
    return answer(made)


@router.post("/split", response_model=Decided, openapi_extra=_IF_MATCH)
def split(at: AtDesk, cut: Cut) -> Response:
    """Make the letter two; both wait, each with a proposal of its own."""
    return _answer(at, at.rooms.recutter.split(at.access, at.document_id, at.version, cut.page))


@router.post("/join", response_model=Decided, openapi_extra=_IF_MATCH)
def join(at: AtDesk) -> Response:
    """Make the letter a part of the letter before it, which is answered."""
    return _answer(at, at.rooms.recutter.join(at.access, at.document_id, at.version))


@router.post("/undo", response_model=Decided, openapi_extra=_IF_MATCH)
def undo(at: AtDesk) -> Response:
    """Take the last decision back."""
    return _answer(at, deciding.undo(*at.letter))


@router.get("/alike", response_model=list[desk.Alike])
def alike(
    document_id: int,
    rooms: Annotated[Rooms, Depends(rooms_of)],
    asker: Annotated[Asker, Depends(who_asks)],
) -> Response:
    """The waiting letters that look as this one did before it was decided: same sender, same type, same reason."""
    with rooms.catalogue.reading() as connection:
        found = desk.alike(connection, asker.deciding, document_id)
    looking.note(rooms, asker, "list", *(looking.document(one.id) for one in found))
    return answer(found)


@router.post("/alike", response_model=DecidedAlike, openapi_extra=_IF_MATCH)
def decide_alike(at: AtDesk, chosen: Chosen) -> Response:
    """Decide these letters, of those that look alike, as this one was decided."""
    letters = [(one.document, one.version) for one in chosen.letters]
    return _answer_many(deciding_alike.decide_alike(*at.letter, letters))


@router.post("/alike/undo", response_model=DecidedAlike, openapi_extra=_IF_MATCH)
def undo_alike(at: AtDesk) -> Response:
    """Take back what was decided along with this letter, all of it; this letter stays decided."""
    return _answer_many(deciding_alike.undo_alike(*at.letter))


def _answer(at: Desk, done: decision.Decided, **more: int) -> Response:
    with at.rooms.catalogue.reading() as connection:
        alike = len(desk.alike(connection, at.access, done.document_id))
    return answer(_as_json(done, alike) | more, headers={"ETag": etag(done.version)})


def _answer_many(together: deciding_alike.Together) -> Response:
    done: Sequence[dict[str, Any]] = [_as_json(one, 0) for one in together.done]
    return answer({"done": done, "left": list(together.left)})


def _as_json(done: decision.Decided, alike: int) -> dict[str, Any]:
    return {
        "document": done.document_id,
        "version": done.version,
        "state": done.state,
        "case": done.case_number,
        "looking_the_same": alike,
    }
