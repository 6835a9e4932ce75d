"""Which part of a text speaks for itself: the title and the body, without what is quoted or appended.

All zones are spans of the text as given, so evidence can point back into it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice

LOOK_ALIKES = str.maketrans("abcehkmoptxy", "авсенкмортху")
_WORD = re.compile(r"[^\W\d_]+(?:-[ \t]*\n[ \t]*[^\W\d_]+)*|\d+")
_BROKEN = re.compile(r"-\s*\n\s*")
_APPENDIX = re.compile(
    r"^[ \t]*(?:приложени[ея]\s*(?:№|n|no|к\b|\d|:)|выписка из\b|annex\b|appendix\b|schedule\s*(?:\d|no|of\b)"
    r"|attachment\s*(?:no|\d)|enclosure\s*(?:no|\d)|extract from\b|excerpt from\b).{0,60}$",
    re.IGNORECASE | re.MULTILINE,
)
_QUOTED = re.compile(
    r"^[ \t]*(?:>|-{3,}\s*(?:original|forwarded|исходное|пересыла)|(?:from|от кого|от):[^\n]*@|"
    r"(?:on|в) [^\n]{8,80}(?:wrote|писал[аи]?|пишет):)",
    re.IGNORECASE | re.MULTILINE,
)
_ENOUGH_LETTERS = 40
_TITLE_LINES = 16
_TITLE_WORDS = 7


@dataclass(frozen=True, slots=True)
class Token:
    """One word or number: its folded form ("0" for any number) and its span in the text as given."""

    form: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Zones:
    """`body_end`: where the letter's own words end and appended or quoted ones begin."""

    body_end: int
    has_appendix: bool


def _letters(text: str) -> int:
    return sum(map(str.isalpha, text))


def _after_letters(text: str, count: int) -> int:
    """Where the first `count` letters have been passed; past the end where there are fewer."""
    letters = (at for at, sign in enumerate(text) if sign.isalpha())
    return next(islice(letters, count - 1, None), len(text))


def zones(text: str) -> Zones:
    """Where the letter's own words end. What is quoted or appended counts only where little stands before it."""
    enough_at = _after_letters(text, _ENOUGH_LETTERS)
    for pattern, appendix in ((_QUOTED, False), (_APPENDIX, True)):
        found = pattern.search(text, enough_at)
        if found:
            return Zones(found.start(), appendix)
    return Zones(len(text), False)


def _fold(word: str) -> str:
    low = word.lower().replace("ё", "е")
    if low.isascii() or not re.search("[а-я]", low):
        return low
    return low.translate(LOOK_ALIKES)


def tokens(text: str) -> list[Token]:
    """Words and numbers of a text in order; words broken by a hyphen at the line's end are joined."""
    found = []
    for match in _WORD.finditer(text):
        word = match.group()
        form = "0" if word[0].isdigit() else _fold(_BROKEN.sub("", word))
        found.append(Token(form, match.start(), match.end()))
    return found


def title_spans(text: str) -> list[tuple[int, int]]:
    """Spans of the short lines near the top that stand alone like a title: in capitals, or without a full stop."""
    spans = []
    at = 0
    for line in text.split("\n")[:_TITLE_LINES]:
        bare = line.strip()
        if bare and len(bare.split()) <= _TITLE_WORDS and bare[-1] not in ".,;:!?" and _letters(bare) > len(bare) * 0.6:
            spans.append((at, at + len(line)))
        at += len(line) + 1
    return spans
