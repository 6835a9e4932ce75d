"""Plain XML read as text: what stands in its elements, a line each."""

from __future__ import annotations

from pathlib import Path

from archive.errors import LimitExceeded, Unreadable
from intake.limits import Limits
from intake.readers import safe_xml
from intake.readers.results import Contents, PartContent
from intake.readers.text import checked, clean, markup_pages

MEDIA_TYPE = "application/xml"


def read(
    source: Path, scratch: Path, limits: Limits, media_type: str = MEDIA_TYPE, with_pictures: bool = False
) -> Contents:
    """The text. Raises: LimitExceeded (`xml_entity_bomb`, `depth`, `text_chars`), Unreadable (`malformed`, `empty`)."""
    if source.stat().st_size > 4 * limits.text_chars:
        raise LimitExceeded("text_chars", "the XML file is over the limit")
    root = safe_xml.parsed(source.read_bytes())
    pieces = (piece.strip() for piece in root.itertext())
    text = checked(clean("\n".join(piece for piece in pieces if piece)), limits)
    if not text:
        raise Unreadable("empty", "the XML file holds no text")
    return Contents(MEDIA_TYPE, (PartContent("letter", "", "", MEDIA_TYPE, markup_pages(text)),))
