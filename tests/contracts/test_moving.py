"""An archive carried over is the same archive, whatever the engines; broken off, it goes on; nothing is mixed up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from archive import journal
from archive.access import system
from archive.adapters.in_sqlite import SqliteCatalogue
from archive.adapters.on_disk import FolderStore
from archive.errors import Conflict, Damaged
from archive.moving import Moved, move
from archive.numbers import next_number
from archive.ports import Catalogue, ObjectStore
from archive.schema import metadata
from archive.verifying import verify
from tests.on_engines import CATALOGUES, STORES, Opened, OpenedStore, opened_catalogue, opened_store
from tests.small_archive import SmallArchive


@pytest.fixture(params=CATALOGUES)
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opened]:
    folder = tmp_path / "target"
    folder.mkdir()
    yield from opened_catalogue(request, folder)


@pytest.fixture(params=STORES)
def there(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenedStore]:
    """An empty object store, on each server in turn."""
    folder = tmp_path / "there"
    folder.mkdir()
    yield from opened_store(request, folder)


def carry(archive: SmallArchive, catalogue: Catalogue, objects: ObjectStore) -> Moved:
    return move(archive.catalogue, archive.objects, catalogue, objects, lambda what, count: None)


def problems(catalogue: Catalogue, objects: ObjectStore) -> list[str]:
    return [str(problem) for problem in verify(catalogue, objects, system("test"))]


def number_after(catalogue: Catalogue) -> str:
    with catalogue.writing() as connection:
        return next_number(connection, "12", "incoming", 2026)


def test_what_was_carried_over_proves_true_and_counts_on(
    archive: SmallArchive, target: Opened, there: OpenedStore
) -> None:
    objects = there.store
    moved = carry(archive, target.catalogue, objects)
    assert moved.rows["document"] > 0 and moved.objects == len(set(objects.digests())) > 0
    assert problems(target.catalogue, objects) == problems(archive.catalogue, archive.objects)
    SmallArchive(target.catalogue, objects).receive("new", b"new", "post")
    assert number_after(target.catalogue) == number_after(archive.catalogue)


def test_there_and_back_again_nothing_differs(
    archive: SmallArchive, target: Opened, there: OpenedStore, tmp_path: Path
) -> None:
    """Embedded, then each mix of engines, then embedded again: the same rows to the last byte."""
    home, back = FolderStore(tmp_path / "home"), SqliteCatalogue(tmp_path / "back.sqlite")
    first = carry(archive, target.catalogue, there.store)
    second = move(target.catalogue, there.store, back, home, lambda what, count: None)
    assert first.rows == second.rows
    for table in metadata.sorted_tables:
        query = select(table).order_by(*table.primary_key.columns)
        with archive.catalogue.reading() as begun, back.reading() as ended:
            assert begun.execute(query).all() == ended.execute(query).all(), table.name
    assert set(home.digests()) == set(there.store.digests()) == set(archive.objects.digests())
    assert problems(back, home) == problems(archive.catalogue, archive.objects)
    back.close()


@pytest.mark.parametrize("broken_at", ["customer", "document", "objects"])
def test_broken_off_it_goes_on(broken_at: str, archive: SmallArchive, target: Opened, there: OpenedStore) -> None:
    objects = there.store

    def break_off(what: str, _count: int) -> None:
        if what == broken_at:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        move(archive.catalogue, archive.objects, target.catalogue, objects, break_off)
    moved = carry(archive, target.catalogue, objects)
    assert (moved.known_objects > 0) is (broken_at == "objects")
    assert problems(target.catalogue, objects) == problems(archive.catalogue, archive.objects)


def test_repeated_when_all_has_arrived_it_says_so_and_changes_nothing(
    archive: SmallArchive, target: Opened, there: OpenedStore
) -> None:
    first = carry(archive, target.catalogue, there.store)
    again = carry(archive, target.catalogue, there.store)
    assert again.rows == first.rows and again.known_objects == again.objects
    with target.catalogue.writing() as connection:
        journal.write(connection, "anna", "rename", "branch:12", "12", "Twelve")
    with pytest.raises(Conflict, match="journal_entry differs since"):
        carry(archive, target.catalogue, there.store)


def test_a_source_that_changed_since_is_carried_over_as_it_is_now(
    archive: SmallArchive, target: Opened, tmp_path: Path
) -> None:
    objects = FolderStore(tmp_path / "there")

    def break_off(what: str, _count: int) -> None:
        if what == "objects":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        move(archive.catalogue, archive.objects, target.catalogue, objects, break_off)
    with archive.catalogue.writing() as connection:
        journal.write(connection, "anna", "rename", "branch:12", "12", "Twelve")
        connection.exec_driver_sql("UPDATE branch SET name = 'Twelve' WHERE code = '12'")
    carry(archive, target.catalogue, objects)
    with target.catalogue.reading() as connection:
        assert connection.exec_driver_sql("SELECT name FROM branch WHERE code = '12'").scalar() == "Twelve"


def test_another_archive_is_not_mixed_in(archive: SmallArchive, target: Opened, tmp_path: Path) -> None:
    objects = FolderStore(tmp_path / "there")
    SmallArchive(target.catalogue, objects).fill(tmp_path)
    with pytest.raises(Conflict, match="another archive"):
        carry(archive, target.catalogue, objects)


def test_a_damaged_original_does_not_arrive_unnoticed(
    archive: SmallArchive, target: Opened, there: OpenedStore, tmp_path: Path
) -> None:
    objects = there.store
    digest = next(iter(archive.objects.digests()))
    path = next(path for path in tmp_path.joinpath("objects").rglob(digest))
    path.chmod(0o644)
    path.write_bytes(b"other")
    with pytest.raises(Damaged, match=digest):
        carry(archive, target.catalogue, objects)
    assert all(objects.verify(held) for held in objects.digests())
    assert not objects.has(digest)
