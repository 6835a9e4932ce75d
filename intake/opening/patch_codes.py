"""Patch codes: four long bars, wide or narrow, across a sheet that parts letters in the feeder.

Source: the patch code as scanners read it: narrow bars and all gaps 0.08 in, wide bars 0.20 in, bars 2 in or longer;
the six orders of two wide and two narrow bars are the codes 1, 2, 3, 4, 6 and T.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from intake.opening.page_ink import DPI, Mask

CODES = {"1100": "1", "1001": "2", "1010": "3", "0110": "4", "0011": "6", "0101": "T"}
"""Wide (1) and narrow (0) bars from the leading edge. 3 and T, 1 and 6 are one another upside down."""
_MIN_LENGTH_IN = 1.6
_WIDE_TO_NARROW = (1.7, 3.6)
_SAMPLES = 64


@dataclass(frozen=True, slots=True)
class Patch:
    """A patch code found: its name as the page lies, and its box (left, top, right, bottom) in pixels at `DPI`."""

    code: str
    box: tuple[int, int, int, int]


def find_patch(marks: Mask, contrast: NDArray[np.uint8]) -> Patch | None:
    """The patch code on a page, bars lying or standing; None where there is none."""
    dark = _closed(marks | (contrast >= 110))
    lying = _across(dark)
    if lying is not None:
        return lying
    standing = _across(np.ascontiguousarray(dark.T))
    if standing is None:
        return None
    left, top, right, bottom = standing.box
    return Patch(standing.code, (top, left, bottom, right))


def _closed(dark: Mask) -> Mask:
    """Pinholes that noise made in the bars are filled, gaps of 0.08 in stay open."""
    kernel = np.ones((3, 3), np.uint8)
    opened = cv2.morphologyEx(dark.astype(np.uint8), cv2.MORPH_OPEN, kernel)
    return cv2.morphologyEx(opened, cv2.MORPH_CLOSE, kernel).astype(bool)


def _across(dark: Mask) -> Patch | None:
    """Bars lying across: the same four runs in enough columns to be `_MIN_LENGTH_IN` long."""
    width = dark.shape[1]
    columns = np.linspace(2, width - 3, min(_SAMPLES * 2, max(8, width // 6))).astype(int)
    found: dict[str, list[tuple[int, int, int]]] = {}
    for column in columns:
        for order, top, bottom in _orders_in(dark[:, column]):
            found.setdefault(order, []).append((int(column), top, bottom))
    if not found:
        return None
    order, hits = max(found.items(), key=lambda item: len(item[1]))
    step_px = (columns[-1] - columns[0]) / max(1, len(columns) - 1)
    if len(hits) * step_px < _MIN_LENGTH_IN * DPI or not _is_straight(hits):
        return None
    box = min(h[0] for h in hits), min(h[1] for h in hits), max(h[0] for h in hits), max(h[2] for h in hits)
    return Patch(CODES[order], box)


def _is_straight(hits: list[tuple[int, int, int]]) -> bool:
    """The bars' tops lie on one line, at no more than 12 degrees."""
    columns, tops = np.array([hit[0] for hit in hits]), np.array([hit[1] for hit in hits])
    if np.ptp(columns) < 10:
        return False
    slope, offset = np.polyfit(columns, tops, 1)
    off = np.abs(tops - (slope * columns + offset))
    return abs(float(slope)) < 0.21 and float(np.percentile(off, 80)) < 0.06 * DPI


def _orders_in(column: NDArray[np.bool_]) -> list[tuple[str, int, int]]:
    """Every run of four bars with three narrow gaps in one column: their order, top and bottom."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], column.astype(np.int8), [0]))))
    starts, ends = edges[::2], edges[1::2]
    found = []
    for first in range(len(starts) - 3):
        bars = (ends - starts)[first : first + 4].astype(float)
        gaps = (starts[first + 1 : first + 4] - ends[first : first + 3]).astype(float)
        order = _order(bars, gaps)
        if order is not None:
            found.append((order, int(starts[first]), int(ends[first + 3])))
    return found


def _order(bars: NDArray[np.float64], gaps: NDArray[np.float64]) -> str | None:
    if bars.max() > 0.35 * DPI or bars.min() < 0.04 * DPI or gaps.min() < 0.03 * DPI or gaps.max() > 0.16 * DPI:
        return None
    middle = (bars.max() + bars.min()) / 2
    order = "".join("1" if bar > middle else "0" for bar in bars)
    if order not in CODES:
        return None
    wide, narrow = bars[bars > middle], bars[bars <= middle]
    ratio = wide.mean() / narrow.mean()
    even = np.ptp(wide) <= 0.35 * wide.mean() and np.ptp(narrow) <= 0.6 * narrow.mean() and np.ptp(gaps) <= 0.06 * DPI
    return order if _WIDE_TO_NARROW[0] <= ratio <= _WIDE_TO_NARROW[1] and even else None
