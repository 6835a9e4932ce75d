"""Whether the server lives, whether it can work, and how the archive is."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request, Response

from api.abilities import kinds_of
from api.http.answering import By, Here, answer
from api.http.rooms import Rooms
from api.http.shapes import PROBLEMS, Health, Readiness
from api.probing import Answer
from api.signing_in import Asker
from archive import measures
from archive.retention import undated
from archive.showing.state import queues, state

router = APIRouter(tags=["health"])


@router.get("/healthz", response_model=dict[str, str])
def lives() -> Response:
    """The process answers. Open to everybody, and says nothing else."""
    return answer({"status": "ok"})


@router.get("/readyz", response_model=Readiness, responses={503: {"model": Readiness, "description": "One is away."}})
def ready(request: Request) -> Response:
    """Which engines answer. Open to everybody, and says nothing but their names; 503 where one is away."""
    engines = {one.name: one.well for one in request.app.state.probes.ask()}
    well = all(engines.values())
    return answer({"status": "ready" if well else "away", "engines": engines}, 200 if well else 503)


@router.get("/api/health", response_model=Health, responses=PROBLEMS)
def health(request: Request, rooms: Here, asker: By) -> Response:
    """Engines, queue, index lag, OCR, disk, last verify."""
    return answer(health_of(rooms, asker, request.app.state.probes.ask()))


def health_of(rooms: Rooms, asker: Asker, answers: Sequence[Answer]) -> dict[str, Any]:
    """The health as plain data; `answers` is what became of asking the engines."""
    with rooms.catalogue.reading() as connection:
        now = state(connection, asker.access)
        queue = queues(connection)
        without_date = undated(connection, rooms.settings.retain_years)
        ocr = next((one for one in measures.kept(connection) if one.name == measures.OCR_PAGE), None)
    disk = shutil.disk_usage(rooms.settings.home if rooms.settings.home.exists() else "/")
    found: dict[str, Any] = {name: getattr(now, name) for name in now.__slots__}
    # Where the engines are kept is the operator's business.
    told = asker.access.loads
    kinds = kinds_of(rooms.settings)
    engines = {one.name: _engine(one, kinds[one.name], told) for one in answers}
    return found | {
        "engines": list(engines.values()),
        **{name: engines[name]["about"] or kinds[name] for name in ("catalogue", "objects")},
        "queue": queue,
        "retain_years": rooms.settings.retain_years,
        "undated": without_date,
        "ocr_pages": ocr.count if ocr else 0,
        "ocr_page_seconds": ocr.mean_s if ocr else None,
        "free_bytes": disk.free,
        "total_bytes": disk.total,
    }


def _engine(one: Answer, kind: str, told: bool) -> dict[str, Any]:
    about, words = (one.about, one.words) if told else ("", "")
    seconds = round(one.seconds, 4)
    return {"name": one.name, "kind": kind, "about": about, "well": one.well, "seconds": seconds, "words": words}
