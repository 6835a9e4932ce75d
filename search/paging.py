"""Which page of an answer was asked for, and the marks by which the next one is asked. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from archive.errors import BadInput
from archive.sentences import say
from search.asking import Asked, Effort, efforts
from search.ports import Order, Query

DEEPEST = 10_000
"""How many hits in order of rank can be skipped; by day of receipt there is no end."""
LONGEST_PAGE = 200
_MARK = re.compile(r"([bn])([0-5])\.(\d{1,19})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Page:
    """One page. `place`: hits before it (by rank), or the newness of the last one seen (by day of receipt).

    `effort` is the one that the first page was found with, so that all pages answer the same question.
    """

    order: Order
    limit: int
    place: int = 0
    effort: Effort | None = None

    def mark(self, effort: Effort, place: int) -> str:
        """The mark of the page that begins at this place."""
        return f"{self.order[0]}{effort:d}.{place}"


def page_of(query: Query, has_words: bool) -> Page:
    """The page that the question asks for.

    Raises:
        BadInput: `after` is no mark that we gave.
    """
    limit = min(max(query.limit, 1), LONGEST_PAGE)
    order = order_of(query, has_words)
    if query.after is None:
        return Page(order, limit)
    mark = _MARK.fullmatch(query.after)
    if mark is None or mark[1] != order[0] or not 0 < int(mark[3]) < (DEEPEST + 1 if order == "best" else 1 << 63):
        raise no_page(query.after)
    return Page(order, limit, int(mark[3]), Effort(int(mark[2])))


def order_of(query: Query, has_words: bool) -> Order:
    """The order of the answer: without words there is no rank."""
    return query.order if has_words else "newest"


def no_page(mark: str) -> BadInput:
    """What to raise for a mark that is no page of this search."""
    return BadInput(say("{mark} is no page of this search: start again from the first page", mark=mark))


def efforts_of(asked: Asked, known: Effort | None, query: Query) -> Sequence[Effort]:
    """The efforts to try one after another; on a later page the one that the first was found with."""
    if known is not None:
        return [known]
    if not asked.terms:
        return [Effort.AS_TYPED]
    worth = [effort for effort in efforts(asked) if effort <= query.most]
    return [effort for effort in worth if effort >= query.least] or worth[-1:]
