"""The catalogue in PostgreSQL 15 or later, by psycopg 3: many readers, many writers, a pool of connections a process."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import URL, Connection, Engine, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from archive import migrations
from archive.after_commit import has_committed
from archive.errors import BadInput, EngineAway
from archive.ports import T

OLDEST_MAJOR = 15
_POOL = 12
_OVERFLOW = 12
"""Connections that a process keeps, and how many more it opens at need: a burst of readers, given back at once."""
_POOL_WAIT_S = 30
_CONNECT_TIMEOUT_S = 10
_STATEMENT_TIMEOUT_MS = 120_000
_LOCK_TIMEOUT_MS = 30_000
_IDLE_TIMEOUT_MS = 300_000
"""A transaction of a process that hangs must not hold its locks for ever."""
_UPGRADE_LOCK = 0x0D055132
"""One process at a time upgrades the schema; any number that nobody else uses."""
_MIGRATION_LOCK_TIMEOUT_MS = 10_000
"""Everybody else queues behind a migration that waits for a table, so it rather gives up and is tried again."""
_TURN_EVERY_S = 0.2


class PostgresqlCatalogue:
    """`archive.ports.Catalogue` in one database. Connections are made at first use, and anew after a fork."""

    def __init__(self, url: str) -> None:
        """`url`: `postgresql://user:password@host:port/database`. Raises BadInput where it is none."""
        try:
            self._url = make_url(url).set(drivername="postgresql+psycopg")
        except Exception as error:
            raise BadInput("the catalogue's address is no postgresql://user:password@host:port/database") from error
        self._engine = _engine(self._url)
        self._pid = os.getpid()

    @property
    def place(self) -> str:
        """Host and database, without secrets."""
        return f"{self._url.host or 'localhost'}:{self._url.port or 5432}/{self._url.database}"

    @property
    def description(self) -> str:
        """Engine, version and place. Asks the server."""
        with self.reading() as connection:
            version = connection.execute(text("SHOW server_version")).scalar_one()
        return f"PostgreSQL {version} at {self.place}"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One snapshot, read only."""
        with self._begun("REPEATABLE READ", read_only=True) as connection:
            try:
                yield connection
            finally:
                # Of a lost connection there is nothing left to roll back.
                with contextlib.suppress(DBAPIError):
                    connection.rollback()

    @contextmanager
    def writing(self, *, durable: bool = True) -> Iterator[Connection]:
        """One transaction; rows and advisory locks keep writers apart, not one lock for all."""
        with self._begun("READ COMMITTED", read_only=False) as connection:
            try:
                if not durable:
                    connection.execute(text("SET LOCAL synchronous_commit TO off"))
                yield connection
                connection.commit()
            except BaseException:
                with contextlib.suppress(DBAPIError):
                    connection.rollback()
                raise
            has_committed(connection)

    def written(self, work: Callable[[Connection], T]) -> T:
        """In a transaction of its own: here writers do not queue for each other."""
        with self.writing() as connection:
            return work(connection)

    @contextmanager
    def _begun(self, isolation: str, *, read_only: bool) -> Iterator[Connection]:
        try:
            connection = self._pool().connect()
        except (OperationalError, InterfaceError, TimeoutError) as error:
            raise EngineAway(f"the catalogue at {self.place} does not answer: {_first_line(error)}") from error
        with connection:
            try:
                connection = connection.execution_options(isolation_level=isolation, postgresql_readonly=read_only)
                # At once: what goes past SQLAlchemy to the driver (COPY) must be part of it too.
                connection.begin()
                yield connection
            except (OperationalError, InterfaceError) as error:
                raise EngineAway(f"the catalogue at {self.place} broke off: {_first_line(error)}; try again") from error

    def _pool(self) -> Engine:
        """The pool of this process: a connection shared with a parent would mix up their answers."""
        if self._pid != os.getpid():
            self._engine.dispose(close=False)
            self._pid = os.getpid()
        return self._engine

    def upgrade(self) -> None:
        """Run the migrations that are missing; processes that start together wait for the first.

        Raises: BadInput where a later version was here, or the server is too old.
        """
        try:
            with self._pool().connect() as connection:
                _refuse_old(connection)
            if not migrations.is_newest(self._pool()):
                self._migrate()
        except (OperationalError, InterfaceError) as error:
            raise EngineAway(f"the catalogue at {self.place} broke off: {_first_line(error)}; try again") from error

    def _migrate(self) -> None:
        with self._pool().connect() as connection:
            try:
                connection.execute(text(f"SET statement_timeout = 0; SET lock_timeout = {_MIGRATION_LOCK_TIMEOUT_MS}"))
                connection.commit()
                _take_turn(connection)
                if not migrations.is_newest(self._pool()):
                    migrations.run(connection)
                    connection.commit()
            finally:
                # Closed instead of given back: the lock goes with it, and so do the limits that were lifted here.
                connection.invalidate()

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()


def _engine(url: URL) -> Engine:
    options = (
        f"-c statement_timeout={_STATEMENT_TIMEOUT_MS} -c lock_timeout={_LOCK_TIMEOUT_MS}"
        # No statement of ours runs for as long as it takes to compile one: half a second, where it was taken for costly.
        f" -c idle_in_transaction_session_timeout={_IDLE_TIMEOUT_MS} -c timezone=UTC -c jit=off"
    )
    return create_engine(
        url,
        connect_args={"connect_timeout": _CONNECT_TIMEOUT_S, "options": options, "application_name": "dossier"},
        pool_size=_POOL,
        max_overflow=_OVERFLOW,
        pool_timeout=_POOL_WAIT_S,
        pool_use_lifo=True,
        # A connection that a restart or a firewall cut is found out before it is handed on, also one that was just used.
        pool_pre_ping=True,
    )


def _refuse_old(connection: Connection) -> None:
    number = int(connection.execute(text("SHOW server_version_num")).scalar_one())
    if number < OLDEST_MAJOR * 10_000:
        raise BadInput(f"PostgreSQL {number // 10_000} is too old: {OLDEST_MAJOR} or later is needed")


def _take_turn(connection: Connection) -> None:
    """Wait until no other process upgrades the schema.

    Asked again and again, for whoever waits inside a statement is a reader that an index made beside readers waits for.
    """
    while not connection.execute(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": _UPGRADE_LOCK}).scalar_one():
        connection.commit()
        time.sleep(_TURN_EVERY_S)
    connection.commit()


def _first_line(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error).strip().splitlines()[0]
