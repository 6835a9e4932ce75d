"""Specks and scanner's lines, taken off a black-and-white picture before it is scaled.

Only done where a page shows many lone black dots: on a clean page the dots are full stops.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from intake.ocr.picture import Grey

BLACK = 128
LONE_DOTS_PER_MEGAPIXEL = 60.0
SPECK = 0.13
"""A speck's side at most, as a share of the letters' height; a full stop is about a fifth."""
LONG = 4.0
THIN = 0.3
Mask = NDArray[np.uint8]


def clean(grey: Grey, letter_height: float) -> Grey:
    """A black-and-white picture without specks, holes and long upright lines; the same object where it is clean."""
    ink = (grey < BLACK).astype(np.uint8)
    swept = _without_line(ink, letter_height)
    if _lone_dots(swept) * 1e6 > LONE_DOTS_PER_MEGAPIXEL * grey.size:
        swept = _without_specks(_filled(swept), letter_height)
    elif swept is ink:
        return grey
    return np.where(swept > 0, 0, 255).astype(np.uint8)


def _around(ink: Mask) -> Mask:
    """How many of the nine pixels around and including each one are black."""
    return np.asarray(cv2.boxFilter(ink, -1, (3, 3), normalize=False, borderType=cv2.BORDER_CONSTANT), np.uint8)


def _lone_dots(ink: Mask) -> int:
    """Black pixels alone or in pairs: a facsimile stretched to square pixels has its specks doubled."""
    crowd = cv2.dilate(cv2.multiply(_around(ink), ink), np.ones((3, 3), np.uint8))
    return int(((crowd <= 2) & (ink == 1)).sum())


def _filled(ink: Mask) -> Mask:
    """White dots inside strokes filled: at least six of the eight neighbours are black."""
    return np.asarray(ink | (_around(ink) >= 6), np.uint8)


def _without_specks(ink: Mask, letter_height: float) -> Mask:
    limit = max(2.0, (SPECK * letter_height) ** 2)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8, ltype=cv2.CV_32S)
    keep = (stats[:, cv2.CC_STAT_AREA] > limit).astype(np.uint8)
    keep[0] = 0
    return np.asarray(keep[labels], np.uint8)


def _without_line(ink: Mask, letter_height: float) -> Mask:
    """Without thin upright lines much longer than a letter; strokes that cross one are closed again."""
    length = max(12, round(LONG * letter_height))
    line = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((length, 1), np.uint8))
    if not line.any():
        return ink
    thick = cv2.morphologyEx(line, cv2.MORPH_OPEN, np.ones((1, max(3, round(THIN * letter_height))), np.uint8))
    thin = cv2.dilate(cv2.subtract(line, thick), np.ones((3, 3), np.uint8))
    rest = cv2.subtract(ink, thin)
    healed = cv2.morphologyEx(rest, cv2.MORPH_CLOSE, np.ones((1, 7), np.uint8))
    return np.asarray(cv2.max(rest, cv2.min(healed, thin)), np.uint8)
