"""The catalogue in one SQLite file: many readers, one writer."""

from __future__ import annotations

import contextvars
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import OperationalError

from archive import migrations
from archive.after_commit import forget_since, has_committed, told_so_far
from archive.disk_space import space_wanted
from archive.errors import Damaged, EngineAway
from archive.ports import T
from archive.together import Together

_BUSY_TIMEOUT_MS = 60_000
_KEPT_OPEN = 12
"""Connections kept: to open one for each question costs more than most questions. Those in use most are used again, so
that the others' caches stay empty."""
_MOST_OPEN = 60
_ENGINES_OWN = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
    }
)
"""What is wrong with the file or its disk, and with no statement: it passes, or can be mended from outside."""


_Work = Callable[[Connection], Any]
_Outcome = tuple[Any, Exception | None]


def _apart(connection: Connection, work: _Work) -> _Outcome:
    """What it answers, or raises: then what it wrote is taken back."""
    told = told_so_far(connection)
    connection.exec_driver_sql("SAVEPOINT one_of_several")
    try:
        return work(connection), None
    except Exception as error:
        # Where the engine has given up the whole transaction, this fails too, and each is tried by itself.
        connection.exec_driver_sql("ROLLBACK TO one_of_several")
        forget_since(connection, told)
        return None, error
    finally:
        connection.exec_driver_sql("RELEASE one_of_several")


def _prepare(connection: Any, durable: bool) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={_BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode=WAL")
    # FULL, not NORMAL: what we acknowledge must survive a power cut, not only a killed process.
    cursor.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA cache_size=-65536")
    cursor.close()


class SqliteCatalogue:
    """`archive.ports.Catalogue` in one file. Connections are made at first use, never at import."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._engine = _engine(path)
        # A pool of its own, so that none of its connections is ever taken for one that waits for the disk.
        self._light = _engine(path, durable=False)
        # Threads of one process wait here in turn; SQLite makes them sleep longer and longer, and some for seconds.
        self._turn = threading.RLock()
        self._together: Together[_Work, _Outcome] = Together(self._write)

    @property
    def description(self) -> str:
        """Engine, version and place."""
        return f"SQLite {sqlite3.sqlite_version} in {self._path}"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One snapshot; rolled back at the end."""
        with self._begun("BEGIN") as connection:
            try:
                yield connection
            finally:
                connection.rollback()

    @contextmanager
    def writing(self, *, durable: bool = True) -> Iterator[Connection]:
        """The one writer, taken at once so that no reader has to be upgraded later."""
        with self._turn, self._begun("BEGIN IMMEDIATE", durable) as connection:
            try:
                yield connection
                connection.commit()
            except BaseException:
                connection.rollback()
                raise
            has_committed(connection)

    def written(self, work: Callable[[Connection], T]) -> T:
        """With what other threads of this process bring meanwhile: one wait for the writer's turn and the disk."""
        context = contextvars.copy_context()
        answer, error = self._together.enter(lambda connection: context.run(work, connection))
        if error is not None:
            raise error
        found: T = answer
        return found

    def _write(self, works: Sequence[_Work]) -> list[_Outcome]:
        with self.writing() as connection:
            if len(works) == 1:
                return [(works[0](connection), None)]
            return [_apart(connection, work) for work in works]

    @contextmanager
    def _begun(self, begin: str, durable: bool = True) -> Iterator[Connection]:
        with self._told_well(), (self._engine if durable else self._light).connect() as connection:
            connection.exec_driver_sql(begin)
            yield connection

    @contextmanager
    def _told_well(self) -> Iterator[None]:
        """Raises EngineAway for what is the engine's own trouble; a wrong statement stays what it is."""
        try:
            yield
        except OperationalError as error:
            # Only the low byte: the others say where in the engine it was met.
            if getattr(error.orig, "sqlite_errorcode", 0) & 0xFF not in _ENGINES_OWN:
                raise
            words = f"the catalogue {self._path} can not be used: {error.orig}; see that its disk has space, try again"
            raise EngineAway(words) from error

    def upgrade(self) -> None:
        """Run the migrations that are missing: all in one transaction, or none. Who comes second finds them done.

        Raises: BadInput where a later version was here; Damaged where a row would point at nothing afterwards.
        """
        with self._told_well(), space_wanted(self._path):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            if not migrations.is_newest(self._engine):
                self._migrate()

    def _migrate(self) -> None:
        with self._engine.connect() as connection:
            # Off, for a table that is rewritten is dropped for a moment; it can only be said outside a transaction.
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            try:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                migrations.run(connection)
                if lost := connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                    raise Damaged(
                        f"the catalogue {self._path} stays as it was: a row of {lost[0]} would point at nothing"
                    )
                connection.commit()
            finally:
                connection.rollback()
                connection.exec_driver_sql("PRAGMA foreign_keys=ON")

    def close(self) -> None:
        """Let go of every connection."""
        self._light.dispose()
        self._engine.dispose()


def _engine(path: Path, durable: bool = True) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}",
        connect_args={"check_same_thread": False},
        pool_size=_KEPT_OPEN,
        max_overflow=_MOST_OPEN - _KEPT_OPEN,
        pool_use_lifo=True,
    )
    event.listen(engine, "connect", lambda connection, _record: _prepare(connection, durable))
    # SQLAlchemy must not begin by itself: the transaction's kind is chosen by the door that opens it.
    event.listen(engine, "begin", lambda _connection: None)
    return engine
