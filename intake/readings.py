"""The reading of a letter, kept as a rendition: JSON in the object store."""

from __future__ import annotations

import dataclasses
import io
import json
from collections.abc import Sequence
from typing import Any

from archive.ports import ObjectStore
from intake.stages import Box, PageReading, Table, Word

VERSION = 1
_LISTS = ("words", "tables")


@dataclasses.dataclass(frozen=True, slots=True)
class KeptPage:
    """A page as read, and where it stands: its part's place in the letter (from 0) and its number in that part."""

    reading: PageReading
    part: int
    part_page: int


def keep_reading(objects: ObjectStore, pages: Sequence[KeptPage]) -> tuple[str, int]:
    """Put a reading into the store; answers (digest, size in bytes). The same reading gives the same digest."""
    rows = [_page_as_json(page) for page in pages]
    body = json.dumps({"version": VERSION, "pages": rows}, ensure_ascii=False, separators=(",", ":"))
    return objects.put(io.BytesIO(body.encode()))


def load_pages(objects: ObjectStore, digest: str) -> tuple[KeptPage, ...]:
    """A reading out of the store, with where each page stands."""
    with objects.open(digest) as stream:
        record = json.load(stream)
    return tuple(_page_from_json(row) for row in record["pages"])


def load_reading(objects: ObjectStore, digest: str) -> tuple[PageReading, ...]:
    """A reading out of the store, pages only."""
    return tuple(page.reading for page in load_pages(objects, digest))


def _page_as_json(page: KeptPage) -> dict[str, Any]:
    reading = page.reading
    row = {
        field.name: getattr(reading, field.name) for field in dataclasses.fields(reading) if field.name not in _LISTS
    }
    # A list of short lists: words are most of a reading, and keys would be most of the words.
    row["words"] = [
        [word.text, word.start, round(word.confidence, 3), *(_corners(word.box) if word.box else ())]
        for word in reading.words
    ]
    if reading.tables:  # left out where there are none: readings from before tables were kept stay the same
        row["tables"] = [[_corners(table.box), table.rows] for table in reading.tables]
    return row | {"part": page.part, "part_page": page.part_page}


def _corners(box: Box) -> tuple[float, ...]:
    return tuple(round(value, 5) for value in (box.x0, box.y0, box.x1, box.y1))


def _page_from_json(row: dict[str, Any]) -> KeptPage:
    words = tuple(
        Word(text, start, Box(*corners) if corners else None, confidence)
        for text, start, confidence, *corners in row.pop("words")
    )
    tables = tuple(Table(Box(*corners), tuple(map(tuple, rows))) for corners, rows in row.pop("tables", ()))
    part, part_page = row.pop("part"), row.pop("part_page")
    return KeptPage(PageReading(words=words, tables=tables, **row), part, part_page)
