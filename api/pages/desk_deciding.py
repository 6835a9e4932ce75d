"""What a clerk decides at the desk: each form files, corrects, cuts or turns away one letter, and goes on to the next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api import looking
from api.http.answering import rooms_of
from api.http.rooms import Rooms
from api.pages.desk import asked, at, done_of, narrowing_in, query_of, shown
from api.pages.errors import refusal_in
from api.pages.forms import Form, proven_form, see_other, whole_number
from api.pages.rendering import address, page, wording_for
from api.signing_in import Asker, who_asks
from archive.access import Access
from archive.errors import BadInput, DossierError, NotFound
from archive.ports import Catalogue
from archive.sentences import say
from archive.showing.desk import Narrowing
from intake import deciding, deciding_alike, rescan_slip
from intake.decision import Decided

router = APIRouter(include_in_schema=False)
_CHOSEN = "letter-"
"""Before the id of each letter that is decided along; the field's value is the version seen."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A form of the desk: the letter that it is about, what it says, and who sent it."""

    request: Request
    document_id: int
    rooms: Rooms
    asker: Asker
    form: Form

    @property
    def letter(self) -> tuple[Catalogue, Access, int, int]:
        """What every decision is asked with. Raises: BadInput, Forbidden."""
        return self.rooms.catalogue, self.asker.deciding, self.document_id, whole_number(self.form, "version")

    @property
    def narrowing(self) -> Narrowing:
        """The part of the queue that the clerk is at."""
        return narrowing_in(self.form)

    def page(self) -> int | None:
        """The page named, None where none is. Raises: BadInput."""
        return whole_number(self.form, "page") if self.form.get("page") else None


async def asked_of(
    request: Request,
    document_id: int,
    rooms: Annotated[Rooms, Depends(rooms_of)],
    asker: Annotated[Asker, Depends(who_asks)],
    form: Annotated[Form, Depends(proven_form)],
) -> Asked:
    """A dependency of every form of the desk."""
    return Asked(request, document_id, rooms, asker, form)


FromDesk = Annotated[Asked, Depends(asked_of)]


@router.post("/desk/{document_id}/accept")
def accept(sent: FromDesk) -> Response:
    """File the letter as proposed."""
    return _decided(sent, lambda: deciding.accept(*sent.letter))


@router.post("/desk/{document_id}/correct")
def correct(sent: FromDesk) -> Response:
    """File the letter as the clerk says."""

    def decide() -> Decided:
        customer_id, case_number = whole_number(sent.form, "customer_id"), sent.form.get("case_number", "")
        what = deciding.Correction(sent.form.get("document_type", ""), customer_id, case_number)
        return deciding.correct(*sent.letter, what)

    return _decided(sent, decide)


@router.post("/desk/{document_id}/same-sender")
def same_sender(sent: FromDesk) -> Response:
    """File the letter with the sender of the one before."""
    return _decided(sent, lambda: deciding.same_sender(*sent.letter))


@router.post("/desk/{document_id}/reject")
def reject(sent: FromDesk) -> Response:
    """Turn the letter away."""
    return _decided(sent, lambda: deciding.reject(*sent.letter, sent.form.get("reason", "")))


@router.post("/desk/{document_id}/split")
def split(sent: FromDesk) -> Response:
    """Make the letter two, and look at the first of them."""

    def decide() -> Decided:
        cut_at = sent.page()
        if cut_at is None:
            raise BadInput(say("choose the page with which the second letter begins"))
        return sent.rooms.recutter.split(*sent.letter[1:], cut_at)

    return _decided(sent, decide)


@router.post("/desk/{document_id}/join")
def join(sent: FromDesk) -> Response:
    """Make the letter a part of the one before, and look at that where it waits."""
    return _decided(sent, lambda: sent.rooms.recutter.join(*sent.letter[1:]))


@router.post("/desk/{document_id}/rescan")
def rescan(sent: FromDesk) -> Response:
    """Have the letter scanned again, and go on to its slip."""

    def decide() -> Decided:
        return deciding.rescan(*sent.letter, deciding.Rescan(sent.form.get("why", ""), sent.page()))

    return _decided(sent, decide, address(f"/desk/{sent.document_id}/slip", asked(sent.narrowing)))


@router.post("/desk/{document_id}/undo")
def undo(sent: FromDesk) -> Response:
    """Take the last decision back, and look at the letter again: of two that were joined, at the second."""
    back = whole_number(sent.form, "back") if sent.form.get("back") else sent.document_id

    def take_back() -> str:
        deciding.undo(*sent.letter)
        return at(sent.narrowing, back)

    return _told(sent, 0, take_back)


@router.post("/desk/{document_id}/alike")
def decide_alike(sent: FromDesk) -> Response:
    """Decide those chosen of the letters that look alike, as this one was decided."""

    def decide() -> str:
        keys = [name.removeprefix(_CHOSEN) for name in sent.form if name.startswith(_CHOSEN)]
        chosen = [(int(key), whole_number(sent.form, f"{_CHOSEN}{key}")) for key in keys if key.isdecimal()]
        deciding_alike.decide_alike(*sent.letter, chosen)
        return _next(sent, sent.document_id)

    return _told(sent, 0, decide)


@router.post("/desk/{document_id}/alike/undo")
def undo_alike(sent: FromDesk) -> Response:
    """Take back all that was decided along with this letter."""

    def take_back() -> str:
        deciding_alike.undo_alike(*sent.letter)
        return _next(sent, sent.document_id)

    return _told(sent, 0, take_back)


@router.get("/desk/{document_id}/slip")
def slip(
    request: Request,
    document_id: int,
    rooms: Annotated[Rooms, Depends(rooms_of)],
    asker: Annotated[Asker, Depends(who_asks)],
    branch: str = "",
    document_type: str = "",
    reason: str = "",
    channel: str = "",
) -> Response:
    """The slip to be printed for a letter that is to be scanned again."""
    narrowing = Narrowing(branch, document_type, reason, channel)
    with rooms.catalogue.reading() as connection:
        made = rescan_slip.slip_of(connection, asker.deciding, document_id)
        done = done_of(connection, asker.deciding, document_id)
    looking.note(rooms, asker, "slip", looking.document(document_id))
    side, code = rescan_slip.drawn(made.code)
    on = address("/desk", asked(narrowing) | {"done": document_id})
    return page(
        request,
        asker,
        "desk_slip.html",
        here="desk",
        slip=made,
        side=side,
        code=code,
        done=done,
        on=on,
        query=query_of(narrowing),
    )


def _next(sent: Asked, document_id: int) -> str:
    return address("/desk", asked(sent.narrowing) | {"done": document_id})


def _decided(sent: Asked, decide: Callable[[], Decided], on: str = "") -> Response:
    """On to the next letter, or to the one decided where it still waits; where that was refused, the same letter again."""

    def go_on() -> str:
        done = decide()
        if on or done.state != "review":
            return on or _next(sent, done.document_id)
        return at(sent.narrowing, done.document_id, done.document_id)

    return _told(sent, sent.document_id, go_on)


def _told(sent: Asked, letter_id: int, do: Callable[[], str]) -> Response:
    """On to the address answered; where it was refused the desk with the reason, and this letter (0: whichever is next)."""
    try:
        return see_other(do())
    except DossierError as error:
        if error.http_status >= 500 or error.http_status == 403:
            raise
        return _refused(sent, 0 if isinstance(error, NotFound) else letter_id, error)


def _refused(sent: Asked, letter_id: int, error: DossierError) -> Response:
    told = wording_for(sent.request, sent.asker)
    words = refusal_in(told, error)
    # htmx shows only answers that went well; the reason must be seen all the same.
    status = 200 if "hx-request" in sent.request.headers else error.http_status
    cq = sent.form.get("cq", "")
    response = shown(
        sent.request, sent.rooms, sent.asker, sent.narrowing, letter_id, cq=cq, refused=words, status=status
    )
    response.headers["HX-Push-Url"] = at(sent.narrowing, letter_id)
    return response
