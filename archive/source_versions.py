"""What source records said over time: each version with the day from which it is so and the moment at which we learnt it.

The newest version lies in `source_record`, those before it in `source_past`. A version is a whole row; what it changed is
told by the one before it. On a day hold all changes that are so from that day or earlier, those that we learnt later above
those that we learnt before: so the day of the newest one is what the record says now.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from sqlalchemy import Connection, insert, literal_column, select, union_all

from archive.directory_record import read_record
from archive.schema import source_past, source_record
from archive.survivorship import Witness

_KEPT = ("version", "payload", "payload_digest", "run_id", "at", "valid_from", "actor")


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a source record. `valid_from`: the day from which it is so, '' = from the first; `at`: when we learnt
    it (UTC); `actor`: who said it at the desk, '' for a feed; `cells`: the whole row."""

    record_id: int
    customer_id: int
    system: str
    source_id: str
    version: int
    at: str
    valid_from: str
    actor: str
    cells: Mapping[str, str]


def keep_past(connection: Connection, record_ids: Iterable[int]) -> None:
    """Keep these records as they are, before another version takes their place."""
    now = select(source_record.c.id, *(source_record.c[name] for name in _KEPT))
    rows = now.where(source_record.c.id.in_(sorted(record_ids)))
    connection.execute(insert(source_past).from_select(["record_id", *_KEPT], rows))


def versions_of(connection: Connection, members: Sequence[int]) -> list[Version]:
    """All versions of these identities' source records, by record, the oldest first."""
    owners = select(
        source_record.c.id, source_record.c.customer_id, source_record.c.system, source_record.c.source_id
    ).where(source_record.c.customer_id.in_(list(members)))
    records = {row.id: row for row in connection.execute(owners)}
    told = ("version", "payload", "at", "valid_from", "actor")
    past = select(source_past.c.record_id, *(source_past.c[name] for name in told))
    now = select(source_record.c.id.label("record_id"), *(source_record.c[name] for name in told))
    every = union_all(
        past.where(source_past.c.record_id.in_(list(records))), now.where(source_record.c.id.in_(list(records)))
    ).order_by(literal_column("record_id"), literal_column("version"))
    return [
        Version(
            row.record_id,
            records[row.record_id].customer_id,
            records[row.record_id].system,
            records[row.record_id].source_id,
            row.version,
            row.at,
            row.valid_from,
            row.actor,
            json.loads(row.payload),
        )
        for row in connection.execute(every)
    ]


def by_record(versions: Sequence[Version]) -> list[list[Version]]:
    """The versions of each record, the oldest first."""
    return [list(found) for _record, found in groupby(versions, key=lambda version: version.record_id)]


def changed(before: Version | None, now: Version) -> dict[str, tuple[str, str]]:
    """Column → (before, after) of what a version changed."""
    was: Mapping[str, str] = before.cells if before is not None else {}
    names = sorted(was.keys() | now.cells.keys())
    pairs = {name: (was.get(name, ""), now.cells.get(name, "")) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def said_on(versions: Sequence[Version], day: str) -> Version | None:
    """What one record says of a day; None where all that it says is so from a later day on."""
    held = [at for at, version in enumerate(versions) if version.valid_from <= day]
    if not held:
        return None
    cells: dict[str, str] = {}
    for at in held:
        cells |= {name: after for name, (_, after) in changed(versions[at - 1] if at else None, versions[at]).items()}
    return replace(versions[held[-1]], cells={name: cell for name, cell in cells.items() if cell})


def witness_of(version: Version) -> Witness:
    """A version as survivorship sees it."""
    cells = {**version.cells, "system": version.system, "source_id": version.source_id}
    return Witness(version.record_id, version.system, version.at, read_record(cells))
