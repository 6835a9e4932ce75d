"""How tantivy gives a page: by rank from a place on, by day of receipt after the last one seen."""

from __future__ import annotations

from typing import Any

from search.adapters.tantivy_terms import between, narrowed
from search.asking import Effort
from search.paging import DEEPEST, Page


def found_on(page: Page, searcher: Any, wanted: Any, schema: Any) -> tuple[list[tuple[float, Any]], int]:
    """The page's (score or newness, place in the index), and how many there are on all pages."""
    if page.order == "best":
        found = searcher.search(wanted, limit=page.limit, offset=page.place)
        return found.hits, found.count
    later = page.effort is not None
    on_page = narrowed(wanted, [between(schema, "newness", 0, page.place - 1)]) if later else wanted
    found = searcher.search(on_page, limit=page.limit, order_by_field="newness", count=not later)
    return found.hits, searcher.search(wanted, limit=1).count if later else found.count


def next_after(page: Page, hits: list[tuple[float, Any]], total: int, effort: Effort) -> str | None:
    """The mark of the page after this one, None where there is none."""
    if page.order == "newest":
        return page.mark(effort, int(hits[-1][0])) if len(hits) == page.limit else None
    after = page.place + len(hits)
    return page.mark(effort, after) if hits and after < min(total, DEEPEST) else None
