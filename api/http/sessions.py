"""Signing in and out for programs: a session's token is sent as `Authorization: Bearer`."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from api.http.answering import By, Here, answer
from api.http.shapes import PROBLEMS, Session
from api.signing_in import COOKIE, sign_in, take_cookie
from archive import employees

router = APIRouter(prefix="/api/sessions", tags=["sessions"], responses=PROBLEMS)


class Credentials(BaseModel):
    """Who signs in."""

    login: str
    password: str


@router.post("", status_code=201, response_model=Session)
def begin(request: Request, who: Credentials, rooms: Here) -> Response:
    """Begin a session. After several wrong passwords: 429 with Retry-After."""
    token = sign_in(request, rooms, who.login, who.password)
    return answer({"token": token, "expires_in_s": rooms.settings.session_hours * 3600}, 201)


@router.delete("/current", status_code=204)
def end(request: Request, rooms: Here, asker: By) -> Response:
    """End the session that this request comes with; safe to repeat."""
    token = request.headers.get("authorization", "").partition(" ")[2].strip() or request.cookies.get(COOKIE, "")
    with rooms.catalogue.writing() as connection:
        employees.sign_out(connection, token)
    response = Response(status_code=204)
    if asker.how == "cookie":
        take_cookie(response)
    return response
