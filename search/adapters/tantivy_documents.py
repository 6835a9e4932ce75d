"""How tantivy holds documents: the schema, what is written, what the asker may see, what is shown."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Any, ClassVar

import tantivy
from tantivy import SchemaBuilder

from archive.access import Access
from search.adapters.tantivy_layout import Layout, as_json, keyed, pieces, plain, stemming
from search.adapters.tantivy_terms import Wording, between, narrowed, number_field, one_of
from search.asking import Asked, Effort, dates, readings
from search.folding import fold, mended_words, number_key, numbers_in, regular
from search.marking import Marker, piece, whole
from search.ports import FACETS, Highlight, IndexedDocument, Query, Suggestion

_RAW_FIELDS = ("door", "branch", "type", "channel", "state", "customer", "case")
_STEMS_KEPT = 50_000
_NAMES = ("title", "file_name")
_NUMBERS = ("registration_number", "receipt_number", "case_number")


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
        self._stem = lru_cache(_STEMS_KEPT)(self._analysed)
        self._wording = Wording(
            schema=self.layout.schema,
            exact=(("text", 1.0, self.stem), ("title", 2.0, self.stem)),
            whole="words",
            near=(("text", self.stem), ("words", str)),
            grams=("grams",),
        )

    def wording(self, access: Access) -> Wording:
        """The same for everyone: what differs is in `within`."""
        return self._wording

    def stem(self, word: str) -> str:
        """The stem of a folded word, as the index holds it."""
        return self._stem(word)

    def _analysed(self, word: str) -> str:
        stems = self.layout.analysers["stems"].analyze(regular(word))
        return str(stems[0]) if stems else word

    def written(self, thing: IndexedDocument) -> Any:
        """The document as tantivy takes it."""
        folded, title = fold(thing.text), fold(f"{thing.title} {thing.file_name}")
        mended = " ".join(mended_words(folded))
        document = tantivy.Document()
        document.add_text("text", regular(f"{folded} {mended}"))
        document.add_text("title", regular(title))
        document.add_text("words", f"{folded} {mended} {title}")
        document.add_text("grams", number_field([*_own_numbers(thing), *numbers_in(title), *numbers_in(folded)]))
        document.add_text("door", _door("", thing.mark))
        document.add_text("door", _door(thing.branch, thing.mark))
        for name, value in _raw_values(thing).items():
            document.add_text(name, value)
        document.add_unsigned("year", thing.received_on.year)
        document.add_unsigned("day", thing.received_on.toordinal())
        document.add_unsigned("newness", thing.received_on.toordinal() << 40 | thing.id)
        document.add_bytes("body", unicodedata.normalize("NFC", thing.text).encode())
        document.add_bytes("shown", as_json(replace(thing, text="")))
        return document

    def shown(self, stored: Any, access: Access) -> tuple[IndexedDocument, str]:
        """The document without its text, and its text."""
        values = json.loads(bytes(stored.get_first("shown")))
        values["received_on"] = date.fromisoformat(values["received_on"])
        values["numbers"] = tuple(values["numbers"])
        return IndexedDocument(**values), bytes(stored.get_first("body")).decode()

    def highlights(self, thing: IndexedDocument, text: str, wanted: Marker) -> tuple[Highlight, ...]:
        """The title and numbers where they answer, and the best piece of the text."""
        names = _NAMES + (_NUMBERS if wanted.numbers else ())
        found = [whole(name, value, wanted) for name in names if (value := getattr(thing, name))]
        return tuple(one for one in (*found, piece("text", text, wanted)) if one)

    def within(self, query: Query, asked: Asked, access: Access) -> list[Any]:
        """What the asker may see, and what the question narrows to."""
        schema = self.layout.schema
        filters = [one_of(schema, "door", _open_doors(access))]
        wanted = _wanted(query, asked)
        filters += [one_of(schema, name, sorted(values)) for name, values in wanted.items() if values]
        since = [*dates(asked.fields.get("since", ())), *([query.since] if query.since else [])]
        until = [*dates(asked.fields.get("until", ())), *([query.until] if query.until else [])]
        if since or until:
            first, last = max(since, default=date.min), min(until, default=date.max)
            filters.append(between(schema, "day", first.toordinal(), last.toordinal()))
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


def _door(branch: str, mark: str) -> str:
    """Branch and mark in one term, so that what the asker may see is one short list; no branch stands for any."""
    return f"{branch}\x1f{mark}"


def _open_doors(access: Access) -> list[str]:
    """The doors that stand open; none for someone of no branch."""
    branches = [""] if access.branches is None else sorted(access.branches - {""})
    return [_door(branch, mark) for branch in branches for mark in ("", *sorted(access.marks - {""}))]


def _wanted(query: Query, asked: Asked) -> dict[str, set[Any]]:
    """Field → the values asked for, by the fields of the question and by field words alike."""
    own = asked.fields
    return {
        "type": {*query.types, *own.get("type", ())},
        "branch": {*query.branches, *own.get("branch", ())},
        "channel": {*query.channels, *own.get("channel", ())},
        "state": {*query.states, *own.get("state", ())},
        "customer": {*([str(query.customer_id)] if query.customer_id else ()), *own.get("customer", ())},
        "case": {number_key(case) for case in (query.case_number, *own.get("case", ())) if case},
        "year": {*query.years, *map(int, own.get("year", ()))},
    }


def _own_numbers(thing: IndexedDocument) -> list[str]:
    own = (thing.case_number, thing.registration_number, thing.receipt_number, *thing.numbers)
    return [key for number in own if (key := number_key(number))]


def _raw_values(thing: IndexedDocument) -> dict[str, str]:
    values = {
        "branch": thing.branch,
        "type": thing.document_type,
        "channel": thing.channel,
        "state": thing.state,
        "customer": str(thing.customer_id or ""),
        "case": number_key(thing.case_number),
    }
    return {name: value for name, value in values.items() if value}
