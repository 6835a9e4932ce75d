"""Tables of born-digital PDF pages: cell texts row by row, with the place of each table on the upright page.

pdfplumber costs some 50 ms a page and is pure Python, so PDFium first counts a page's rules: a page without any, or
with more than a form could have, is never given to it, and its time is bounded apart from the call's own.
"""

from __future__ import annotations

import gc
import logging
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from ctypes import byref, c_float
from pathlib import Path
from types import FrameType
from typing import Any

import pdfplumber
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from intake.limits import Limits
from intake.stages import Box, Table

FEWEST_RULES = 5
"""Two columns in one row have two lines across and three down."""
_SHORTEST_RULE_PT = 8.0
_MOST_OBJECTS = 20_000
_FORM_DEPTH = 2
_SHARE_OF_WORDS_CONFIRMED = 0.8
_AGAIN_S = 0.5  # a library may swallow the first interruption

logging.getLogger("pdfminer").setLevel(logging.CRITICAL)  # a stranger's file decides how much it grumbles


class _TimeUp(BaseException):
    """The time for tables has run out. No `Exception`, so that no library takes it for a flaw of the file."""


def rules_on(page: pdfium.PdfPage, limits: Limits) -> int:
    """How many straight lines and sides of rectangles the page has; 0 where they run one way only and make no grid.

    Stops counting once past `limits.table_rules`. Costs about a microsecond an object.
    """
    rules, across, down = 0, False, False
    sides = [c_float() for _ in range(4)]
    left, bottom, right, top = sides
    for path in _paths(page):
        rules += _straight_sides(path, limits.table_rules)
        if rules > limits.table_rules:
            return rules
        if pdfium_c.FPDFPageObj_GetBounds(path, *(byref(side) for side in sides)):
            across = across or right.value - left.value >= _SHORTEST_RULE_PT
            down = down or top.value - bottom.value >= _SHORTEST_RULE_PT
    return rules if across and down else 0


def _paths(page: pdfium.PdfPage) -> Iterator[Any]:
    """Every path on the page and in its forms, as PDFium's own handles."""
    waiting = [(page.raw, pdfium_c.FPDFPage_CountObjects, pdfium_c.FPDFPage_GetObject, 0)]
    seen = 0
    while waiting:
        holder, count, get, depth = waiting.pop()
        for index in range(count(holder)):
            seen += 1
            if seen > _MOST_OBJECTS:
                return
            item = get(holder, index)
            kind = pdfium_c.FPDFPageObj_GetType(item)
            if kind == pdfium_c.FPDF_PAGEOBJ_PATH:
                yield item
            elif kind == pdfium_c.FPDF_PAGEOBJ_FORM and depth < _FORM_DEPTH:
                waiting.append((item, pdfium_c.FPDFFormObj_CountObjects, pdfium_c.FPDFFormObj_GetObject, depth + 1))


def _straight_sides(path: Any, at_most: int) -> int:
    """Lines of a path; 0 for a drawing with curves, and its whole length unlooked at where that is over `at_most`."""
    segments = pdfium_c.FPDFPath_CountSegments(path)
    if segments > at_most:
        return int(segments)
    kinds = [
        pdfium_c.FPDFPathSegment_GetType(pdfium_c.FPDFPath_GetPathSegment(path, index)) for index in range(segments)
    ]
    return 0 if pdfium_c.FPDF_SEGMENT_BEZIERTO in kinds else kinds.count(pdfium_c.FPDF_SEGMENT_LINETO)


def tables_on(source: Path, texts: Mapping[int, str], limits: Limits) -> tuple[dict[int, tuple[Table, ...]], bool]:
    """The tables of the pages named, `texts` being their text layers by page number, and whether all were looked at.

    A table must have two rows and two columns, and its words must be in the page's text layer: PDFium's reading is
    the one that is judged. A page that pdfplumber cannot take has no tables. Main thread only (it sets a timer).
    """
    found: dict[int, tuple[Table, ...]] = {}
    wanted = sorted(texts)[: limits.table_pages]
    complete = len(wanted) == len(texts)
    ends_at = time.monotonic() + limits.table_wall_s
    with suppress(_TimeUp), _at_most(limits.table_cpu_s):
        try:
            for number, tables in _by_page(source, wanted, limits):
                if tables is not None:
                    found[number] = tuple(table for table in tables if _is_confirmed(table, texts[number]))
                if time.monotonic() > ends_at:
                    break
        except Exception:  # pdfminer fails on a stranger's file in any way it likes; the text is read all the same
            return found, False
    return found, complete and len(found) == len(wanted)


@contextmanager
def _at_most(cpu_s: float) -> Iterator[None]:
    """Raises _TimeUp in the body once it has computed for so long. SIGPROF: no clash with a wall-clock alarm."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise _TimeUp

    # What is raised while the collector runs somebody's clean-up is lost: it does not run meanwhile.
    collects = gc.isenabled()
    gc.disable()
    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, cpu_s, _AGAIN_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
        if collects:
            gc.enable()


def _by_page(source: Path, numbers: list[int], limits: Limits) -> Iterator[tuple[int, list[Table] | None]]:
    with pdfplumber.open(source, pages=numbers) as document:
        for page in document.pages:
            grids = page.find_tables()
            too_many = sum(len(grid.cells) for grid in grids) > limits.table_cells
            yield page.page_number, None if too_many else list(_tables(page, grids))
            page.close()


def _tables(page: Any, grids: list[Any]) -> Iterator[Table]:
    for grid in grids:
        rows = tuple(tuple(" ".join((cell or "").split()) for cell in row) for row in grid.extract())
        rows = tuple(row for row in rows if any(row))
        if len(rows) >= 2 and len(rows[0]) >= 2:
            yield Table(_box(page, grid.bbox), rows)


def _box(page: Any, corners: tuple[float, float, float, float]) -> Box:
    left, top, right, bottom = page.cropbox
    width, height = (right - left) or 1.0, (bottom - top) or 1.0
    x0, y0, x1, y1 = corners
    across = (_within((x0 - left) / width), _within((x1 - left) / width))
    along = (_within((y0 - top) / height), _within((y1 - top) / height))
    return Box(across[0], along[0], across[1], along[1])


def _within(fraction: float) -> float:
    return round(min(1.0, max(0.0, float(fraction))), 5)


def _is_confirmed(table: Table, text: str) -> bool:
    """Whether PDFium reads the same words: a font decoded otherwise, or a page counted otherwise, is no evidence."""
    squeezed = "".join(text.split())
    words = [word for row in table.rows for cell in row for word in cell.split()]
    return sum(word in squeezed for word in words) >= _SHARE_OF_WORDS_CONFIRMED * max(1, len(words))
