"""What `dossier doctor` looks at: each part of an archive, its version, whether it is well, and the remedy."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from api.abilities import kinds_of
from api.probing import Engines, probes_of
from api.settings import Settings
from api.wiring import Rooms, catalogue_at, indexes_at, jobs_at, objects_at
from api.wording import wording
from archive import guard_keys, outbox
from archive.errors import DossierError
from archive.ports import Catalogue, ObjectStore
from archive.retention import undated, undated_words
from archive.schema import job
from dedup.linkage.model import from_json
from intake.ports import JobQueue
from search.ports import CustomerIndex, DocumentIndex

_LITTLE_DISK_BYTES = 2 << 30
_MOST_GIVEN_UP = 5
_MOST_NAMED = 5
_PATIENCE_S = 20.0
_REMEDIES = {
    "catalogue": "look at DOSSIER_CATALOGUE_URL, or at DOSSIER_HOME and its disk",
    "objects": "look at DOSSIER_OBJECTS_URL, or at the disk",
    "search": "look at DOSSIER_SEARCH_URL, or at the disk",
    "jobs": "look at DOSSIER_JOBS_URL; `dossier work` needs no broker",
    "tesseract": "apt-get install tesseract-ocr and its language packages (DOSSIER_LANGUAGES)",
}


def examine(rooms: Rooms) -> Iterator[dict[str, Any]]:
    """One finding a part: `what`, `well`, `found`, `remedy`."""
    yield _finding("python", True, platform.python_version())
    yield from engines(rooms)
    yield _object_lock(rooms)
    yield _dates(rooms)
    yield _checked("index", lambda: _lag(rooms), "run `dossier work`, or `dossier reindex` where it stays behind")
    yield _refused(rooms)
    yield _guard(rooms)
    yield _jobs(rooms)
    yield _disk(rooms)


@dataclass(frozen=True, slots=True)
class Apart:
    """The engines that these settings name, each by itself: for an archive that does not open."""

    settings: Settings
    catalogue: Catalogue
    objects: ObjectStore
    documents_index: DocumentIndex
    customers_index: CustomerIndex
    jobs: JobQueue


def apart(settings: Settings) -> Apart:
    """The engines of an archive, none of them asked yet. Raises BadInput for an address that is none."""
    catalogue = catalogue_at(settings.catalogue_url, settings.home)
    objects, indexes = objects_at(settings.objects_url, settings.home), indexes_at(settings.search_url, settings.home)
    return Apart(settings, catalogue, objects, *indexes, jobs_at(settings.jobs_url, catalogue))


def engines(rooms: Engines) -> Iterator[dict[str, Any]]:
    """One finding an engine: what it is, how soon it answered, what its kind can and cannot do; or that it is away.

    Safe to ask of engines that were never opened.
    """
    t, kinds = wording("en"), kinds_of(rooms.settings)
    for one in probes_of(rooms, _PATIENCE_S).ask():
        kind = f"engine.{kinds[one.name]}"
        told = f"{one.about}, answered in {one.seconds * 1000:.0f} ms" if one.well else f"{t(kind)}: {one.words}"
        yield _finding(one.name, one.well, f"{told}; {t(kind + '.can')}; {t(kind + '.cannot')}", _REMEDIES[one.name])


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


def _dates(rooms: Rooms) -> dict[str, Any]:
    years = rooms.settings.retain_years
    with rooms.catalogue.reading() as connection:
        waiting = undated(connection, years)
    every = f"every original bears the date until which it is kept ({years} years)"
    told = every if years else "originals are given no date until which they are kept (DOSSIER_RETAIN_YEARS)"
    remedy = "start a worker (`dossier work`), or run `dossier protect`"
    return _finding("retention", not waiting, undated_words(waiting, years) if waiting else told, remedy)


def _lag(rooms: Rooms) -> str:
    lag = rooms.feeder.lag()
    return f"{lag.waiting} changes waiting" + (f" for {lag.age_s:.0f} s" if lag.waiting else "")


def _refused(rooms: Rooms) -> dict[str, Any]:
    with rooms.catalogue.reading() as connection:
        parked = outbox.parked(connection, _MOST_NAMED)
    named = (f"{one.change.kind} {one.change.key} ({one.reason})" for one in parked)
    remedy = "these are not found by search: mend the reason, then run `dossier reindex`"
    return _finding("indexed", not parked, "; ".join(named) or "the index refused nothing", remedy)


def _guard(rooms: Rooms) -> dict[str, Any]:
    """By which model the guard of the directory asks, and whether this version of the program can read it."""
    with rooms.catalogue.reading() as connection:
        models, size = guard_keys.models(connection), guard_keys.size(connection)
        active = next((one for one in models if one.state == "active"), None)
        text = guard_keys.content(connection, active.version) if active is not None else ""
    if active is None:
        told = f"{size:,} customers without keys by which the guard finds them"
        return _finding("guard", not size, told, "run `dossier dedup keys`")
    try:
        from_json(text)
    except DossierError as error:
        remedy = "run `dossier dedup train FILE --activate`, or `dossier dedup keys shipped`"
        return _finding("guard", False, f"model {active.version}: {error}", remedy)
    coming = [f"{one.version} is on its way, at customer {one.upto:,}" for one in models if one.state == "arriving"]
    return _finding("guard", True, "; ".join([f"asks model {active.version}", *coming]))


def _jobs(rooms: Rooms) -> dict[str, Any]:
    with rooms.catalogue.reading() as connection:
        dead = connection.execute(select(func.count()).where(job.c.state == "dead")).scalar_one()
        given_up = select(job).where(job.c.state == "dead").order_by(job.c.id.desc()).limit(_MOST_GIVEN_UP)
        named = [f"{row.kind} {row.key} ({row.reason})" for row in connection.execute(given_up)]
    told = f"{rooms.jobs.waiting()} waiting, {dead} given up" + (f", last {'; '.join(named)}" if named else "")
    return _finding("given up", dead == 0, told, "the letters are at the desk, each with its reason")


def _disk(rooms: Rooms) -> dict[str, Any]:
    free = shutil.disk_usage(rooms.settings.home).free
    told = f"{free / (1 << 30):.1f} GiB free at {rooms.settings.home}"
    return _finding(
        "disk", free > _LITTLE_DISK_BYTES, told, "free some space: nothing is accepted that can not be kept"
    )
