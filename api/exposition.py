"""The figures of the archive in Prometheus' text format.

Source: the text-based exposition format, version 0.0.4. Counts of rows are the archive's, the same from every process;
`dossier_http_request_seconds` is of the process that answers.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection

from api.abilities import kinds_of
from api.http.rooms import Rooms
from api.probing import Answer
from archive import measures
from archive.access import system
from archive.clock import as_moment
from archive.errors import EngineAway
from archive.measures import Histogram, Meter
from archive.showing import state

Sample = tuple[Mapping[str, str], float]


def told(rooms: Rooms, answers: Sequence[Answer], meter: Meter) -> str:
    """All figures that can be had now; while the catalogue is away, what does not come out of it."""
    lines = [*_engines(rooms, answers), *_disk(rooms), *_histograms(meter.histograms())]
    if all(one.well for one in answers if one.name == "catalogue"):
        try:
            with rooms.catalogue.reading() as connection:
                lines += _of_catalogue(connection)
        except EngineAway:
            pass  # dossier_engine_up says so at the next scrape
    return "\n".join(lines) + "\n"


def _engines(rooms: Rooms, answers: Sequence[Answer]) -> Iterator[str]:
    yield from _gauge("engine_up", "1 where the engine answers", [({"engine": a.name}, a.well) for a in answers])
    took = [({"engine": a.name}, a.seconds) for a in answers]
    yield from _gauge("engine_answer_seconds", "how long the engine took to answer a small question", took)
    kinds = kinds_of(rooms.settings)
    known = [({"engine": a.name, "kind": kinds[a.name], "about": a.about}, 1) for a in answers]
    yield from _gauge("engine_info", "what the engine is, its version and place where it answers", known)


def _disk(rooms: Rooms) -> Iterator[str]:
    disk = shutil.disk_usage(rooms.settings.home)
    yield from _gauge("disk_free_bytes", "free where the archive's home is", [({}, disk.free)])
    yield from _gauge("disk_total_bytes", "size of that disk", [({}, disk.total)])


def _of_catalogue(connection: Connection) -> Iterator[str]:
    now, found = datetime.now(UTC), state.state(connection, system("metrics"))
    queue = state.queues(connection)
    for name in ("ready", "taken", "dead"):
        rows = [({"kind": one.kind}, getattr(one, name)) for one in queue]
        yield from _gauge(f"jobs_{name}", f"jobs that are {name}, by kind", rows)
    ages = [({"kind": one.kind}, _age_s(one.oldest, now)) for one in queue]
    yield from _gauge("jobs_oldest_seconds", "how long the oldest ready job waits since it may run", ages)
    arrivals = [({"state": name}, count) for name, count in state.arrivals_by_state(connection)]
    yield from _gauge("arrivals", "arrivals by state", arrivals)
    yield from _gauge("index_waiting", "changes that the search index has not seen", [({}, found.index_waiting)])
    lag = _age_s(found.index_waiting_since, now)
    yield from _gauge("index_lag_seconds", "age of the oldest change that the index has not seen", [({}, lag)])
    yield from _gauge("review_waiting", "letters that wait at the desk", [({}, found.review_waiting)])
    yield from _gauge("review_oldest_seconds", "age of the oldest of them", [({}, _age_s(found.review_oldest, now))])
    yield from _gauge("journal_unsealed", "journal entries not sealed yet", [({}, found.journal_unsealed)])
    for name, moment in (("last_verify", found.last_verify), ("last_backup", found.last_backup)):
        if moment:
            at = as_moment(moment).timestamp()
            yield from _gauge(f"{name}_timestamp_seconds", f"when the {name.replace('_', ' ')} was", [({}, at)])
    yield from _histograms(measures.kept(connection))


def _age_s(since: str | None, now: datetime) -> float:
    return max((now - as_moment(since)).total_seconds(), 0.0) if since else 0.0


def _gauge(name: str, help_: str, samples: Iterable[Sample]) -> Iterator[str]:
    yield f"# HELP dossier_{name} {help_}"
    yield f"# TYPE dossier_{name} gauge"
    for labels, value in samples:
        yield f"dossier_{name}{_labels(labels)} {float(value):.9g}"


def _histograms(found: Sequence[Histogram]) -> Iterator[str]:
    for name in sorted({one.name for one in found}):
        yield f"# HELP dossier_{name} {name.replace('_', ' ')}"
        yield f"# TYPE dossier_{name} histogram"
        for one in found:
            if one.name == name:
                yield from _histogram(one)


def _histogram(one: Histogram) -> Iterator[str]:
    labels = {"of": one.label} if one.label else {}
    so_far = 0
    for bound, count in one.upto:
        so_far += count
        yield f"dossier_{one.name}_bucket{_labels(labels | {'le': bound})} {so_far}"
    yield f"dossier_{one.name}_sum{_labels(labels)} {one.total_s:.9g}"
    yield f"dossier_{one.name}_count{_labels(labels)} {so_far}"


def _labels(labels: Mapping[str, str]) -> str:
    if not labels:
        return ""
    quoted = (f'{name}="{_escaped(value)}"' for name, value in labels.items())
    return "{" + ",".join(quoted) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
