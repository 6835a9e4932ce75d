"""One page read: mended, recognised once, checked, and read a second time only where the first was poor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from intake.ocr.mending import Laid, Mended, lay_upright, mend, upside_down
from intake.ocr.missed import Strip, missed_lines, with_strip
from intake.ocr.picture import Grey, Picture
from intake.ocr.words import EngineWord, page_confidence, set_text, tidy
from intake.stages import PageReading

Layout = Literal["column", "block", "line"]
Recognise = Callable[[Sequence[Grey], Layout], Sequence[tuple[EngineWord, ...]]]
"""The engine: for each grey picture its words. The pictures' letters are about `mending.LETTER_HEIGHT_PX` high.

`column`: lines of any size, one below the other; `block`: take everything for one block and pass nothing over;
`line`: one line and nothing else.
"""

POOR = 0.75
"""Page confidence below which a second try is worth its cost. Upright pages have .78 to .96, those on their head
.48 at most (150 pages, all kinds of scans, faxes and photographs)."""
LOW = 0.65
OTHER_LETTER_HEIGHT_PX = 26.0
MANY_LINES = 4
SURE_LINE = 0.5


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of one try. `missed`: lines of letters that no word covers."""

    mended: Mended
    words: tuple[EngineWord, ...]
    confidence: float
    missed: tuple[Strip, ...]

    @property
    def worth(self) -> float:
        """Better attempts have more: confidence, less a twentieth for each missed line."""
        return self.confidence - 0.05 * len(self.missed)


def read_with(recognise: Recognise, pictures: Sequence[Picture], first_number: int = 1) -> tuple[PageReading, ...]:
    """The pages as read by the engine, numbered from `first_number`. Raises what the engine raises.

    All pages are given to the engine at once, so that it loads its models once; second tries are made page by page.
    """
    laid = [lay_upright(picture) for picture in pictures]
    mended = [mend(page) for page in laid]
    written = [at for at, page in enumerate(mended) if len(page.letters)]
    found = recognise([mended[at].grey for at in written], "column") if written else []
    words = dict(zip(written, found, strict=True))
    return tuple(
        _reading(_best(recognise, laid[at], _judged(page, words[at])), first_number + at)
        if at in words
        else PageReading(first_number + at, "", (), "ocr", 1.0, page.turned_deg)
        for at, page in enumerate(mended)
    )


def _best(recognise: Recognise, laid: Laid, first: Attempt) -> Attempt:
    """The first try, or a better one where it was poor: on its head, then larger; or with its missed lines."""
    best = first
    if best.confidence < POOR:
        best = max(best, _attempt(recognise, upside_down(first.mended), "column"), key=lambda attempt: attempt.worth)
    if best.confidence < POOR:
        other = mend(laid, OTHER_LETTER_HEIGHT_PX)
        other = upside_down(other) if best.mended is not first.mended else other
        return max(best, _attempt(recognise, other, "block"), key=lambda attempt: attempt.worth)
    return _with_missed_lines(recognise, best) if best.missed else best


def _with_missed_lines(recognise: Recognise, attempt: Attempt) -> Attempt:
    """What was passed over read line by line; where that is much, the whole page read as one block."""
    if len(attempt.missed) > MANY_LINES:
        return max(attempt, _attempt(recognise, attempt.mended, "block"), key=lambda attempt: attempt.worth)
    mended, words = attempt.mended, attempt.words
    parts = [
        np.ascontiguousarray(mended.grey[part.top : part.bottom, part.left : part.right]) for part in attempt.missed
    ]
    for strip, found in zip(attempt.missed, recognise(parts, "line"), strict=True):
        inside = tidy(found, mended.letter_height)
        if page_confidence(inside) >= SURE_LINE:
            words = with_strip(words, strip, inside)
    missed = missed_lines(mended.letters, words, mended.letter_height)
    return Attempt(mended, words, page_confidence(words), missed)


def _attempt(recognise: Recognise, mended: Mended, layout: Layout) -> Attempt:
    return _judged(mended, recognise([mended.grey], layout)[0])


def _judged(mended: Mended, found: Sequence[EngineWord]) -> Attempt:
    words = tidy(found, mended.letter_height)
    missed = missed_lines(mended.letters, words, mended.letter_height)
    return Attempt(mended, words, page_confidence(words), missed)


def _reading(attempt: Attempt, number: int) -> PageReading:
    text, words = set_text(attempt.words, attempt.mended.back)
    mended = attempt.mended
    doubt = "lines_missed" if attempt.missed else "low_confidence" if attempt.confidence < LOW else None
    return PageReading(number, text, words, "ocr", attempt.confidence, mended.turned_deg, mended.skew_deg, doubt)
