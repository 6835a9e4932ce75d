"""The page of looks: who looked at this customer, what did this employee look at?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api.http.answering import rooms_of
from api.http.rooms import Rooms
from api.http.who_looked import asked_for, looks_of
from api.pages.rendering import address, page
from api.signing_in import Asker, who_asks
from archive import looks

router = APIRouter(include_in_schema=False)
_PATHS = {"customer": "/customers/", "document": "/documents/", "case": "/cases/", "arrival": "/arrivals/"}


@dataclass(frozen=True, slots=True)
class Line:
    """One look: `kind` and `key` of what was looked at, and its page ('' where it has none)."""

    at: str
    actor: str
    action: str
    kind: str
    key: str
    href: str
    why: str


@router.get("/looks")
def show(
    request: Request,
    rooms: Annotated[Rooms, Depends(rooms_of)],
    asker: Annotated[Asker, Depends(who_asks)],
    asked: Annotated[looks.Asked, Depends(asked_for)],
) -> Response:
    """Looks by customer, letter, employee and day, the last first."""
    found = looks_of(rooms, asker, replace(asked, limit=asked.limit + 1))
    shown = found[: asked.limit]
    kept = {"customer": asked.customer, "document": asked.document, "employee": asked.actor}
    kept |= {"since": asked.since, "until": asked.until}
    onward = address("/looks", kept | {"before": shown[-1].id}) if found[asked.limit :] else ""
    return page(request, asker, "looks.html", here="looks", asked=asked, lines=_lines(shown), next=onward)


def _lines(found: Sequence[looks.NotedLook]) -> list[Line]:
    return [_line(look, *look.subject.partition(":")[::2]) for look in found]


def _line(look: looks.NotedLook, kind: str, key: str) -> Line:
    href = _PATHS[kind] + key if kind in _PATHS else ""
    return Line(look.at, look.actor, look.action, kind, key, href, look.why)
