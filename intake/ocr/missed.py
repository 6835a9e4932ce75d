"""Lines of text that the engine passed over: letters stand in a row, and no word covers them.

An engine's own confidence says nothing about what it never looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from intake.ocr.words import EngineWord

LEAST_LETTERS = 8
"""Fewer uncovered letters in a row may be a signature or a stamp."""
AROUND = 0.5
GAP = 4.0


@dataclass(frozen=True, slots=True)
class Strip:
    """A row of letters that no word covers, as a rectangle in pixels with room around it."""

    left: int
    top: int
    right: int
    bottom: int


def missed_lines(letters: NDArray[np.float64], words: Sequence[EngineWord], letter_height: float) -> tuple[Strip, ...]:
    """The rows of letters that no word covers, from the top. `letters`: centres (n, 2) in the pixels of the words."""
    if len(letters) == 0:
        return ()
    free = letters[~_covered(letters, words, AROUND * letter_height)]
    found: list[Strip] = []
    while len(free) >= LEAST_LETTERS:
        row = free[:, 1] <= free[:, 1].min() + letter_height
        run = _longest_run(free[row], GAP * letter_height)
        if len(run) >= LEAST_LETTERS:
            found.append(_around(run, letter_height))
        free = free[~row]
    return tuple(found)


def with_strip(words: Sequence[EngineWord], strip: Strip, inside: Sequence[EngineWord]) -> tuple[EngineWord, ...]:
    """The words of a page with those read in one strip of it put in where the strip lies, as a line of their own."""
    middle = (strip.top + strip.bottom) / 2
    lines = [list(line) for _, line in groupby(words, key=lambda word: (word.paragraph, word.line))]
    place = next((at for at, line in enumerate(lines) if min(word.top for word in line) > middle), len(lines))
    number = min((word.paragraph for word in words), default=0) - 1
    moved = [
        replace(
            word,
            paragraph=number,
            left=word.left + strip.left,
            right=word.right + strip.left,
            top=word.top + strip.top,
            bottom=word.bottom + strip.top,
        )
        for word in inside
    ]
    return tuple(word for line in [*lines[:place], moved, *lines[place:]] for word in line)


def _covered(letters: NDArray[np.float64], words: Sequence[EngineWord], around: float) -> NDArray[np.bool_]:
    covered = np.zeros(len(letters), np.bool_)
    x, y = letters.T
    for word in words:
        across = (x > word.left - around) & (x < word.right + around)
        covered |= across & (y > word.top - around) & (y < word.bottom + around)
    return covered


def _longest_run(row: NDArray[np.float64], gap: float) -> NDArray[np.float64]:
    """The most letters of a row that follow one another with no gap wider than the given one."""
    row = row[np.argsort(row[:, 0])]
    return max(np.split(row, np.flatnonzero(np.diff(row[:, 0]) > gap) + 1), key=len)


def _around(run: NDArray[np.float64], letter_height: float) -> Strip:
    (left, top), (right, bottom) = run.min(axis=0), run.max(axis=0)
    aside, above = 1.5 * letter_height, 1.1 * letter_height
    return Strip(max(0, int(left - aside)), max(0, int(top - above)), int(right + aside) + 1, int(bottom + above) + 1)
