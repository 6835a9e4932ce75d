"""`/metrics`: what a Prometheus server scrapes, for who has the token of the settings, or an admin."""

from __future__ import annotations

import hmac
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api import exposition
from api.http.answering import Here
from api.http.rooms import Rooms
from api.http.shapes import PROBLEMS
from api.signing_in import who_asks
from archive.errors import Forbidden
from archive.sentences import say

router = APIRouter(tags=["health"])
_MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def may_scrape(request: Request) -> None:
    """A dependency: the token of the settings as bearer, or an admin of every branch. Raises: NotSignedIn, Forbidden."""
    rooms: Rooms = request.app.state.rooms
    wanted = rooms.settings.metrics_token
    given = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
    if wanted and hmac.compare_digest(given.encode(), wanted.encode()):
        return
    if not who_asks(request).supervises:
        raise Forbidden(say("the metrics are for admins of every branch, or with the token of the settings"))


@router.get("/metrics", response_class=Response, responses=PROBLEMS)
def metrics(request: Request, rooms: Here, _may: Annotated[None, Depends(may_scrape)]) -> Response:
    """Queue, arrivals, OCR, index lag, engines and requests, in Prometheus' text format."""
    state = request.app.state
    return Response(exposition.told(rooms, state.probes.ask(), state.meter), media_type=_MEDIA_TYPE)
