"""The schema's history. `upgrade` brings a catalogue to this version of the code; each step runs on every engine.

Alembic is loaded only where there is something to do: every command opens a catalogue, and hardly one finds it old.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine, inspect

from archive.schema import metadata


def upgrade(engine: Engine) -> None:
    """Bring the database to the newest version; does nothing where it is there already."""
    if is_newest(engine):
        return
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["engine"] = engine
    command.upgrade(config, "head")


def is_newest(engine: Engine) -> bool:
    """Whether nothing is left to migrate."""
    return _current(engine) == newest()


def _current(engine: Engine) -> str | None:
    """The version that the database is at, None for an empty one."""
    if not inspect(engine).has_table("alembic_version"):
        return None
    with engine.connect() as connection:
        version = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return None if version is None else str(version)


def newest() -> str:
    """The name of the newest version."""
    return max(path.stem for path in (Path(__file__).parent / "versions").glob("[0-9]*.py"))


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
