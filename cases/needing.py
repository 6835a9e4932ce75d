"""Which of the documents that a case needs are there, and which step comes next. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from cases.types import CaseType, RequiredDocument, Stage

Standing = Literal["there", "named", "missing"]


@dataclass(frozen=True, slots=True)
class Held:
    """One letter of the case: its type, and all its words, the names of its enclosures among them."""

    document_id: int
    document_type: str
    text: str


@dataclass(frozen=True, slots=True)
class Need:
    """One required document. `there`: a letter is it; `named`: a letter speaks of it, so a person looks; else `missing`.

    `document_id` is that letter.
    """

    document: RequiredDocument
    standing: Standing
    document_id: int | None


def needs(type_: CaseType, letters: Sequence[Held]) -> list[Need]:
    """How each document that a case of this type needs stands, in the configuration's order."""
    return [_need(document, letters) for document in type_.required]


def next_stage(type_: CaseType, stage: str) -> Stage | None:
    """The step after this one; None at the last. A step that the configuration has lost is taken as the first."""
    codes = [one.code for one in type_.stages]
    place = codes.index(stage) if stage in codes else 0
    return type_.stages[place + 1] if place + 1 < len(codes) else None


def stage_before(type_: CaseType, stage: str) -> Stage | None:
    """The step before this one; None at the first, and for a step that the configuration has lost."""
    codes = [one.code for one in type_.stages]
    place = codes.index(stage) if stage in codes else 0
    return type_.stages[place - 1] if place else None


def _need(document: RequiredDocument, letters: Sequence[Held]) -> Need:
    for letter in letters:
        if letter.document_type in document.letters:
            return Need(document, "there", letter.document_id)
    for letter in letters:
        if any(_wording(words).search(_plain(letter.text)) for words in document.words):
            return Need(document, "named", letter.document_id)
    return Need(document, "missing", None)


@cache
def _wording(words: str) -> re.Pattern[str]:
    """These words one after another, each in any of its forms: the longer, the more of its end may differ."""
    forms = [rf"{re.escape(word[: max(4, len(word) - 2)])}\w{{0,{min(4, len(word) - 1)}}}" for word in _words(words)]
    return re.compile(r"\b" + r"\W+".join(forms) + r"\b", re.IGNORECASE)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", _plain(text))


def _plain(text: str) -> str:
    return text.replace("ё", "е").replace("Ё", "Е")
