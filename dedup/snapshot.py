"""The directory written to a file, for the matcher to work on while everybody else goes on writing.

One row a customer that stands for itself, with its version: what changes meanwhile is seen when the outcome is applied.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from sqlalchemy import select

from archive.clock import utc_now
from archive.directory_file import COLUMNS
from archive.durable import written_whole
from archive.errors import BadInput
from archive.ports import Catalogue
from archive.schema import directory_size
from dedup.directory_rows import Standing, standing_after

Told = Callable[[str, int, int | None], None]
"""Hears how far a step is: its name, done, of how many (None: not known yet)."""
_FILE, _NOTE = "directory.csv", "directory.json"
_ROWS_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Snapshot:
    """How far the file is: its last customer, its size, how many it holds. `taken_at`: when it was begun."""

    taken_at: str
    last_id: int = 0
    size_bytes: int = 0
    persons: int = 0
    organisations: int = 0
    done: bool = False

    @property
    def records(self) -> int:
        """How many customers are in it."""
        return self.persons + self.organisations


def file_in(folder: Path) -> Path:
    """Where the snapshot lies: CSV of the import's columns, with `version` beside them; `source_id` is the customer."""
    return folder / _FILE


def take(catalogue: Catalogue, folder: Path, told: Told) -> Snapshot:
    """Write the directory to a file in the folder; goes on where an earlier call was stopped. Raises: BadInput, EngineAway."""
    folder.mkdir(parents=True, exist_ok=True)
    now = _noted(folder)
    path = file_in(folder)
    with catalogue.reading() as connection:
        total = connection.execute(select(directory_size.c.customers)).scalar()
    if not now.done:
        path.touch()
        os.truncate(path, now.size_bytes)
        told("snapshot", now.records, total)
    while not now.done:
        with catalogue.reading() as connection:
            some = standing_after(connection, now.last_id, _ROWS_AT_ONCE)
        now = _appended(path, now, some)
        _note(folder, now)
        told("snapshot", now.records, max(total or 0, now.records))
    if not now.records:
        raise BadInput("the directory holds nobody yet; load it with `dossier customers import`")
    return now


def _appended(path: Path, now: Snapshot, some: list[Standing]) -> Snapshot:
    with path.open("a", encoding="utf-8", newline="") as out:
        lines = csv.writer(out)
        if not now.size_bytes:
            lines.writerow((*COLUMNS, "version"))
        lines.writerows([*(one.row[name] for name in COLUMNS), one.version] for one in some)
        out.flush()
        size = os.fstat(out.fileno()).st_size
    firms = sum(one.row["kind"] == "organisation" for one in some)
    return replace(
        now,
        last_id=some[-1].id if some else now.last_id,
        size_bytes=size,
        persons=now.persons + len(some) - firms,
        organisations=now.organisations + firms,
        done=len(some) < _ROWS_AT_ONCE,
    )


def _noted(folder: Path) -> Snapshot:
    path = folder / _NOTE
    if path.is_file():
        return Snapshot(**json.loads(path.read_text(encoding="utf-8")))
    return Snapshot(utc_now())


def _note(folder: Path, now: Snapshot) -> None:
    with written_whole(folder / _NOTE) as out:
        json.dump(asdict(now), out)
