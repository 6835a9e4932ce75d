"""What all our tantivy indexes share: how words are cut, and the fields that the writer needs."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import tantivy
from tantivy import Filter, SchemaBuilder, TextAnalyzerBuilder, Tokenizer

from search.folding import WORD
from search.ports import IndexedCustomer, IndexedDocument


@dataclass(frozen=True)
class Layout:
    """A schema with its tokenizers. A new `version` asks for a reindex."""

    name: str
    version: int
    schema: Any
    analysers: dict[str, Any] = field(default_factory=dict)

    def opened(self, path: Path) -> Any:
        """The tantivy index in this directory, made if need be; tokenizers must be told at every open."""
        path.mkdir(parents=True, exist_ok=True)
        index = tantivy.Index(self.schema, str(path), reuse=True)
        for name, analyser in self.analysers.items():
            index.register_tokenizer(name, analyser)
        index.config_reader("manual")
        return index


def stemming() -> Any:
    """Russian and English stems chained: each leaves the other's alphabet alone, so one field holds mixed text."""
    words = TextAnalyzerBuilder(Tokenizer.regex(WORD))
    return words.filter(Filter.stemmer("russian")).filter(Filter.stemmer("english")).build()


def plain() -> Any:
    """Words as they are, folded before."""
    return TextAnalyzerBuilder(Tokenizer.regex(WORD)).build()


def pieces() -> Any:
    """What spaces part."""
    return TextAnalyzerBuilder(Tokenizer.whitespace()).build()


def keyed(schema: SchemaBuilder) -> SchemaBuilder:
    """The fields that `Pen` writes into every index."""
    schema.add_text_field("key", tokenizer_name="raw", index_option="basic")
    schema.add_unsigned_field("id", fast=True)
    schema.add_unsigned_field("rank", fast=True)
    schema.add_bytes_field("shown", stored=True)
    return schema


def as_json(thing: IndexedDocument | IndexedCustomer) -> bytes:
    """What is shown in a hit, as it is stored."""
    return _encoded({name: getattr(thing, name) for name in _NAMES[type(thing)]}).encode()


_encoded = json.JSONEncoder(ensure_ascii=False, default=str).encode
_NAMES: dict[type, tuple[str, ...]] = {
    kind: tuple(one.name for one in fields(kind)) for kind in (IndexedDocument, IndexedCustomer)
}
