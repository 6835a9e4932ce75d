"""A page seen from far: its ink at about 100 dpi, free of uneven light, speckle, shadows at the edge and punch holes."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

DPI = 100.0
"""Resolution of everything in this module."""
_A4_LONG_SIDE_IN = 11.69
_LONGEST_SIDE_PX = 1700
INK_CONTRAST = 45
"""How much darker than the paper around it (of 255) ink is; print shining through from the back stays below 30, a faint pencil line does not."""
_BLOCK_PX = 48
_BLOCK_SAMPLES = 16

Gray = NDArray[np.uint8]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Ink:
    """`contrast`: how much darker than the paper each pixel is, 0…255. `marks`: the ink that somebody put there.

    `boxes`: left, top, width, height, area of each mark, one row a mark, pixels at `DPI`.
    """

    contrast: Gray
    marks: Mask
    boxes: NDArray[np.int32]

    @property
    def share(self) -> float:
        """Share of the page under marks."""
        return float(self.marks.mean())


def from_far(image: Image.Image, dpi: float | None = None, dpi_down: float | None = None) -> Gray:
    """The page in gray at about `DPI`; a page whose resolution nobody says is taken for A4."""
    across = dpi or max(image.size) / _A4_LONG_SIDE_IN
    down = dpi_down or across
    width, height = image.width * DPI / across, image.height * DPI / down
    shrink = min(1.0, _LONGEST_SIDE_PX / max(width, height))
    size = max(16, round(width * shrink)), max(16, round(height * shrink))
    gray = np.asarray(image.convert("L"))
    way = cv2.INTER_AREA if size[0] <= image.width else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(gray, size, interpolation=way), dtype=np.uint8)


def paper_under(gray: Gray) -> Gray:
    """How bright the paper is under each pixel: the bright tenth of each block, smoothed, never darker than half."""
    height, width = gray.shape
    rows, columns = max(1, height // _BLOCK_PX), max(1, width // _BLOCK_PX)
    even = cv2.resize(gray, (columns * _BLOCK_SAMPLES, rows * _BLOCK_SAMPLES), interpolation=cv2.INTER_NEAREST)
    sampled = even.reshape(rows, _BLOCK_SAMPLES, columns, _BLOCK_SAMPLES).swapaxes(1, 2).reshape(rows, columns, -1)
    nth = int(0.9 * sampled.shape[2])
    blocks = np.partition(sampled, nth, axis=2)[:, :, nth].astype(np.float32)
    blocks = np.maximum(blocks, float(np.percentile(blocks, 75)) * 0.6)
    smooth = cv2.resize(cv2.dilate(blocks, np.ones((3, 3))), (width, height), interpolation=cv2.INTER_LINEAR)
    return np.clip(smooth, 1, 255).astype(np.uint8)


def ink_of(gray: Gray) -> Ink:
    """The page's marks, from its far view."""
    paper = paper_under(gray)
    contrast = np.where(paper > gray, (paper.astype(np.int32) - gray) * 255 // paper, 0).astype(np.uint8)
    raw = (contrast >= INK_CONTRAST).astype(np.uint8)
    _, labels, measured, _ = cv2.connectedComponentsWithStats(raw, connectivity=8)
    stats = np.asarray(measured, dtype=np.int32)
    height, width = gray.shape
    keep = ~_litter(stats, width, height)
    keep[0] = False
    marks = keep[labels]
    return Ink(contrast, marks, stats[keep])


def _litter(boxes: NDArray[np.int32], width: int, height: int) -> Mask:
    """Which marks are speckle, a shadow or dark rim along an edge, or a punch hole near one."""
    left, top, across, down, area = boxes.T
    right, bottom = left + across, top + down
    near_edge_px = 0.02 * max(width, height)
    touches = (left <= 2) | (top <= 2) | (right >= width - 2) | (bottom >= height - 2)
    thin_or_long = (np.minimum(across, down) <= near_edge_px) | (np.maximum(across, down) > 0.5 * min(width, height))
    holes = _punch_holes(boxes, width, height)
    return np.asarray((area <= 3) | (touches & thin_or_long) | holes, dtype=np.bool_)


def _punch_holes(boxes: NDArray[np.int32], width: int, height: int) -> Mask:
    """Filled discs of 4–9 mm within 25 mm of an edge. Source: ISO 838 (holes of 6 mm, 12 mm from the edge)."""
    low, high, margin = 4 / 25.4 * DPI, 9 / 25.4 * DPI, 25 / 25.4 * DPI
    left, top, across, down, area = boxes.T
    sized = (across >= low) & (across <= high) & (down >= low) & (down <= high)
    round_enough = np.abs(across - down) <= 0.25 * np.maximum(across, down)
    filled = area / (across * down)
    from_side = np.minimum(left + across / 2, width - left - across / 2)
    from_top = np.minimum(top + down / 2, height - top - down / 2)
    near = np.minimum(from_side, from_top) <= margin
    return np.asarray(sized & round_enough & near & (filled >= 0.6) & (filled <= 0.95), dtype=np.bool_)


def lines_of(marks: Mask) -> int:
    """How many lines of marks the page has, from the top down (rows with ink, small gaps closed)."""
    rows = marks.sum(axis=1) >= 2
    closed = cv2.morphologyEx(rows.astype(np.uint8).reshape(-1, 1), cv2.MORPH_CLOSE, np.ones((3, 1), np.uint8)).ravel()
    return int(np.count_nonzero(np.diff(np.concatenate(([0], closed))) == 1))
