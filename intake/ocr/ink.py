"""Where the ink is: a small picture of the page, its letters and its lines of text.

Everything here works on a copy scaled to about 120 dots per inch, so it costs a few milliseconds a page.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from intake.ocr.picture import Grey

LONG_SIDE_PX = 1400
"""A4 at about 120 dpi: a letter of 10 points still is 8 pixels high."""
MIN_CONTRAST = 24
LETTER_HEIGHT_PX = (4, 70)


@dataclass(frozen=True, slots=True)
class Ink:
    """Ink of a page at small scale.

    `mask`: uint8 0/1, (height, width). `scale`: small pixels per pixel of the full picture.
    `letters`: int32 (n, 4) boxes x, y, width, height of what is as large as a letter, in small pixels.
    `in_lines`: bool (n,): the letter is not inside a round stamp, so it stands in a line of the page.
    `letter_height`: median height in small pixels; 0.0 where there are no letters.
    `depth`: by how many grey levels the darker ink is below the paper around it.
    """

    mask: NDArray[np.uint8]
    scale: float
    letters: NDArray[np.int32]
    in_lines: NDArray[np.bool_]
    letter_height: float
    depth: float


def find_ink(grey: Grey) -> Ink:
    """Ink of the picture: darker than the paper around it by a fair share of the contrast that the page has."""
    return ink_of(*shrunk(grey))


def ink_of(small: Grey, scale: float) -> Ink:
    """The same for a picture that `shrunk` has made small already."""
    depth = np.asarray(cv2.subtract(paper_of(small), small), np.uint8)
    dark = _dark(depth)
    limit = max(MIN_CONTRAST, 0.5 * dark)
    mask = (depth > limit).astype(np.uint8)
    boxes = _components(mask)
    letters = _letters(boxes)
    in_lines = _outside_stamps(letters, boxes)
    height = float(np.median(letters[in_lines, 3])) if len(letters) else 0.0
    return Ink(mask, scale, letters, in_lines, height, max(dark, float(MIN_CONTRAST)))


def paper_of(grey: Grey) -> Grey:
    """The paper's brightness without the writing, same size: the lightest around, smoothed."""
    factor = 8
    height, width = grey.shape
    coarse = cv2.resize(grey, (max(1, width // factor), max(1, height // factor)), interpolation=cv2.INTER_AREA)
    lightest = cv2.morphologyEx(coarse, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    full = cv2.resize(
        cv2.GaussianBlur(cv2.medianBlur(lightest, 5), (0, 0), 1), (width, height), interpolation=cv2.INTER_LINEAR
    )
    return np.asarray(full, np.uint8)


def shrunk(grey: Grey) -> tuple[Grey, float]:
    """The picture at about 120 dpi, and small pixels per pixel; the picture itself where it is no larger."""
    scale = LONG_SIDE_PX / max(grey.shape)
    if scale >= 1:
        return grey, 1.0
    size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8), scale


def _dark(depth: Grey) -> float:
    """How deep the darker part of the ink is: the 90th percentile of all that stands out at all."""
    counts = np.cumsum(cv2.calcHist([depth], [0], None, [256], [0, 256])[MIN_CONTRAST:])
    return float(MIN_CONTRAST + np.searchsorted(counts, 0.9 * counts[-1])) if counts[-1] else 0.0


def _components(mask: NDArray[np.uint8]) -> NDArray[np.int32]:
    """Boxes x, y, width, height, area of all connected ink."""
    stats = cv2.connectedComponentsWithStats(mask, connectivity=8, ltype=cv2.CV_32S)[2]
    return np.asarray(stats[1:], np.int32)


def _letters(boxes: NDArray[np.int32]) -> NDArray[np.int32]:
    width, height, area = boxes[:, 2], boxes[:, 3], boxes[:, 4]
    low, high = LETTER_HEIGHT_PX
    fit = (height >= low) & (height <= high) & (width >= 2) & (width <= 3 * high) & (area >= 8)
    fit &= (width <= 12 * height) & (height <= 8 * width)
    candidates = boxes[fit, :4]
    if len(candidates) == 0:
        return candidates
    sizes = np.maximum(candidates[:, 2] * 0.8, candidates[:, 3])
    middle = float(np.median(sizes))
    return np.asarray(candidates[(sizes > 0.5 * middle) & (sizes < 3.0 * middle)], np.int32)


def _outside_stamps(letters: NDArray[np.int32], boxes: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Which letters stand outside every round stamp; all of them where nothing else would be left."""
    outside = np.ones(len(letters), np.bool_)
    if len(letters) == 0:
        return outside
    middle = float(np.median(letters[:, 3]))
    width, height = boxes[:, 2], boxes[:, 3]
    round_ones = (width > 6 * middle) & (width < 40 * middle) & (height > 0.7 * width) & (height < 1.4 * width)
    for x, y, wide, high, _ in boxes[round_ones]:
        inside = (letters[:, 0] >= x) & (letters[:, 0] + letters[:, 2] <= x + wide)
        outside &= ~(inside & (letters[:, 1] >= y) & (letters[:, 1] + letters[:, 3] <= y + high))
    return outside if outside.any() else ~outside
