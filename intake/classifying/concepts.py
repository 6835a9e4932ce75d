"""Concepts: classes of words and turns that mean the same, so that words never met in training still speak.

`concepts.yaml` lists them, both languages in one class. A pattern is one to four words; `*` ends a stem, `0` is any
number. Between the words of a pattern up to two others may stand.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import yaml

from intake.classifying.kinds import FOLDER
from intake.classifying.zones import Token

MAX_BETWEEN = 2
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Every worker reads the table at its start: ten times faster where PyYAML came with its C parser."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One way to say a concept: its words in order; `stem` tells for each whether any ending may follow."""

    concept: str
    words: tuple[str, ...]
    stem: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """A concept met: the index of its first and of its last token."""

    concept: str
    first: int
    last: int


def _pattern(concept: str, text: str) -> Pattern:
    words = re.sub("['’-]", " ", text.lower().replace("ё", "е")).split()
    return Pattern(concept, tuple(w.rstrip("*") for w in words), tuple(w.endswith("*") for w in words))


@cache
def _by_first_word() -> dict[str, list[Pattern]]:
    table = yaml.load((FOLDER / "concepts.yaml").read_text(encoding="utf-8"), _LOADER)  # noqa: S506 - both are safe
    found: dict[str, list[Pattern]] = {}
    for concept, texts in table.items():
        for text in texts:
            pattern = _pattern(concept, str(text))
            found.setdefault(pattern.words[0], []).append(pattern)
    return found


@cache
def _stem_lengths() -> tuple[int, ...]:
    return tuple(sorted({len(w) for w, patterns in _by_first_word().items() if any(p.stem[0] for p in patterns)}))


@lru_cache(maxsize=1 << 16)
def _candidates(form: str) -> tuple[Pattern, ...]:
    table = _by_first_word()
    found = list(table.get(form, ()))
    for length in _stem_lengths():
        if length >= len(form):
            break
        found += [p for p in table.get(form[:length], ()) if p.stem[0]]
    return tuple(found)


def _matches(form: str, word: str, stem: bool) -> bool:
    return form.startswith(word) if stem else form == word


def _last_token(pattern: Pattern, words: Sequence[Token], at: int) -> int | None:
    for word, stem in zip(pattern.words[1:], pattern.stem[1:], strict=True):
        ahead = range(at + 1, min(at + 2 + MAX_BETWEEN, len(words)))
        found = next((i for i in ahead if _matches(words[i].form, word, stem)), None)
        if found is None:
            return None
        at = found
    return at


def hits(words: Sequence[Token]) -> list[Hit]:
    """Every concept said by these words, in order of its first word."""
    found = []
    for at, token in enumerate(words):
        for pattern in _candidates(token.form):
            last = _last_token(pattern, words, at)
            if last is not None:
                found.append(Hit(pattern.concept, at, last))
    return found
