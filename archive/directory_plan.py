"""What a chunk of a customer file would change, worked out before the writer is taken."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from archive.directory_file import FileRow, RowProblem
from archive.directory_record import DEFAULT_SYSTEM, DirectoryRecord, read_record, refusal
from archive.schema import source_record

Place = tuple[str, str]
"""(system, source id)."""


@dataclass(frozen=True, slots=True)
class PlannedRecord:
    """A source record that is new or changed. `known` is its row as it was when planned, None for a new one."""

    place: Place
    payload: str
    digest: str
    record: DirectoryRecord
    known: Row[Any] | None
    changed: Mapping[str, tuple[str, str]]
    """Column → (before, after), for known records only."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What one chunk changes. `problems` are rows refused (`lost`) and values left out."""

    records: tuple[PlannedRecord, ...]
    unchanged: int
    problems: tuple[RowProblem, ...]


def place_of(row: FileRow) -> Place | None:
    """Which source record a row is. None where it has a source id column and leaves it empty.

    A file without that column gives its rows an id made from what they say, so the same row is the same record.
    """
    system = row.cells.get("system") or DEFAULT_SYSTEM
    source_id = row.cells.get("source_id")
    if source_id is None:
        source_id = "row-" + _digest(_as_json(row.cells))[:24]
    return (system, source_id) if source_id else None


def plan(connection: Connection, rows: Sequence[tuple[Place, FileRow]]) -> Plan:
    """Compare rows (each place once) with what the catalogue holds."""
    known = find_records(connection, [place for place, _ in rows])
    found: list[PlannedRecord] = []
    problems: list[RowProblem] = []
    unchanged = 0
    for place, row in rows:
        if place in known and _says_the_same(row.cells, known[place]):
            unchanged += 1
            continue
        payload, before = _merged(row.cells, known.get(place))
        record = read_record({**payload, "system": place[0], "source_id": place[1]})
        refused = refusal(row.line, record)
        problems += [refused] if refused else [RowProblem(row.line, *words, lost=False) for words in record.problems]
        if refused is None:
            found.append(planned(place, payload, before, record, known.get(place)))
    return Plan(tuple(found), unchanged, tuple(problems))


def find_records(connection: Connection, places: Sequence[Place]) -> dict[Place, Row[Any]]:
    """The rows of the source records that are known already."""
    found: dict[Place, Row[Any]] = {}
    for system, ids in _by_system(places):
        query = select(source_record).where(source_record.c.system == system, source_record.c.source_id.in_(ids))
        found |= {(row.system, row.source_id): row for row in connection.execute(query)}
    return found


def find_versions(connection: Connection, places: Sequence[Place]) -> dict[Place, int]:
    """The versions of the source records that are known already."""
    table = source_record
    found: dict[Place, int] = {}
    for system, ids in _by_system(places):
        query = select(table.c.system, table.c.source_id, table.c.version)
        rows = connection.execute(query.where(table.c.system == system, table.c.source_id.in_(ids)))
        found |= {(row.system, row.source_id): row.version for row in rows}
    return found


def _by_system(places: Sequence[Place]) -> Iterator[tuple[str, list[str]]]:
    for system in {system for system, _ in places}:
        yield system, [source_id for its_system, source_id in places if its_system == system]


def _says_the_same(cells: Mapping[str, str], known: Row[Any]) -> bool:
    said = {name: cell for name, cell in cells.items() if cell}
    if _digest(_as_json(said)) == known.payload_digest:
        return True  # the usual case, without taking the old payload apart
    merged, _ = _merged(cells, known)
    return bool(_digest(_as_json(merged)) == known.payload_digest)


def _merged(cells: Mapping[str, str], known: Row[Any] | None) -> tuple[dict[str, str], dict[str, str] | None]:
    """The record's payload with this row, and as it was. A column that the file does not have is left as it was."""
    before: dict[str, str] | None = json.loads(known.payload) if known is not None else None
    return {name: cell for name, cell in {**(before or {}), **cells}.items() if cell}, before


def planned(
    place: Place,
    payload: dict[str, str],
    before: dict[str, str] | None,
    record: DirectoryRecord,
    known: Row[Any] | None,
) -> PlannedRecord:
    """A source record as it is to be written. `before`: its payload as it was, None for a new one."""
    text = _as_json(payload)
    names = sorted(payload.keys() | before.keys()) if before is not None else []
    pairs = {name: ((before or {}).get(name, ""), payload.get(name, "")) for name in names}
    changed = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
    return PlannedRecord(place, text, _digest(text), record, known, changed)


_as_json = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
