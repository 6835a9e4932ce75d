"""What all our tantivy indexes share: how words are cut, and the fields that the writer needs."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tantivy
from tantivy import SchemaBuilder, TextAnalyzerBuilder, Tokenizer

from search.folding import WORD


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
