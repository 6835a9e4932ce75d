"""The text layer of a PDF page: text in the file's order, words with boxes on the upright page."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from intake.limits import Limits
from intake.stages import Box, Word

Corners = tuple[float, float, float, float]
"""Left, bottom, right, top in the page's own units."""
_HYPHEN_AT_LINE_END = 0xFFFE  # how PDFium marks a hyphen that it believes to part one word


def upright_box(page: pdfium.PdfPage) -> Callable[[Corners], Box]:
    """A function from the page's own coordinates to fractions of the upright page, /Rotate and crop box applied."""
    left, bottom, right, top = page.get_cropbox()
    width, height = (right - left) or 1.0, (top - bottom) or 1.0
    rotation = page.get_rotation() % 360

    def turned(x: float, y: float) -> tuple[float, float]:
        across, down = (x - left) / width, (top - y) / height
        if rotation == 90:
            return 1 - down, across
        if rotation == 180:
            return 1 - across, 1 - down
        if rotation == 270:
            return down, 1 - across
        return across, down

    def box(corners: Corners) -> Box:
        (x0, y0), (x1, y1) = turned(corners[0], corners[3]), turned(corners[2], corners[1])
        xs, ys = sorted((_within(x0), _within(x1))), sorted((_within(y0), _within(y1)))
        return Box(round(xs[0], 5), round(ys[0], 5), round(xs[1], 5), round(ys[1], 5))

    return box


def _within(fraction: float) -> float:
    return min(1.0, max(0.0, fraction))


def _characters(textpage: pdfium.PdfTextPage) -> Iterator[tuple[str, Corners | None]]:
    sides = [ctypes.c_double() for _ in range(4)]
    left, right, bottom, top = sides
    references = [ctypes.byref(side) for side in sides]
    for index in range(textpage.count_chars()):
        code = pdfium_c.FPDFText_GetUnicode(textpage, index)
        if code == _HYPHEN_AT_LINE_END or code == 0x02:
            code = ord("-")
        if code in (0, 13) or 0xD800 <= code <= 0xDFFF or code > 0x10FFFF:
            continue
        placed = pdfium_c.FPDFText_GetCharBox(textpage, index, *references)
        corners = (left.value, bottom.value, right.value, top.value) if placed else None
        yield chr(code), corners


def text_and_words(page: pdfium.PdfPage, limits: Limits) -> tuple[str, tuple[Word, ...]]:
    """The page's text and its words; no words where there are more than `limits.words_per_page`."""
    textpage = page.get_textpage()
    to_box = upright_box(page)
    letters: list[str] = []
    words: list[Word] = []
    start, corners = 0, None
    for letter, place in _characters(textpage):
        if letter.isspace():
            _close_word(words, letters, start, corners, to_box)
            start, corners = len(letters) + 1, None
        else:
            corners = place if corners is None else _union(corners, place)
        letters.append(letter)
    _close_word(words, letters, start, corners, to_box)
    textpage.close()
    return "".join(letters), tuple(words) if len(words) <= limits.words_per_page else ()


def _union(one: Corners, other: Corners | None) -> Corners:
    if other is None:
        return one
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])


def _close_word(
    words: list[Word], letters: list[str], start: int, corners: Corners | None, to_box: Callable[[Corners], Box]
) -> None:
    if len(letters) > start:
        box = None if corners is None else to_box(corners)
        words.append(Word("".join(letters[start:]), start, box, 1.0))
