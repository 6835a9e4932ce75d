"""Blank backs: pages that nobody wrote on, though the scanner saw dust, shadows, holes or the other side's print."""

from __future__ import annotations

import numpy as np

from intake.opening.page_ink import Ink

MAX_INK_SHARE = 0.0006
"""Share of the page under marks of a blank: a single short line of print has .001 or more."""
MAX_LETTERS = 6
"""Marks of a letter's size that a blank may have; a page number alone does not make a page."""
_LETTER_PX = (5, 40)
_TALL_PX = 8


def is_blank(ink: Ink) -> bool:
    """Whether the page says nothing. In doubt it does: a blank kept costs a glance, a page dropped costs a letter."""
    letters = _letters(ink)
    if ink.share <= MAX_INK_SHARE and letters <= MAX_LETTERS:
        return True
    return _is_scattered_speckle(ink, letters)


def _letters(ink: Ink) -> int:
    if not len(ink.boxes):
        return 0
    high = ink.boxes[:, 3]
    return int(np.count_nonzero((high >= _LETTER_PX[0]) & (high <= _LETTER_PX[1])))


def _is_scattered_speckle(ink: Ink, letters: int) -> bool:
    """Many marks, but nearly all tiny, and spread evenly over the page as dust is, not in lines as print is."""
    count = len(ink.boxes)
    if count < 20 or ink.share > 0.01 or letters > 0.3 * count:
        return False
    if np.count_nonzero(ink.boxes[:, 3] >= _TALL_PX) > MAX_LETTERS:
        return False
    rows = ink.marks.sum(axis=1).astype(np.float64)
    bands = np.array([band.sum() for band in np.array_split(rows, 40)])
    return bool(bands.max() <= 4 * max(1.0, bands.mean()))
