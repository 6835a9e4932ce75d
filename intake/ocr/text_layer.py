"""Can a page's text layer be believed, or must its picture be read?

A layer may be garbage in many ways: a font without a table of letters, bytes taken for another encoding, letters
shifted, an old engine's rubbish, or a stamp over an unread scan. None of them is told by a list of bad signs
alone, so the question is turned round: do its words look like words, and do its letters follow one another
as letters do in Russian or English? A born-digital page passes by far; whatever fails is read anew.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise

from intake.stages import Word

LEAST_CHARACTERS = 40
"""Shorter layers may be a scanner's stamp; reading the picture of so short a page costs little."""
LEAST_WORDLIKE = 0.75
LEAST_USUAL_PAIRS = {"cyrillic": 0.90, "latin": 0.84}
"""Russian and English letters have .95 and more, other Latin languages .87, a tenth of wrong letters costs .08."""
MOST_LOST = 0.02
MOST_SPELLED_OUT = 0.6
LONGEST_MEAN_WORD = 18.0
MANY_PAIRS = 30
SAMPLE_CHARACTERS = 6000

_LOST = re.compile("[\ufffd\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ue000-\uf8ff]|\\(cid:[0-9]+\\)|\\?{2,}")
_GAP = re.compile("\\s+|[._·…–—-]{3,}")
_TRIM = "«»„“”\"'‘’`()[]{}<>.,;:!?…*•·—–-_|/\\№#§°%&+=~"
_CYRILLIC = "[А-ЯЁа-яё]"
_CYRILLIC_LETTER = re.compile(_CYRILLIC)
_LATIN = "[A-Za-zÀ-ÖØ-öø-ÿ]"
_WORD = re.compile(f"(?:{_CYRILLIC}+|{_LATIN}+)(?:[-'’.&/](?:{_CYRILLIC}+|{_LATIN}+))*")
_FIGURES = re.compile("(?:[A-ZА-ЯЁ]{1,4}[-–/.]?)?[0-9][0-9A-Za-zА-Яа-яё.,:/–−×x*+()№%°²³-]*")
_ADDRESS = re.compile(r"\S+@\S+\.\w+|(?:https?://|www\.)\S+|\+?[0-9(][0-9() -]+[0-9]")
_LETTERS = re.compile("[^\\W\\d_]{2,}")


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether the layer is good, and why not.

    `reason`: `too_little`, `letters_lost`, `spelled_out`, `run_together`, `no_words`, `unusual_letters`; None where good.
    `wordlike`: share of characters that stand in words and figures. `usual_pairs`: share of usual pairs of letters.
    """

    good: bool
    reason: str | None
    wordlike: float
    usual_pairs: float


def judge_text_layer(text: str, words: Sequence[Word] = ()) -> Judgement:
    """Judges the text layer of one page, about a millisecond. `words` stand in where the text itself is empty."""
    text = (text or " ".join(word.text for word in words))[:SAMPLE_CHARACTERS]
    tokens = [token for token in _GAP.split(text) if token]
    size = sum(map(len, tokens))
    wordlike, usual = _wordlike(tokens), _usual_pairs(text)
    reason = _first_fault(text, tokens, size, wordlike, usual)
    return Judgement(reason is None, reason, wordlike, usual)


def _first_fault(text: str, tokens: Sequence[str], size: int, wordlike: float, usual: float) -> str | None:
    if size < LEAST_CHARACTERS:
        return "too_little"
    if sum(len(lost.group()) for lost in _LOST.finditer(text)) > MOST_LOST * size:
        return "letters_lost"
    if sum(len(token) == 1 and token.isalpha() for token in tokens) > MOST_SPELLED_OUT * len(tokens):
        return "spelled_out"
    if size / len(tokens) > LONGEST_MEAN_WORD:
        return "run_together"
    if wordlike < LEAST_WORDLIKE:
        return "no_words"
    cyrillic = 2 * len(_CYRILLIC_LETTER.findall(text)) > sum(map(str.isalpha, text))
    return "unusual_letters" if usual < LEAST_USUAL_PAIRS["cyrillic" if cyrillic else "latin"] else None


def _wordlike(tokens: Sequence[str]) -> float:
    """The share of characters that stand in words, figures and addresses; marks that stand alone do not count."""
    good = bad = 0
    for token in tokens:
        bare = token.strip(_TRIM)
        if not bare:
            bad += len(token) > 2 and len(set(token)) > 1
        elif (_WORD.fullmatch(bare) and _cased(bare)) or _FIGURES.fullmatch(bare) or _ADDRESS.fullmatch(bare):
            good += len(bare)
            bad += max(0, len(token) - len(bare) - 3)
        else:
            bad += len(token)
    return good / (good + bad) if good + bad else 0.0


def _cased(word: str) -> bool:
    """Capitals stand first or throughout; a compound name may carry one or two more inside."""
    return word.isupper() or sum(char.isupper() for char in word[1:]) <= max(2, len(word) // 4)


def _usual_pairs(text: str) -> float:
    """The share of neighbouring letters, word ends too, that are usual; 1.0 where there are too few to tell."""
    usual = letter_pairs()
    pairs = [pair for word in _LETTERS.findall(text) for pair in pairwise(f" {word.lower()} ")]
    return sum(pair in usual for pair in pairs) / len(pairs) if len(pairs) >= MANY_PAIRS else 1.0


@lru_cache(maxsize=1)
def letter_pairs() -> frozenset[tuple[str, str]]:
    """The pairs of neighbouring letters found in plain Russian and English words; a blank is a word's end."""
    listed = (files("intake.ocr") / "plain_words.txt").read_text(encoding="utf-8").splitlines()
    words = [word for line in listed if not line.startswith("#") for word in line.split()]
    return frozenset(pair for word in words for pair in pairwise(f" {word} "))
