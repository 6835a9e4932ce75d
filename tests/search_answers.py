"""What indexes answer to known items and to questions that narrow: what share is found, and whether all agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from archive.access import Access, system
from search.ports import CustomerIndex, DocumentIndex, Query
from tests.known_items import KnownItem, World

TOP = 5
_EVERYBODY = system("test")
_CHUNK = 1000


def fill(documents: DocumentIndex, customers: CustomerIndex, world: World) -> None:
    """Put all of it."""
    for start in range(0, len(world.documents), _CHUNK):
        documents.put_many(world.documents[start : start + _CHUNK])
        customers.put_many(world.customers[start : start + _CHUNK])
    documents.commit()
    customers.commit()


def missed(documents: DocumentIndex, customers: CustomerIndex, questions: Iterable[KnownItem]) -> list[KnownItem]:
    """The questions whose item is not among the first five."""
    found = []
    for one in questions:
        index: DocumentIndex | CustomerIndex = documents if one.of == "documents" else customers
        hits = index.search(replace(one.query, limit=TOP), _EVERYBODY).hits
        if one.id not in {hit.thing.id for hit in hits}:
            found.append(one)
    return found


def share_found(questions: Iterable[KnownItem], missed: Iterable[KnownItem]) -> dict[str, float]:
    """Kind of question → share of it that was found."""
    asked, lost = Counter(one.kind for one in questions), Counter(one.kind for one in missed)
    return {kind: round(1 - lost[kind] / count, 4) for kind, count in asked.items()}


def whole_answer(
    index: DocumentIndex, query: Query, access: Access
) -> tuple[int, int, list[int], dict[str, dict[str, int]]]:
    """Count, total, every id on every page in order, and the facets."""
    page = index.search(query, access)
    total, facets = page.total, {name: dict(values) for name, values in page.facets.items()}
    ids = [hit.thing.id for hit in page.hits]
    while page.next:
        page = index.search(replace(query, after=page.next), access)
        ids += [hit.thing.id for hit in page.hits]
    return index.count(query, access), total, ids, facets
