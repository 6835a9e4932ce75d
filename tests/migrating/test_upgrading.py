"""An upgrade that is killed, doubled, large or too new: steps of a later version, run by processes of their own."""

from __future__ import annotations

import os
import signal
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, inspect, text

from api.wiring import catalogue_at
from archive import migrations
from archive.adapters.in_sqlite import SqliteCatalogue
from archive.adapters.on_disk import FolderStore
from archive.bulk import insert_rows
from archive.errors import BadInput
from archive.moving import move
from archive.ports import Catalogue
from archive.schema import access_log
from tests.migrating.later import Later
from tests.on_engines import Opened

ADD_COLUMN = """
def upgrade():
    op.add_column("access_log", sa.Column("length", sa.Integer()))
    op.create_table("later", sa.Column("id", sa.Integer(), primary_key=True))
"""

FILL_COLUMN = """
LOG = sa.table("access_log", sa.column("id"), sa.column("why"), sa.column("length"))
big_tables.CHUNK_ROWS = 500
big_tables.TELL_EVERY_S = 0.0

def upgrade():
    for chunk, rows in enumerate(big_tables.in_chunks(LOG, LOG.c.length.is_(None)), 1):
        for row in rows:
            op.execute(LOG.update().where(LOG.c.id == row["id"]).values(length=len(row["why"])))
        if chunk == int(os.environ.get("KILLED_AT", "0")):
            os.kill(os.getpid(), signal.SIGKILL)
"""

MAKE_INDEX = """
def upgrade():
    big_tables.make_index("ix_access_log_length", "access_log", ["length"])
    if "KILLED_AT" in os.environ:
        os.kill(os.getpid(), signal.SIGKILL)
"""

NOTE_RUN = """
def upgrade():
    op.execute("INSERT INTO access_log (at, actor, subject, action) VALUES ('', '', '', 'upgraded')")
"""


def upgrade(url: str) -> Catalogue:
    """By this version; the catalogue, to be closed."""
    catalogue = catalogue_at(url, Path())
    try:
        catalogue.upgrade()
    except BadInput:
        catalogue.close()
        raise
    return catalogue


def log_rows(catalogue: Catalogue, count: int, why: str) -> None:
    rows = [("", "", "", "look", f"{why}{number % 7 * '.'}") for number in range(count)]
    with catalogue.writing() as connection:
        insert_rows(connection, access_log, ["at", "actor", "subject", "action", "why"], rows)


def asked(engine: Engine, query: str) -> Any:
    with engine.connect() as connection:
        return connection.execute(text(query)).scalar()


def killed(later: Later, url: str, at: int) -> None:
    with later.start(url, os.environ | {"KILLED_AT": str(at)}) as process:
        process.communicate()
    assert process.returncode == -signal.SIGKILL


def test_killed_among_the_rows_of_a_large_table_it_goes_on(url: str, engine: Engine, tmp_path: Path) -> None:
    catalogue = upgrade(url)
    log_rows(catalogue, 2000, "why")
    catalogue.close()
    later = Later.made(tmp_path, {"9001_add": ADD_COLUMN, "9002_fill": FILL_COLUMN})
    killed(later, url, at=3)
    is_sqlite = engine.dialect.name == "sqlite"
    if is_sqlite:
        assert "length" not in {column["name"] for column in inspect(engine).get_columns("access_log")}
        assert asked(engine, "SELECT version_num FROM alembic_version") == migrations.newest()
    else:
        assert asked(engine, "SELECT count(length) FROM access_log") >= 1000
        assert asked(engine, "SELECT version_num FROM alembic_version") == "9001_add"
    _memory, told = later.upgrade(url)
    assert f"access_log, 500 of {2000 if is_sqlite else 500} rows" in told
    assert asked(engine, "SELECT count(*) FROM access_log WHERE length = length(why)") == 2000
    assert asked(engine, "SELECT version_num FROM alembic_version") == "9002_fill"


def test_killed_behind_an_index_it_makes_it_anew(url: str, engine: Engine, tmp_path: Path) -> None:
    upgrade(url).close()
    later = Later.made(tmp_path, {"9001_add": ADD_COLUMN, "9002_index": MAKE_INDEX})
    killed(later, url, at=0)
    later.upgrade(url)
    assert "ix_access_log_length" in {index["name"] for index in inspect(engine).get_indexes("access_log")}


def test_a_large_table_is_not_held_in_memory(url: str, tmp_path: Path) -> None:
    catalogue = upgrade(url)
    later = Later.made(tmp_path, {"9001_add": ADD_COLUMN, "9002_fill": FILL_COLUMN.replace("500", "250")})
    log_rows(catalogue, 4000, "ё" * 20_000)
    catalogue.close()
    memory, _told = later.upgrade(url)
    assert memory < 200 << 20, "the rows alone are 160 MB"


def test_processes_that_start_together_upgrade_once(url: str, engine: Engine, tmp_path: Path) -> None:
    steps = {"9001_add": ADD_COLUMN, "9002_index": MAKE_INDEX, "9003_note": NOTE_RUN}
    later = Later.made(tmp_path, steps)
    with ExitStack() as stack:
        together = [stack.enter_context(later.start(url)) for _ in range(4)]
        answers = [process.communicate() for process in together]
    assert [process.returncode for process in together] == [0] * 4, answers
    assert asked(engine, "SELECT count(*) FROM access_log") == 1


def test_a_step_that_leaves_rows_pointing_at_nothing_is_taken_back(tmp_path: Path, empty_catalogue_file: Path) -> None:
    """SQLite alone: PostgreSQL sees to it at once."""
    url = f"sqlite:///{tmp_path / 'catalogue.sqlite'}"
    upgrade(url).close()
    lost = "INSERT INTO folder (customer_id, code) VALUES (17, 'x')"
    later = Later.made(tmp_path, {"9001_lost": f"def upgrade():\n    op.execute({lost!r})\n"})
    with later.start(url) as process:
        _, told = process.communicate()
    assert process.returncode != 0 and "folder would point at nothing" in told
    catalogue = upgrade(url)
    with catalogue.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM folder")).scalar() == 0
    catalogue.close()


@pytest.mark.parametrize(("version", "borne"), [("9001_later", True), ("9007_much_later_from_9001", False)])
def test_a_later_version_is_opened_where_it_bears_this_one(version: str, borne: bool, opened: Opened) -> None:
    with opened.catalogue.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})
    if borne:
        upgrade(opened.url).close()
    else:
        with pytest.raises(BadInput, match=f"at {version}, of a later version.*install the later version"):
            upgrade(opened.url)


def test_rows_of_a_later_version_are_not_copied(opened: Opened, tmp_path: Path) -> None:
    with opened.catalogue.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9001_later'"))
    other, objects = SqliteCatalogue(tmp_path / "other.sqlite"), FolderStore(tmp_path / "objects")
    other.upgrade()
    for source, target in ((opened.catalogue, other), (other, opened.catalogue)):
        with pytest.raises(BadInput, match="at 9001_later, this version of Dossier is at"):
            move(source, objects, target, objects, lambda what, count: None)
    other.close()
