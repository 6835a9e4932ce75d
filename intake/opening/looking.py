"""Looking at every page of a file, in the cell: is it a separator, is it blank?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from intake.limits import Limits
from intake.opening import blanks, page_ink, separators
from intake.opening.results import PageLook
from intake.readers import image, pdf, pdf_pictures, pictures, tiff

_LOOK_DPI = 200.0
"""Resolution at which a page without a scan is drawn to be looked at."""
_CHARS_OF_A_LETTER = 400
"""A drawn page with a text layer of this many characters is neither blank nor a separator: it need not be drawn."""


@dataclass(frozen=True, slots=True)
class _Seen:
    look: PageLook
    face: NDArray[np.float32] | None = None
    bare: bool = False


def look(source: Path, scratch: Path, limits: Limits, media_type: str, settings: str | None = None) -> list[PageLook]:
    """Every page of the file, in order. `settings` is the path of a separators file in place of ours.

    Raises: what the reader of the file raises. A page that cannot be drawn is taken for a page.
    """
    chosen = separators.settings(Path(settings) if settings else None)
    seen = [_seen(number, page, chosen) for number, page in _pages(source, limits, media_type)]
    known = [one.face for one in seen if one.look.separator is not None and one.face is not None]
    return [_by_likeness(one, known, chosen) for one in seen]


_Page = tuple[Image.Image, float | None, float | None] | None


def _pages(source: Path, limits: Limits, media_type: str) -> Iterator[tuple[int, _Page]]:
    """Each page's number and its pixels with their resolution; None for a page that need not be looked at."""
    if media_type == tiff.MEDIA_TYPE:
        for number, frame in tiff.frames(source, limits):
            yield number, (pictures.plain(tiff.decoded(frame)), *pictures.declared_dpi(frame))
    elif media_type == pdf.MEDIA_TYPE:
        yield from _pdf_pages(source, limits)
    else:
        loaded = image.load(source, media_type, limits)
        yield 1, (pictures.plain(loaded), *pictures.declared_dpi(loaded))


def _pdf_pages(source: Path, limits: Limits) -> Iterator[tuple[int, _Page]]:
    with pdf.opened(source, limits) as document:
        structure, _ = pdf.structure_of(source)
        for index in range(len(document)):
            page = document[index]
            layout = pdf_pictures.layout_of(page)
            textpage = page.get_textpage()
            written = layout.image_share < 0.5 and textpage.count_chars() >= _CHARS_OF_A_LETTER
            textpage.close()
            if written:
                yield index + 1, None
            else:
                pixels, dpi, _ = pdf.pixels(page, structure, index, limits, layout, drawn_dpi=_look_dpi(layout))
                yield index + 1, (pixels, dpi, None)
            page.close()


def _look_dpi(layout: pdf_pictures.Layout) -> float | None:
    return None if layout.image_share >= 0.5 else _LOOK_DPI


def _seen(number: int, page: _Page, chosen: separators.Settings) -> _Seen:
    if page is None:
        return _Seen(PageLook(number))
    pixels, dpi, dpi_down = page
    gray = page_ink.from_far(pixels, dpi, dpi_down)
    ink = page_ink.ink_of(gray)
    code = separators.find_code(pixels, gray, ink, chosen)
    if code is not None:
        return _Seen(PageLook(number, separator=code.payload), separators.face(ink))
    if separators.may_carry_code(ink):
        return _Seen(PageLook(number), separators.face(ink), bare=page_ink.lines_of(ink.marks) <= 20)
    return _Seen(PageLook(number, blank=blanks.is_blank(ink)))


def _by_likeness(one: _Seen, known: list[NDArray[np.float32]], chosen: separators.Settings) -> PageLook:
    """A bare page with a code that nothing could read, but with the face of a separator of this batch, is one."""
    if one.look.separator is not None or not one.bare or one.face is None or not known:
        return one.look
    best = max(separators.likeness(one.face, other) for other in known)
    return replace(one.look, separator="") if best >= chosen.min_likeness else one.look
