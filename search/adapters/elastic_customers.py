"""How a search server holds customers: the fields, what is written, what the asker may see, what is shown."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from archive.access import Access
from search import customer_fields
from search.adapters.elastic_layout import KEYWORD, LISTED, ORDERED, PIECES, SHOWN, Layout
from search.adapters.elastic_terms import ElasticDialect, Json, narrowed, one_of
from search.asking import Asked, Effort
from search.folding import words
from search.marking import Marker
from search.ports import Highlight, IndexedCustomer, Query, Suggestion
from search.stored import as_json
from search.wording import Wording

_LAYOUT = Layout(
    "customers",
    1,
    {
        "alive": LISTED,
        "names": ORDERED,
        "words": ORDERED,
        "starts": PIECES,
        "sounds": PIECES,
        "grams": ORDERED,
        "guarded": ORDERED,
        "branch": KEYWORD,
        "kind": KEYWORD,
        "newness": {"type": "long"},
        "shown": SHOWN,
    },
)


class Customers:
    """`in_elasticsearch.Kind` of customers: visible company-wide, tax ids and birth dates by role."""

    by_sound: ClassVar[bool] = True
    facets: ClassVar[Sequence[str]] = ("branch", "kind")
    layout: ClassVar[Layout] = _LAYOUT

    def __init__(self) -> None:
        dialect = ElasticDialect()
        self._open = customer_fields.wording(dialect, ("grams",))
        self._guarded = customer_fields.wording(dialect, ("grams", "guarded"))

    def wording(self, access: Access) -> Wording:
        """Tax ids and birth dates are asked only for those who may see them: digits could be guessed one by one."""
        return self._guarded if access.sees_sensitive else self._open

    def stem(self, word: str) -> str:
        """The word itself: names and addresses are not stemmed."""
        return word

    def written(self, thing: IndexedCustomer) -> Json:
        """The customer as the server takes it."""
        fields = customer_fields.fields_of(thing)
        return {
            "alive": "1",
            "names": " ".join(words(fields.names)),
            "words": " ".join(words(fields.words)),
            "starts": fields.starts,
            "sounds": fields.sounds,
            "grams": fields.grams,
            "guarded": fields.guarded,
            "kind": thing.kind,
            **({"branch": thing.branch} if thing.branch else {}),
            "newness": thing.id,
            "shown": json.loads(as_json(thing)),
        }

    def shown(self, source: Mapping[str, Any], access: Access) -> tuple[IndexedCustomer, str]:
        """The customer, without what this role may not see."""
        return customer_fields.customer_from(source["shown"], access), ""

    def highlights(self, thing: IndexedCustomer, text: str, wanted: Marker) -> tuple[Highlight, ...]:
        """Each name, address and identifier that answers."""
        return customer_fields.highlights(thing, wanted)

    def within(self, query: Query, asked: Asked, access: Access) -> list[Json]:
        """What the question narrows to; customers are visible company-wide."""
        wanted = customer_fields.values_wanted(query, asked)
        return [one_of("alive", ["1"]), *(one_of(name, values) for name, values in wanted.items())]

    def suggest(
        self, search: Callable[[Json], Json], asked: Asked, filters: list[Json], limit: int
    ) -> tuple[Suggestion, ...]:
        """Names that answer what is typed so far."""
        for effort in (Effort.AS_TYPED, Effort.OTHER_KEYBOARD):
            wanted = narrowed(self._open.query(asked, effort), filters)
            answer = search({"query": wanted, "size": 4 * limit, "track_total_hits": False, "_source": ["shown.names"]})
            stored = (hit["_source"]["shown"]["names"] for hit in answer["hits"]["hits"])
            if names := Counter(one[0] for one in stored if one):
                return tuple(Suggestion(name, count) for name, count in names.most_common(limit))
        return ()
