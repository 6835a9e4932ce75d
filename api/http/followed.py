"""Every request gets an id that its log lines and its answer carry, and is measured."""

from __future__ import annotations

import logging
import re
import secrets
import time

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from archive import tracing
from archive.measures import Meter

HTTP_REQUEST = "http_request_seconds"
_ID = re.compile(r"[\w.:-]{1,100}", re.ASCII)
_log = logging.getLogger("dossier.http")


class Followed:
    """Takes a request's id from `X-Request-ID`, or makes one; the answer says it back."""

    def __init__(self, app: ASGIApp, meter: Meter) -> None:
        self._app, self._meter = app, meter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if _ID.fullmatch(given) else secrets.token_hex(8)
        began, status = time.monotonic(), 500

        async def told(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = [*message.get("headers", ()), (b"x-request-id", request_id.encode())]
                message = {**message, "headers": headers}
            await send(message)

        with tracing.following(request=request_id), tracing.span(f"http {scope['method']}") as note:
            try:
                await self._app(scope, receive, told)
            finally:
                note(route=_route(scope), status=status)
                self._tell(scope, status, time.monotonic() - began)

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        route = _route(scope)
        self._meter.observe(HTTP_REQUEST, seconds, f"{scope['method']} {route} {status // 100}xx")
        told = {"method": scope["method"], "route": route, "status": status, "seconds": round(seconds, 4)}
        _log.info("%s %s %s", scope["method"], route, status, extra={"told": told})


def _route(scope: Scope) -> str:
    """The route's pattern, not the address: ids and words asked for are nobody's business here."""
    return str(getattr(scope.get("route"), "path", "none"))
