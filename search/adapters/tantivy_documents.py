"""How tantivy holds documents: the schema, what is written, what the asker may see, what is shown."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

import tantivy
from tantivy import SchemaBuilder

from archive.access import Access
from search import document_fields
from search.adapters.stems import stem, stemming
from search.adapters.tantivy_layout import Layout, keyed, pieces, plain
from search.adapters.tantivy_terms import TantivyDialect, between, narrowed, one_of
from search.asking import Asked, Effort, readings
from search.marking import Marker
from search.ports import FACETS, Highlight, IndexedDocument, Query, Suggestion
from search.stored import as_json
from search.wording import Wording

_RAW_FIELDS = ("door", "branch", "type", "channel", "state", "customer", "case")


def _layout() -> Layout:
    schema = keyed(SchemaBuilder())
    schema.add_text_field("text", tokenizer_name="stems")
    schema.add_text_field("title", tokenizer_name="stems")
    schema.add_text_field("words", tokenizer_name="plain", index_option="basic")
    schema.add_text_field("grams", tokenizer_name="pieces")
    for name in _RAW_FIELDS:
        schema.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=name in FACETS)
    schema.add_unsigned_field("year", fast=True, indexed=True)
    schema.add_unsigned_field("day", fast=True, indexed=True)
    schema.add_unsigned_field("newness", fast=True, indexed=True)
    schema.add_bytes_field("body", stored=True)
    return Layout("documents", 1, schema.build(), {"stems": stemming(), "plain": plain(), "pieces": pieces()})


class Documents:
    """`in_tantivy.Kind` of documents: visible by branch and mark."""

    by_sound: ClassVar[bool] = False
    facets: ClassVar[Sequence[str]] = FACETS

    def __init__(self) -> None:
        self.layout = _layout()
        self._wording = document_fields.wording(TantivyDialect(self.layout.schema), stem)

    def wording(self, access: Access) -> Wording:
        """The same for everyone: what differs is in `within`."""
        return self._wording

    def stem(self, word: str) -> str:
        """The stem of a folded word, as the index holds it."""
        return stem(word)

    def written(self, thing: IndexedDocument) -> Any:
        """The document as tantivy takes it."""
        fields = document_fields.fields_of(thing)
        document = tantivy.Document()
        document.add_text("text", fields.text)
        document.add_text("title", fields.title)
        document.add_text("words", fields.words)
        document.add_text("grams", fields.grams)
        for door in fields.doors:
            document.add_text("door", door)
        for name, value in fields.values.items():
            document.add_text(name, value)
        document.add_unsigned("year", fields.year)
        document.add_unsigned("day", fields.day)
        document.add_unsigned("newness", fields.newness)
        document.add_bytes("body", fields.body.encode())
        document.add_bytes("shown", as_json(replace(thing, text="")))
        return document

    def shown(self, stored: Any, access: Access) -> tuple[IndexedDocument, str]:
        """The document without its text, and its text."""
        values = json.loads(bytes(stored.get_first("shown")))
        return document_fields.document_from(values), bytes(stored.get_first("body")).decode()

    def highlights(self, thing: IndexedDocument, text: str, wanted: Marker) -> tuple[Highlight, ...]:
        """The title and numbers where they answer, and the best piece of the text."""
        return document_fields.highlights(thing, text, wanted)

    def within(self, query: Query, asked: Asked, access: Access) -> list[Any]:
        """What the asker may see, and what the question narrows to."""
        schema = self.layout.schema
        wanted = document_fields.values_wanted(query, asked)
        filters = [one_of(schema, "door", document_fields.open_doors(access))]
        filters += [one_of(schema, name, values) for name, values in wanted.items()]
        if days := document_fields.days_wanted(query, asked):
            filters.append(between(schema, "day", *days))
        return filters

    def suggest(self, searcher: Any, asked: Asked, filters: list[Any], limit: int) -> tuple[Suggestion, ...]:
        """Words that go on as the last one begins, from documents that answer the words before it."""
        *before, last = asked.terms
        known = (
            self._wording.query(replace(asked, terms=tuple(before)), Effort.AS_TYPED)
            if before
            else tantivy.Query.all_query()
        )
        visible = narrowed(known, filters)
        for words in readings(last, Effort.OTHER_KEYBOARD):
            if len(words) == 1 and (found := searcher.terms_with_prefix("words", words[0], visible, limit)):
                return tuple(Suggestion(word, count) for word, count in found)
        return ()
