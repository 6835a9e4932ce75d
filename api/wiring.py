"""The one place that picks adapters: opens the rooms of an archive by its settings."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from api import telemetry
from api.settings import Settings, worker_count
from archive.adapters.guarded import GuardedStore
from archive.adapters.in_sqlite import SqliteCatalogue
from archive.adapters.on_disk import FolderStore
from archive.errors import BadInput, EngineAway
from archive.folder_plan import FolderPlan, insist_on_types, load_plan, put_in_force
from archive.looks import LookKeeper
from archive.measures import Meter
from archive.ports import Catalogue, ObjectStore
from archive.retention import Retention
from intake.acceptance import Door
from intake.adapters.in_catalogue import CatalogueQueue
from intake.limits import DEFAULT_LIMITS
from intake.ports import JobQueue
from intake.sandbox import Sandbox
from search.adapters import in_tantivy
from search.feeding import Feeder
from search.ports import ANY_ORIGIN, CustomerIndex, DocumentIndex, Origin
from search.standing import origin_of

if TYPE_CHECKING:
    from archive.by_hand import CustomerDoor
    from archive.feed_events import FeedDoor
    from dedup.guarding import DirectoryGuard
    from dedup.linkage.model import Model
    from dedup.linkage.reporting import Report
    from dedup.linkage.working import Told
    from dedup.own_company import OwnCompany
    from intake.drawing import PageDrawer
    from intake.engines import Engines
    from intake.pipeline import Pipeline
    from intake.recutting import Recutter


_CLIENTS = {
    "postgresql": ("archive.adapters.in_postgresql", "sqlalchemy.dialects.postgresql.psycopg", "psycopg"),
    "s3+http": ("archive.adapters.in_s3",),
    "elasticsearch": ("search.adapters.in_elasticsearch",),
    "opensearch": ("search.adapters.in_elasticsearch",),
    "amqp": ("intake.adapters.in_celery",),
    "redis": ("intake.adapters.in_celery",),
}
"""What is loaded for an address that begins so; with TLS the same."""


def clients_of(settings: Settings) -> set[str]:
    """The modules that opening an archive with these settings loads: for a process that forks before it opens one."""
    urls = (settings.catalogue_url, settings.objects_url, settings.search_url, settings.jobs_url)
    schemes = (url.partition(":")[0] for url in urls)
    return {module for scheme in schemes for name in _CLIENTS if scheme.startswith(name) for module in _CLIENTS[name]}


@dataclass(frozen=True)
class Rooms:
    """One archive, opened: its engines, its door, its pipeline, its indexes.

    What reads letters is loaded by whoever first asks for it: most commands never do.
    """

    settings: Settings
    catalogue: Catalogue
    objects: ObjectStore
    jobs: JobQueue
    documents_index: DocumentIndex
    customers_index: CustomerIndex
    feeder: Feeder
    sandbox: Sandbox
    door: Door
    looks: LookKeeper
    meter: Meter
    retention: Retention

    @cached_property
    def engines(self) -> Engines:
        """What the steps work with."""
        from api.measuring import MeasuredPageReader
        from dedup.adapters.in_catalogue import DirectoryInCatalogue
        from intake.adapters.in_tesseract import TesseractPageReader
        from intake.engines import Engines

        reader = TesseractPageReader(self.settings.languages, free_cores=self._free_cores)
        return Engines(
            self.catalogue,
            self.objects,
            self.jobs,
            self.sandbox,
            MeasuredPageReader(telemetry.seen(reader, "tesseract"), self.meter, self.catalogue),
            DirectoryInCatalogue(self.catalogue),
            _company(self.settings),
            DEFAULT_LIMITS,
            self.settings.home / "scratch",
        )

    def _free_cores(self) -> int:
        """How many cores a letter may be read on: one, and those of workers that have nothing to do."""
        return 1 + max(0, worker_count(self.settings) - max(1, self.jobs.held()))

    @cached_property
    def pipeline(self) -> Pipeline:
        """The way of a letter, step by step."""
        from intake.pipeline import Pipeline

        return Pipeline(self.engines)

    @cached_property
    def customer_door(self) -> CustomerDoor:
        """The door for single customers, with the guard at it."""
        from archive.by_hand import CustomerDoor
        from dedup.rows import keys_of_row

        return CustomerDoor(self.catalogue, self.guard, keys_of_row)

    @cached_property
    def feed_door(self) -> FeedDoor:
        """The door for single records that other systems send."""
        from archive.feed_events import FeedDoor
        from dedup.rows import keys_of_row

        return FeedDoor(self.catalogue, self.guard, keys_of_row)

    @cached_property
    def guard(self) -> DirectoryGuard:
        """Who compares a customer with all others before it is written. A small directory gets its keys at once."""
        from dedup.guard_building import begin
        from dedup.guard_judging import policy_of
        from dedup.guarding import DirectoryGuard

        begin(self.catalogue)
        return DirectoryGuard(policy_of(self.settings.guard_refuses, self.settings.guard_warns))

    @cached_property
    def drawer(self) -> PageDrawer:
        """Pictures of pages for the eye."""
        from intake.drawing import PageDrawer

        return PageDrawer(self.catalogue, self.objects, self.sandbox)

    @cached_property
    def recutter(self) -> Recutter:
        """Letters cut anew by hand."""
        from intake.recutting import Recutter

        return Recutter(self.engines)

    def insist_on_lock(self) -> None:
        """Refuse to begin where WORM mode is asked for and the store was seen not to keep a lock.

        Raises: BadInput with the reason. A store that is away is asked when the first bytes come in.
        """
        with contextlib.suppress(EngineAway):
            protection = self.objects.protection()
            if protection.wanted and not protection.proven:
                raise BadInput(f"{protection.words} (DOSSIER_OBJECTS_URL)")

    def feed_all(self) -> None:
        """Bring the index up with the catalogue, unless another process is at it."""
        while self.feeder.feed():
            pass

    def close(self) -> None:
        """Let go of everything; who looked at what is written down first."""
        self.looks.close()
        self.meter.keep(self.catalogue, at_once=True)
        self.documents_index.release()
        self.customers_index.release()
        self.sandbox.close()
        self.objects.close()
        self.catalogue.close()
        telemetry.flush()


def open_rooms(settings: Settings) -> Rooms:
    """Open the archive at `settings.home`; a new one is made where there is none.

    Raises `BadInput` for an address of an engine that is not known, and for a company file or folder plan that cannot be read.
    """
    put_in_force(folder_plan_at(settings.folder_plan))
    if settings.company:
        _company(settings)  # a mistake in it is told to whoever opens the archive, not to a worker
    home = settings.home
    home.mkdir(parents=True, exist_ok=True)
    catalogue = catalogue_at(settings.catalogue_url, home)
    catalogue.upgrade()
    telemetry.begin(f"{settings.home}")
    catalogue = telemetry.seen(catalogue, "catalogue")
    objects = GuardedStore(telemetry.seen(objects_at(settings.objects_url, home), "objects"), catalogue)
    retention = Retention(catalogue, objects, settings.retain_years)
    origins = origin_of(catalogue, "document"), origin_of(catalogue, "customer")
    documents_index, customers_index = indexes_at(settings.search_url, home, origins)
    documents_index = telemetry.seen(documents_index, "search documents")
    customers_index = telemetry.seen(customers_index, "search customers")
    sandbox, jobs = Sandbox(), jobs_at(settings.jobs_url, catalogue)
    return Rooms(
        settings,
        catalogue,
        objects,
        jobs,
        documents_index,
        customers_index,
        Feeder(catalogue, objects, documents_index, customers_index),
        sandbox,
        Door(catalogue, objects, jobs, retention.protect_received),
        LookKeeper(catalogue),
        Meter(),
        retention,
    )


def folder_plan_at(path: str) -> FolderPlan:
    """The plan in this file, the one that ships where none is named. Raises: BadInput with the place and the remedy."""
    if not path:
        return load_plan()
    from intake.classifying.kinds import codes

    plan = load_plan(Path(path).expanduser())
    insist_on_types(Path(path), plan, frozenset(codes()))
    return plan


def _company(settings: Settings) -> OwnCompany:
    from dedup.company_file import load_company

    return load_company(Path(settings.company) if settings.company else None)


def catalogue_at(url: str, home: Path) -> Catalogue:
    """The catalogue at this address; one in `home` where there is none. Nothing is asked of it yet."""
    if url.startswith("postgresql:"):
        # Its driver is wanted only by those who have such a server.
        from archive.adapters.in_postgresql import PostgresqlCatalogue

        return PostgresqlCatalogue(url)
    return SqliteCatalogue(_path(url, "sqlite", home / "catalogue.db"))


def objects_at(url: str, home: Path) -> ObjectStore:
    """The object store at this address; one in `home` where there is none. Nothing is asked of it yet."""
    if url.startswith(("s3+http:", "s3+https:")):
        from archive.adapters.in_s3 import S3Store

        return S3Store(url)
    return FolderStore(_path(url, "file", home / "objects"))


def indexes_at(
    url: str, home: Path, origins: tuple[Origin, Origin] = (ANY_ORIGIN, ANY_ORIGIN)
) -> tuple[DocumentIndex, CustomerIndex]:
    """The two indexes at this address, made from these records; in `home` where there is none. Nothing is asked yet."""
    of_documents, of_customers = origins
    if url.startswith(("elasticsearch:", "elasticsearch+https:", "opensearch:", "opensearch+https:")):
        # Its client is wanted only by those who have such a server.
        from search.adapters import in_elasticsearch

        return in_elasticsearch.documents(url, None, of_documents), in_elasticsearch.customers(url, None, of_customers)
    index = _path(url, "tantivy", home / "index")
    return in_tantivy.documents(index / "documents", of_documents), in_tantivy.customers(
        index / "customers", of_customers
    )


def jobs_at(url: str, catalogue: Catalogue) -> JobQueue:
    """The job queue in this catalogue, announced by the broker at this address where there is one."""
    if url in ("", "catalogue:"):
        return CatalogueQueue(catalogue)
    from intake.adapters.in_celery import CeleryQueue

    return CeleryQueue(catalogue, url)


def matcher_of(engine: str, spark_master: str) -> Callable[[Path, Path, Path, Model | None, Told], Report]:
    """What matches a whole file: `spark`, or else this program on one machine. Nothing is asked of it yet."""
    if engine == "spark":
        from dedup.adapters import in_spark

        return partial(in_spark.run, master=spark_master)
    from dedup.linkage import matching

    return matching.run


def _path(url: str, scheme: str, default: Path) -> Path:
    if not url:
        return default
    if not url.startswith(f"{scheme}:///"):
        # Not repeated whole: a mistyped address may hold a password.
        raise BadInput(f"{url.partition(':')[0]}: is no engine that is known here; {scheme}:///PATH is one")
    return Path(url[len(scheme) + 3 :])
