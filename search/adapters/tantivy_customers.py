"""How tantivy holds customers: the schema, what is written, what the asker may see, what is shown."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any, ClassVar

import tantivy
from tantivy import SchemaBuilder

from archive.access import Access
from search import customer_fields
from search.adapters.tantivy_layout import Layout, keyed, pieces, plain
from search.adapters.tantivy_terms import TantivyDialect, narrowed, one_of
from search.asking import Asked, Effort
from search.customer_fields import CustomerFields
from search.marking import Marker
from search.ports import Highlight, IndexedCustomer, Query, Suggestion
from search.stored import as_json
from search.wording import Wording


def _layout() -> Layout:
    schema = keyed(SchemaBuilder())
    schema.add_text_field("alive", tokenizer_name="raw", index_option="basic")
    schema.add_text_field("names", tokenizer_name="plain")
    schema.add_text_field("words", tokenizer_name="plain")
    schema.add_text_field("starts", tokenizer_name="pieces", index_option="freq")
    schema.add_text_field("sounds", tokenizer_name="pieces", index_option="freq")
    schema.add_text_field("grams", tokenizer_name="pieces")
    schema.add_text_field("guarded", tokenizer_name="pieces")
    schema.add_text_field("branch", tokenizer_name="raw", index_option="basic", fast=True)
    schema.add_text_field("kind", tokenizer_name="raw", index_option="basic", fast=True)
    schema.add_unsigned_field("newness", fast=True, indexed=True)
    return Layout("customers", 1, schema.build(), {"plain": plain(), "pieces": pieces()})


class Customers:
    """`in_tantivy.Kind` of customers: visible company-wide, tax ids and birth dates by role."""

    by_sound: ClassVar[bool] = True
    facets: ClassVar[Sequence[str]] = ("branch", "kind")

    def __init__(self) -> None:
        self.layout = _layout()
        dialect = TantivyDialect(self.layout.schema)
        self._open = customer_fields.wording(dialect, ("grams",))
        self._guarded = customer_fields.wording(dialect, ("grams", "guarded"))

    def wording(self, access: Access) -> Wording:
        """Tax ids and birth dates are asked only for those who may see them: digits could be guessed one by one."""
        return self._guarded if access.sees_sensitive else self._open

    def stem(self, word: str) -> str:
        """The word itself: names and addresses are not stemmed."""
        return word

    def written(self, thing: IndexedCustomer) -> Any:
        """The customer as tantivy takes it."""
        return document_of(customer_fields.fields_of(thing), thing.id, thing.kind, thing.branch, as_json(thing))

    def shown(self, stored: Any, access: Access) -> tuple[IndexedCustomer, str]:
        """The customer, without what this role may not see."""
        return customer_fields.customer_from(json.loads(bytes(stored.get_first("shown"))), access), ""

    def highlights(self, thing: IndexedCustomer, text: str, wanted: Marker) -> tuple[Highlight, ...]:
        """Each name, address and identifier that answers."""
        return customer_fields.highlights(thing, wanted)

    def within(self, query: Query, asked: Asked, access: Access) -> list[Any]:
        """What the question narrows to; customers are visible company-wide."""
        schema = self.layout.schema
        wanted = customer_fields.values_wanted(query, asked)
        return [one_of(schema, "alive", ["1"]), *(one_of(schema, name, values) for name, values in wanted.items())]

    def suggest(self, searcher: Any, asked: Asked, filters: list[Any], limit: int) -> tuple[Suggestion, ...]:
        """Names that answer what is typed so far."""
        for effort in (Effort.AS_TYPED, Effort.OTHER_KEYBOARD):
            query = narrowed(self._open.query(asked, effort), filters)
            places = [place for _, place in searcher.search(query, limit=4 * limit, count=False).hits]
            stored = (json.loads(bytes(searcher.doc(place).get_first("shown"))) for place in places)
            names = Counter(values["names"][0] for values in stored if values["names"])
            if names:
                return tuple(Suggestion(name, count) for name, count in names.most_common(limit))
        return ()


def document_of(fields: CustomerFields, number: int, kind: str, branch: str, shown: bytes) -> Any:
    """A document of what was folded before, which is most of the work. `number`: the customer's; `shown`: the hit as stored."""
    document = tantivy.Document()
    document.add_text("alive", "1")
    document.add_text("names", fields.names)
    document.add_text("words", fields.words)
    document.add_text("starts", fields.starts)
    document.add_text("sounds", fields.sounds)
    document.add_text("grams", fields.grams)
    document.add_text("guarded", fields.guarded)
    document.add_text("kind", kind)
    if branch:
        document.add_text("branch", branch)
    document.add_unsigned("newness", number)
    document.add_bytes("shown", shown)
    return document
