"""How long things took, over all processes and restarts: histograms, added up in the catalogue.

A process gathers in memory and adds what it gathered now and then; what a killed process had gathered is lost, which a
figure of this kind can bear.
"""

from __future__ import annotations

import bisect
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, select

from archive.errors import EngineAway
from archive.ports import Catalogue
from archive.schema import measure
from archive.upserting import upsert

OCR_PAGE = "ocr_page_seconds"
BOUNDS_S: Mapping[str, tuple[float, ...]] = {OCR_PAGE: (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0)}
_DEFAULT_BOUNDS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_BEYOND = "+Inf"
_KEEP_EVERY_S = 5.0


@dataclass(frozen=True, slots=True)
class Histogram:
    """`upto`: counts of what took at most so many seconds, not cumulative; the last one has no bound."""

    name: str
    label: str
    upto: Sequence[tuple[str, int]]
    total_s: float

    @property
    def count(self) -> int:
        """How many were measured."""
        return sum(count for _bound, count in self.upto)

    @property
    def mean_s(self) -> float | None:
        """The mean; None where nothing was measured."""
        return self.total_s / self.count if self.count else None


@dataclass(frozen=True, slots=True)
class _Bucket:
    count: int = 0
    total_s: float = 0.0


class Meter:
    """Gathers what was measured in this process; safe to use from many threads."""

    def __init__(self) -> None:
        self._buckets: dict[tuple[str, str, str], _Bucket] = {}
        self._lock = threading.Lock()
        self._kept_at = float("-inf")  # the first is kept at once: a short intake ends before the next

    def observe(self, name: str, seconds: float, label: str = "", times: int = 1) -> None:
        """`times` things took `seconds` each."""
        bounds = _bounds(name)
        place = bisect.bisect_left(bounds, seconds)
        key = name, label, str(bounds[place]) if place < len(bounds) else _BEYOND
        with self._lock:
            held = self._buckets.get(key, _Bucket())
            self._buckets[key] = replace(held, count=held.count + times, total_s=held.total_s + seconds * times)

    def histograms(self) -> list[Histogram]:
        """What was gathered and not yet handed to the catalogue."""
        with self._lock:
            rows = [(*key, bucket.count, bucket.total_s) for key, bucket in self._buckets.items()]
        return _joined(rows)

    def keep(self, catalogue: Catalogue, at_once: bool = False) -> None:
        """Add what was gathered to the catalogue's sums, every few seconds at most unless `at_once`.

        An engine that is away is no reason to stop what is measured: the figures wait.
        """
        if not at_once and time.monotonic() - self._kept_at < _KEEP_EVERY_S:
            return
        with self._lock:
            taken, self._buckets = self._buckets, {}
            self._kept_at = time.monotonic()
        try:
            if taken:
                with catalogue.writing() as connection:
                    _add(connection, taken)
        except EngineAway:
            with self._lock:
                for key, bucket in taken.items():
                    held = self._buckets.get(key, _Bucket())
                    self._buckets[key] = _Bucket(held.count + bucket.count, held.total_s + bucket.total_s)


def kept(connection: Connection) -> list[Histogram]:
    """Every histogram in the catalogue."""
    names = ("name", "label", "upto", "count", "total_s")
    return _joined([tuple(row) for row in connection.execute(select(*(measure.c[name] for name in names)))])


def _add(connection: Connection, buckets: Mapping[tuple[str, str, str], _Bucket]) -> None:
    statement = upsert(connection, measure)
    statement = statement.on_conflict_do_update(
        index_elements=[measure.c.name, measure.c.label, measure.c.upto],
        set_={
            "count": measure.c.count + statement.excluded["count"],
            "total_s": measure.c.total_s + statement.excluded.total_s,
        },
    )
    rows = [
        {"name": name, "label": label, "upto": upto, "count": one.count, "total_s": one.total_s}
        for (name, label, upto), one in sorted(buckets.items())
    ]
    connection.execute(statement, rows)


def _joined(rows: Sequence[tuple[str, str, str, int, float]]) -> list[Histogram]:
    found = []
    for name, label in sorted({row[:2] for row in rows}):
        own = {row[2]: row for row in rows if row[:2] == (name, label)}
        bounds = [*map(str, _bounds(name)), _BEYOND]
        counts = [(bound, own[bound][3] if bound in own else 0) for bound in bounds]
        found.append(Histogram(name, label, counts, sum(row[4] for row in own.values())))
    return found


def _bounds(name: str) -> tuple[float, ...]:
    return BOUNDS_S.get(name, _DEFAULT_BOUNDS_S)
