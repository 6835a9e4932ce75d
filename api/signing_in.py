"""Who asks over HTTP: a session cookie (pages) or the same token as `Authorization: Bearer` (programs).

The cookie is HttpOnly and SameSite=Lax, and Secure behind https. What changes something and comes with the cookie
must also carry the session's form token, and nothing that changes something is taken from a foreign origin. In the
demo, which listens on loopback only, whoever comes without a session is the demo employee.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from urllib.parse import unquote, urlsplit

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from api.settings import Settings
from archive import employees, looks
from archive.access import Access, Role
from archive.employees import Employee
from archive.errors import BadInput, Forbidden, NotFound, NotSignedIn
from archive.ports import Catalogue
from archive.sentences import say

if TYPE_CHECKING:
    from api.http.rooms import Rooms

COOKIE = "dossier_session"
FORM_TOKEN = "form_token"  # noqa: S105 (the name of a field)
FORM_TOKEN_HEADER = "x-form-token"  # noqa: S105 (the name of a header)
WHY_HEADER = "x-why"
DEMO_LOGIN = "demo"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, how we know, the token that this session's forms carry ('' for programs), and why they look ('' unsaid)."""

    employee: Employee
    how: Literal["cookie", "bearer", "demo"]
    form_token: str
    why: str = ""

    @property
    def access(self) -> Access:
        """What the asker may see."""
        return self.employee.access

    @property
    def supervising(self) -> Access:
        """What the asker holds as an admin: who looked at what is theirs alone to see."""
        return self.employee.access_as(Role.ADMIN)

    @property
    def supervises(self) -> bool:
        """Whether the asker may see who looked at what."""
        return looks.supervises(self.supervising)

    @property
    def deciding(self) -> Access:
        """What the asker may decide: the branches where the role of clerk or admin is held.

        Raises: Forbidden where it is held nowhere.
        """
        access = self.employee.access_as(Role.CLERK, Role.ADMIN)
        if not access.decides:
            raise Forbidden(say("deciding takes the role of clerk; ask your administrator"))
        return access


def who_asks(request: Request) -> Asker:
    """A dependency of every route that shows anything: who asks.

    Raises: NotSignedIn, and Forbidden for a change from a foreign origin or without the form token.
    """
    asker = who_is(request)
    request.state.asker = asker
    if request.method not in _SAFE_METHODS:
        refuse_foreign_origin(request)
        if asker.how == "cookie" and request.headers.get(FORM_TOKEN_HEADER) is not None:
            prove_form_token(asker, request.headers.get(FORM_TOKEN_HEADER))
        elif asker.how == "cookie" and not _is_form_page(request):
            raise Forbidden(say("a change with the session cookie needs the header {header}", header=FORM_TOKEN_HEADER))
    return asker


def _is_form_page(request: Request) -> bool:
    """Pages prove the token that stands in their form; the JSON routes have the header only."""
    return not request.url.path.startswith("/api/")


def who_is(request: Request) -> Asker:
    """Who asks, whatever is asked. Raises: NotSignedIn."""
    why = _why(request)
    rooms: Rooms = request.app.state.rooms
    kind, _, bearer = request.headers.get("authorization", "").partition(" ")
    cookie = request.cookies.get(COOKIE, "")
    with rooms.catalogue.reading() as connection:
        if kind.lower() == "bearer" and bearer:
            return Asker(employees.signed_in(connection, bearer.strip()), "bearer", "", why)
        if cookie:
            try:
                return Asker(employees.signed_in(connection, cookie), "cookie", form_token_of(cookie), why)
            except NotSignedIn:
                if not rooms.settings.demo:
                    raise
        if rooms.settings.demo:
            return Asker(employees.by_login(connection, DEMO_LOGIN), "demo", "", why)
    raise NotSignedIn(say("sign in first"))


def _why(request: Request) -> str:
    """The reason given for looking: `why` in the address, or percent-encoded in a header."""
    return (request.query_params.get("why") or unquote(request.headers.get(WHY_HEADER, ""))).strip()


def form_token_of(session_token: str) -> str:
    """The token that forms of this session carry; it does not give the session away."""
    return hmac.new(session_token.encode(), b"form", hashlib.sha256).hexdigest()


def prove_form_token(asker: Asker, given: str | None) -> None:
    """Raise Forbidden unless the form came from a page of this session. Programs and the demo have no such token."""
    if asker.how == "cookie" and not hmac.compare_digest(asker.form_token, given or ""):
        raise Forbidden(say("the form is from another session; load the page again and repeat"))


def refuse_foreign_origin(request: HTTPConnection) -> None:
    """Raise Forbidden where a browser says that another site sent this."""
    origin, host = request.headers.get("origin"), request.headers.get("host", "")
    if request.headers.get("sec-fetch-site") in {"cross-site", "same-site"}:
        raise Forbidden(say("changes are not taken from pages of other sites"))
    if origin is not None and urlsplit(origin).netloc.lower() != host.lower():
        raise Forbidden(say("changes are not taken from pages of other sites"))


def sign_in(request: Request, rooms: Rooms, login: str, password: str) -> str:
    """Begin a session; answers its token. Raises: NotSignedIn, TooManyTries, Forbidden from a foreign origin."""
    refuse_foreign_origin(request)
    address = request.client.host if request.client else ""
    return employees.sign_in(rooms.catalogue, login[:200], password[:1000], address, rooms.settings.session_hours)


def give_cookie(request: Request, response: Response, token: str, hours: int) -> None:
    """Put the session's token into the browser."""
    response.set_cookie(
        COOKIE, token, max_age=hours * 3600, httponly=True, samesite="lax", secure=request.url.scheme == "https"
    )


def take_cookie(response: Response) -> None:
    """Take the token, and everything that the browser kept of our pages, out of the browser."""
    response.delete_cookie(COOKIE, httponly=True, samesite="lax")
    response.headers["Clear-Site-Data"] = '"cache"'


def refuse_open_demo(settings: Settings) -> None:
    """Raise BadInput where the demo would listen on anything but loopback: nobody signs in there."""
    if settings.demo and not _is_loopback(settings.host):
        raise BadInput(
            say("the demo signs everybody in, so it listens on 127.0.0.1 only, not on {host}", host=settings.host)
        )


def reaches_demo(headers: Mapping[str, str], client: str) -> bool:
    """Whether a request may reach the demo: it comes from this machine, and names it.

    The name matters too: a page of another site whose name resolves to 127.0.0.1 must not reach the demo.
    """
    named = urlsplit(f"//{headers.get('host', '')}").hostname or ""
    return _is_loopback(client) and named in _LOOPBACK_NAMES


def ensure_demo(catalogue: Catalogue) -> None:
    """Have the demo's employee, with a password that nobody knows. Safe to repeat."""
    with catalogue.writing() as connection:
        try:
            employees.by_login(connection, DEMO_LOGIN)
        except NotFound:
            roles = [(role, employees.EVERY_BRANCH) for role in Role]
            employees.add(connection, DEMO_LOGIN, "Demo", secrets.token_urlsafe(24), roles)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
