"""Separator sheets: is this page nothing but a code that parts letters?

Most pages are told by a glance at their ink (a separator carries a block far denser than print); only the others are
searched for codes, first at half size, then at full size and mended in several ways.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import yaml
import zxingcpp
from numpy.typing import NDArray
from PIL import Image

from intake.opening import patch_codes
from intake.opening.page_ink import DPI, Gray, Ink

_DENSE_WINDOW_IN = 0.45
_DENSE_SHARE = 0.33
_MARGIN_IN = 0.12
_FACE_PX = (48, 64)


@dataclass(frozen=True, slots=True)
class Settings:
    """What `separators.yaml` says; the file explains each."""

    payload_prefixes: tuple[str, ...]
    formats: tuple[str, ...]
    patches: tuple[str, ...]
    max_print_share: float
    max_ink_share: float
    bare_code_is_separator: bool
    max_bare_print_share: float
    min_likeness: float


@dataclass(frozen=True, slots=True)
class Code:
    """A code on a page: what it says, and its box (left, top, right, bottom) as fractions of the page."""

    payload: str
    box: tuple[float, float, float, float]
    patch: bool = False


@cache
def settings(path: Path | None = None) -> Settings:
    """The settings in `path`, or those that ship with the product."""
    raw: dict[str, Any] = yaml.safe_load((path or Path(__file__).with_name("separators.yaml")).read_text("utf-8"))
    return Settings(
        payload_prefixes=tuple(str(prefix) for prefix in raw["payload_prefixes"]),
        formats=tuple(str(name) for name in raw["formats"]),
        patches=tuple(str(code) for code in raw["patches"]),
        max_print_share=float(raw["max_print_share"]),
        max_ink_share=float(raw["max_ink_share"]),
        bare_code_is_separator=bool(raw["bare_code_is_separator"]),
        max_bare_print_share=float(raw["max_bare_print_share"]),
        min_likeness=float(raw["min_likeness"]),
    )


def may_carry_code(ink: Ink) -> bool:
    """A glance: is there a block as dense as a code, on a page with little else?"""
    window = int(_DENSE_WINDOW_IN * DPI)
    density = cv2.boxFilter((ink.contrast >= 100).astype(np.float32), -1, (window, window))
    return bool(density.max() >= _DENSE_SHARE)


def find_code(image: Image.Image, gray: Gray, ink: Ink, chosen: Settings) -> Code | None:
    """The separator's code on this page, None where it is no separator. `gray` and `ink` are its far view."""
    if not may_carry_code(ink):
        return None
    patch = patch_codes.find_patch(ink.marks, ink.contrast)
    if patch is not None and patch.code in chosen.patches:
        height, width = gray.shape
        left, top, right, bottom = patch.box
        code = Code(f"PATCH-{patch.code}", (left / width, top / height, right / width, bottom / height), True)
        if _is_bare(ink, code, chosen.max_print_share, chosen.max_ink_share):
            return code
    if not _is_bare_enough_to_try(ink):
        return None
    for code in _codes_on(image, chosen):
        ours = _is_ours(code.payload, chosen)
        print_share = chosen.max_print_share if ours else chosen.max_bare_print_share
        if (ours or chosen.bare_code_is_separator) and _is_bare(ink, code, print_share, chosen.max_ink_share):
            return code
    return None


def _is_bare_enough_to_try(ink: Ink) -> bool:
    """A glance before the costly search: a full page of print is no separator, whatever code it carries."""
    return _print_share(ink.marks) <= 0.45


def _is_ours(payload: str, chosen: Settings) -> bool:
    plain = re.sub(r"[\s_]+", "-", payload.strip().upper())
    return any(plain.startswith(prefix.upper()) for prefix in chosen.payload_prefixes)


def _is_bare(ink: Ink, code: Code, max_print_share: float, max_ink_share: float) -> bool:
    """Nothing but the code, up to a few lines of print, whichever way up."""
    height, width = ink.marks.shape
    rest = ink.marks.copy()
    margin = int(_MARGIN_IN * DPI)
    left, top = int(code.box[0] * width) - margin, int(code.box[1] * height) - margin
    right, bottom = int(code.box[2] * width) + margin, int(code.box[3] * height) + margin
    rest[max(0, top) : bottom, max(0, left) : right] = False
    if code.patch:
        rest = _without_parallel_codes(rest)
    return float(rest.mean()) <= max_ink_share and _print_share(rest) <= max_print_share


def _without_parallel_codes(rest: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Patch sheets repeat the patch along other edges: long solid bars are not print."""
    long_bar = int(1.2 * DPI)
    ink = rest.astype(np.uint8)
    lying = np.asarray(cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((3, long_bar), np.uint8)), dtype=np.uint8)
    standing = np.asarray(cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((long_bar, 3), np.uint8)), dtype=np.uint8)
    bars = cv2.dilate(np.bitwise_or(lying, standing), np.ones((9, 9), np.uint8))
    return np.asarray(rest & (np.asarray(bars) == 0), dtype=np.bool_)


def _print_share(rest: NDArray[np.bool_]) -> float:
    """Share of the page that print covers: its marks, specks left out, grown together to words and lines."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(rest.astype(np.uint8), connectivity=8)
    measured = np.asarray(stats)
    kept = (measured[:, 4] >= 8) & (np.maximum(measured[:, 2], measured[:, 3]) >= 5)
    kept[0] = False
    if count == 1:
        return 0.0
    grown = cv2.morphologyEx(kept[labels].astype(np.uint8), cv2.MORPH_CLOSE, np.ones((13, 13), np.uint8))
    return float(np.asarray(grown).mean())


def _codes_on(image: Image.Image, chosen: Settings) -> Iterator[Code]:
    formats = zxingcpp.barcode_formats_from_str(",".join(chosen.formats))
    for picture in _tries(image):
        found = zxingcpp.read_barcodes(picture, formats=formats, try_rotate=True, try_invert=False)
        height, width = picture.shape[:2]
        codes = [Code(item.text, _box(item.position, width, height)) for item in found if item.text]
        if codes:
            yield from codes
            return


def _tries(image: Image.Image) -> Iterator[Gray]:
    """The page at half size, at full size, smoothed, and turned a little each way."""
    gray = np.asarray(image.convert("L"), dtype=np.uint8)
    if max(gray.shape) > 3600:
        gray = _halved(gray)
    yield _halved(gray)
    yield gray
    smooth = np.asarray(cv2.GaussianBlur(gray, (0, 0), 1.6), dtype=np.uint8)
    yield smooth
    yield np.asarray(cv2.medianBlur(gray, 5), dtype=np.uint8)
    for degrees in (3.0, -3.0, 6.0, -6.0):
        yield _turned(smooth, degrees)
    yield _averaged_along(gray, across=1, down=25)
    yield _averaged_along(gray, across=25, down=1)


def _halved(gray: Gray) -> Gray:
    return np.asarray(cv2.resize(gray, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _turned(gray: Gray, degrees: float) -> Gray:
    height, width = gray.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    return np.asarray(
        cv2.warpAffine(gray, matrix, (width, height), flags=cv2.INTER_LINEAR, borderValue=255), dtype=np.uint8
    )


def _averaged_along(gray: Gray, across: int, down: int) -> Gray:
    """Averaged along the bars of a barcode: noise in them cancels out."""
    return np.asarray(cv2.blur(gray, (across, down)), dtype=np.uint8)


def _box(position: Any, width: int, height: int) -> tuple[float, float, float, float]:
    corners = (position.top_left, position.top_right, position.bottom_right, position.bottom_left)
    across, down = [corner.x / width for corner in corners], [corner.y / height for corner in corners]
    return max(0.0, min(across)), max(0.0, min(down)), min(1.0, max(across)), min(1.0, max(down))


def face(ink: Ink) -> NDArray[np.float32]:
    """The page's face: a tiny blurred picture of its ink, zero mean, unit length, for comparing sheets."""
    blurred = cv2.GaussianBlur(ink.contrast, (0, 0), 6)
    tiny = np.asarray(cv2.resize(blurred, _FACE_PX, interpolation=cv2.INTER_AREA), dtype=np.float32)
    small = np.asarray(cv2.GaussianBlur(tiny, (0, 0), 1.2), dtype=np.float32)
    small = small - small.mean()
    return np.asarray(small / (float(np.linalg.norm(small)) or 1.0), dtype=np.float32)


def likeness(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """How alike two faces are, -1…1, whichever way up."""
    return max(float((one * other).sum()), float((one * other[::-1, ::-1]).sum()))
