"""Page pictures: decoding with caps, and writing them in a form that is trivial to read back.

Pictures for reading are PBM, PGM or PPM: bare pixels behind a one-line header, so that whoever reads them later needs
no decoder that a stranger could aim at. Pictures for show are PNG or JPEG, made anew by us.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from PIL import Image, ImageOps, UnidentifiedImageError

from archive.errors import LimitExceeded, Unreadable
from intake.limits import Limits
from intake.readers.results import Colour, Picture

Form = Literal["pnm", "png", "jpeg"]
PLAUSIBLE_DPI = (50.0, 1300.0)
_SUFFIX: dict[str, str] = {"1": ".pbm", "L": ".pgm", "RGB": ".ppm"}
_COLOUR: dict[str, Colour] = {"1": "bitonal", "L": "gray", "RGB": "colour"}
# The size is checked by `check_size` before a pixel is decoded; Pillow's own limit would only warn.
Image.MAX_IMAGE_PIXELS = None


def check_size(width_px: int, height_px: int, limits: Limits) -> None:
    """Raises: LimitExceeded (`absurd_dimensions`) for more pixels than a page may have."""
    if width_px * height_px > limits.page_pixels or max(width_px, height_px) > 100_000:
        raise LimitExceeded("absurd_dimensions", f"a page of {width_px} × {height_px} pixels is over the limit")


@contextmanager
def decoding() -> Iterator[None]:
    """Turn what Pillow raises on a bad picture into our errors; what it merely warns of needs no attention."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except UnidentifiedImageError as error:
        raise Unreadable("unsupported_encoding", f"no decoder knows this picture: {error}") from error
    except Image.DecompressionBombError as error:
        raise LimitExceeded("absurd_dimensions", str(error)) from error
    except MemoryError as error:
        raise LimitExceeded("memory", "the picture asks for more memory than there is") from error
    except (OSError, SyntaxError, ValueError, EOFError, KeyError, TypeError, IndexError, AttributeError) as error:
        reason = "truncated" if "truncated" in str(error).lower() else "undecodable_picture"
        raise Unreadable(reason, f"the picture cannot be decoded: {error}") from error


def declared_dpi(image: Image.Image) -> tuple[float | None, float | None]:
    """What the file says of the resolution across and, where it differs by more than 5 %, down; None for nonsense."""
    try:
        across, down = (float(value) for value in image.info.get("dpi", (0, 0))[:2])
    except (TypeError, ValueError, ZeroDivisionError, IndexError):
        return None, None
    low, high = PLAUSIBLE_DPI
    if not (low <= across <= high and low <= down <= high):
        return None, None
    return round(across, 1), round(down, 1) if abs(across - down) > 0.05 * across else None


def plain(image: Image.Image) -> Image.Image:
    """The picture as `1`, `L` or `RGB` on white, whatever it came as."""
    if image.mode in _SUFFIX:
        return image
    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        return _stretched(image)
    if image.mode in ("RGBA", "RGBa", "LA", "La", "PA") or "transparency" in image.info:
        rgba = image.convert("LA" if image.mode == "La" else "RGBA").convert("RGBA")
        white = Image.new("RGBA", rgba.size, "white")
        return Image.alpha_composite(white, rgba).convert("RGB")
    if image.mode == "P":
        return _gray_if_gray(image.convert("RGB"))
    return image.convert("RGB")


def _stretched(image: Image.Image) -> Image.Image:
    floating = image.convert("F")
    extrema = floating.getextrema()
    low, high = float(extrema[0]), float(extrema[1])  # type: ignore[arg-type]
    span = (high - low) or 1.0
    return floating.point(lambda value: value * (255.0 / span) - low * 255.0 / span).convert("L")


def _gray_if_gray(image: Image.Image) -> Image.Image:
    colours = image.getcolors(256)
    if colours is not None and all(isinstance(c, tuple) and c[0] == c[1] == c[2] for _, c in colours):
        return image.convert("L")
    return image


def upright(image: Image.Image) -> Image.Image:
    """The picture turned as its EXIF orientation says."""
    return ImageOps.exif_transpose(image)


def write_picture(
    image: Image.Image,
    scratch: Path,
    number: int,
    *,
    dpi: float | None,
    dpi_down: float | None = None,
    drawn: bool,
    form: Form = "pnm",
    max_side_px: int | None = None,
) -> Picture:
    """Write the picture of this page (from 1) below `scratch`, in a file with its form's suffix."""
    image = plain(image)
    if max_side_px is not None and max(image.size) > max_side_px:
        scale = max_side_px / max(image.size)
        dpi, dpi_down = (None if value is None else value * scale for value in (dpi, dpi_down))
        image = image.convert("L") if image.mode == "1" else image
        image.thumbnail((max_side_px, max_side_px))
    if form == "jpeg" and image.mode == "1":
        image = image.convert("L")
    file = f"page_{number:04}" + (_SUFFIX[image.mode] if form == "pnm" else f".{form}")
    options = {"PNG": {"compress_level": 1}, "JPEG": {"quality": 85}}.get(form.upper(), {})
    image.save(scratch / file, "PPM" if form == "pnm" else form.upper(), **options)
    return Picture(file, image.width, image.height, dpi, _COLOUR[image.mode], drawn, dpi_down)


def write_scan(
    image: Image.Image, scratch: Path, number: int, form: Form = "pnm", max_side_px: int | None = None
) -> Picture:
    """Write a scanned page as `write_picture` does, at the resolution that its file declares.

    Raises: Unreadable (`undecodable_picture`).
    """
    dpi, dpi_down = declared_dpi(image)
    with decoding():
        return write_picture(
            image, scratch, number, dpi=dpi, dpi_down=dpi_down, drawn=False, form=form, max_side_px=max_side_px
        )
