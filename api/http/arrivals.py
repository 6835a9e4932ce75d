"""Handing in: a file is answered for once it is durable, and can be followed to what became of it."""

from __future__ import annotations

import secrets
from pathlib import PurePosixPath
from typing import Annotated, Literal

from fastapi import APIRouter, File, Form, Header, Request, Response, UploadFile

from api import looking
from api.http.answering import By, Here, answer
from api.http.rooms import Rooms
from api.http.shapes import PROBLEMS
from api.signing_in import Asker
from archive.arrivals import NewArrival, get
from archive.errors import BadInput, Conflict, Forbidden
from archive.sentences import say
from archive.showing import lists
from intake.limits import DEFAULT_LIMITS

router = APIRouter(prefix="/api/arrivals", tags=["arrivals"], responses=PROBLEMS)
_KEY_CHARS = 200
_NAME_CHARS = 500


@router.post("", status_code=202, response_model=lists.Arrival)
def hand_in(
    rooms: Here,
    asker: By,
    file: Annotated[UploadFile, File(description="the letter, batch, mail or form, one file")],
    branch: Annotated[str, Form(description="the branch that receives it; the settings' branch where empty")] = "",
    channel: Annotated[Literal["post", "email", "form", "upload"], Form()] = "upload",
    idempotency_key: Annotated[
        str, Header(description="one for each file; the same again with the same bytes is the same arrival")
    ] = "",
) -> Response:
    """Hand in one file. 202: it is durable, and `Location` tells what becomes of it."""
    number = accept_upload(rooms, asker, file, branch or rooms.settings.branch, channel, idempotency_key)
    with rooms.catalogue.reading() as connection:
        came = lists.one_arrival(connection, asker.access, number)
    return answer(came, 202, {"Location": f"/api/arrivals/{number}"})


def accept_upload(rooms: Rooms, asker: Asker, file: UploadFile, branch: str, channel: str, idempotency_key: str) -> str:
    """Make an uploaded file an arrival; answers its receipt number.

    Raises: Forbidden for a branch that is not the asker's, BadInput for what is too large, Conflict where the
    idempotency key was used for other bytes.
    """
    if not asker.access.sees_branch(branch):
        raise Forbidden(say("you may not hand in for branch {branch}", branch=branch))
    if file.size is not None and file.size > DEFAULT_LIMITS.arrival_bytes:
        raise BadInput(
            say("the file is larger than {most} bytes; hand it in in parts", most=DEFAULT_LIMITS.arrival_bytes)
        )
    if len(idempotency_key) > _KEY_CHARS:
        raise BadInput(say("the idempotency key is longer than {most} characters", most=_KEY_CHARS))
    digest, size_bytes = rooms.objects.put(file.file)
    key = f"key:{idempotency_key}" if idempotency_key else f"once:{secrets.token_hex(16)}"
    new = NewArrival(
        channel, f"http:{asker.employee.login}:{key}", branch, _shown_name(file.filename), "", digest, size_bytes
    )
    accepted = rooms.accept(new, asker.access)
    if accepted.known:
        _refuse_other_bytes(rooms, accepted.arrival_id, digest)
    return accepted.receipt_number


def _refuse_other_bytes(rooms: Rooms, arrival_id: int, digest: str) -> None:
    with rooms.catalogue.reading() as connection:
        if get(connection, arrival_id).digest != digest:
            raise Conflict(say("this Idempotency-Key was used for other bytes; take a new key for another file"))


def _shown_name(given: str | None) -> str:
    """The file's name without the folders that some browsers send; kept as given otherwise, and escaped when shown."""
    name = PurePosixPath((given or "").replace("\\", "/")).name
    return name[:_NAME_CHARS] or "unnamed"


@router.get("/{receipt_number}", response_model=lists.Arrival)
def follow(request: Request, receipt_number: str, rooms: Here, asker: By) -> Response:
    """What became of an arrival: its state and the letters cut out of it."""
    with rooms.catalogue.reading() as connection:
        came = lists.one_arrival(connection, asker.access, receipt_number)
    looking.note(rooms, asker, "read", looking.arrival(receipt_number))
    return answer(came)
