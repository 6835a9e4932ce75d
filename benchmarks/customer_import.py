"""`dossier customers import` against what the machine can do at all with the same rows.

    python benchmarks/customer_import.py ../shared/corpus/utility_ru/truth/strangers.csv.gz

The limit: one pass of the csv module over the file and one `executemany` of its rows into a table without an index,
committed at the end. Ours: the same file into an empty archive (customers, values, holdings, blocking keys, journal),
then the index fed, then the same file once more. Prints one JSON line: rows a second and CPU seconds of each (with the
process that makes the keys), the peak memory, and how long SQLite's one writer was held, as another process that
waits for it would see it: from BEGIN to the end of COMMIT.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import os
import resource
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from api.settings import read_settings
from api.wiring import open_rooms
from archive.access import system
from archive.importing import ImportReport, import_customers
from dedup.rows import keys_of_row


class Watched:
    """A catalogue that remembers how long each writing transaction held the writer, in ms."""

    def __init__(self, catalogue: Any) -> None:
        self._catalogue = catalogue
        self.held_ms: list[float] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._catalogue, name)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """As the catalogue's own."""
        with self._catalogue.writing() as connection:
            began = time.perf_counter()
            yield connection
        self.held_ms.append(1000 * (time.perf_counter() - began))


def cpu_s() -> float:
    """CPU seconds of this process and of its children that have ended."""
    taken = os.times()
    return taken.user + taken.system + taken.children_user + taken.children_system


def timed(work: Callable[[], Any]) -> tuple[Any, float, float]:
    """What the work answers, its seconds, its CPU seconds."""
    began, cpu = time.perf_counter(), cpu_s()
    answer = work()
    return answer, time.perf_counter() - began, cpu_s() - cpu


def limit(file: Path, folder: Path) -> int:
    """The least that loading can be: every cell read, every row in one table."""
    opened = gzip.open if file.suffix == ".gz" else open
    with opened(file, "rt", encoding="utf-8", newline="") as stream:
        rows = csv.reader(stream)
        columns = next(rows)
        catalogue = sqlite3.connect(folder / "limit.db")
        catalogue.execute("PRAGMA journal_mode=WAL")
        catalogue.execute(f"CREATE TABLE row ({', '.join(f'c{at}' for at in range(len(columns)))})")
        done = catalogue.executemany(f"INSERT INTO row VALUES ({', '.join('?' * len(columns))})", rows)
        catalogue.commit()
        count = done.rowcount
        catalogue.close()
    return count


def load(catalogue: Watched, file: Path) -> ImportReport:
    """The import, as the command does it."""
    return import_customers(catalogue, file, keys_of_row, system("benchmark"))


def main() -> None:
    """Load, feed, load again, tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dossier-import-") as name:
        rows, limit_s, limit_cpu_s = timed(lambda: limit(options.file, Path(name)))
        rooms = open_rooms(read_settings(home=Path(name, "home")))
        watched = Watched(rooms.catalogue)
        report, import_s, import_cpu_s = timed(lambda: load(watched, options.file))
        held = watched.held_ms
        _, feed_s, feed_cpu_s = timed(rooms.feed_all)
        again, again_s, again_cpu_s = timed(lambda: load(watched, options.file))
        rooms.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(
        json.dumps(
            {
                "rows": report.rows,
                "new": report.new,
                "rows_s": round(report.rows / import_s),
                "import_cpu_s": round(import_cpu_s, 1),
                "feed_cpu_s": round(feed_cpu_s, 1),
                "feed_rows_s": round(report.rows / feed_s),
                "again_unchanged": again.unchanged,
                "again_s": round(again_s, 1),
                "again_cpu_s": round(again_cpu_s, 1),
                "limit_rows_s": round(rows / limit_s),
                "limit_cpu_s": round(limit_cpu_s, 2),
                "peak_mib": round(peak / 1024),
                "writer_held_p50_ms": round(statistics.median(held)),
                "writer_held_p99_ms": round(sorted(held)[int(0.99 * len(held))]),
                "writer_held_worst_ms": round(max(held)),
                "transactions": len(held),
            }
        )
    )


if __name__ == "__main__":
    main()
