"""The stems that every index holds and every highlight is found by: one stemmer, tantivy's, whatever the engine."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

from search.folding import WORD, regular

_STEMS_KEPT = 50_000


def stemming() -> Any:
    """Russian and English stems chained: each leaves the other's alphabet alone, so one field holds mixed text."""
    words = TextAnalyzerBuilder(Tokenizer.regex(WORD))
    return words.filter(Filter.stemmer("russian")).filter(Filter.stemmer("english")).build()


_STEMMING = stemming()


def stems(text: str) -> list[str]:
    """The stems of a folded and regular text, in order."""
    found: list[str] = _STEMMING.analyze(text)
    return found


@lru_cache(_STEMS_KEPT)
def stem(word: str) -> str:
    """The stem of a folded word."""
    found = stems(regular(word))
    return found[0] if found else word
