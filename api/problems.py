"""The error tree as HTTP answers: RFC 9457 problem details for programs, a page in plain words for people."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from starlette.responses import JSONResponse

from archive.errors import (
    BadInput,
    Conflict,
    Damaged,
    DossierError,
    EngineAway,
    Forbidden,
    Guarded,
    GuardRefused,
    GuardWarned,
    LimitExceeded,
    NotFound,
    NotSignedIn,
    TooManyTries,
    Unreadable,
    VersionWanted,
)
from archive.guarding import Finding
from archive.sentences import Sentence, quoted, say

MEDIA_TYPE = "application/problem+json"
TABLE: tuple[type[DossierError], ...] = (
    BadInput,
    NotFound,
    Conflict,
    Guarded,
    GuardWarned,
    GuardRefused,
    VersionWanted,
    Unreadable,
    Forbidden,
    NotSignedIn,
    TooManyTries,
    EngineAway,
    LimitExceeded,
    Damaged,
    DossierError,
)
"""Every class that a caller may meet; its `code` and `http_status` stand on the class itself."""


def details(error: DossierError, instance: str = "") -> dict[str, Any]:
    """The members of a problem: type, title, status, detail, instance, and our stable `code`.

    `type` is a URN of the code, so that it holds wherever the product is installed. What the guard of the directory
    would not let through has `findings`: whom it knows, and by what.
    Source: RFC 9457, section 3.1.
    """
    status = HTTPStatus(error.http_status)
    found = {
        "type": f"urn:dossier:problem:{error.code}",
        "title": status.phrase,
        "status": int(status),
        "detail": str(message_of(error)),
        "code": error.code,
    }
    reason = getattr(error, "reason", None)
    if isinstance(error, Guarded):
        found["findings"] = [finding_row(one) for one in error.findings]
    return found | ({"instance": instance} if instance else {}) | ({"reason": reason} if reason else {})


def finding_row(found: Finding) -> dict[str, Any]:
    """Whom the guard knows, as a program reads it: `told` in English, the heaviest agreement first."""
    agreed = [{"field": one.field, "weight": round(one.weight, 1), "told": str(one.told)} for one in found.agreed]
    said = ("id", "customer_id", "name", "relation", "may_be_the_same", "severity", "strong_key")
    plain = {name: getattr(found, name) for name in said}
    return plain | {"probability": found.probability, "agreed": agreed}


def message_of(error: DossierError) -> Sentence:
    """What may be told of an error: its own message, but nothing of a fault of ours beyond where to look."""
    hidden = error.http_status >= 500 and not isinstance(error, EngineAway)
    return say("see the server's log") if hidden else quoted(error)


def headers(error: DossierError) -> dict[str, str]:
    """What goes with the answer: when to come back, and how to sign in."""
    if isinstance(error, TooManyTries):
        return {"Retry-After": str(error.wait_s)}
    if isinstance(error, EngineAway):
        return {"Retry-After": "5"}
    return {"WWW-Authenticate": 'Bearer realm="dossier"'} if isinstance(error, NotSignedIn) else {}


def as_json(error: DossierError, instance: str = "") -> JSONResponse:
    """The problem as an answer."""
    return JSONResponse(details(error, instance), error.http_status, headers(error), MEDIA_TYPE)
