"""How a page lies: turned by a quarter, and skewed by a few degrees.

Both are read off the letters' boxes alone: letters stand in lines, so along the lines' direction their
feet fall on few heights. Source: W. Postl, US patent 4,723,297 (sum of squares of the projection).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from intake.ocr.ink import Ink

MOST_SKEW_DEG = 12.0
FEW_LETTERS = 8
MANY_LETTERS = 100
CLEARLY = 1.4


def lies_sideways(ink: Ink) -> bool:
    """Whether the lines of text run up or down instead of across."""
    letters = ink.letters[ink.in_lines]
    if len(letters) < FEW_LETTERS:
        return False
    _, across = _best_angle(_points(letters, sideways=False), ink.letter_height)
    _, along = _best_angle(_points(letters, sideways=True), ink.letter_height)
    return along > 1.1 * across


def skew_deg(ink: Ink) -> float:
    """By how many degrees the lines fall to the right (clockwise positive), 0.0 where they lie straight.

    Few letters make no lines: there an angle must be much better than none at all to be believed.
    """
    letters = ink.letters[ink.in_lines]
    if len(letters) < FEW_LETTERS:
        return 0.0
    points = _points(letters, sideways=False)
    angle, best = _best_angle(points, ink.letter_height)
    straight = _sharpness(points, 0.0, max(1.0, ink.letter_height / 3))
    sure = len(letters) > MANY_LETTERS or best > CLEARLY * straight
    return angle if sure else 0.0


def _points(letters: NDArray[np.int32], sideways: bool) -> NDArray[np.float64]:
    """The letters' feet, as (along, across) the supposed lines: below, or at the right for lines that run upwards."""
    x, y, width, height = letters.T.astype(np.float64)
    if sideways:
        return np.stack([-(y + height / 2), x + width / 2], axis=1)
    return np.stack([x + width / 2, y + height], axis=1)


def _best_angle(points: NDArray[np.float64], letter_height: float) -> tuple[float, float]:
    coarse = np.arange(-MOST_SKEW_DEG, MOST_SKEW_DEG + 0.01, 0.5)
    start = max(coarse, key=lambda angle: _sharpness(points, float(angle), max(1.0, letter_height / 3)))
    fine = start + np.arange(-0.6, 0.61, 0.1)
    scores = [_sharpness(points, float(angle), max(1.0, letter_height / 6)) for angle in fine]
    best = int(np.argmax(scores))
    return float(fine[best]), _sharpness(points, float(fine[best]), max(1.0, letter_height / 3))


def _sharpness(points: NDArray[np.float64], angle_deg: float, bin_px: float) -> float:
    """Sum of squares of the histogram of heights after turning the page back by the angle."""
    turn = math.radians(angle_deg)
    heights = points[:, 1] * math.cos(turn) - points[:, 0] * math.sin(turn)
    places = (heights - heights.min()) / bin_px
    counts = np.bincount(places.astype(np.int64)).astype(np.float64)
    soft = counts[:-1] + counts[1:] if len(counts) > 1 else counts
    return float((soft**2).sum())
