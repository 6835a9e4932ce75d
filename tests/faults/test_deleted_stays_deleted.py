"""A deleted letter never comes back into the index, whatever the order of changes, feeders, rebuilds and restarts."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from archive import documents, outbox
from archive.adapters.in_sqlite import SqliteCatalogue
from archive.ports import ObjectStore
from archive.schema import branch, document
from search import from_catalogue
from search.feeding import Feeder
from search.ports import AnotherWrites, Query
from search.proving import differences
from tests.contracts.index_things import EVERYBODY
from tests.on_engines import INDEXES, OpenedIndexes, opened_indexes
from tests.unit.test_search_feeding import change_type, file_letter

TURNS = 60
ROUNDS = 3


class Archive:
    """A few letters, and feeders that come and go as processes do."""

    def __init__(self, catalogue: SqliteCatalogue, objects: ObjectStore, indexes: OpenedIndexes) -> None:
        self.catalogue, self.objects, self.indexes = catalogue, objects, indexes
        self.numbers = itertools.count()
        self.there: list[int] = []
        self.gone: set[int] = set()
        with catalogue.writing() as connection:
            connection.execute(insert(branch).values(code="north", name="North"))

    def feeder(self) -> Feeder:
        """As another process has it."""
        return Feeder(self.catalogue, self.objects, self.indexes.documents(), self.indexes.customers())

    def file(self) -> None:
        """One letter more."""
        self.there.append(file_letter(self.catalogue, self.objects, f"letter {next(self.numbers)}"))

    def change(self, key: int) -> None:
        """As the desk does."""
        with self.catalogue.writing() as connection:
            change_type(connection, key, "claim")

    def remove(self, key: int) -> None:
        """From the record, announced."""
        with self.catalogue.writing() as connection:
            version = connection.execute(select(document.c.version).where(document.c.id == key)).scalar_one()
            documents.remove(connection, key)
            outbox.announce(connection, "document", [(key, version + 1)])
        self.there.remove(key)
        self.gone.add(key)

    def found(self) -> set[int]:
        """What a search shows."""
        hits = self.indexes.documents().search(Query(limit=200, facets=False, highlights=False), EVERYBODY).hits
        return {hit.thing.id for hit in hits}

    def bring_up(self) -> None:
        """By a process that has just started."""
        feeder = self.feeder()
        while feeder.feed():
            pass


@pytest.fixture(params=INDEXES)
def archive(
    request: pytest.FixtureRequest, catalogue: SqliteCatalogue, objects: ObjectStore, tmp_path: Path
) -> Iterator[Archive]:
    for indexes in opened_indexes(request, tmp_path):
        yield Archive(catalogue, objects, indexes)


def in_between(patch: pytest.MonkeyPatch, what: Callable[[], None]) -> None:
    """Have `what` happen once, right after a feeder has read what it is going to put."""
    read, left = from_catalogue.documents, [what]

    def read_and_stall(*given: Any) -> list[Any]:
        things = list(read(*given))
        if left:
            left.pop()()
        return things

    patch.setattr(from_catalogue, "documents", read_and_stall)


def test_what_was_read_before_the_deletion_and_is_put_after_a_rebuild_does_not_come_back(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.file()
    archive.file()
    archive.bring_up()
    (kept, key) = archive.there
    archive.change(key)

    def others() -> None:
        archive.remove(key)
        archive.bring_up()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("search.feeding._ANOTHER_TRY_S", 0.01)
            try:
                archive.feeder().reindex(wait_s=0.05)
            except AnotherWrites:
                return

    in_between(monkeypatch, others)
    archive.feeder().feed()
    archive.bring_up()
    assert archive.found() == {kept}


def test_whatever_the_order_of_changes_feeders_rebuilds_and_restarts(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seed in range(ROUNDS):
        _one_round(archive, random.Random(seed), monkeypatch)
        archive.bring_up()
        assert archive.found() == set(archive.there)
        documents, customers = archive.indexes.documents(), archive.indexes.customers()
        assert list(differences(archive.catalogue, documents, customers, EVERYBODY)) == []


def _one_round(archive: Archive, chance: random.Random, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each deletion that an index was told of holds from then on."""
    feeders, told = [archive.feeder(), archive.feeder()], set[int]()
    for _turn in range(TURNS):
        match chance.choice(["file", "change", "remove", "feed", "feed", "lose the answer", "restart", "rebuild"]):
            case "file":
                archive.file()
            case "change" if archive.there:
                archive.change(chance.choice(archive.there))
            case "remove" if archive.there:
                archive.remove(chance.choice(archive.there))
            case "feed":
                chance.choice(feeders).feed(limit=chance.choice([1, 2, 1000]))
            case "lose the answer":
                _killed_behind_the_index(chance.choice(feeders), monkeypatch)
            case "restart":
                feeders[chance.randrange(2)] = archive.feeder()
            case "rebuild" if chance.random() < 0.3:
                feeders[0].reindex(wait_s=5.0)
        for index in archive.indexes.opened:
            index.release()
        found = archive.found() if chance.random() < 0.3 else set()
        assert not found & told, "a deleted letter came back"
        with archive.catalogue.reading() as connection:
            told |= archive.gone - {change.key for change in outbox.pending(connection)}


def _killed_behind_the_index(feeder: Feeder, monkeypatch: pytest.MonkeyPatch) -> None:
    """The index is durable, the outbox still holds all of it."""
    with monkeypatch.context() as patch:
        patch.setattr(outbox, "settle", _break_off)
        try:
            feeder.feed()
        except KeyboardInterrupt:
            return


def _break_off(*_given: object) -> None:
    raise KeyboardInterrupt
