"""What holds for every request: security headers on the answer, a limit on the body, who may reach the demo."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import as_json
from api.signing_in import reaches_demo
from archive.errors import DossierError, Forbidden, LimitExceeded
from archive.sentences import say
from intake.limits import DEFAULT_LIMITS

BODY_BYTES = 1 << 20
"""Largest body of a request that brings no file."""
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_ALWAYS = (
    (b"content-security-policy", CONTENT_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)
_NOT_KEPT = (b"cache-control", b"no-store")


class Headed:
    """Adds the security headers; what says nothing about keeping is not kept by the browser."""

    def __init__(self, app: ASGIApp, demo: bool) -> None:
        self._app = app
        self._demo = demo

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def headed(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = list(message.get("headers", ()))
                kept = any(name.lower() == b"cache-control" for name, _value in given)
                message = {**message, "headers": [*given, *_ALWAYS, *(() if kept else (_NOT_KEPT,))]}
            await send(message)

        refusal = self._refusal(scope)
        if refusal is not None:
            await as_json(refusal)(scope, receive, headed)
            return
        await self._app(scope, _limited(receive, _most_bytes(scope)), headed)

    def _refusal(self, scope: Scope) -> DossierError | None:
        headers = Headers(scope=scope)
        if self._demo and not reaches_demo(headers, (scope.get("client") or ("",))[0]):
            return Forbidden(say("the demo answers this machine only, as 127.0.0.1 or localhost"))
        told = headers.get("content-length", "0")
        if not told.isdigit() or int(told) > _most_bytes(scope):
            return LimitExceeded("too_big", say("the request is larger than {most} bytes", most=_most_bytes(scope)))
        return None


def _most_bytes(scope: Scope) -> int:
    """How much a request may bring: files come to one route only."""
    return DEFAULT_LIMITS.arrival_bytes + BODY_BYTES if scope["path"] == "/api/arrivals" else BODY_BYTES


def _limited(receive: Receive, most_bytes: int) -> Receive:
    """For bodies that do not say how long they are: beyond the limit, the sender is taken as gone."""
    seen = 0

    async def limited() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        return message if seen <= most_bytes else {"type": "http.disconnect"}

    return limited
