"""JSON answers made straight from plain data: no model is built twice on the way out."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import Response

from api.http.rooms import Rooms
from api.signing_in import Asker, who_asks
from archive.errors import Conflict, VersionWanted
from archive.sentences import say


async def rooms_of(request: Request) -> Rooms:
    """The rooms that this application was made with: a dependency of the routes; async, to spare a thread's hop."""
    rooms: Rooms = request.app.state.rooms
    return rooms


Here = Annotated[Rooms, Depends(rooms_of)]
"""A route's rooms."""
By = Annotated[Asker, Depends(who_asks)]
"""Who asks a route: signed in, or refused before the route runs."""


def answer(data: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Plain data or dataclasses as a JSON answer."""
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=_plain)
    return Response(body, status, dict(headers or {}), "application/json")


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, frozenset | set):
        return sorted(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def etag(version: int) -> str:
    """A version as an entity tag."""
    return f'"{version}"'


def if_match(subject: str) -> dict[str, Any]:
    """What the description of the API tells of a route that holds for one version only."""
    told = {"description": f"the ETag of the {subject} that the decision is about", "schema": {"type": "string"}}
    return {"parameters": [{"name": "If-Match", "in": "header", "required": True, **told}]}


def version_insisted(request: Request) -> int:
    """As `version_wanted`. Raises: VersionWanted (428) where `If-Match` is missing, Conflict where it is odd."""
    if not request.headers.get("if-match", "").strip():
        raise VersionWanted(say("send If-Match with the version that you saw: a change holds for that version only"))
    return version_wanted(request)


def version_wanted(request: Request) -> int:
    """The version in `If-Match`: what the asker saw when deciding. Raises: Conflict where it is missing or odd."""
    given = request.headers.get("if-match", "").strip().removeprefix("W/").strip('"')
    if not given.isdigit():
        raise Conflict(say("send If-Match with the version that you saw: a decision holds for that version only"))
    return int(given)
