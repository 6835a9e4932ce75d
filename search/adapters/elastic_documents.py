"""How a search server holds documents: the fields, what is written, what the asker may see, what is shown."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from archive.access import Access
from search import document_fields
from search.adapters.elastic_layout import KEYWORD, LISTED, ORDERED, SHOWN, UNTOUCHED, Layout
from search.adapters.elastic_terms import EVERYTHING, ElasticDialect, Json, between, narrowed, one_of
from search.adapters.stems import stem, stems
from search.asking import Asked, Effort, readings
from search.folding import words
from search.marking import MOST_SCANNED, Marker
from search.ports import FACETS, Highlight, IndexedDocument, Query, Suggestion
from search.stored import as_json
from search.wording import Wording

_LAYOUT = Layout(
    "documents",
    1,
    {
        "text": ORDERED,
        "title": ORDERED,
        "words": KEYWORD,
        "grams": ORDERED,
        **dict.fromkeys(("door", "customer", "case"), LISTED),
        **dict.fromkeys(("branch", "type", "channel", "state"), KEYWORD),
        "year": {"type": "integer"},
        "day": {"type": "integer"},
        "newness": {"type": "long"},
        "shown": SHOWN,
        "body": UNTOUCHED,
    },
    kept=("shown", "body"),
)
_LONGEST_SUGGESTED = 64


class Documents:
    """`in_elasticsearch.Kind` of documents: visible by branch and mark."""

    by_sound: ClassVar[bool] = False
    facets: ClassVar[Sequence[str]] = FACETS
    layout: ClassVar[Layout] = _LAYOUT

    def __init__(self) -> None:
        self._wording = document_fields.wording(ElasticDialect(), stem)

    def wording(self, access: Access) -> Wording:
        """The same for everyone: what differs is in `within`."""
        return self._wording

    def stem(self, word: str) -> str:
        """The stem of a folded word, as the index holds it."""
        return stem(word)

    def written(self, thing: IndexedDocument) -> Json:
        """The document as the server takes it. Of its text only what may be shown is kept."""
        fields = document_fields.fields_of(thing)
        return {
            "text": " ".join(stems(fields.text)),
            "title": " ".join(stems(fields.title)),
            "words": [*dict.fromkeys(words(fields.words))],
            "grams": fields.grams,
            "door": [*fields.doors],
            **fields.values,
            "year": fields.year,
            "day": fields.day,
            "newness": fields.newness,
            "shown": json.loads(as_json(replace(thing, text=""))),
            "body": fields.body[:MOST_SCANNED],
        }

    def shown(self, source: Mapping[str, Any], access: Access) -> tuple[IndexedDocument, str]:
        """The document without its text, and its text where it was asked for."""
        return document_fields.document_from(source["shown"]), source.get("body", "")

    def highlights(self, thing: IndexedDocument, text: str, wanted: Marker) -> tuple[Highlight, ...]:
        """The title and numbers where they answer, and the best piece of the text."""
        return document_fields.highlights(thing, text, wanted)

    def within(self, query: Query, asked: Asked, access: Access) -> list[Json]:
        """What the asker may see, and what the question narrows to."""
        wanted = document_fields.values_wanted(query, asked)
        filters = [one_of("door", document_fields.open_doors(access))]
        filters += [one_of(name, values) for name, values in wanted.items()]
        if days := document_fields.days_wanted(query, asked):
            filters.append(between("day", *days))
        return filters

    def suggest(
        self, search: Callable[[Json], Json], asked: Asked, filters: list[Json], limit: int
    ) -> tuple[Suggestion, ...]:
        """Words that go on as the last one begins, from documents that answer the words before it."""
        *before, last = asked.terms
        known = self._wording.query(replace(asked, terms=tuple(before)), Effort.AS_TYPED) if before else EVERYTHING
        for reading in readings(last, Effort.OTHER_KEYBOARD):
            if len(reading) != 1 or len(reading[0]) > _LONGEST_SUGGESTED:
                continue
            begun = {"prefix": {"words": {"value": reading[0]}}}
            # Letters and digits only: nothing in it means anything in a pattern.
            counted = {"terms": {"field": "words", "include": f"{reading[0]}.*", "size": limit}}
            wanted = narrowed(known, [*filters, begun])
            answer = search({"query": wanted, "size": 0, "aggs": {"words": counted}})
            if buckets := answer["aggregations"]["words"]["buckets"]:
                return tuple(Suggestion(bucket["key"], bucket["doc_count"]) for bucket in buckets)
        return ()
