"""Adapters on real servers, for the contract suites: a fresh database, bucket or index each, gone after the test.

A parameter that needs a server carries the mark `engine`; `make test` passes over those, `make test-engines` runs only
those, on what `make engines` started. A server that is not there is a failure, never a skip.
"""

from __future__ import annotations

import io
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from elasticsearch import Elasticsearch, NotFoundError
from minio import Minio
from minio.error import S3Error
from sqlalchemy import create_engine, make_url, text

from api.wiring import catalogue_at, indexes_at, objects_at
from archive.adapters.digested import place_of
from archive.adapters.in_postgresql import PostgresqlCatalogue
from archive.adapters.in_s3 import S3Store
from archive.adapters.s3_address import Patience, client_of, pool_of, read_address
from archive.errors import Conflict
from archive.ports import Catalogue, ObjectStore
from search.adapters.elastic_address import read_address as read_search_address
from search.adapters.elastic_client import Server
from search.ports import CustomerIndex, DocumentIndex
from tests.engines.environment import url_of


def on_engine(value: Any, name: str) -> Any:
    """A parameter for which an engine must run."""
    return pytest.param(value, id=name, marks=pytest.mark.engine)


def address(engine: str) -> str:
    """Where this engine is; fails the test where it is not started."""
    url = url_of(engine)
    if url is None:
        pytest.fail(f"{engine} is not running; start it with: make engines ONLY={engine}")
    return url


@contextmanager
def fresh_database(template: str | None = None) -> Iterator[str]:
    """The address of a new PostgreSQL database, dropped at the end. `template`: the name of one to copy."""
    server = make_url(address("postgres")).set(drivername="postgresql+psycopg")
    name = f"dossier_{uuid.uuid4().hex[:12]}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template or 'template0'}"))
        yield server.set(drivername="postgresql", database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        engine.dispose()


@contextmanager
def postgresql_template() -> Iterator[str]:
    """The name of a migrated, empty database to copy: migrating takes longer than most tests."""
    with fresh_database() as url:
        catalogue = PostgresqlCatalogue(url)
        catalogue.upgrade()
        catalogue.close()
        yield str(make_url(url).database)


@dataclass(frozen=True)
class Opened:
    """An empty catalogue of this version's schema, and the address under which another process opens it."""

    catalogue: Catalogue
    url: str


def opened_catalogue(request: pytest.FixtureRequest, folder: Path) -> Iterator[Opened]:
    """The body of a fixture that runs over `CATALOGUES`."""
    if request.param == "in_sqlite":
        file = folder / "catalogue.sqlite"
        shutil.copyfile(request.getfixturevalue("empty_catalogue_file"), file)
        yield from _opened(f"sqlite:///{file}")
    else:
        with fresh_database(request.getfixturevalue("migrated_database")) as url:
            yield from _opened(url)


def _opened(url: str) -> Iterator[Opened]:
    catalogue = catalogue_at(url, Path())
    try:
        yield Opened(catalogue, url)
    finally:
        catalogue.close()


CATALOGUES = [pytest.param("in_sqlite"), on_engine("in_postgresql", "in_postgresql")]
"""What a suite on the catalogue runs over; another engine joins here."""


@contextmanager
def fresh_bucket(engine: str) -> Iterator[str]:
    """The address of a bucket that is not there yet; gone at the end, unless something in it is locked."""
    url = f"{address(engine)}/dossier-{uuid.uuid4().hex[:12]}"
    try:
        yield url
    finally:
        _empty_and_remove(url)


def _empty_and_remove(url: str) -> None:
    store, client, bucket = S3Store(url), minio_client(url), read_address(url).bucket
    for digest in list(store.digests()):
        with suppress(Conflict):
            store.remove(digest)
    for item in client.list_objects(bucket, recursive=True):
        client.remove_object(bucket, str(item.object_name))
    with suppress(S3Error):
        client.remove_bucket(bucket)
    store.close()


def minio_client(url: str) -> Minio:
    """A client for what no adapter does."""
    return client_of(read_address(url), pool_of(Patience()))


@dataclass(frozen=True)
class OpenedStore:
    """An empty object store, and the address under which another process opens it."""

    store: ObjectStore
    url: str

    def plant(self, digest: str, content: bytes) -> None:
        """Put other bytes under a digest behind the store's back."""
        self.lay(place_of(digest), content)

    def lay(self, place: str, content: bytes) -> None:
        """Put something into the folder or bucket."""
        if self.url.startswith("file:"):
            path = Path(self.url.removeprefix("file://")) / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            path.write_bytes(content)
        else:
            bucket = read_address(self.url).bucket
            minio_client(self.url).put_object(bucket, place, io.BytesIO(content), len(content))


def opened_store(request: pytest.FixtureRequest, folder: Path) -> Iterator[OpenedStore]:
    """The body of a fixture that runs over `STORES`."""
    if request.param == "on_disk":
        yield from _opened_store(f"file://{folder / 'objects'}")
    else:
        with fresh_bucket(request.param) as url:
            yield from _opened_store(url)


def _opened_store(url: str) -> Iterator[OpenedStore]:
    store = objects_at(url, Path())
    try:
        yield OpenedStore(store, url)
    finally:
        store.close()


STORES = [pytest.param("on_disk"), on_engine("minio", "in_minio"), on_engine("versitygw", "in_versitygw")]
"""What a suite on the object store runs over; another server joins here."""


@contextmanager
def fresh_prefix(engine: str) -> Iterator[str]:
    """The address of indexes that are not there yet; gone at the end."""
    url = f"{address(engine)}/test-{uuid.uuid4().hex[:12]}"
    try:
        yield url
    finally:
        search_server(url).change(_remove_all(read_search_address(url).prefix))


def search_server(url: str) -> Server:
    """A client for what no adapter does."""
    return Server(read_search_address(url))


def _remove_all(prefix: str) -> Callable[[Elasticsearch], Any]:
    def remove(client: Elasticsearch) -> Any:
        for name in client.indices.get(index=f"{prefix}-*").body:
            client.indices.delete(index=name)
        with suppress(NotFoundError):
            client.indices.delete_index_template(name=f"{prefix}-*")
        return client.info()

    return remove


@dataclass(frozen=True)
class OpenedIndexes:
    """Two empty indexes; opened again and again, as several processes would."""

    url: str
    opened: list[DocumentIndex | CustomerIndex] = field(default_factory=list)

    def documents(self) -> DocumentIndex:
        """The index of documents, once more."""
        index = documents_at(self.url)
        self.opened.append(index)
        return index

    def customers(self) -> CustomerIndex:
        """The index of customers, once more."""
        index = indexes_at(self.url, Path())[1]
        self.opened.append(index)
        return index


def documents_at(url: str) -> DocumentIndex:
    """The index of documents at this address, in whatever process."""
    return indexes_at(url, Path())[0]


def opened_indexes(request: pytest.FixtureRequest, folder: Path) -> Iterator[OpenedIndexes]:
    """The body of a fixture that runs over `INDEXES`."""
    if request.param == "in_tantivy":
        yield from _opened_indexes(f"tantivy://{folder / 'index'}")
    else:
        with fresh_prefix(request.param) as url:
            yield from _opened_indexes(url)


def _opened_indexes(url: str) -> Iterator[OpenedIndexes]:
    indexes = OpenedIndexes(url)
    yield indexes
    for index in indexes.opened:
        index.release()


INDEXES = [
    pytest.param("in_tantivy"),
    on_engine("elasticsearch", "in_elasticsearch"),
    on_engine("opensearch", "in_opensearch"),
]
"""What a suite on the indexes runs over; another engine joins here."""
