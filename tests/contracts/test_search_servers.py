"""What the two search servers keep beyond the ports' suites: what a server of its own can do to an index."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from archive.access import Access
from archive.errors import BadInput
from search.adapters.elastic_address import read_address
from search.adapters.elastic_client import Patience, Server
from search.adapters.elastic_documents import Documents
from search.adapters.elastic_lease import Lease
from search.adapters.elastic_shelf import Shelf
from search.adapters.in_elasticsearch import ElasticIndex, documents
from search.ports import AnotherWrites, DocumentIndex, Gone, IndexedDocument, Query
from tests.contracts.index_things import EVERYBODY, document
from tests.on_engines import fresh_prefix, search_server

pytestmark = pytest.mark.engine


@pytest.fixture(params=["elasticsearch", "opensearch"])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    with fresh_prefix(request.param) as address:
        yield address


@pytest.fixture
def index(url: str) -> Iterator[DocumentIndex]:
    opened = documents(url)
    yield opened
    opened.release()


def put(index: DocumentIndex, *things: IndexedDocument) -> None:
    assert index.put_many(things) == len(things)
    assert index.commit() == ()


def found(index: DocumentIndex, text: str, access: Access = EVERYBODY, **changes: Any) -> list[int]:
    return sorted(hit.thing.id for hit in index.search(replace(Query(text), **changes), access).hits)


def shelf_of(url: str) -> Shelf:
    return Shelf(Server(read_address(url)), Documents.layout)


def set_on(url: str, **settings: Any) -> None:
    name = shelf_of(url).name
    search_server(url).change(lambda client: client.indices.put_settings(index=name, settings=settings))


def test_deleted_stays_deleted_when_the_server_has_forgotten_its_deletions(url: str, index: DocumentIndex) -> None:
    put(index, document(1, "a meter", version=3), document(2, "a pump"))
    set_on(url, **{"index.gc_deletes": "0s"})
    index.delete_many([Gone(1, 3)])
    index.commit()
    put(index, document(3, "another"))
    time.sleep(0.3)  # the server's clock by which it forgets has a grain of a fifth of a second
    assert index.put_many([document(1, "a meter", version=3)]) == 0
    index.commit()
    assert found(index, "") == [2, 3]


class Odd(Documents):
    """Documents, of which one is written as no server takes it, and one larger than any request may be."""

    def written(self, thing: IndexedDocument) -> dict[str, Any]:
        if thing.title == "odd":
            return {**super().written(thing), "day": "no number"}
        if thing.title == "large":
            return {"body": "x" * 104_900_000}
        return super().written(thing)


@pytest.mark.parametrize(("title", "reason"), [("odd", "no number"), ("large", "too large")])
def test_a_refused_document_is_told_with_its_reason_and_found_in_no_version(
    url: str, index: DocumentIndex, title: str, reason: str
) -> None:
    put(index, document(1, "secret meter"))
    odd = ElasticIndex(Server(read_address(url)), Odd())
    index.release()
    odd.put_many([document(1, "secret meter", version=2, title=title, mark="confidential"), document(2, "a pump")])
    (refused,) = odd.commit()
    assert (refused.id, refused.version) == (1, 2)
    assert reason in refused.reason
    assert found(index, "") == [2]
    assert odd.put_many([document(1, "mended", version=2)]) == 1
    assert odd.commit() == ()
    odd.release()
    assert found(index, "mended") == [1]


def test_ten_megabytes_of_text_are_indexed_whole(index: DocumentIndex) -> None:
    text = "".join(f"Рассмотрение заявления о замене приборов, лист {n}. " for n in range(115_000)) + "последнее"
    assert len(text.encode()) > 10_000_000
    put(index, document(1, text), document(2, "a pump"))
    assert found(index, "последнее") == found(index, "лист 114999") == [1]
    (hit,) = index.search(Query('"лист 17"'), EVERYBODY).hits
    assert "лист" in hit.highlights[0].text


def test_what_is_more_than_the_server_has_memory_for_is_refused_and_the_rest_goes_on(url: str) -> None:
    index = documents(url, Patience(change_waits_s=0.5))
    index.put_many([document(1, " ".join(f"слово{n}" for n in range(1_700_000))), document(2, "a pump")])
    assert [(one.id, "too large" in one.reason) for one in index.commit()] == [(1, True)]
    index.release()
    assert found(index, "") == [2]


def test_what_a_broken_off_rebuild_left_is_removed_by_the_next(url: str, index: DocumentIndex) -> None:
    put(index, document(1, "a meter"))
    left = shelf_of(url).begin()  # and killed
    put(index, document(2, "a pump"))
    with index.fresh() as fresh:
        fresh.put_many([document(1, "a meter"), document(2, "a pump")])
    there = shelf_of(url).generations()
    assert left not in there
    assert list(there.values()) == [{shelf_of(url).name}]
    assert found(index, "") == [1, 2]


def test_a_writer_that_took_over_during_a_rebuild_writes_into_both(url: str, index: DocumentIndex) -> None:
    put(index, document(1, "first wording"))
    with index.fresh() as fresh:
        stranger = ElasticIndex(Server(read_address(url)), Documents())
        stranger._scribe._lease._held = Lease(Server(read_address(url)), "unrelated")._free()
        take_over(url)
        put(stranger, document(1, "corrected", version=2), document(3, "arrived"))
        stranger.release()
        fresh.put_many([document(1, "first wording")])
    assert found(index, "corrected") == [1]
    assert found(index, "arrived") == [3]


def test_the_segments_of_a_rebuilt_index_are_made_one(url: str, index: DocumentIndex) -> None:
    with index.fresh() as fresh:
        for key in (1, 2, 3):
            fresh.put_many([document(key, "a meter")])
            fresh.commit()
    assert found(index, "meter") == [1, 2, 3]
    deadline = time.monotonic() + 60
    while (left := segments(url)) > 1:
        assert time.monotonic() < deadline, f"{left} segments"
        time.sleep(0.05)


def segments(url: str) -> int:
    """As of now: a server shows what was merged from the next commit on."""
    search_server(url).change(lambda client: client.indices.refresh(index=shelf_of(url).name))
    told = search_server(url).question(lambda client: client.indices.segments(index=shelf_of(url).name))
    (index,) = told["indices"].values()
    return sum(len(shard["segments"]) for shards in index["shards"].values() for shard in shards if shard["segments"])


def take_over(url: str) -> None:
    """Free the lease as if its time had run out."""
    lease = Lease(Server(read_address(url)), "documents", lasts_s=0.0)
    lease.hold()
    lease.release()


def test_a_lease_that_is_not_renewed_is_taken_over_by_who_has_waited_long_enough(url: str) -> None:
    server = Server(read_address(url))
    dead, waiting = Lease(server, "documents"), Lease(server, "documents", lasts_s=0.5)
    dead.hold()
    with pytest.raises(AnotherWrites):
        waiting.hold()
    time.sleep(0.6)
    waiting.hold()
    dead.release()  # too late: it is not its own any more
    with pytest.raises(AnotherWrites):
        Lease(server, "documents").hold()


def test_pages_by_rank_give_each_hit_once_while_the_index_changes(index: DocumentIndex) -> None:
    put(index, *(document(n, "meter " * n, received_on=date(2024, 1, n)) for n in range(1, 13)))
    first = index.search(Query("meter", limit=3), EVERYBODY)
    page = index.search(Query("meter", limit=3, after=first.next), EVERYBODY)
    seen = [hit.thing.id for hit in (*first.hits, *page.hits)]
    put(index, *(document(n, "meter") for n in range(20, 30)))
    while page.next:
        page = index.search(Query("meter", limit=3, after=page.next), EVERYBODY)
        assert page.total == 12
        seen += [hit.thing.id for hit in page.hits]
    assert sorted(seen) == list(range(1, 13))


def test_a_page_whose_point_in_time_ran_out_is_given_all_the_same(
    index: DocumentIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(index, *(document(n, "meter") for n in range(1, 8)))
    second = index.search(Query("meter", limit=3, after="b0.3"), EVERYBODY)
    with index.fresh() as fresh:  # what the point in time looks at goes with the old index
        fresh.put_many([document(n, "meter") for n in range(1, 8)])
    third = index.search(Query("meter", limit=3, after=second.next), EVERYBODY)
    assert (len(third.hits), third.total) == (1, 7)


@pytest.mark.parametrize("mark", ["p0.eA", "p0.WyJ4IiwtMSwxLDFd", "p0.WyJ4Iiwx", "p9.WyJ4IiwxLDEsMV0"])
def test_a_made_up_point_in_time_is_bad_input(index: DocumentIndex, mark: str) -> None:
    put(index, document(1, "meter"))
    with pytest.raises(BadInput):
        index.search(Query("meter", after=mark), EVERYBODY)


def test_another_ones_point_in_time_shows_nothing_of_it(url: str, index: DocumentIndex) -> None:
    put(index, document(1, "meter", branch="south"), document(2, "meter", branch="south"))
    theirs = index.search(Query("meter", limit=1), EVERYBODY)
    theirs = index.search(Query("meter", limit=1, after=theirs.next), EVERYBODY)
    assert theirs.total == 2
    mark = index.search(Query("meter", limit=1, after="b0.1"), EVERYBODY).next or "b0.1"
    assert index.search(Query("meter", limit=1, after=mark), Access("x", frozenset(), frozenset({"north"}))).total == 0


def test_a_busy_server_is_waited_for(url: str, index: DocumentIndex) -> None:
    put(index, document(1, "a meter"))
    with breaker_at(url, "1b"):
        timer = threading.Timer(1.0, lambda: set_breaker(url, None))
        timer.start()
        put(index, document(2, "a pump " * 100))
        timer.join()
    assert found(index, "") == [1, 2]


class breaker_at:  # noqa: N801 - reads as a function
    """The server's real circuit breaker, set so low that every request with a body trips it."""

    def __init__(self, url: str, limit: str) -> None:
        self._url, self._limit = url, limit

    def __enter__(self) -> None:
        set_breaker(self._url, self._limit)

    def __exit__(self, *_: object) -> None:
        set_breaker(self._url, None)


def set_breaker(url: str, limit: str | None) -> None:
    wanted = {"network.breaker.inflight_requests.limit": limit}
    search_server(url).change(lambda client: client.cluster.put_settings(persistent=wanted))
