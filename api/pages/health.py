"""The health page: can I trust it now?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from api.http.answering import rooms_of
from api.http.health import health_of
from api.http.rooms import Rooms
from api.pages.rendering import page, wording_for
from api.signing_in import Asker, who_asks
from api.wording import Wording
from archive.clock import as_moment, as_text
from archive.retention import MOST_COUNTED
from archive.showing.state import Queue

router = APIRouter(include_in_schema=False)
INDEX_LATE_S = 60
QUEUE_LATE_S = 3600
JOURNAL_LATE_ENTRIES = 100_000
VERIFY_LATE_S = 8 * 86400
BACKUP_LATE_S = 2 * 86400
DISK_LEAST_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class Line:
    """One line: what, how it is, and whether somebody must do something; `own` is an engine's own words, in English."""

    name: str
    told: str
    trouble: bool = False
    own: str = ""
    can: str = ""
    cannot: str = ""


@router.get("/health")
def show(
    request: Request, rooms: Annotated[Rooms, Depends(rooms_of)], asker: Annotated[Asker, Depends(who_asks)]
) -> Response:
    """Engines, queue, index lag, disk, last verify, last backup."""
    t, now = wording_for(request, asker), datetime.now(UTC)
    lines = _lines(t, health_of(rooms, asker, request.app.state.probes.ask()), now)
    told = t.moment(as_text(now), rooms.settings.time_zone)
    troubles = sum(line.trouble for line in lines)
    return page(request, asker, "health.html", here="health", lines=lines, troubles=troubles, now=told)


def _lines(t: Wording, health: Mapping[str, Any], now: datetime) -> list[Line]:
    index_late = _late(health["index_waiting_since"], now, INDEX_LATE_S)
    disk_low = health["free_bytes"] < DISK_LEAST_SHARE * health["total_bytes"]
    return [
        _engine(t, health, "catalogue"),
        _engine(t, health, "objects"),
        _engine(t, health, "search"),
        Line("index", _waiting(t, health["index_waiting"], health["index_waiting_since"]), index_late),
        _engine(t, health, "jobs", _jobs(t, health)),
        *(_queue(t, one, now) for one in health["queue"]),
        _engine(t, health, "tesseract", _ocr(t, health)),
        Line("dead", t.number(health["jobs_dead"]), bool(health["jobs_dead"])),
        Line("review", _waiting(t, health["review_waiting"], health["review_oldest"])),
        Line("disk", t("health.disk.told", free=t.size(health["free_bytes"])), disk_low),
        *dates(t, health),
        Line("journal", t.many("health.journal.told", health["journal_unsealed"]), _journal_late(health)),
        Line("verify", _since(t, health["last_verify"]), _late(health["last_verify"], now, VERIFY_LATE_S)),
        Line("backup", _since(t, health["last_backup"]), _late(health["last_backup"], now, BACKUP_LATE_S)),
    ]


def dates(t: Wording, health: Mapping[str, Any]) -> list[Line]:
    """Whether originals bear their dates, where they are to have some."""
    if not health["retain_years"]:
        return []
    waiting = health["undated"]
    if waiting >= MOST_COUNTED:
        return [Line("dates", t("health.dates.many", count=t.number(waiting)), True)]
    told = t.many("health.dates.told", waiting) if waiting else t.many("health.dates.all", health["retain_years"])
    return [Line("dates", told, bool(waiting))]


def _engine(t: Wording, health: Mapping[str, Any], name: str, told: str = "") -> Line:
    """One engine: what is known of it, and how soon it answered; or that it did not."""
    one = next(engine for engine in health["engines"] if engine["name"] == name)
    kind = f"engine.{one['kind']}"
    answered = t("health.answered", milliseconds=t.number(max(round(one["seconds"] * 1000), 1)))
    words = [t(kind), told, answered if one["well"] else t("health.away")]
    own = one["about"] if one["well"] else one["words"]
    return Line(
        name, " · ".join(word for word in words if word), not one["well"], own, t(kind + ".can"), t(kind + ".cannot")
    )


def _jobs(t: Wording, health: Mapping[str, Any]) -> str:
    return t("health.jobs.told", ready=t.number(health["jobs_waiting"]), taken=t.number(health["jobs_taken"]))


def _queue(t: Wording, one: Queue, now: datetime) -> Line:
    told = t("health.jobs.told", ready=t.number(one.ready), taken=t.number(one.taken))
    told = f"{told}, {t('health.oldest', ago=t.ago(one.oldest))}" if one.oldest else told
    return Line(f"queue.{one.kind}", told, _late(one.oldest, now, QUEUE_LATE_S))


def _ocr(t: Wording, health: Mapping[str, Any]) -> str:
    if not health["ocr_pages"]:
        return t("health.ocr.none")
    return t("health.ocr.told", seconds=f"{health['ocr_page_seconds']:.1f}", pages=t.number(health["ocr_pages"]))


def _waiting(t: Wording, count: int, since: str | None) -> str:
    told = t.many("health.waiting", count)
    return f"{told}, {t('health.oldest', ago=t.ago(since))}" if since and count else told


def _since(t: Wording, moment: str | None) -> str:
    return t.ago(moment) if moment else t("health.never")


def _late(since: str | None, now: datetime, most_s: int) -> bool:
    return since is not None and (now - as_moment(since)).total_seconds() > most_s


def _journal_late(health: Mapping[str, Any]) -> bool:
    return bool(health["journal_unsealed"] > JOURNAL_LATE_ENTRIES)
