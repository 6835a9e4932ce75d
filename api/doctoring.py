"""What `dossier doctor` looks at: each part of an archive, its version, whether it is well, and the remedy."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import func, select

from api.wiring import Rooms
from archive import outbox
from archive.errors import DossierError
from archive.schema import job

_LITTLE_DISK_BYTES = 2 << 30
_MOST_GIVEN_UP = 5
_MOST_NAMED = 5


def examine(rooms: Rooms) -> Iterator[dict[str, Any]]:
    """One finding a part: `what`, `well`, `found`, `remedy`."""
    yield _finding("python", True, platform.python_version())
    yield _tesseract(rooms.settings.languages)
    yield _checked("catalogue", lambda: rooms.catalogue.description, "look at DOSSIER_HOME and its disk")
    yield _checked("objects", lambda: rooms.objects.description, "look at DOSSIER_OBJECTS_URL, or at the disk")
    yield _object_lock(rooms)
    yield _checked("index", lambda: _lag(rooms), "run `dossier work`, or `dossier reindex` where it stays behind")
    yield _refused(rooms)
    yield _checked("queue", lambda: rooms.jobs.description, "look at DOSSIER_JOBS_URL; `dossier work` needs no broker")
    yield _jobs(rooms)
    yield _disk(rooms)


def _finding(what: str, well: bool, found: str, remedy: str = "") -> dict[str, Any]:
    return {"what": what, "well": well, "found": found, "remedy": "" if well else remedy}


def _checked(what: str, look: Callable[[], str], remedy: str) -> dict[str, Any]:
    try:
        return _finding(what, True, look())
    except DossierError as error:
        return _finding(what, False, str(error), remedy)


def _object_lock(rooms: Rooms) -> dict[str, Any]:
    remedy = "mend what is named, or leave worm=compliance out of DOSSIER_OBJECTS_URL"
    try:
        protection = rooms.objects.protection()
    except DossierError as error:
        return _finding("object lock", False, str(error), remedy)
    told = f"WORM mode proven: {protection.words}" if protection.proven else protection.words
    return _finding("object lock", protection.proven or not protection.wanted, told, remedy)


def _tesseract(languages: str) -> dict[str, Any]:
    # Only here: it brings the picture libraries, and every command would load them at its start.
    import pytesseract

    wanted = set(languages.split("+"))
    remedy = "apt-get install tesseract-ocr " + " ".join(f"tesseract-ocr-{name}" for name in sorted(wanted))
    try:
        version, there = pytesseract.get_tesseract_version(), set(pytesseract.get_languages())
    except pytesseract.TesseractNotFoundError:
        return _finding("tesseract", False, "not installed", remedy)
    missing = wanted - there
    told = f"{version}, languages {languages}" + (f", missing {', '.join(sorted(missing))}" if missing else "")
    return _finding("tesseract", not missing, told, remedy)


def _lag(rooms: Rooms) -> str:
    engine, lag = rooms.documents_index.description(), rooms.feeder.lag()
    return f"{engine}, {lag.waiting} changes waiting" + (f" for {lag.age_s:.0f} s" if lag.waiting else "")


def _refused(rooms: Rooms) -> dict[str, Any]:
    with rooms.catalogue.reading() as connection:
        parked = outbox.parked(connection, _MOST_NAMED)
    named = (f"{one.change.kind} {one.change.key} ({one.reason})" for one in parked)
    remedy = "these are not found by search: mend the reason, then run `dossier reindex`"
    return _finding("indexed", not parked, "; ".join(named) or "the index refused nothing", remedy)


def _jobs(rooms: Rooms) -> dict[str, Any]:
    with rooms.catalogue.reading() as connection:
        dead = connection.execute(select(func.count()).where(job.c.state == "dead")).scalar_one()
        given_up = select(job).where(job.c.state == "dead").order_by(job.c.id.desc()).limit(_MOST_GIVEN_UP)
        named = [f"{row.kind} {row.key} ({row.reason})" for row in connection.execute(given_up)]
    told = f"{rooms.jobs.waiting()} waiting, {dead} given up" + (f", last {'; '.join(named)}" if named else "")
    return _finding("jobs", dead == 0, told, "the letters are at the desk, each with its reason")


def _disk(rooms: Rooms) -> dict[str, Any]:
    free = shutil.disk_usage(rooms.settings.home).free
    told = f"{free / (1 << 30):.1f} GiB free at {rooms.settings.home}"
    return _finding(
        "disk", free > _LITTLE_DISK_BYTES, told, "free some space: nothing is accepted that can not be kept"
    )
