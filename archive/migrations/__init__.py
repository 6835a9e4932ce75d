"""The schema's history. A catalogue is brought to this version of the code step by step; each step runs on every engine.

How a step is made, and what it may do, stands in `archive/migrations/README.md`.
Alembic is loaded only where there is something to do: every command opens a catalogue, and hardly one finds it old.
"""

from __future__ import annotations

import logging
import re
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from archive.errors import BadInput
from archive.schema import metadata

RELEASED = "0001_first"
"""The version of the schema in the last release, which is 0.1.0. Moved on by each release, here and nowhere else."""

LET_GO: frozenset[str] = frozenset()
"""`table.column` that the last release has but no longer reads or writes: the only ones that a step may take away."""

FOLDER = Path(__file__).parent
_BEARS = re.compile(r"_from_(\d{4})$")
_FIRST = "0001"
_log = logging.getLogger("dossier.migrations")


def is_newest(engine: Engine) -> bool:
    """Whether nothing is left to migrate, or a later version was here that still bears this one's code.

    Raises: BadInput where it was a later version that does not.
    """
    if not inspect(engine).has_table("alembic_version"):
        return False
    with engine.connect() as connection:
        current = version_of(connection)
    if current is None or current in versions():
        return current == newest()
    oldest = bears(current)
    if oldest > newest()[: len(oldest)]:
        raise BadInput(
            f"the catalogue is at {current}, of a later version of Dossier; this one knows it up to {newest()}: "
            "install the later version, or restore the backup made before it"
        )
    _log.info("the catalogue is at %s, of a later version that bears this one (%s)", current, newest())
    return True


def insist_on_own(connection: Connection) -> None:
    """Raises BadInput unless the catalogue is at the very version of this code: whoever copies rows must know them all."""
    current = version_of(connection)
    if current != newest():
        raise BadInput(
            f"the catalogue is at {current}, this version of Dossier is at {newest()}: use the one it belongs to"
        )


def run(connection: Connection, to: str = "head") -> None:
    """Run the missing steps on this connection. The caller sees to it that nobody else does so at the same time.

    Within a transaction of the caller's, all of them are part of it; else each is a transaction of its own.
    """
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def version_of(connection: Connection) -> str | None:
    """The version that a catalogue is at, None where no step has ended yet."""
    version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if version is None else str(version)


def versions() -> list[str]:
    """All versions that this code knows, the oldest first."""
    return sorted(path.stem for path in (FOLDER / "versions").glob("[0-9]*.py"))


def newest() -> str:
    """The name of the newest version."""
    return versions()[-1]


def bears(version: str) -> str:
    """The number of the oldest version whose code may still work on a catalogue of this one."""
    told = _BEARS.search(version)
    return told[1] if told else _FIRST


DESCENDING = frozenset({"ix_job_turn"})
"""Indexes with a column in falling order, which Alembic reads back as another index: a test compares their words."""


def differences(engine: Engine) -> list[object]:
    """What the database has otherwise than `archive.schema` says, but for `DESCENDING`; empty when they agree."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with engine.connect() as connection:
        comparing = MigrationContext.configure(connection, opts={"include_object": _is_compared})
        return list(compare_metadata(comparing, metadata))


def _is_compared(_thing: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
    return kind != "index" or name not in DESCENDING
