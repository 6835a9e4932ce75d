"""The sheet of paper in a photograph: found against what it lies on, and pulled square."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from intake.ocr.picture import Grey

SMALL_SIDE_PX = 400
LEAST_SHARE = 0.35
REACH = 0.35
"""How far into the picture, as a share of it, an edge of the sheet is looked for."""
STEP = 0.3
"""The paper is lighter than the table at its edge by at least this much, in natural logarithms of brightness."""
LEAST_AGREE = 0.6
Line = tuple[float, float]


def find_sheet(grey: Grey) -> NDArray[np.float32] | None:
    """The sheet's corners (4, 2) in pixels, clockwise from top left; None where the picture is all paper (a scan).

    The step from table to paper is looked for from each side inward, row by row and relative to the light
    there, so that a shadow across the sheet does not cut it.
    """
    scale = SMALL_SIDE_PX / max(grey.shape)
    if scale >= 1:
        return None
    size = (max(8, round(grey.shape[1] * scale)), max(8, round(grey.shape[0] * scale)))
    small = cv2.GaussianBlur(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), (0, 0), 1.5)
    light = np.log(small.astype(np.float32) + 4)
    sides = [_edge(view) for view in (light, light[:, ::-1], light.T, light.T[:, ::-1])]
    if any(side is None for side in sides):
        return None
    left, right, top, bottom = (side for side in sides if side is not None)
    height, width = small.shape
    right = (width - 1 - right[0], -right[1])
    bottom = (height - 1 - bottom[0], -bottom[1])
    crossings = [_crossing(left, top), _crossing(right, top), _crossing(right, bottom), _crossing(left, bottom)]
    corners = np.array(crossings, np.float32)
    if cv2.contourArea(corners) < LEAST_SHARE * height * width:
        return None
    return (corners / np.float32(scale)).astype(np.float32)


def square_up(corners: NDArray[np.float32]) -> tuple[NDArray[np.float64], tuple[int, int]]:
    """The homography from the photograph to the flat sheet, and the sheet's size (width, height) in pixels."""
    top, right, bottom, left = (float(np.linalg.norm(corners[i] - corners[(i + 1) % 4])) for i in range(4))
    width, height = round(max(top, bottom)), round(max(left, right))
    flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    return np.asarray(cv2.getPerspectiveTransform(corners, flat), np.float64), (width, height)


def _edge(light: NDArray[np.float32]) -> Line | None:
    """The sheet's edge seen from the left, as (offset, slope): column = offset + slope · row; None where there is none."""
    rows, columns = light.shape
    reach = int(columns * REACH)
    step = light[:, 6 : reach + 6] - light[:, :reach]
    middle = np.arange(rows // 8, rows - rows // 8)
    strong = step[middle] > STEP
    found = strong.any(axis=1)
    if found.mean() < LEAST_AGREE:
        return None
    first = strong.argmax(axis=1)
    peak = np.array([int(step[row, at : at + 8].argmax()) for row, at in zip(middle, first, strict=True)])
    return _line_through(middle[found].astype(np.float64), (first + peak + 3)[found].astype(np.float64), len(middle))


def _line_through(rows: NDArray[np.float64], columns: NDArray[np.float64], asked: int) -> Line | None:
    """A straight line through most of the points: those far off it are dropped, three times over."""
    near = np.abs(columns - np.median(columns)) < 40
    for tolerance_px in (12, 5, 2.5):
        if near.sum() < 0.5 * LEAST_AGREE * asked:
            return None
        slope, offset = np.polyfit(rows[near], columns[near], 1)
        near = np.abs(offset + slope * rows - columns) < tolerance_px
    return (float(offset), float(slope)) if near.sum() >= LEAST_AGREE * asked else None


def _crossing(upright: Line, level: Line) -> tuple[float, float]:
    """Where x = a + b·y meets y = c + d·x."""
    (a, b), (c, d) = upright, level
    x = (a + b * c) / (1 - b * d)
    return x, c + d * x
