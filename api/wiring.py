"""The one place that picks adapters: opens the rooms of an archive by its settings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from api.settings import Settings
from archive.adapters.in_sqlite import SqliteCatalogue
from archive.adapters.on_disk import FolderStore
from archive.errors import BadInput
from archive.ports import Catalogue, ObjectStore
from dedup.adapters.in_catalogue import DirectoryInCatalogue
from dedup.company_file import load_company
from intake.acceptance import Door
from intake.adapters.in_catalogue import CatalogueQueue
from intake.adapters.in_tesseract import TesseractPageReader
from intake.drawing import PageDrawer
from intake.engines import Engines
from intake.limits import DEFAULT_LIMITS
from intake.pipeline import Pipeline
from intake.ports import JobQueue
from intake.sandbox import Sandbox
from search.adapters import in_tantivy
from search.feeding import Feeder
from search.ports import CustomerIndex, DocumentIndex


@dataclass(frozen=True, slots=True)
class Rooms:
    """One archive, opened: its engines, its door, its pipeline, its indexes."""

    settings: Settings
    catalogue: Catalogue
    objects: ObjectStore
    jobs: JobQueue
    documents_index: DocumentIndex
    customers_index: CustomerIndex
    feeder: Feeder
    sandbox: Sandbox
    door: Door
    pipeline: Pipeline
    drawer: PageDrawer

    def feed_all(self) -> None:
        """Bring the index up with the catalogue, unless another process is at it."""
        while self.feeder.feed():
            pass

    def close(self) -> None:
        """Let go of everything."""
        self.documents_index.release()
        self.customers_index.release()
        self.sandbox.close()
        self.catalogue.close()


def open_rooms(settings: Settings) -> Rooms:
    """Open the archive at `settings.home`; a new one is made where there is none.

    Raises `BadInput` for an address of an engine that is not known.
    """
    home = settings.home
    home.mkdir(parents=True, exist_ok=True)
    catalogue = catalogue_at(settings.catalogue_url, home)
    catalogue.upgrade()
    objects = FolderStore(_path(settings.objects_url, "file", home / "objects"))
    index = _path(settings.search_url, "tantivy", home / "index")
    documents_index, customers_index = (
        in_tantivy.documents(index / "documents"),
        in_tantivy.customers(index / "customers"),
    )
    sandbox, jobs = Sandbox(), CatalogueQueue(catalogue)
    engines = Engines(
        catalogue,
        objects,
        jobs,
        sandbox,
        TesseractPageReader(settings.languages),
        DirectoryInCatalogue(catalogue),
        load_company(Path(settings.company) if settings.company else None),
        DEFAULT_LIMITS,
        home / "scratch",
    )
    return Rooms(
        settings,
        catalogue,
        objects,
        jobs,
        documents_index,
        customers_index,
        Feeder(catalogue, objects, documents_index, customers_index),
        sandbox,
        Door(catalogue, objects, jobs),
        Pipeline(engines),
        PageDrawer(catalogue, objects, sandbox),
    )


def catalogue_at(url: str, home: Path) -> Catalogue:
    """The catalogue at this address; one in `home` where there is none. Nothing is asked of it yet."""
    if url.startswith("postgresql:"):
        # Its driver is wanted only by those who have such a server.
        from archive.adapters.in_postgresql import PostgresqlCatalogue

        return PostgresqlCatalogue(url)
    return SqliteCatalogue(_path(url, "sqlite", home / "catalogue.db"))


def _path(url: str, scheme: str, default: Path) -> Path:
    if not url:
        return default
    if not url.startswith(f"{scheme}:///"):
        # Not repeated whole: a mistyped address may hold a password.
        raise BadInput(f"{url.partition(':')[0]}: is no engine that is known here; {scheme}:///PATH is one")
    return Path(url[len(scheme) + 3 :])
