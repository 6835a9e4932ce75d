"""Whether the server lives, whether it can work, and how the archive is."""

from __future__ import annotations

import shutil
from typing import Any

from fastapi import APIRouter, Response

from api.http.answering import By, Here, answer
from api.http.rooms import Rooms
from api.http.shapes import PROBLEMS, Health
from api.signing_in import Asker
from archive.access import system
from archive.showing.state import state
from search.ports import Query

router = APIRouter(tags=["health"])


@router.get("/healthz", response_model=dict[str, str])
def lives() -> Response:
    """The process answers. Open to everybody, and says nothing else."""
    return answer({"status": "ok"})


@router.get("/readyz", response_model=dict[str, str], responses={503: PROBLEMS[503]})
def ready(rooms: Here) -> Response:
    """The catalogue and the index answer. Open to everybody, and says nothing else; 503 where one is away."""
    with rooms.catalogue.reading() as connection:
        connection.exec_driver_sql("SELECT 1")
    rooms.documents_index.count(Query(facets=False, highlights=False), system("readiness"))
    return answer({"status": "ready"})


@router.get("/api/health", response_model=Health, responses=PROBLEMS)
def health(rooms: Here, asker: By) -> Response:
    """Engines, queue, index lag, disk, last verify."""
    return answer(health_of(rooms, asker))


def health_of(rooms: Rooms, asker: Asker) -> dict[str, Any]:
    """The health as plain data."""
    with rooms.catalogue.reading() as connection:
        now = state(connection, asker.access)
    disk = shutil.disk_usage(rooms.settings.home if rooms.settings.home.exists() else "/")
    found: dict[str, Any] = {name: getattr(now, name) for name in now.__slots__}
    # Where the engines are kept is the operator's business.
    told = asker.access.loads
    return found | {
        "catalogue": rooms.catalogue.description if told else rooms.catalogue.description.split(" in ")[0],
        "objects": rooms.objects.description if told else rooms.objects.description.split(" ")[0],
        "free_bytes": disk.free,
        "total_bytes": disk.total,
    }
