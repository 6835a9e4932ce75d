"""The application: routes, pages, static files, errors as answers, and the headers on all of them."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from api import problems
from api.http import (
    arrivals,
    cases,
    customer_changes,
    customer_merging,
    customers,
    decisions,
    described,
    documents,
    doubles,
    feeds,
    health,
    holds,
    ledger,
    metrics,
    searching,
    sessions,
    who_looked,
)
from api.http.followed import Followed
from api.http.headers import Headed
from api.http.rooms import Rooms
from api.pages import (
    address_form,
    case,
    customer,
    customer_form,
    customer_same,
    desk,
    desk_deciding,
    document,
    errors,
    ledger_page,
    new_sender,
    search,
    sign_in,
    static_files,
    takeover,
    upload,
    who_looked_page,
)
from api.pages import arrival as arrival_page
from api.pages import doubles as doubles_page
from api.pages import health as health_page
from api.probing import probes_of
from api.signing_in import ensure_demo, refuse_open_demo
from archive.disk_space import is_no_space
from archive.errors import BadInput, DossierError, EngineAway, Forbidden, NotFound, NotSignedIn
from archive.measures import Meter
from archive.sentences import say

_log = logging.getLogger("dossier.http")
_JSON_ROUTES = (
    sessions,
    arrivals,
    documents,
    holds,
    decisions,
    customer_merging,
    customer_changes,
    customers,
    feeds,
    doubles,
    cases,
    searching,
    ledger,
    who_looked,
    health,
    metrics,
    described,
)
_PAGES = (
    sign_in,
    search,
    document,
    address_form,
    customer_form,
    takeover,
    customer,
    customer_same,
    doubles_page,
    case,
    desk,
    desk_deciding,
    new_sender,
    upload,
    ledger_page,
    arrival_page,
    health_page,
    who_looked_page,
    static_files,
)
_DESCRIPTION = (
    "Sign in with POST /api/sessions and send its token as `Authorization: Bearer`. The browser's session cookie works "
    "too; changes then need the header `X-Form-Token`. Errors are RFC 9457 problem details with a stable `code`."
)


class _Unclassed(DossierError):
    """What the framework refused before any route of ours was asked: its HTTP status, in our form."""

    code = "http"

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.http_status = status  # type: ignore[misc]


def create_app(rooms: Rooms) -> FastAPI:
    """The whole HTTP side over these rooms. Raises: BadInput for a demo that would listen beyond loopback."""
    refuse_open_demo(rooms.settings)
    if rooms.settings.demo:
        ensure_demo(rooms.catalogue)
    app = FastAPI(
        title="Dossier",
        version="1",
        description=_DESCRIPTION,
        # Their pages load scripts from elsewhere; the description itself is behind sign-in like all else.
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    app.state.rooms = rooms
    app.state.probes, app.state.meter = probes_of(rooms), Meter()
    for module in (*_JSON_ROUTES, *_PAGES):
        app.include_router(module.router)
    _answer_errors(app)
    app.add_middleware(Headed, demo=rooms.settings.demo)
    app.add_middleware(Followed, meter=app.state.meter)
    return app


def _answer_errors(app: FastAPI) -> None:
    app.add_exception_handler(DossierError, _handler(lambda error: error))  # type: ignore[arg-type,return-value]
    app.add_exception_handler(RequestValidationError, _handler(_of_validation))
    app.add_exception_handler(HTTPException, _handler(_of_framework))
    app.add_exception_handler(Exception, _handler(_of_surprise))


def _handler(turned: Callable[[Exception], DossierError]) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def handle(request: Request, error: Exception) -> Response:
        ours = turned(error)
        if ours.http_status >= 500:
            _log.error("%s %s: %s", request.method, request.url.path, error, exc_info=error)
        if request.url.path.startswith(("/api", "/healthz", "/readyz", "/metrics")):
            return problems.as_json(ours, request.url.path)
        return errors.page_for(request, ours)

    return handle


def _of_validation(error: Exception) -> DossierError:
    assert isinstance(error, RequestValidationError)
    told = [f"{'.'.join(str(part) for part in one['loc'][1:])}: {one['msg']}" for one in error.errors()]
    return BadInput("; ".join(told))


def _of_framework(error: Exception) -> DossierError:
    assert isinstance(error, HTTPException)
    if is_no_space(error):  # a body that could not be laid down: the framework takes it for a wrong one
        return _no_space()
    classes: dict[int, type[DossierError]] = {401: NotSignedIn, 403: Forbidden, 404: NotFound}
    found = classes.get(error.status_code)
    return found(str(error.detail)) if found else _Unclassed(error.status_code, str(error.detail))


def _of_surprise(error: Exception) -> DossierError:
    if is_no_space(error):
        return _no_space()
    return DossierError(say("something went wrong on the server; nothing was changed by this request"))


def _no_space() -> DossierError:
    return EngineAway(say("no space is left on the server's disk, and nothing was taken in; free some, then try again"))
