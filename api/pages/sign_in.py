"""Signing in and out, and the choice of language."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api.http.answering import rooms_of
from api.http.rooms import Rooms
from api.pages.forms import Form, plain_form, proven_form, see_other
from api.pages.rendering import LANGUAGE_COOKIE, language_of, local_path, page, wording_for
from api.signing_in import COOKIE, Asker, give_cookie, sign_in, take_cookie, who_asks
from api.wording import LANGUAGES
from archive import employees
from archive.errors import NotSignedIn, TooManyTries

router = APIRouter(include_in_schema=False)
_YEAR_S = 365 * 86400


@router.get("/sign-in")
def ask(request: Request, next: str = "/", language: str = "") -> Response:  # noqa: A002 (the name in the address)
    """The form; open to everybody."""
    if language in LANGUAGES and language != language_of(request, None):
        response = see_other(f"/sign-in?next={local_path(next)}")
        _remember_language(request, response, language)
        return response
    return page(request, None, "sign_in.html", next=local_path(next), login="", trouble="")


@router.post("/sign-in")
def enter(
    request: Request, form: Annotated[Form, Depends(plain_form)], rooms: Annotated[Rooms, Depends(rooms_of)]
) -> Response:
    """Begin a session and go on to where one wanted to be; what was typed stays, but the password."""
    t, onward, login = wording_for(request, None), local_path(form.get("next", "/")), form.get("login", "").strip()
    try:
        token = sign_in(request, rooms, login, form.get("password", ""))
    except NotSignedIn:
        trouble, status = t("sign_in.wrong"), 401
    except TooManyTries as error:
        trouble, status = t.many("sign_in.wait", error.wait_s // 60 + 1), 429
    else:
        response: Response = see_other(onward)
        give_cookie(request, response, token, rooms.settings.session_hours)
        return response
    return page(request, None, "sign_in.html", status, next=onward, login=login, trouble=trouble)


@router.post("/sign-out")
def leave(
    request: Request,
    _form: Annotated[Form, Depends(proven_form)],
    _asker: Annotated[Asker, Depends(who_asks)],
    rooms: Annotated[Rooms, Depends(rooms_of)],
) -> Response:
    """End the session, and take what the browser kept of our pages."""
    with rooms.catalogue.writing() as connection:
        employees.sign_out(connection, request.cookies.get(COOKIE, ""))
    response = see_other("/sign-in")
    take_cookie(response)
    return response


@router.post("/language")
def choose_language(
    request: Request,
    form: Annotated[Form, Depends(proven_form)],
    asker: Annotated[Asker, Depends(who_asks)],
    rooms: Annotated[Rooms, Depends(rooms_of)],
) -> Response:
    """Read the pages in another language from now on."""
    language = form.get("language", "")
    response = see_other(local_path(form.get("back", "/")))
    if language in LANGUAGES:
        with rooms.catalogue.writing() as connection:
            employees.set_language(connection, asker.employee.id, language)
        _remember_language(request, response, language)
    return response


def _remember_language(request: Request, response: Response, language: str) -> None:
    secure = request.url.scheme == "https"
    response.set_cookie(LANGUAGE_COOKIE, language, max_age=_YEAR_S, httponly=True, samesite="lax", secure=secure)
