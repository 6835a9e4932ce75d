"""A search server killed, cut off or away: the index is in the end what the record says, and nobody hears "nothing found"."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archive import outbox
from archive.access import system
from archive.errors import EngineAway
from archive.importing import import_customers
from archive.ports import Catalogue, ObjectStore
from search.adapters import in_elasticsearch
from search.adapters.elastic_client import Patience
from search.feeding import Feeder
from search.ports import CustomerIndex, DocumentIndex, IndexedCustomer, Query
from tests.contracts.index_things import document
from tests.engines.environment import DEFAULT_FOLDER
from tests.engines.fleet import Fleet
from tests.faults.between import network_before
from tests.on_engines import fresh_prefix

pytestmark = pytest.mark.engine

EVERYBODY = system("test")
CUSTOMERS = 1500
KILL_AFTER = 400
QUICK = Patience(question_s=5.0, change_s=10.0, question_waits_s=0.5, change_waits_s=2.0)


@pytest.fixture(params=["elasticsearch", "opensearch"])
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def url(engine: str) -> Iterator[str]:
    with fresh_prefix(engine) as address:
        yield address


@pytest.fixture
def fleet(engine: str) -> Iterator[Fleet]:
    """The engines; the one under test runs again afterwards, whatever happened."""
    fleet = Fleet(DEFAULT_FOLDER)
    yield fleet
    fleet.up([engine])


@pytest.fixture
def customers(url: str) -> Iterator[CustomerIndex]:
    index = in_elasticsearch.customers(url, QUICK)
    yield index
    index.release()


@pytest.fixture
def documents(url: str) -> DocumentIndex:
    return in_elasticsearch.documents(url, QUICK)


@pytest.fixture
def feeder(
    catalogue: Catalogue, objects: ObjectStore, documents: DocumentIndex, customers: CustomerIndex, tmp_path: Path
) -> Feeder:
    """Many customers wait to be indexed."""
    lines = (f"{n},person,Surname{n},Given,{63221000000 + n}" for n in range(CUSTOMERS))
    path = tmp_path / "customers.csv"
    path.write_text("\n".join(("source_id,kind,surname,given_name,accounts", *lines)), encoding="utf-8")
    import_customers(catalogue, path, lambda row: [], EVERYBODY)
    return Feeder(catalogue, objects, documents, customers)


def all_of(index: CustomerIndex) -> dict[int, IndexedCustomer]:
    found: dict[int, IndexedCustomer] = {}
    after = None
    while True:
        page = index.search(Query(limit=200, after=after, facets=False, highlights=False), EVERYBODY)
        assert not found.keys() & {hit.thing.id for hit in page.hits}
        found |= {hit.thing.id: hit.thing for hit in page.hits}
        if (after := page.next) is None:
            return found


def test_killed_while_it_is_fed_the_index_is_equal_to_the_catalogue_in_the_end(
    engine: str, fleet: Fleet, catalogue: Catalogue, feeder: Feeder, customers: CustomerIndex
) -> None:
    fed = 0
    while fed < KILL_AFTER:
        fed += feeder.feed(200)
    killing = threading.Thread(target=fleet.kill, args=(engine,))
    killing.start()  # while the next turns are on their way
    with pytest.raises(EngineAway):
        for _ in range(CUSTOMERS):
            feeder.feed(20)
    killing.join()
    with pytest.raises(EngineAway):
        customers.search(Query("Surname1"), EVERYBODY)
    waiting = feeder.lag().waiting
    assert waiting > 0
    with catalogue.writing() as connection:
        outbox.announce(connection, "customer", [(10**9, 3)])  # gone from the record while the server is away
    assert feeder.lag().waiting == waiting + 1

    fleet.up([engine])
    while feeder.feed():
        pass
    assert feeder.lag().waiting == 0
    once = all_of(customers)
    assert len(once) == CUSTOMERS
    feeder.reindex()
    assert all_of(customers) == once


@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(lambda index: index.search(Query("meter"), EVERYBODY), id="search"),
        pytest.param(lambda index: index.search(Query("meter", after="b0.1"), EVERYBODY), id="second page"),
        pytest.param(lambda index: index.count(Query(), EVERYBODY), id="count"),
        pytest.param(lambda index: index.suggest("me", EVERYBODY), id="suggest"),
        pytest.param(lambda index: index.last_sequence(), id="last sequence"),
        pytest.param(lambda index: index.description(), id="description"),
        pytest.param(lambda index: index.delete_many([]) or index.put_many([document(2, "x")]), id="put"),
        pytest.param(lambda index: index.fresh().__enter__(), id="rebuild"),
    ],
)
@pytest.mark.parametrize("fault", ["cut", "silent", "broken"])
def test_while_the_server_cannot_be_reached_every_question_says_so(
    url: str, documents: DocumentIndex, ask: Callable[[DocumentIndex], object], fault: str
) -> None:
    documents.put_many([document(1, "meter")])
    documents.commit()
    documents.release()
    with network_before(url) as network:
        index = in_elasticsearch.documents(network.url, Patience(question_s=0.5, change_s=0.5, change_waits_s=0.5))
        assert index.count(Query("meter"), EVERYBODY) == 1
        if fault == "cut":
            network.cut()
        elif fault == "silent":
            network.spoil("timeout", timeout=0)
        else:
            network.spoil("limit_data", bytes=20)
        with pytest.raises(EngineAway):
            ask(index)
        network.mend()
        network.join()
        assert index.count(Query("meter"), EVERYBODY) == 1


def test_a_rebuild_that_the_server_did_not_live_through_leaves_the_old_index(
    engine: str, fleet: Fleet, documents: DocumentIndex
) -> None:
    documents.put_many([document(1, "old wording")])
    documents.commit()
    with pytest.raises(EngineAway), documents.fresh() as fresh:
        fresh.put_many([document(1, "new wording", version=2)])
        fresh.commit()
        fleet.kill(engine)
        fresh.put_many([document(2, "more")])
        fresh.commit()
    fleet.up([engine])
    assert documents.count(Query("old"), EVERYBODY) == 1
    with documents.fresh() as fresh:
        fresh.put_many([document(1, "new wording", version=2)])
    assert documents.count(Query("old"), EVERYBODY) == 0
    assert documents.count(Query("new"), EVERYBODY) == 1
    documents.release()
