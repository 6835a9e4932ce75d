"""`search.ports.DocumentIndex` and `CustomerIndex` in tantivy: on disk, in this process, no server.

    documents(folder) → DocumentIndex        customers(folder) → CustomerIndex

Safe to use from many threads; one process writes at a time, any number read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, ClassVar, Protocol

import tantivy

from archive.access import Access
from search.adapters.hits import marked_hits
from search.adapters.scribed import Scribed
from search.adapters.tantivy_customers import Customers
from search.adapters.tantivy_documents import Documents
from search.adapters.tantivy_layout import Layout
from search.adapters.tantivy_paging import found_on, next_after
from search.adapters.tantivy_shelf import Shelf, committed_sequence
from search.adapters.tantivy_terms import narrowed
from search.adapters.tantivy_writing import Scribe
from search.asking import Asked, Effort, ask
from search.marking import Marker, marker
from search.paging import efforts_of, page_of
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
    def written(self, thing: Thing) -> Any: ...
    def shown(self, stored: Any, access: Access) -> tuple[Thing, str]: ...
    def highlights(self, thing: Thing, text: str, wanted: Marker) -> tuple[Highlight, ...]: ...
    def within(self, query: Query, asked: Asked, access: Access) -> list[Any]: ...
    def suggest(self, searcher: Any, asked: Asked, within: list[Any], limit: int) -> tuple[Suggestion, ...]: ...


def documents(folder: Path, origin: Origin = ANY_ORIGIN) -> DocumentIndex:
    """The index of documents in this folder, made from this record."""
    return TantivyIndex(folder, Documents(), origin)


def customers(folder: Path, origin: Origin = ANY_ORIGIN) -> CustomerIndex:
    """The index of customers in this folder, made from this record."""
    return TantivyIndex(folder, Customers(), origin)


class TantivyIndex(Scribed[Thing]):
    """`search.ports.SearchIndex`; what it holds is told by its `Kind`."""

    waits: ClassVar[bool] = False

    def __init__(self, folder: Path, kind: Kind[Thing], origin: Origin = ANY_ORIGIN) -> None:
        self._kind = kind
        self._shelf = Shelf(folder, kind.layout, origin)
        super().__init__(Scribe(self._shelf, kind.written))

    def description(self) -> str:
        """As `search.ports.SearchIndex` says."""
        self._shelf.searcher()
        return f"tantivy {version('tantivy')}, {self._kind.layout.name} in {self._shelf.root}"

    def last_sequence(self) -> int:
        """As `search.ports.SearchIndex` says."""
        return committed_sequence(self._shelf.searcher(), self._kind.layout.schema)

    def search(self, query: Query, access: Access) -> Hits[Thing]:
        """As `search.ports.SearchIndex` says."""
        asked = ask(query.text, query.as_you_type)
        page = page_of(query, bool(asked.terms))
        within = self._kind.within(query, asked, access)
        searcher = self._shelf.searcher()
        for effort in efforts_of(asked, page.effort, query):
            wanted = self._wanted(asked, effort, within, access)
            found, total = found_on(page, searcher, wanted, self._kind.layout.schema)
            if total:
                break
        shows = query.highlights and found
        marks = marker(asked, effort, self._kind.stem, by_sound=self._kind.by_sound) if shows else None
        return Hits(
            total=total,
            hits=self._hits(searcher, found, marks, access),
            facets=self._facets(searcher, wanted, total) if query.facets else {},
            next=next_after(page, found, total, effort),
            effort=effort,
        )

    def _wanted(self, asked: Asked, effort: Effort, within: list[Any], access: Access) -> Any:
        everything = tantivy.Query.all_query()
        return narrowed(self._kind.wording(access).query(asked, effort) if asked.terms else everything, within)

    def _hits(
        self, searcher: Any, found: list[tuple[float, Any]], marks: Marker | None, access: Access
    ) -> tuple[Hit[Thing], ...]:
        shown = [(float(score), *self._kind.shown(searcher.doc(place), access)) for score, place in found]
        return marked_hits(shown, marks, self._kind.highlights)

    def _facets(self, searcher: Any, wanted: Any, total: int) -> Mapping[str, tuple[tuple[str, int], ...]]:
        if not total:
            return dict.fromkeys(self._kind.facets, ())
        asked = {name: {"terms": {"field": name, "size": _MOST_FACET_VALUES}} for name in self._kind.facets}
        counted = searcher.aggregate(wanted, asked)
        return {
            name: tuple((str(bucket["key"]), bucket["doc_count"]) for bucket in counted[name]["buckets"])
            for name in self._kind.facets
        }

    def suggest(self, beginning: str, access: Access, limit: int = 8) -> tuple[Suggestion, ...]:
        """As `search.ports.SearchIndex` says."""
        asked = ask(beginning, as_you_type=True)
        if not asked.terms or not asked.terms[-1].unfinished:
            return ()
        within = self._kind.within(Query(), asked, access)
        return self._kind.suggest(self._shelf.searcher(), asked, within, limit)

    def count(self, query: Query, access: Access) -> int:
        """As `search.ports.SearchIndex` says."""
        asked = ask(query.text, query.as_you_type)
        within = self._kind.within(query, asked, access)
        searcher = self._shelf.searcher()
        for effort in efforts_of(asked, None, query):
            if total := searcher.search(self._wanted(asked, effort, within, access), limit=1).count:
                return int(total)
        return 0
