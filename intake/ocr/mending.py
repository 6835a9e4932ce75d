"""A page picture made readable: sheet pulled square, turned, straightened, light evened, specks gone, scaled.

What is already good is left as it is: a clean scan is only scaled and cropped to its ink.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from intake.ocr.blur import sharpened
from intake.ocr.ink import Ink, find_ink, ink_of, paper_of, shrunk
from intake.ocr.picture import Grey, Picture
from intake.ocr.sheet import find_sheet, square_up
from intake.ocr.specks import clean
from intake.ocr.upright import lies_sideways, skew_deg

LETTER_HEIGHT_PX = 20.0
"""Median letter height that the engine reads best and fast enough: between x-height and capitals."""
SCALES = (0.25, 4.0)
LEAST_SKEW_DEG = 0.25
MARGIN_LETTERS = 2.0
PAPER = 250
DARK_INK = 100
GRAIN = 0.2
"""What is lighter than this share of the ink's depth is the paper's grain."""
Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Mended:
    """A picture ready for the engine, and the way back.

    `back`: homography from its pixels to fractions of the upright page. `letter_height` in its pixels.
    `letters`: the centres (n, 2) of what stands in lines, in its pixels; none where there is nothing to read.
    """

    grey: Grey
    back: Matrix
    turned_deg: int
    skew_deg: float
    letter_height: float
    letters: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Laid:
    """A page picture lying upright (as far as known), with the way back to fractions of the upright page."""

    grey: Grey
    back: Matrix
    turned_deg: int
    ink: Ink
    two_tone: bool


def lay_upright(picture: Picture) -> Laid:
    """The picture with its lines running across, the sheet of a photograph pulled square.

    Whether it stands on its head cannot be seen from lines: that shows when it is read.
    """
    small, scale = shrunk(picture.grey)
    corners = find_sheet(small)
    grey, back = picture.grey, _to_fractions(picture.grey.shape)
    if corners is not None:
        forward, size = square_up(corners / np.float32(scale))
        flat = cv2.warpPerspective(grey, forward, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        grey = np.asarray(flat, np.uint8)
        back = back @ np.linalg.inv(forward)
    ink = ink_of(small, scale) if corners is None else find_ink(grey)
    if not lies_sideways(ink):
        return Laid(grey, back, 0, ink, picture.two_tone)
    grey, back = _turned(grey, back, 90)
    return Laid(grey, back, 90, find_ink(grey), picture.two_tone)


def mend(laid: Laid, letter_height_px: float = LETTER_HEIGHT_PX) -> Mended:
    """The laid page straightened, lit evenly, freed of specks, cropped to its ink, at the engine's letter height."""
    ink = laid.ink
    if len(ink.letters) == 0:
        return Mended(laid.grey[:1, :1], laid.back, laid.turned_deg, 0.0, 0.0, np.empty((0, 2)))
    skew = skew_deg(ink)
    skew = skew if abs(skew) >= LEAST_SKEW_DEG else 0.0
    height = ink.letter_height / ink.scale
    scale = min(max(letter_height_px / height, SCALES[0]), SCALES[1])
    grey, forward = _cropped(laid.grey if laid.two_tone else _even(laid.grey, ink), _extent(ink))
    grey, level = _straightened(clean(grey, height) if laid.two_tone else grey, skew, scale)
    sharp = sharpened(grey)
    sharp = _without_grain(grey, ink.depth) if sharp is grey and not laid.two_tone else sharp
    smaller = np.diag([sharp.shape[1] / grey.shape[1], sharp.shape[0] / grey.shape[0], 1.0])
    forward = smaller @ level @ forward
    letters = _centres(ink, forward)
    return Mended(
        sharp, laid.back @ np.linalg.inv(forward), laid.turned_deg, skew, height * scale * float(smaller[1, 1]), letters
    )


def _to_fractions(shape: tuple[int, ...]) -> Matrix:
    return np.diag([1 / shape[1], 1 / shape[0], 1.0])


def _turned(grey: Grey, back: Matrix, turn_deg: int) -> tuple[Grey, Matrix]:
    """Turned clockwise by quarters; the way back leads to fractions of the page turned alike."""
    quarter = np.array([[0, -1, 1], [1, 0, 0], [0, 0, 1]], float)
    around = np.linalg.matrix_power(quarter, turn_deg // 90)
    turned = np.ascontiguousarray(np.rot90(grey, -(turn_deg // 90)))
    there = np.linalg.inv(_to_fractions(turned.shape)) @ around @ _to_fractions(grey.shape)
    return turned, around @ back @ np.linalg.inv(there)


def _extent(ink: Ink) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of everything that is no speck, in full pixels, with a margin."""
    x, y, width, height = ink.letters.T
    margin = MARGIN_LETTERS * ink.letter_height
    edges = (x.min() - margin, y.min() - margin, (x + width).max() + margin, (y + height).max() + margin)
    left, top, right, bottom = (float(edge) / ink.scale for edge in edges)
    return left, top, right, bottom


def _centres(ink: Ink, forward: Matrix) -> NDArray[np.float64]:
    x, y, width, height = ink.letters[ink.in_lines].T / ink.scale
    mapped = forward @ np.stack([x + width / 2, y + height / 2, np.ones(len(x))])
    return np.asarray((mapped[:2] / mapped[2]).T, np.float64)


def _even(grey: Grey, ink: Ink) -> Grey:
    """The paper made white everywhere; left alone where it already is and the ink is dark."""
    if float(np.percentile(grey[::16, ::16], 20)) > 235 and ink.depth > DARK_INK:
        return grey
    return np.asarray(cv2.divide(grey, np.maximum(paper_of(grey), 1), scale=PAPER), np.uint8)


def _without_grain(grey: Grey, depth: float) -> Grey:
    """Faint ink made dark, and the paper's grain white: else the engine's threshold falls into the grain."""
    if depth > DARK_INK:
        return grey
    light, dark = PAPER - GRAIN * depth, PAPER - depth
    levels = np.clip((np.arange(256) - dark) * (255 / (light - dark)), 0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(grey, levels), np.uint8)


def _cropped(grey: Grey, extent: tuple[float, float, float, float]) -> tuple[Grey, Matrix]:
    left, top = max(0, int(extent[0])), max(0, int(extent[1]))
    part = grey[top : math.ceil(extent[3]), left : math.ceil(extent[2])]
    return part, np.array([[1, 0, -left], [0, 1, -top], [0, 0, 1]], float)


def _straightened(grey: Grey, skew: float, scale: float) -> tuple[Grey, Matrix]:
    """Scaled and turned back by the skew; with the matrix that did it."""
    height, width = grey.shape
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    sized = np.asarray(cv2.resize(grey, size, interpolation=way), np.uint8)
    forward = np.diag([size[0] / width, size[1] / height, 1.0])
    if skew == 0.0:
        return sized, forward
    level = np.vstack([cv2.getRotationMatrix2D((size[0] / 2, size[1] / 2), skew, 1.0), [0, 0, 1]])
    corners = level @ np.array([[0, size[0], 0, size[0]], [0, 0, size[1], size[1]], [1, 1, 1, 1]], float)
    low, high = corners[:2].min(axis=1), corners[:2].max(axis=1)
    level = np.array([[1, 0, -low[0]], [0, 1, -low[1]], [0, 0, 1]]) @ level
    room = (math.ceil(high[0] - low[0]), math.ceil(high[1] - low[1]))
    straight = cv2.warpAffine(sized, level[:2], room, flags=cv2.INTER_LINEAR, borderValue=255)
    return np.asarray(straight, np.uint8), level @ forward


def upside_down(mended: Mended) -> Mended:
    """The same page turned by a half."""
    height, width = mended.grey.shape
    half = np.array([[-1, 0, width], [0, -1, height], [0, 0, 1]], float)
    about = np.array([[-1, 0, 1], [0, -1, 1], [0, 0, 1]], float)
    return replace(
        mended,
        grey=np.ascontiguousarray(mended.grey[::-1, ::-1]),
        back=about @ mended.back @ half,
        turned_deg=(mended.turned_deg + 180) % 360,
        letters=np.array([width, height]) - mended.letters,
    )
