"""What a page picture is: grey, square pixels."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from archive.errors import Unreadable

Grey = NDArray[np.uint8]
Source = Image.Image | NDArray[Any] | Path | str

FAX_WIDTHS_PX = (1728, 2048, 2432)
"""Line lengths of group 3 facsimile for A4, B4 and A3. Source: ITU-T T.4, 2."""
MIDDLE_TONES = 0.2
PLAUSIBLE_DPI = (40.0, 1300.0)


@dataclass(frozen=True, slots=True)
class Picture:
    """Grey pixels (height, width), white 255. `two_tone`: the scanner knew only black and white."""

    grey: Grey
    two_tone: bool = False


def open_picture(source: Source, dpi: float | tuple[float, float] | None = None) -> Picture:
    """The picture with square pixels. A stored EXIF orientation is part of decoding and is applied.

    `dpi` wins over what the picture itself says. Raises: Unreadable (`damaged`) when it cannot be decoded.
    """
    if isinstance(source, str | Path):
        with _opened(source) as image:
            return open_picture(image, dpi)
    if isinstance(source, Image.Image):
        return _squared(_grey_of_image(source), _dpi_pair(dpi) or _dpi_pair(source.info.get("dpi")))
    return _squared(_grey_of_array(source), _dpi_pair(dpi))


def _opened(path: str | Path) -> Image.Image:
    try:
        return Image.open(path)
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise Unreadable("damaged", f"{Path(path).name} is not a picture that can be opened: {error}") from error


def _grey_of_image(image: Image.Image) -> Grey:
    try:
        upright = ImageOps.exif_transpose(image) or image
        if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
            clear = upright.convert("RGBA")
            upright = Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear)
        if upright.mode.startswith(("I", "F")):
            return _grey_of_array(np.asarray(upright))
        return np.ascontiguousarray(np.asarray(upright.convert("L"), dtype=np.uint8))
    except (OSError, ValueError, SyntaxError) as error:
        raise Unreadable("damaged", f"The page picture breaks off or is damaged: {error}") from error


def _grey_of_array(array: NDArray[Any]) -> Grey:
    if array.dtype == np.bool_:
        array = array.astype(np.uint8) * 255
    elif array.dtype != np.uint8:
        top = max(float(array.max(initial=0)), 1.0)
        array = (array.astype(np.float32).clip(0) * (255.0 / top)).astype(np.uint8)
    if array.ndim == 3:
        array = array[..., 0] if array.shape[2] < 3 else cv2.cvtColor(array[..., :3], cv2.COLOR_RGB2GRAY)
    return np.ascontiguousarray(array, dtype=np.uint8)


def _dpi_pair(dpi: Any) -> tuple[float, float] | None:
    """The resolution as (across, down), or None where it is missing or cannot be true."""
    if dpi is None:
        return None
    across, down = (float(dpi[0]), float(dpi[1])) if isinstance(dpi, tuple | list) else (float(dpi), float(dpi))
    low, high = PLAUSIBLE_DPI
    return (across, down) if low <= across <= high and low <= down <= high else None


def _squared(grey: Grey, dpi: tuple[float, float] | None) -> Picture:
    """Facsimile in standard resolution has half as many lines as dots across: stretch the coarser way."""
    height, width = grey.shape
    two_tone = _is_two_tone(grey)
    if (dpi is None or dpi[0] == dpi[1]) and two_tone and width in FAX_WIDTHS_PX and height < 0.8 * width:
        dpi = (204.0, 98.0)
    ratio = dpi[0] / dpi[1] if dpi else 1.0
    if 0.95 < ratio < 1.05:
        return Picture(grey, two_tone)
    size = (width, round(height * ratio)) if ratio > 1 else (round(width / ratio), height)
    stretched = cv2.resize(grey, size, interpolation=cv2.INTER_CUBIC)
    return Picture(np.asarray(stretched, np.uint8), two_tone)


def _is_two_tone(grey: Grey) -> bool:
    """Black and white only: few middle tones for the black there is, as a lossy copy of such a scan may have."""
    counts = np.cumsum(cv2.calcHist([grey[::2, ::2]], [0], None, [256], [0, 256]))
    dark, middle = float(counts[50]), float(counts[205] - counts[50])
    return dark > 0 and middle <= MIDDLE_TONES * dark
