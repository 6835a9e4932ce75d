"""Single pictures: JPEG, PNG, GIF, WEBP, BMP, JPEG 2000. One file is one page; of an animation the first frame."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from archive.errors import Unreadable
from intake.limits import Limits
from intake.readers import pictures
from intake.readers.results import Contents, PageContent, PartContent, Picture

FORMATS = {
    "image/jpeg": ["JPEG", "MPO"],
    "image/png": ["PNG"],
    "image/gif": ["GIF"],
    "image/webp": ["WEBP"],
    "image/bmp": ["BMP", "DIB"],
    "image/jp2": ["JPEG2000"],
}


def load(source: Path, media_type: str, limits: Limits) -> Image.Image:
    """The decoded first frame, turned as EXIF says.

    Raises: LimitExceeded (`absurd_dimensions`), Unreadable (`truncated`, `undecodable_picture`).
    """
    with pictures.decoding(), Image.open(source, formats=FORMATS[media_type]) as image:
        pictures.check_size(*image.size, limits)
        image.load()
        return pictures.upright(image.copy())


def read(source: Path, scratch: Path, limits: Limits, media_type: str, with_pictures: bool = False) -> Contents:
    """The picture as one page; its pixels are decoded once to know that they can be."""
    image = load(source, media_type, limits)
    picture = pictures.write_scan(image, scratch, 1) if with_pictures else None
    page = PageContent(1, scanned=True, drawable=True, picture=picture)
    return Contents(media_type, (PartContent("letter", "", "", media_type, (page,)),))


def draw(
    source: Path,
    scratch: Path,
    limits: Limits,
    media_type: str,
    numbers: Sequence[int] | None = None,
    form: pictures.Form = "pnm",
    max_side_px: int | None = None,
) -> list[Picture]:
    """The page's picture, as a list of one.

    Raises: Unreadable (`no_such_page`) for any page but the first.
    """
    if numbers is not None and list(numbers) != [1]:
        raise Unreadable("no_such_page", f"a picture has page 1 only, not {list(numbers)}")
    return [pictures.write_scan(load(source, media_type, limits), scratch, 1, form, max_side_px)]
