"""Fixtures that every kind of test may ask for: a fresh catalogue and a fresh object store."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.adapters.in_sqlite import SqliteCatalogue
from archive.adapters.on_disk import FolderStore
from tests.on_engines import CATALOGUES, Opened, opened_catalogue, postgresql_template
from tests.small_archive import SmallArchive
from tests.story.mailbag import TakenIn, take_in_mailbag


@pytest.fixture(scope="session")
def empty_catalogue_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file that nothing was written to: copied, because migrating takes longer than most tests."""
    path = tmp_path_factory.mktemp("catalogue") / "catalogue.sqlite"
    catalogue = SqliteCatalogue(path)
    catalogue.upgrade()
    catalogue.close()
    return path


@pytest.fixture(scope="session")
def migrated_database() -> Iterator[str]:
    """The name of a migrated PostgreSQL database that nothing was written to."""
    with postgresql_template() as name:
        yield name


@pytest.fixture(params=CATALOGUES)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opened]:
    """An empty catalogue, on each engine in turn: for the suites that all of them keep."""
    yield from opened_catalogue(request, tmp_path)


@pytest.fixture
def catalogue(empty_catalogue_file: Path, tmp_path: Path) -> Iterator[SqliteCatalogue]:
    """An empty catalogue of this version's schema."""
    path = tmp_path / "catalogue.sqlite"
    shutil.copyfile(empty_catalogue_file, path)
    catalogue = SqliteCatalogue(path)
    yield catalogue
    catalogue.close()


@pytest.fixture
def objects(tmp_path: Path) -> FolderStore:
    """An empty object store."""
    return FolderStore(tmp_path / "objects")


@pytest.fixture(scope="session")
def small_archive_folder(empty_catalogue_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small archive, built once: its many fsyncs take longer than most tests."""
    folder = tmp_path_factory.mktemp("small_archive")
    shutil.copyfile(empty_catalogue_file, folder / "catalogue.sqlite")
    catalogue = SqliteCatalogue(folder / "catalogue.sqlite")
    SmallArchive(catalogue, FolderStore(folder / "objects")).fill(folder)
    catalogue.close()
    return folder


@pytest.fixture
def archive(small_archive_folder: Path, tmp_path: Path) -> Iterator[SmallArchive]:
    """A small archive of the test's own, to be spoilt as it likes."""
    shutil.copytree(small_archive_folder, tmp_path, dirs_exist_ok=True)
    catalogue = SqliteCatalogue(tmp_path / "catalogue.sqlite")
    yield SmallArchive(catalogue, FolderStore(tmp_path / "objects"))
    catalogue.close()


@pytest.fixture(scope="session")
def mailbag(tmp_path_factory: pytest.TempPathFactory) -> TakenIn:
    """The seed mailbag in an archive of its own, taken in once for the whole run."""
    return take_in_mailbag(tmp_path_factory.mktemp("mailbag") / "home")
