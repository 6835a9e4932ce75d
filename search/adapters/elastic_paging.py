"""How a search server gives a page.

By day of receipt: after the last one seen, which later changes cannot shift. By rank: the second page opens a point in
time, so that from there on no hit comes twice and none is missed, however deep; where the server has none to give, or
it ran out, pages go by the number of hits before them, as far as `DEEPEST`.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from elasticsearch import ApiError

from archive.errors import EngineAway
from search.adapters.elastic_client import Server
from search.adapters.elastic_terms import Json
from search.asking import Effort
from search.paging import DEEPEST, LONGEST_PAGE, Page, no_page, order_of, page_of
from search.ports import Query

KEPT = "1m"
"""How long a point in time is kept after each page."""
_VIEW_MARK = re.compile(r"p([0-5])\.([A-Za-z0-9_-]{1,4000})", re.ASCII)


@dataclass(frozen=True, slots=True)
class View:
    """A place in a point in time: after the hit with these values, which is the `seen`-th.

    Elasticsearch adds one of its own to the values that we sort by; OpenSearch does not.
    """

    id: str
    seen: int
    after: tuple[float, ...] | None = None

    def mark(self, effort: Effort) -> str:
        """The mark of the page that begins here."""
        packed = json.dumps([self.id, self.seen, *(self.after or ())], separators=(",", ":")).encode()
        return f"p{effort:d}.{base64.urlsafe_b64encode(packed).decode().rstrip('=')}"


def place_of(query: Query, has_words: bool) -> tuple[Page, View | None]:
    """The page that the question asks for, in a point in time where its mark has one.

    Raises:
        BadInput: `after` is no mark that we gave.
    """
    mark = _VIEW_MARK.fullmatch(query.after or "")
    if not mark:
        return page_of(query, has_words), None
    if order_of(query, has_words) != "best":
        raise no_page(query.after or "")
    try:
        packed = base64.urlsafe_b64decode(mark[2] + "=" * (-len(mark[2]) % 4))
        name, seen, score, *ties = json.loads(packed)
        view = View(str(name), int(seen), (float(score), *map(int, ties)))
    except (ValueError, TypeError, binascii.Error) as error:
        raise no_page(query.after or "") from error
    if view.seen <= 0:
        raise no_page(query.after or "")
    return Page("best", min(max(query.limit, 1), LONGEST_PAGE), view.seen, Effort(int(mark[1]))), view


def body_of(page: Page, view: View | None) -> Json:
    """What the page adds to the question."""
    if page.order == "newest":
        after = {"search_after": [page.place]} if page.effort is not None else {}
        return {"sort": [{"newness": "desc"}], "size": page.limit, **after}
    body: Json = {"sort": [{"_score": "desc"}, {"newness": "desc"}], "size": page.limit}
    if view:
        body["pit"] = {"id": view.id, "keep_alive": KEPT}
    return body | ({"search_after": [*view.after]} if view and view.after else {"from": page.place})


def viewed(page: Page, view: View | None, server: Server, index: str, search: Callable[[Json], Any]) -> Any:
    """The answer for this page: in its point in time, in a new one on the second page, else without one."""
    if page.order == "best" and page.effort is not None:
        if view is None:
            view = _opened(page, server, index)
        if view:
            try:
                return search(body_of(page, view))
            except (ApiError, EngineAway):
                # It ran out, went with its index, or is none of ours: what counts is how many hits were before.
                pass
    if page.place > DEEPEST and page.order == "best":
        raise no_page(f"{page.place}")
    return search(body_of(page, None))


def _opened(page: Page, server: Server, index: str) -> View | None:
    try:
        return View(server.open_point_in_time(index, KEPT), page.place)
    except (EngineAway, ApiError):
        return None  # too many are open: the page is given all the same


def next_after(page: Page, answer: Any, effort: Effort) -> str | None:
    """The mark of the page after this one, None where there is none."""
    hits, total = answer["hits"]["hits"], answer["hits"]["total"]["value"]
    if page.order == "newest":
        return page.mark(effort, int(hits[-1]["sort"][0])) if len(hits) == page.limit else None
    seen = page.place + len(hits)
    if not hits or seen >= total:
        return None
    if "pit_id" in answer:
        return View(answer["pit_id"], seen, tuple(hits[-1]["sort"])).mark(effort)
    return page.mark(effort, seen) if seen < DEEPEST else None
