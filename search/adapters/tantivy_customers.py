"""How tantivy holds customers: the schema, what is written, what the asker may see, what is shown."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, ClassVar

import tantivy
from tantivy import SchemaBuilder

from archive.access import Access
from search.adapters.tantivy_layout import Layout, as_json, keyed, pieces, plain
from search.adapters.tantivy_terms import Wording, narrowed, number_field, one_of
from search.asking import PLACE_WORDS, PREPOSITIONS, Asked, Effort
from search.folding import fold, number_key, phone_key, sound, without_apostrophes, words
from search.marking import Marker, whole
from search.ports import Highlight, IndexedCustomer, Query, Suggestion

_START_LETTERS = 6
_IDENTIFIERS = ("accounts", "contracts", "meters", "points_of_delivery")


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
        self._open = self._wording(("grams",))
        self._guarded = self._wording(("grams", "guarded"))

    def _wording(self, grams: tuple[str, ...]) -> Wording:
        return Wording(
            schema=self.layout.schema,
            exact=(("names", 2.0, str), ("words", 1.0, str)),
            whole="words",
            near=(("words", str),),
            grams=grams,
            starts="starts",
            start_letters=_START_LETTERS,
            sounds="sounds",
            slight=PREPOSITIONS | PLACE_WORDS,
        )

    def wording(self, access: Access) -> Wording:
        """Tax ids and birth dates are asked only for those who may see them: digits could be guessed one by one."""
        return self._guarded if access.sees_sensitive else self._open

    def stem(self, word: str) -> str:
        """The word itself: names and addresses are not stemmed."""
        return word

    def written(self, thing: IndexedCustomer) -> Any:
        """The customer as tantivy takes it."""
        names = fold(" ".join(thing.names))
        names += "".join(f" {joined}" for joined in without_apostrophes(names))
        # Each for itself: digits beside letters in one e-mail would have every word of the address looked at.
        rest = " ".join(map(fold, (*thing.addresses, *thing.emails)))
        spoken = words(f"{names} {rest}")
        document = tantivy.Document()
        document.add_text("alive", "1")
        document.add_text("names", names)
        document.add_text("words", f"{names} {rest} {_groups_of_identifiers(thing)}")
        document.add_text("starts", " ".join({word[:end] for word in spoken for end in range(1, _START_LETTERS + 1)}))
        document.add_text("sounds", " ".join({sound(word) for word in spoken if word.isalpha() and len(word) > 2}))
        document.add_text("grams", number_field(_open_numbers(thing)))
        document.add_text("guarded", number_field(_guarded_numbers(thing)))
        document.add_text("kind", thing.kind)
        if thing.branch:
            document.add_text("branch", thing.branch)
        document.add_unsigned("newness", thing.id)
        document.add_bytes("shown", as_json(thing))
        return document

    def shown(self, stored: Any, access: Access) -> tuple[IndexedCustomer, str]:
        """The customer, without what this role may not see."""
        values = json.loads(bytes(stored.get_first("shown")))
        values = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
        birth = values["birth_date"]
        values["birth_date"] = date.fromisoformat(birth) if birth else None
        customer = IndexedCustomer(**values)
        return customer if access.sees_sensitive else replace(customer, tax_ids=(), birth_date=None), ""

    def highlights(self, thing: IndexedCustomer, text: str, wanted: Marker) -> tuple[Highlight, ...]:
        """Each name, address and identifier that answers."""
        found = [whole(name, value, wanted) for name, values in _shown_texts(thing) for value in values]
        return tuple(one for one in found if one)

    def within(self, query: Query, asked: Asked, access: Access) -> list[Any]:
        """What the question narrows to; customers are visible company-wide."""
        schema = self.layout.schema
        wanted = {
            "branch": {*query.branches, *asked.fields.get("branch", ())},
            "kind": {*query.kinds, *asked.fields.get("kind", ())},
        }
        filters = [one_of(schema, name, sorted(values)) for name, values in wanted.items() if values]
        return [one_of(schema, "alive", ["1"]), *filters]

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


def _groups_of_identifiers(thing: IndexedCustomer) -> str:
    """Identifiers that have parts, so that a part too short to be cut into pieces is found too."""
    values = (value for kind in _IDENTIFIERS for value in getattr(thing, kind))
    return fold(" ".join(value for value in values if not value.isalnum()))


def _open_numbers(thing: IndexedCustomer) -> Iterable[str]:
    yield from (phone_key(phone) for phone in thing.phones)
    yield from (number_key(value) for kind in _IDENTIFIERS for value in getattr(thing, kind))


def _guarded_numbers(thing: IndexedCustomer) -> Iterable[str]:
    yield from (number_key(value) for value in thing.tax_ids)
    if thing.birth_date:
        yield from (thing.birth_date.strftime("%Y%m%d"), thing.birth_date.strftime("%d%m%Y"))


def _shown_texts(thing: IndexedCustomer) -> Iterable[tuple[str, Sequence[str]]]:
    yield "name", thing.names
    yield "address", thing.addresses
    yield "email", thing.emails
    yield "phone", thing.phones
    for name in (*_IDENTIFIERS, "tax_ids"):
        yield name, getattr(thing, name)
