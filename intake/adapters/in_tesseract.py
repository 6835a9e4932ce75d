"""Reads page pictures with tesseract, by pytesseract: one process for several pages, one thread a process."""

from __future__ import annotations

import csv
import os
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from itertools import chain, repeat
from pathlib import Path

import pytesseract

from archive.errors import EngineAway, EngineFailed, LimitExceeded
from intake.ocr.picture import Grey, Source, open_picture
from intake.ocr.reading import Layout, read_with
from intake.ocr.words import EngineWord
from intake.stages import PageReading

PAGE_LIMIT_S = 60.0
PAGES_AT_ONCE = 8
WORD_LEVEL = "5"
OPTIONS = "--oem 1 --dpi 200 -c tessedit_do_invert=0"
"""Light letters on dark are not looked for: it costs a tenth and found nothing."""
SEGMENTATION: dict[Layout, str] = {"column": "4", "block": "6", "line": "7"}
"""Columns and blocks keep the rows of a table together."""


class TesseractPageReader:
    """A `PageReader`. `languages` in tesseract's order: the first is tried first. `limit_s`: for one try at a page.

    `free_cores` is asked before several pages are read: over so many processes they are spread.
    """

    def __init__(
        self, languages: str = "rus+eng", limit_s: float = PAGE_LIMIT_S, free_cores: Callable[[], int] = lambda: 1
    ) -> None:
        self._languages = languages
        self._limit_s = limit_s
        self._free_cores = free_cores

    def read_page(
        self, picture: Source, dpi: float | tuple[float, float] | None = None, *, number: int = 1
    ) -> PageReading:
        """See `intake.ports.PageReader`."""
        return read_with(self._recognise, [open_picture(picture, dpi)], number)[0]

    def read_pages(
        self, pictures: Sequence[Source], dpis: Sequence[float | tuple[float, float] | None], *, first_number: int = 1
    ) -> tuple[PageReading, ...]:
        """See `intake.ports.PageReader`. At most `PAGES_AT_ONCE` pages are held and read at a time."""
        readings: list[PageReading] = []
        pages = list(zip(pictures, dpis, strict=True))
        for start in range(0, len(pages), PAGES_AT_ONCE):
            opened = [open_picture(picture, dpi) for picture, dpi in pages[start : start + PAGES_AT_ONCE]]
            readings += read_with(self._recognise, opened, first_number + start)
        return tuple(readings)

    def _recognise(self, pictures: Sequence[Grey], layout: Layout) -> list[tuple[EngineWord, ...]]:
        most = min(len(pictures), self._free_cores()) if len(pictures) > 1 else 1
        if most <= 1:
            return self._in_one(pictures, layout)
        shares = [pictures[len(pictures) * at // most : len(pictures) * (at + 1) // most] for at in range(most)]
        with ThreadPoolExecutor(most) as side_by_side:
            return list(chain(*side_by_side.map(self._in_one, shares, repeat(layout))))

    def _in_one(self, pictures: Sequence[Grey], layout: Layout) -> list[tuple[EngineWord, ...]]:
        os.environ["OMP_THREAD_LIMIT"] = "1"  # its own threads cost six times the processor time they save
        with tempfile.TemporaryDirectory(prefix="pages_") as folder:
            paths = [_handed(grey, Path(folder) / f"{at}.pgm") for at, grey in enumerate(pictures)]
            listed = Path(folder) / "pages.txt"
            listed.write_text("\n".join(map(str, paths)), encoding="utf-8")
            table = self._run(str(paths[0] if len(paths) == 1 else listed), len(paths), layout)
        return _words_by_page(table, len(paths))

    def _run(self, path: str, pages: int, layout: Layout) -> str:
        config = f"{OPTIONS} --psm {SEGMENTATION[layout]}"
        limit_s = self._limit_s * pages
        try:
            table = pytesseract.image_to_data(path, lang=self._languages, config=config, timeout=limit_s)
        except pytesseract.TesseractNotFoundError as error:
            raise EngineAway("tesseract is not installed: apt-get install tesseract-ocr") from error
        except pytesseract.TesseractError as error:
            raise EngineFailed(f"tesseract failed on a page ({error.status}): {error.message}") from error
        except RuntimeError as error:
            raise LimitExceeded("ocr_time", f"Reading {pages} page(s) took over {limit_s:.0f} s") from error
        return str(table)


def read_page(
    picture: Source, dpi: float | tuple[float, float] | None = None, languages: str = "rus+eng", number: int = 1
) -> PageReading:
    """One page read with tesseract as it is set by default; see `intake.ports.PageReader`."""
    return _reader(languages).read_page(picture, dpi, number=number)


@lru_cache(maxsize=8)
def _reader(languages: str) -> TesseractPageReader:
    return TesseractPageReader(languages)


def _handed(grey: Grey, path: Path) -> Path:
    """The picture as the plainest file there is: nothing to compress or to decode."""
    path.write_bytes(b"P5\n%d %d\n255\n" % (grey.shape[1], grey.shape[0]) + grey.tobytes())
    return path


def _words_by_page(table: str, pages: int) -> list[tuple[EngineWord, ...]]:
    """The words of tesseract's table (TSV), page by page, paragraphs numbered over each page."""
    words: list[list[EngineWord]] = [[] for _ in range(pages)]
    for row in csv.DictReader(table.split("\n"), delimiter="\t", quoting=csv.QUOTE_NONE):
        if row["level"] == WORD_LEVEL:
            words[int(row["page_num"]) - 1].append(_word(row))
    return [tuple(page) for page in words]


def _word(row: dict[str, str]) -> EngineWord:
    left, top, width, height = (float(row[name]) for name in ("left", "top", "width", "height"))
    paragraph = int(row["block_num"]) * 10_000 + int(row["par_num"])
    confidence = max(0.0, float(row["conf"]) / 100)
    text = row["text"] or ""
    return EngineWord(text, paragraph, int(row["line_num"]), left, top, left + width, top + height, confidence)
