"""Loading customers from a file: the bulk door to the directory.

Rows are planned outside and applied in short transactions, so that intake goes on meanwhile. The same file again
changes nothing; a changed row is a new version of its source record. A kill between two chunks leaves whole chunks
behind, and running again goes on from there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path

from sqlalchemy import insert, update

from archive.access import Access
from archive.clock import utc_now
from archive.desk_records import is_of_desk
from archive.directory_file import FileRow, RowProblem, read_rows
from archive.directory_plan import Place, Plan, place_of, plan
from archive.directory_preparing import prepare
from archive.directory_writing import PlanOutdated, apply
from archive.errors import Conflict, Forbidden
from archive.keying import Keying, KeysOf, beside, here
from archive.likening import Likening, LikeningOf
from archive.ports import Catalogue
from archive.schema import import_run

# Each chunk holds the catalogue's one writer while it is written, and everybody else's letters wait: some tens of
# milliseconds. Blocking keys land all over their b-tree, so smaller chunks yet would cost the disk far more.
CHUNK_ROWS = 300
_ATTEMPTS = 5
_PROBLEMS_KEPT = 100
Progress = Callable[[int], None]
Chunk = list[tuple[Place, FileRow]]


@dataclass(slots=True)
class ImportReport:
    """What became of a customer file. Every row is one of new, changed, unchanged or refused.

    `problems` are in the file's order; those that are not `lost` are values left out of rows that were taken.
    """

    run_id: int
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    problems: list[RowProblem] = field(default_factory=list)

    @property
    def refused(self) -> int:
        """Rows that were not taken."""
        return sum(problem.lost for problem in self.problems)

    @property
    def rows(self) -> int:
        """Rows seen."""
        return self.new + self.changed + self.unchanged + self.refused


def import_customers(
    catalogue: Catalogue,
    path: Path,
    keys_of: KeysOf,
    access: Access,
    progress: Progress = lambda rows: None,
    chunk_rows: int | None = None,
    likening: LikeningOf | None = None,
) -> ImportReport:
    """Load a CSV or CSV.gz file of customers (columns: `archive.directory_file.COLUMNS`, any subset, any order).

    `progress` is told how many rows are done. Safe to repeat, and to go on with after a crash. `chunk_rows`: how many go
    into one transaction; more where nobody else works in the archive, for the fewer pages are written twice. `likening`
    makes what the guard finds customers by; an archive whose guard has been asked takes no rows without.

    Raises:
        Forbidden: loading is not this employee's to do.
        BadInput: the file can not be opened, or its first line names no column that we know.
        Conflict: somebody else keeps changing the same records.
    """
    if not access.loads:
        raise Forbidden(f"{access.actor} may not load customers; ask someone of the role engineer or admin")
    rows = read_rows(path)
    first = next(rows, None)  # a file that can not be read is refused before there is a run
    report = ImportReport(_begin(catalogue, path))
    chunks = _chunks(_with_first(first, rows), report.problems, chunk_rows or CHUNK_ROWS)
    # A process beside this one pays only for many rows.
    begun = list(islice(chunks, 2))
    made_by = _begin_likening(catalogue, likening)
    with beside(keys_of, made_by) if len(begun) == 2 else nullcontext(here(keys_of, made_by)) as keying:
        for done in _applied(catalogue, chain(begun, chunks), keying, report.run_id, access.actor):
            report.new += sum(item.known is None for item in done.records)
            report.changed += sum(item.known is not None for item in done.records)
            report.unchanged += done.unchanged
            report.problems += done.problems
            progress(report.rows)
    report.problems.sort(key=lambda problem: problem.line)
    _end(catalogue, report)
    return report


def _begin_likening(catalogue: Catalogue, likening: LikeningOf | None) -> Likening | None:
    if likening is None:
        return None
    with catalogue.writing() as connection:
        return likening(connection)


def _with_first(
    first: FileRow | RowProblem | None, rest: Iterable[FileRow | RowProblem]
) -> Iterator[FileRow | RowProblem]:
    if first is not None:
        yield first
        yield from rest


def _chunks(rows: Iterable[FileRow | RowProblem], problems: list[RowProblem], size: int) -> Iterator[Chunk]:
    """Rows in chunks in which each source record comes once; rows that are none go to `problems`."""
    chunk: dict[Place, FileRow] = {}
    for row in rows:
        place = place_of(row) if isinstance(row, FileRow) else None
        if isinstance(row, RowProblem):
            problems.append(row)
        elif place is None:
            problems.append(RowProblem(row.line, "the row has no source_id", "give every row of a system its own id"))
        elif is_of_desk(place):
            # It would pass for what a person said at the desk of that very customer.
            problems.append(
                RowProblem(row.line, "the record is one of the desk's own", "name the system that the row comes from")
            )
        else:
            if len(chunk) == size or place in chunk:
                yield list(chunk.items())
                chunk = {}
            chunk[place] = row
    if chunk:
        yield list(chunk.items())


def _applied(catalogue: Catalogue, chunks: Iterable[Chunk], keying: Keying, run_id: int, actor: str) -> Iterator[Plan]:
    """Plan each chunk while the keys of the one before it are made, and write that one meanwhile."""
    waiting: _Planned | None = None
    for chunk in chunks:
        if waiting is not None and waiting.places & {place for place, _ in chunk}:
            # A record that comes twice is planned on what its first row made of it: the later row wins.
            yield waiting.apply(run_id, actor)
            waiting = None
        planned = _Planned(catalogue, chunk, keying)
        if waiting is not None:
            yield waiting.apply(run_id, actor)
        waiting = planned
    if waiting is not None:
        yield waiting.apply(run_id, actor)


class _Planned:
    """A chunk with its plan, and its keys under way."""

    def __init__(self, catalogue: Catalogue, chunk: Chunk, keying: Keying) -> None:
        self._catalogue, self._chunk, self._keying = catalogue, chunk, keying
        self.places = {place for place, _ in chunk}
        self._plan()

    def _plan(self) -> None:
        with self._catalogue.reading() as connection:
            self._planned = plan(connection, self._chunk)
        self._made = self._keying([item.record.flat for item in self._planned.records])

    def apply(self, run_id: int, actor: str) -> Plan:
        """Write the plan, made anew where the chunk before it or somebody else changed a record meanwhile."""
        for _ in range(_ATTEMPTS):
            if not self._planned.records:
                return self._planned
            made = self._made()
            prepared = prepare(self._planned, made.keys, made.likened)
            try:
                with self._catalogue.writing() as connection:
                    apply(connection, prepared, run_id, actor)
            except PlanOutdated:
                self._plan()
                continue
            return self._planned
        line = self._chunk[0][1].line
        raise Conflict(f"the customers from line {line} on keep being changed by someone else; import again")


def _begin(catalogue: Catalogue, path: Path) -> int:
    with catalogue.writing() as connection:
        row = {"kind": "customers", "source": path.name, "started_at": utc_now()}
        return int(connection.execute(insert(import_run).values(row).returning(import_run.c.id)).scalar_one())


def _end(catalogue: Catalogue, report: ImportReport) -> None:
    counts = {name: getattr(report, name) for name in ("rows", "new", "changed", "unchanged", "refused")}
    kept = [[problem.line, problem.reason, problem.remedy] for problem in report.problems[:_PROBLEMS_KEPT]]
    values = {"ended_at": utc_now(), "counts": json.dumps({**counts, "problems": kept}, ensure_ascii=False)}
    with catalogue.writing() as connection:
        connection.execute(update(import_run).where(import_run.c.id == report.run_id).values(values))
