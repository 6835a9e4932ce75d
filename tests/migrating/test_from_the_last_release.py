"""A catalogue of the last release, every table filled, comes up to this version whole; and the release's code can go on."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, MetaData, update

from api.wiring import catalogue_at
from archive import migrations
from archive.schema import metadata
from tests.migrating import released_schema
from tests.migrating.describing import described
from tests.migrating.filling import fill, read, unfilled


@pytest.fixture(scope="module")
def released() -> MetaData:
    """The tables of the last release."""
    return released_schema.tables()


def upgrade(url: str) -> None:
    """As any command does that opens the archive."""
    catalogue = catalogue_at(url, Path())
    catalogue.upgrade()
    catalogue.close()


def test_the_released_steps_stay_as_they_were_released() -> None:
    assert released_schema.FILE.read_text(encoding="utf-8") == released_schema.statements()


def test_data_of_the_last_release_is_whole_afterwards(url: str, engine: Engine, released: MetaData) -> None:
    with engine.begin() as connection:
        migrations.run(connection, migrations.RELEASED)
        fill(connection, released)
        before = read(connection, released)
    assert unfilled(before, released) == []
    upgrade(url)
    with engine.connect() as connection:
        after = read(connection, released, without=migrations.LET_GO)
    for table, rows in after.items():
        stayed = [{name: row[name] for name in rows[0]} for row in before[table]]
        assert rows == stayed, table


@pytest.mark.parametrize("begun_at", ["nothing", "the last release"])
def test_the_schema_is_what_the_code_says(begun_at: str, url: str, engine: Engine, tmp_path: Path) -> None:
    if begun_at == "the last release":
        with engine.begin() as connection:
            migrations.run(connection, migrations.RELEASED)
    upgrade(url)
    with engine.connect() as connection:
        migrated = described(connection)
    with engine.begin() as connection:
        _drop_all(connection)
        metadata.create_all(connection)
        declared = described(connection)
    assert migrated.keys() == declared.keys()
    for name, told in declared.items():
        assert migrated[name] == told, name


def test_the_last_releases_code_goes_on_beside_this_version(url: str, engine: Engine, released: MetaData) -> None:
    """It writes, reads, changes and takes out rows of the columns it knows, and they are what it meant."""
    used = _without(released, migrations.LET_GO)
    with engine.begin() as connection:
        migrations.run(connection, migrations.RELEASED)
        fill(connection, used)
        wanted = read(connection, used)
        _drop_all(connection)
    upgrade(url)
    with engine.begin() as connection:
        fill(connection, used)
        assert read(connection, used) == wanted
        for table in used.sorted_tables:
            changed = connection.execute(update(table).values({column.name: column for column in table.columns}))
            assert changed.rowcount == len(wanted[table.name]), table.name
        _point_at_nothing(connection, used)
        for table in reversed(used.sorted_tables):
            assert connection.execute(table.delete()).rowcount == len(wanted[table.name]), table.name


def test_what_is_let_go_was_there() -> None:
    tables = released_schema.tables().tables
    assert all(name.partition(".")[2] in tables[name.partition(".")[0]].c for name in migrations.LET_GO)


def test_every_step_is_named_numbered_and_bears_no_less_than_the_one_before() -> None:
    names = migrations.versions()
    assert [name[:4] for name in names] == [f"{place:04d}" for place in range(1, len(names) + 1)]
    assert migrations.RELEASED in names
    assert all(len(name) <= 32 for name in names), "PostgreSQL keeps no longer ones"
    borne = [migrations.bears(name) for name in names]
    assert borne == sorted(borne), "once an older version is not borne, it stays so: carry _from_NNNN on"
    assert borne[-1] <= migrations.RELEASED[:4], "the last release must be able to go on beside this version"


def test_the_changelog_names_the_release() -> None:
    told = (Path(released_schema.FILE).parents[2] / "CHANGELOG.md").read_text(encoding="utf-8")
    last = re.search(r"^## (\d+\.\d+\.\d+)", told, re.MULTILINE)
    assert last and f" {last[1]}." in (Path(migrations.__file__).read_text(encoding="utf-8"))


def _without(tables: MetaData, columns: frozenset[str]) -> MetaData:
    """The tables as code sees them that does not know of these columns any more."""
    seen = MetaData()
    for table in tables.sorted_tables:
        copy = table.to_metadata(seen)
        for column in list(copy.columns):
            if f"{table.name}.{column.name}" in columns:
                copy._columns.remove(column)  # type: ignore[attr-defined]
    return seen


def _drop_all(connection: Connection) -> None:
    held = MetaData()
    held.reflect(connection)
    held.drop_all(connection)


def _point_at_nothing(connection: Connection, tables: MetaData) -> None:
    """Rows of one table that point at each other could not be taken out in any order."""
    for table in tables.sorted_tables:
        own: dict[str, Any] = {
            column.name: None for column in table.columns for key in column.foreign_keys if key.column.table is table
        }
        if own:
            connection.execute(update(table).values(own))
