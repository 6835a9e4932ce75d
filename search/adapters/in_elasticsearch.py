"""`search.ports.DocumentIndex` and `CustomerIndex` on Elasticsearch 9, and on OpenSearch 2 and 3.

    documents(url) → DocumentIndex        customers(url) → CustomerIndex

Only what both servers have is used: no scripts, no reindex, no change by query. Safe to use from many threads.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Protocol

from elasticsearch import NotFoundError

from archive.access import Access
from search.adapters.elastic_address import read_address
from search.adapters.elastic_client import Patience, Server
from search.adapters.elastic_customers import Customers
from search.adapters.elastic_documents import Documents
from search.adapters.elastic_layout import Layout
from search.adapters.elastic_paging import next_after, place_of, viewed
from search.adapters.elastic_shelf import Shelf
from search.adapters.elastic_terms import EVERYTHING, Json, narrowed
from search.adapters.elastic_writing import Scribe
from search.adapters.hits import marked_hits
from search.adapters.scribed import Scribed
from search.asking import Asked, Effort, ask
from search.marking import Marker, marker
from search.paging import efforts_of
from search.ports import (
    ANY_ORIGIN,
    CustomerIndex,
    DocumentIndex,
    Highlight,
    Hit,
    Hits,
    Origin,
    Query,
    Suggestion,
    Thing,
)
from search.wording import Wording

_MOST_FACET_VALUES = 500
_SEQUENCE = "sequence"


class Kind(Protocol[Thing]):
    """What is particular to one kind of thing; `within` holds what the asker may see."""

    @property
    def layout(self) -> Layout: ...
    @property
    def facets(self) -> Sequence[str]: ...
    @property
    def by_sound(self) -> bool: ...
    def wording(self, access: Access) -> Wording: ...
    def stem(self, word: str) -> str: ...
    def written(self, thing: Thing) -> Json: ...
    def shown(self, source: Mapping[str, Any], access: Access) -> tuple[Thing, str]: ...
    def highlights(self, thing: Thing, text: str, wanted: Marker) -> tuple[Highlight, ...]: ...
    def within(self, query: Query, asked: Asked, access: Access) -> list[Json]: ...
    def suggest(
        self, search: Callable[[Json], Json], asked: Asked, filters: list[Json], limit: int
    ) -> tuple[Suggestion, ...]: ...


def documents(url: str, patience: Patience | None = None, origin: Origin = ANY_ORIGIN) -> DocumentIndex:
    """The index of documents at this address, made from this record. Raises BadInput for what is no address."""
    return ElasticIndex(Server(read_address(url), patience), Documents(), origin)


def customers(url: str, patience: Patience | None = None, origin: Origin = ANY_ORIGIN) -> CustomerIndex:
    """The index of customers at this address, made from this record. Raises BadInput for what is no address."""
    return ElasticIndex(Server(read_address(url), patience), Customers(), origin)


class ElasticIndex(Scribed[Thing]):
    """`search.ports.SearchIndex`; what it holds is told by its `Kind`."""

    waits: ClassVar[bool] = True

    def __init__(self, server: Server, kind: Kind[Thing], origin: Origin = ANY_ORIGIN) -> None:
        self._kind = kind
        self._server = server
        self._shelf = Shelf(server, kind.layout, origin)
        super().__init__(Scribe(self._shelf, kind.written))

    def description(self) -> str:
        """As `search.ports.SearchIndex` says."""
        address = self._server.address
        return f"{address.flavour} {self._server.version()} at {address.place}, {self._kind.layout.name}"

    def last_sequence(self) -> int:
        """As `search.ports.SearchIndex` says."""
        self._shelf.ready()
        try:
            found = self._server.question(lambda client: client.get(index=self._shelf.name, id=_SEQUENCE, source=False))
        except NotFoundError:
            self._shelf.doubt()  # the mark is not there, or the whole index
            self._shelf.ready()
            return 0
        return int(found["_version"])

    def search(self, query: Query, access: Access) -> Hits[Thing]:
        """As `search.ports.SearchIndex` says."""
        asked = ask(query.text, query.as_you_type)
        page, view = place_of(query, bool(asked.terms))
        within = self._kind.within(query, asked, access)
        extra = {"_source": True if query.highlights else ["shown"], "aggs": self._counted(query)}
        for effort in efforts_of(asked, page.effort, query):
            wanted = {"query": self._wanted(asked, effort, within, access), **extra}
            answer = viewed(page, view, self._server, self._shelf.name, lambda more: self._asked({**wanted, **more}))  # noqa: B023
            total = answer["hits"]["total"]["value"]
            if total:
                break
        marks = marker(asked, effort, self._kind.stem, by_sound=self._kind.by_sound) if query.highlights else None
        return Hits(
            total=total,
            hits=self._hits(answer["hits"]["hits"], marks, access),
            facets=self._facets(answer) if query.facets else {},
            next=next_after(page, answer, effort),
            effort=effort,
        )

    def _wanted(self, asked: Asked, effort: Effort, within: list[Json], access: Access) -> Json:
        return narrowed(self._kind.wording(access).query(asked, effort) if asked.terms else EVERYTHING, within)

    def _counted(self, query: Query) -> Json:
        if not query.facets:
            return {}
        return {name: {"terms": {"field": name, "size": _MOST_FACET_VALUES}} for name in self._kind.facets}

    def _asked(self, body: Json) -> Any:
        """The whole answer: one from some of the shards would be a wrong one."""
        if "pit" in body:
            in_view = {"track_total_hits": True, **body}
            return self._server.question(lambda client: client.search(body=in_view), waits=False)
        return self._shelf.on_index(
            lambda: self._server.question(
                lambda client: client.search(
                    index=self._shelf.name,
                    body={"track_total_hits": True, **body},
                    allow_partial_search_results=False,
                )
            )
        )

    def _hits(self, found: Sequence[Json], marks: Marker | None, access: Access) -> tuple[Hit[Thing], ...]:
        shown = [(_score(hit), *self._kind.shown(hit["_source"], access)) for hit in found]
        return marked_hits(shown, marks, self._kind.highlights)

    def _facets(self, answer: Json) -> Mapping[str, tuple[tuple[str, int], ...]]:
        return {
            name: tuple((str(one["key"]), one["doc_count"]) for one in answer["aggregations"][name]["buckets"])
            for name in self._kind.facets
        }

    def suggest(self, beginning: str, access: Access, limit: int = 8) -> tuple[Suggestion, ...]:
        """As `search.ports.SearchIndex` says."""
        asked = ask(beginning, as_you_type=True)
        if not asked.terms or not asked.terms[-1].unfinished:
            return ()
        within = self._kind.within(Query(), asked, access)
        return self._kind.suggest(self._asked, asked, within, limit)

    def count(self, query: Query, access: Access) -> int:
        """As `search.ports.SearchIndex` says."""
        asked = ask(query.text, query.as_you_type)
        within = self._kind.within(query, asked, access)
        for effort in efforts_of(asked, None, query):
            answer = self._asked({"query": self._wanted(asked, effort, within, access), "size": 0})
            if total := answer["hits"]["total"]["value"]:
                return int(total)
        return 0


def _score(hit: Json) -> float:
    """Of hits by day of receipt, which have no rank, their newness."""
    return float(hit["_score"] if hit["_score"] is not None else hit["sort"][0])
