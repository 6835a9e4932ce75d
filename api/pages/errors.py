"""An error as a page: what happened, what is safe, what to do next."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from api import problems
from api.pages.rendering import address, local_path, page, wording_for
from api.signing_in import Asker, who_is
from api.wording import Wording
from archive.errors import DossierError, NotSignedIn


def page_of(request: Request) -> str:
    """Where the reader was, to try it again."""
    query = f"?{request.url.query}" if request.url.query else ""
    return local_path(request.url.path + query)


def _asker(request: Request) -> Asker | None:
    """Who is signed in, also where the request was refused before anybody asked."""
    try:
        return getattr(request.state, "asker", None) or who_is(request)
    except DossierError:
        return None


def detail_in(t: Wording, error: DossierError) -> str:
    """What happened, in the reader's language; '' where only the engine's own words could tell it."""
    return t.told((problems.message_of(error),))


def refusal_in(t: Wording, error: DossierError) -> str:
    """Why something was not done, for the page on which it was asked for."""
    return f"{t.word('error', error.code)}. {detail_in(t, error)}"


def page_for(request: Request, error: DossierError) -> Response:
    """The error's page; whoever is not signed in is asked to, and goes on from there."""
    if isinstance(error, NotSignedIn) and request.method == "GET" and "hx-request" not in request.headers:
        return RedirectResponse(address("/sign-in", {"next": page_of(request)}), 303)
    again = page_of(request) if request.method == "GET" else "/"
    asker = _asker(request)
    detail = detail_in(wording_for(request, asker), error)
    response = page(request, asker, "error.html", error.http_status, code=error.code, detail=detail, again=again)
    response.headers.update(problems.headers(error))
    return response
