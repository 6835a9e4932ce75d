"""Which page of an answer: by rank from a place on, by day of receipt after the last one seen."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from archive.errors import BadInput
from archive.sentences import say
from search.adapters.tantivy_terms import between, narrowed
from search.asking import Effort
from search.ports import Order, Query

DEEPEST = 10_000
"""How many hits in order of rank can be paged through; by day of receipt there is no end."""
LONGEST_PAGE = 200
_MARK = re.compile(r"([bn])([0-5])\.(\d{1,19})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Page:
    """One page. `place`: hits before it (by rank), or the newness of the last one seen (by day of receipt).

    `effort` is the one that the first page was found with, so that all pages answer the same question.
    """

    order: Order
    limit: int
    place: int
    effort: Effort | None

    def search(self, searcher: Any, schema: Any, wanted: Any) -> tuple[list[tuple[float, Any]], int]:
        """The page's (score or newness, place in the index), and how many there are on all pages."""
        if self.order == "best":
            found = searcher.search(wanted, limit=self.limit, offset=self.place)
            return found.hits, found.count
        later = self.effort is not None
        on_page = narrowed(wanted, [between(schema, "newness", 0, self.place - 1)]) if later else wanted
        found = searcher.search(on_page, limit=self.limit, order_by_field="newness", count=not later)
        return found.hits, searcher.search(wanted, limit=1).count if later else found.count

    def next(self, hits: list[tuple[float, Any]], total: int, effort: Effort) -> str | None:
        """The mark of the page after this one, None where there is none."""
        if self.order == "newest":
            return f"n{effort:d}.{int(hits[-1][0])}" if len(hits) == self.limit else None
        after = self.place + len(hits)
        return f"b{effort:d}.{after}" if hits and after < min(total, DEEPEST) else None


def page_of(query: Query, has_words: bool) -> Page:
    """The page that the question asks for.

    Raises:
        BadInput: `after` is no mark that we gave.
    """
    limit = min(max(query.limit, 1), LONGEST_PAGE)
    order: Order = query.order if has_words else "newest"
    if query.after is None:
        return Page(order, limit, 0, None)
    mark = _MARK.fullmatch(query.after)
    if mark is None or mark[1] != order[0] or not 0 < int(mark[3]) < (DEEPEST + 1 if order == "best" else 1 << 63):
        raise BadInput(say("{mark} is no page of this search: start again from the first page", mark=query.after or ""))
    return Page(order, limit, int(mark[3]), Effort(int(mark[2])))
