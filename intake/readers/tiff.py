"""TIFF, one or many pages: scans, faxes, and the odd ones (loops of directories, tiles, floats, old JPEG)."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from pathlib import Path

from PIL import Image, TiffImagePlugin

from archive.errors import LimitExceeded, Unreadable
from intake.limits import Limits
from intake.readers import pictures
from intake.readers.results import Contents, PageContent, PartContent, Picture

MEDIA_TYPE = "image/tiff"


def _check_whole(source: Path) -> None:
    """Raises: Unreadable (`truncated`) where the first directory lies beyond the end of the file.

    Source: TIFF 6.0, section 2 (header: byte order, 42, offset of the first directory); BigTIFF has 43 and 64 bits.
    """
    with source.open("rb") as file:
        head = file.read(16)
    if len(head) < 8:
        raise Unreadable("truncated", "the file ends within the TIFF header")
    order = "<" if head[:2] == b"II" else ">"
    (version,) = struct.unpack(order + "H", head[2:4])
    if version == 43 and len(head) < 16:
        raise Unreadable("truncated", "the file ends within the BigTIFF header")
    (offset,) = struct.unpack(order + "Q", head[8:16]) if version == 43 else struct.unpack(order + "I", head[4:8])
    if offset + 2 > source.stat().st_size:
        raise Unreadable("truncated", "the page directory lies beyond the end of the file")


def frames(source: Path, limits: Limits) -> Iterator[tuple[int, Image.Image]]:
    """Each page's number and its image, sizes checked, pixels not yet decoded; use one before taking the next.

    Raises: LimitExceeded (`pages`, `absurd_dimensions`), Unreadable (`truncated`, `undecodable_picture`).
    """
    _check_whole(source)
    with pictures.decoding():
        image = Image.open(source, formats=["TIFF"])
    if not isinstance(image, TiffImagePlugin.TiffImageFile):
        raise Unreadable("undecodable_picture", "not a TIFF after all")
    with image:
        number = 0
        while True:
            try:
                with pictures.decoding():
                    image.seek(number)
            except Unreadable as error:
                if number > 0 and isinstance(error.__cause__, EOFError):
                    return
                raise
            number += 1
            if number > limits.pages:
                raise LimitExceeded("pages", f"more than {limits.pages} pages")
            pictures.check_size(*image.size, limits)
            yield number, image


def decoded(image: Image.Image) -> Image.Image:
    """The current frame's pixels, upright; bilevel and gray stay as they are."""
    with pictures.decoding():
        image.load()
        return pictures.upright(image.copy())


def read(
    source: Path, scratch: Path, limits: Limits, media_type: str = MEDIA_TYPE, with_pictures: bool = False
) -> Contents:
    """Every page, each decoded once to know that it can be."""
    pages = []
    for number, frame in frames(source, limits):
        image = decoded(frame)
        picture = pictures.write_scan(image, scratch, number) if with_pictures else None
        pages.append(PageContent(number, scanned=True, drawable=True, picture=picture))
    return Contents(MEDIA_TYPE, (PartContent("letter", "", "", MEDIA_TYPE, tuple(pages)),))


def draw(
    source: Path,
    scratch: Path,
    limits: Limits,
    media_type: str = MEDIA_TYPE,
    numbers: Sequence[int] | None = None,
    form: pictures.Form = "pnm",
    max_side_px: int | None = None,
) -> list[Picture]:
    """Pictures of the pages named (all, where None), in the file's order.

    Raises: Unreadable (`no_such_page`) where one of them is not there.
    """
    wanted = None if numbers is None else set(numbers)
    drawn = [
        pictures.write_scan(decoded(frame), scratch, number, form, max_side_px)
        for number, frame in frames(source, limits)
        if wanted is None or number in wanted
    ]
    if wanted is not None and len(drawn) != len(wanted):
        raise Unreadable("no_such_page", f"pages {sorted(wanted)} are not all there")
    return drawn
