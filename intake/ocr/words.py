"""From the engine's words to a page's text: lines kept, boxes on the upright page, rubbish left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from intake.ocr.lookalikes import fold_line
from intake.stages import Box, Word

SURE = 0.6
"""A word without any letter or digit is kept only from this confidence on: specks read as dots and dashes."""


@dataclass(frozen=True, slots=True)
class EngineWord:
    """One word as the engine gives it: pixels of the picture it was handed, confidence 0…1.

    `paragraph` and `line` number the paragraphs of the page and the lines in them, in reading order.
    """

    text: str
    paragraph: int
    line: int
    left: float
    top: float
    right: float
    bottom: float
    confidence: float


def tidy(words: Iterable[EngineWord], letter_height: float) -> tuple[EngineWord, ...]:
    """The words that can be writing, with look-alike letters of the other alphabet folded back.

    A word of no confidence at all is kept: the engine often gives it to words that it read right.
    """
    kept = [word for word in words if word.text.strip() and not _is_rubbish(word, letter_height)]
    folded: list[EngineWord] = []
    for _, row in groupby(kept, key=lambda word: (word.paragraph, word.line)):
        line = list(row)
        texts = fold_line([word.text.strip() for word in line])
        folded += [replace(word, text=text) for word, text in zip(line, texts, strict=True)]
    return tuple(folded)


def set_text(words: Sequence[EngineWord], back: NDArray[np.float64]) -> tuple[str, tuple[Word, ...]]:
    """The page's text and its words: one line of text a line, paragraphs parted by an empty line."""
    pieces: list[str] = []
    placed: list[Word] = []
    length = 0
    for number, (_, paragraph) in enumerate(groupby(words, key=lambda word: word.paragraph)):
        for row, (_, line) in enumerate(groupby(paragraph, key=lambda word: word.line)):
            gap = "" if not number and not row else "\n" if row else "\n\n"
            for word in line:
                pieces.append(gap + word.text)
                placed.append(Word(word.text, length + len(gap), _box(word, back), word.confidence))
                length += len(gap) + len(word.text)
                gap = " "
    return "".join(pieces), tuple(placed)


def page_confidence(words: Sequence[EngineWord]) -> float:
    """Mean confidence of the words, each weighing as many as it has characters; 0.0 where there are none."""
    weight = sum(len(word.text) for word in words)
    return sum(word.confidence * len(word.text) for word in words) / weight if weight else 0.0


def _is_rubbish(word: EngineWord, letter_height: float) -> bool:
    written = any(char.isalnum() for char in word.text)
    tall = word.bottom - word.top > 8 * letter_height
    return word.confidence < SURE and (tall or not written)


def _box(word: EngineWord, back: NDArray[np.float64]) -> Box:
    corners = np.array(
        [[word.left, word.right, word.right, word.left], [word.top, word.top, word.bottom, word.bottom], [1, 1, 1, 1]]
    )
    mapped = back @ corners
    x, y = np.clip(mapped[:2] / mapped[2], 0.0, 1.0)
    return Box(float(x.min()), float(y.min()), float(x.max()), float(y.max()))
