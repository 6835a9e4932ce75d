"""An index that is not this archive's whole index is noticed on every engine: it never answers "nothing found"."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from elasticsearch import NotFoundError

from api.wiring import indexes_at
from archive import outbox
from archive.adapters.in_sqlite import SqliteCatalogue
from archive.adapters.on_disk import FolderStore
from archive.moving import move
from search.adapters.elastic_address import read_address
from search.feeding import Feeder
from search.ports import DocumentIndex, NotBuilt, Query
from search.standing import note_fed, origin_of, refuse_where_lost, standing
from tests.contracts.index_things import EVERYBODY
from tests.on_engines import INDEXES, OpenedIndexes, opened_indexes, search_server
from tests.small_archive import DUPLICATE, FILED, REJECTED, REVIEWED, SmallArchive

LETTERS = [FILED, REVIEWED, DUPLICATE, REJECTED]


@pytest.fixture(params=INDEXES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of two indexes that are not there yet."""
    opened: OpenedIndexes
    for opened in opened_indexes(request, tmp_path):
        yield opened.url


class Process:
    """What one process has open of an archive: its indexes and its feeder."""

    def __init__(self, archive: SmallArchive, url: str) -> None:
        self.archive = archive
        origins = origin_of(archive.catalogue, "document"), origin_of(archive.catalogue, "customer")
        self.documents, self.customers = indexes_at(url, Path(), origins)
        self.feeder = Feeder(archive.catalogue, archive.objects, self.documents, self.customers)


@pytest.fixture
def process(archive: SmallArchive, place: str) -> Iterator[Callable[[], Process]]:
    """Opens the archive again and again, as several processes would."""
    opened: list[Process] = []

    def another() -> Process:
        opened.append(Process(archive, place))
        return opened[-1]

    yield another
    for one in opened:
        one.documents.release()
        one.customers.release()


@pytest.fixture
def empty(tmp_path: Path, empty_catalogue_file: Path) -> Iterator[SmallArchive]:
    """Another archive, with nothing in it."""
    (tmp_path / "other").mkdir()
    shutil.copyfile(empty_catalogue_file, tmp_path / "other" / "catalogue.sqlite")
    catalogue = SqliteCatalogue(tmp_path / "other" / "catalogue.sqlite")
    yield SmallArchive(catalogue, FolderStore(tmp_path / "other" / "objects"))
    catalogue.close()


def found(index: DocumentIndex) -> list[int]:
    return sorted(hit.thing.id for hit in index.search(Query(), EVERYBODY).hits)


def wipe(url: str) -> None:
    """What befalls an index whose folder is deleted, or whose server is replaced by an empty one."""
    if url.startswith("tantivy:"):
        shutil.rmtree(url.removeprefix("tantivy://"))
        return
    server, prefix = search_server(url), read_address(url).prefix
    for name in server.question(lambda client: client.indices.get(index=f"{prefix}-*")):
        server.change(lambda client, name=name: client.indices.delete(index=name))
    with suppress(NotFoundError):
        server.change(lambda client: client.indices.delete_index_template(name=f"{prefix}-*"))


def test_an_index_that_was_never_made_is_no_empty_one_and_the_feeder_makes_it(process: Callable[[], Process]) -> None:
    first, other = process(), process()
    with pytest.raises(NotBuilt, match="dossier reindex"):
        found(first.documents)
    with pytest.raises(NotBuilt):
        first.documents.suggest("sc", EVERYBODY)
    with pytest.raises(NotBuilt):
        first.customers.count(Query(), EVERYBODY)
    first.feeder.feed()
    assert found(first.documents) == found(other.documents) == LETTERS
    assert first.customers.count(Query("Poole"), EVERYBODY) == 1
    refuse_where_lost(first.archive.catalogue)


def test_both_indexes_are_made_anew_though_changes_of_both_wait(process: Callable[[], Process], place: str) -> None:
    one = process()
    one.feeder.feed()
    wipe(place)
    with one.archive.catalogue.writing() as connection:
        outbox.announce(connection, "document", [(FILED, 7)])
        outbox.announce(connection, "customer", [(1, 7)])
    one.feeder.feed()
    assert found(one.documents) == LETTERS
    assert one.customers.count(Query("Poole"), EVERYBODY) == 1
    assert one.feeder.lag().waiting == 0


def test_an_archive_that_holds_nothing_finds_nothing(empty: SmallArchive, place: str) -> None:
    new = Process(empty, place)
    assert found(new.documents) == []
    assert new.customers.count(Query(), EVERYBODY) == 0
    assert new.feeder.feed() == 0


def test_an_index_wiped_under_a_process_that_reads_is_noticed_and_made_anew(
    process: Callable[[], Process], place: str
) -> None:
    reader, writer = process(), process()
    writer.feeder.feed()
    assert found(reader.documents) == LETTERS
    wipe(place)
    for wiped in (reader, process()):
        with pytest.raises(NotBuilt):
            found(wiped.documents)
    process().feeder.feed()
    assert found(reader.documents) == found(process().documents) == LETTERS


def test_an_index_wiped_under_the_process_that_feeds_it_is_made_anew_by_it(
    process: Callable[[], Process], place: str
) -> None:
    one = process()
    one.feeder.feed()
    wipe(place)
    one.archive.settle(one.archive.enter(1, 9, b"a new one", None), "review")
    one.feeder.feed()
    assert len(found(one.documents)) == len(LETTERS) + 1


def test_an_index_that_was_put_back_from_an_older_copy_is_made_anew(process: Callable[[], Process]) -> None:
    one = process()
    one.feeder.feed()
    with one.archive.catalogue.writing() as connection:
        # As if the index had been fed once more, and then the copy from before that had come back.
        note_fed(connection, "document", one.documents.last_sequence() + 1)
        before = standing(connection).fed["document"]
    process().feeder.feed()
    assert one.documents.last_sequence() >= before
    assert found(one.documents) == LETTERS


def test_while_an_index_is_made_anew_nothing_found_is_not_said_and_how_far_it_is_can_be_told(
    process: Callable[[], Process], place: str
) -> None:
    writer, reader = process(), process()
    writer.feeder.feed()
    wipe(place)
    told: list[str] = []

    def ask(kind: str, _count: int) -> None:
        if kind == "document":
            with pytest.raises(NotBuilt):
                found(reader.documents)
            with pytest.raises(NotBuilt, match="of 5 are in it") as refused:
                refuse_where_lost(reader.archive.catalogue)
            told.append(str(refused.value))

    writer.feeder.reindex(ask)
    assert len(told) == 1
    refuse_where_lost(reader.archive.catalogue)
    assert found(reader.documents) == LETTERS


def test_a_rebuild_that_breaks_off_is_begun_again_though_the_old_index_was_fed_meanwhile(
    process: Callable[[], Process],
) -> None:
    one = process()
    one.feeder.feed()
    with one.archive.catalogue.writing() as connection:
        note_fed(connection, "document", one.documents.last_sequence() + 1)

    def fed_and_killed(kind: str, _count: int) -> None:
        one.archive.settle(one.archive.enter(1, 9, b"a new one", None), "review")
        one.feeder._feed(10)  # as the rebuild itself does after each chunk
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        one.feeder.reindex(fed_and_killed)
    with one.archive.catalogue.reading() as connection:
        assert [lost.kind for lost in standing(connection).lost] == ["document"]
    process().feeder.feed()
    refuse_where_lost(one.archive.catalogue)
    assert len(found(one.documents)) == len(LETTERS) + 1


def test_another_archive_s_index_is_neither_asked_nor_overwritten_unless_one_is_told_to(
    process: Callable[[], Process], empty: SmallArchive, place: str
) -> None:
    one = process()
    one.feeder.feed()
    other = Process(empty, place)
    refused: list[Callable[[], object]] = [lambda: found(other.documents), other.feeder.feed]
    for ask in refused:
        with pytest.raises(NotBuilt, match="another archive"):
            ask()
    assert found(one.documents) == LETTERS
    other.feeder.reindex()
    assert found(other.documents) == []
    with pytest.raises(NotBuilt, match="another archive"):
        found(process().documents)


def test_an_index_of_an_earlier_version_is_made_anew_and_one_of_a_later_version_is_left_alone(
    process: Callable[[], Process],
) -> None:
    one, later, earlier = process(), process(), process()
    one.feeder.feed()
    shelf = later.documents._shelf  # type: ignore[attr-defined]
    shelf.layout = replace(shelf.layout, version=shelf.layout.version + 1)
    with pytest.raises(NotBuilt, match="earlier version"):
        found(later.documents)
    later.feeder.feed()
    assert found(later.documents) == LETTERS
    refused: list[Callable[[], object]] = [lambda: found(earlier.documents), earlier.feeder.feed]
    for ask in refused:
        with pytest.raises(NotBuilt, match="later version"):
            ask()


def test_an_archive_carried_elsewhere_has_indexes_of_its_own(
    process: Callable[[], Process], empty: SmallArchive, place: str
) -> None:
    one = process()
    one.feeder.feed()
    move(one.archive.catalogue, one.archive.objects, empty.catalogue, empty.objects, lambda what, count: None)
    with pytest.raises(NotBuilt, match="another archive"):
        found(Process(empty, place).documents)
