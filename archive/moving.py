"""Carries an archive over to another catalogue and object store, or back: also how a backup is made and restored.

Rows go table by table in the order of their keys, out of one snapshot of the source, and only then the objects that
the snapshot names: a row never stands without its object at the end, and whatever the source takes in meanwhile is
simply not part of it. Broken off, it goes on behind the last row that arrived. What a run leaves is proven: each table
by count and digest of all its rows, each object by its own digest. The source is only read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, Table, bindparam, delete, func, select, text, tuple_, update

from archive import migrations
from archive.adapters.digested import place_of
from archive.bulk import insert_rows
from archive.errors import Conflict, Damaged, NotFound
from archive.ports import Catalogue, ObjectStore
from archive.retention import tell_store
from archive.schema import archive_fact, arrival, journal_entry, metadata, object_

CHUNK_ROWS = 2000
CHUNK_OBJECTS = 200
"""Few, so that the snapshot's transaction is heard of often enough not to be taken for one of a process that hangs."""
_AT_ONCE = 8
_ORIGIN = "moved_from"
"""The name of the fact under which an unfinished copy remembers what it is a copy of."""

Progress = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Moved:
    """What was carried over: rows by table, objects in all, and how many of them the target held already."""

    rows: dict[str, int]
    objects: int
    known_objects: int


def move(
    source: Catalogue, source_objects: ObjectStore, target: Catalogue, target_objects: ObjectStore, progress: Progress
) -> Moved:
    """Carry everything over. Safe to break off and to repeat. `progress` is told (table or `objects`, how many so far).

    Raises: BadInput where either catalogue is of another version; Conflict where the target holds another archive;
    Damaged where what arrived is not what was sent, or an object of the source is not what its digest says; EngineAway.
    """
    target.upgrade()
    with source.reading() as snapshot:
        migrations.insist_on_own(snapshot)
        is_whole = _claim(target, _identity(snapshot))
        try:
            rows = _same_rows(snapshot, target) if is_whole else _copy_tables(snapshot, target, progress)
        except _SourceChangedError:
            _empty(target)
            rows = _copy_tables(snapshot, target, progress)
        objects, known = _copy_objects(snapshot, source_objects, target_objects, progress)
    with target.writing() as connection:
        connection.execute(delete(archive_fact).where(archive_fact.c.name == _ORIGIN))
    return Moved(rows, objects, known)


class _SourceChangedError(Exception):
    """The rows of an earlier run are not those of this snapshot any more."""


def _identity(connection: Connection) -> str:
    """What tells one archive from another: its first journal entry, salted, and its first arrival."""
    entry = select(journal_entry.c.payload_digest).order_by(journal_entry.c.id).limit(1)
    first = select(arrival.c.receipt_number, arrival.c.received_at).order_by(arrival.c.id).limit(1)
    told = (connection.execute(entry).scalar(), tuple(connection.execute(first).first() or ()))
    return hashlib.sha256(repr(told).encode()).hexdigest()


def _claim(target: Catalogue, origin: str) -> bool:
    """Whether all rows of this very archive arrived before, and only what follows on them was broken off."""
    with target.writing() as connection:
        migrations.insist_on_own(connection)
        held = connection.execute(select(archive_fact.c.value).where(archive_fact.c.name == _ORIGIN)).scalar()
        if held == origin:
            return False
        filled = [table.name for table in metadata.sorted_tables if _holds_any(connection, table)]
        if held is None and filled and _identity(connection) == origin:
            return True
        if held is not None or filled:
            raise Conflict(
                "the target holds another archive already"
                + (f" (rows in {', '.join(filled[:3])}…)" if filled else "")
                + "; give an empty database"
            )
        connection.execute(archive_fact.insert().values(name=_ORIGIN, value=origin))
        return False


def _holds_any(connection: Connection, table: Table) -> bool:
    query = _own_rows(select(text("1")).select_from(table), table)
    return connection.execute(query.limit(1)).first() is not None


def _copy_tables(snapshot: Connection, target: Catalogue, progress: Progress) -> dict[str, int]:
    return {table.name: _copy_table(snapshot, target, table, progress) for table in metadata.sorted_tables}


def _same_rows(snapshot: Connection, target: Catalogue) -> dict[str, int]:
    """How many rows there are in each table. Raises Conflict where the two went different ways since."""
    rows = {}
    with target.reading() as connection:
        for table in metadata.sorted_tables:
            if (found := _fingerprint(snapshot, table)) != _fingerprint(connection, table):
                raise Conflict(
                    f"the target was carried over from this archive already, and table {table.name} differs since: "
                    "one of the two went on; give an empty database"
                )
            rows[table.name] = found[0]
    return rows


def _empty(target: Catalogue) -> None:
    """Take an unfinished copy out again, those rows first that point at others."""
    for table in reversed(metadata.sorted_tables):
        with target.writing() as connection:
            connection.execute(_own_rows(delete(table), table))


def _copy_table(snapshot: Connection, target: Catalogue, table: Table, progress: Progress) -> int:
    """The rows that are not there yet, then the proof; answers how many there are."""
    with target.reading() as connection:
        last = _last_key(connection, table)
    sent = _copy_rows(snapshot, target, table, last, progress)
    # What an earlier run carried over is read again: it may not be what the snapshot holds any more.
    wanted = sent.told() if last is None else _fingerprint(snapshot, table)
    with target.reading() as connection:
        arrived = _fingerprint(connection, table)
    if arrived != wanted and last is not None:
        raise _SourceChangedError
    if arrived != wanted:
        raise Damaged(f"table {table.name}: what arrived is not what was sent; run it again into an empty database")
    with target.writing() as connection:
        _go_on_counting(connection, table)
    progress(table.name, wanted[0])
    return wanted[0]


def _copy_rows(
    snapshot: Connection, target: Catalogue, table: Table, after: tuple[Any, ...] | None, progress: Progress
) -> _Fingerprint:
    """The rows behind `after`; answers their fingerprint, taken as they were read."""
    names = [column.name for column in table.columns]
    pointers = _pointers(table)
    sent = _Fingerprint()
    for rows in _chunks(snapshot, table, after):
        plain = [tuple(row) for row in rows]
        if pointers:
            plain = [tuple(None if n in pointers else v for n, v in zip(names, row, strict=True)) for row in plain]
        with target.writing() as connection:
            insert_rows(connection, table, names, plain)
        sent.add(rows)
        progress(table.name, sent.count)
    # Rows of one table that point at each other: only when all are there.
    for rows in _chunks(snapshot, table, None) if pointers else ():
        _point(target, table, rows, pointers)
    return sent


def _point(target: Catalogue, table: Table, rows: Sequence[Any], pointers: Sequence[str]) -> None:
    for name in pointers:
        told = [(row.id, getattr(row, name)) for row in rows]
        found = [{"row": row, "to": to} for row, to in told if to is not None]
        if found:
            statement = update(table).where(table.c.id == bindparam("row")).values({name: bindparam("to")})
            with target.writing() as connection:
                connection.execute(statement, found)


def _pointers(table: Table) -> list[str]:
    """Columns that point at rows of the same table."""
    return [column.name for column in table.columns for key in column.foreign_keys if key.column.table is table]


def _key(table: Table) -> list[Column[Any]]:
    return list(table.primary_key.columns)


def _last_key(connection: Connection, table: Table) -> tuple[Any, ...] | None:
    columns = _key(table)
    query = _own_rows(select(*columns), table).order_by(*(column.desc() for column in columns)).limit(1)
    row = connection.execute(query).first()
    return tuple(row) if row is not None else None


def _own_rows(statement: Any, table: Table) -> Any:
    """All but the copy's own note, which the source does not have, and what is known of the source's own index."""
    if table is not archive_fact:
        return statement
    name = archive_fact.c.name
    return statement.where(name != _ORIGIN, name.notlike("index\\_%", escape="\\"))


def _chunks(
    connection: Connection, table: Table, after: tuple[Any, ...] | None, size: int = CHUNK_ROWS
) -> Iterator[Sequence[Any]]:
    """A table's rows in the order of its key, so many at a time."""
    columns = _key(table)
    while True:
        query = _own_rows(select(table), table).order_by(*columns).limit(size)
        if after is not None:
            query = query.where(tuple_(*columns) > tuple_(*(bindparam(None, value) for value in after)))
        rows = connection.execute(query).all()
        if rows:
            yield rows
        if len(rows) < size:
            return
        after = tuple(getattr(rows[-1], column.name) for column in columns)


def _fingerprint(connection: Connection, table: Table) -> tuple[int, str]:
    """How many rows, and a digest over all of them, the same on every engine."""
    found = _Fingerprint()
    for rows in _chunks(connection, table, None):
        found.add(rows)
    return found.told()


class _Fingerprint:
    """A count and a digest over rows, in their order."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self.count = 0

    def add(self, rows: Sequence[Any]) -> None:
        """Take in the next rows."""
        for row in rows:
            self._digest.update(repr([_plain(value) for value in row]).encode())
        self.count += len(rows)

    def told(self) -> tuple[int, str]:
        """How many rows, and their digest."""
        return self.count, self._digest.hexdigest()


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def _go_on_counting(connection: Connection, table: Table) -> None:
    """Ids go on behind the last one where a sequence gives them."""
    if connection.dialect.name == "postgresql" and "id" in table.c:
        last = connection.execute(select(func.max(table.c.id))).scalar()
        sequence = text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :last)")
        if last is not None:
            connection.execute(sequence, {"name": table.name, "last": last})


def _copy_objects(
    snapshot: Connection, source: ObjectStore, target: ObjectStore, progress: Progress
) -> tuple[int, int]:
    """All objects that the snapshot names; those that are there already are not sent again."""
    count = known = 0
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for rows in _chunks(snapshot, object_, None, CHUNK_OBJECTS):
            sent = list(pool.map(lambda row: _copy_kept(source, target, row), rows))
            count, known = count + len(sent), known + sent.count(False)
            progress("objects", count)
    return count, known


def _copy_kept(source: ObjectStore, target: ObjectStore, row: Any) -> bool:
    """As `_copy_object`; what the catalogue keeps from deletion the target keeps too, where its lock holds."""
    is_sent = _copy_object(source, target, row.digest)
    tell_store(target, row.digest, row.retain_until, bool(row.hold))
    return is_sent


def _copy_object(source: ObjectStore, target: ObjectStore, digest: str) -> bool:
    """Whether it had to be sent. Bytes that do not have their digest never arrive under it."""
    if target.has(digest):
        return False
    where = f"object {digest} ({place_of(digest)} in {source.description})"
    try:
        with source.open(digest) as stream:
            arrived, _size = target.put(stream)
    except NotFound as error:
        raise Damaged(f"{where}: the catalogue names it, and it is not there; see `dossier verify`") from error
    except Damaged as error:
        raise Damaged(f"{where}: other bytes under this digest; see `dossier verify`") from error
    if arrived != digest:
        target.remove(arrived)
        raise Damaged(f"{where}: other bytes under this digest; see `dossier verify`")
    return True
