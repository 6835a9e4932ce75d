"""HTML as a letter: the visible text, in the page's own charset."""

from __future__ import annotations

from pathlib import Path

from archive.errors import LimitExceeded, Unreadable
from intake.limits import Limits
from intake.readers import charset, markup
from intake.readers.results import Contents, PartContent
from intake.readers.text import checked, clean, markup_pages

MEDIA_TYPE = "text/html"


def read(
    source: Path, scratch: Path, limits: Limits, media_type: str = MEDIA_TYPE, with_pictures: bool = False
) -> Contents:
    """The visible text as one page. Raises: Unreadable (`empty`, `malformed`), LimitExceeded (`text_chars`)."""
    if source.stat().st_size > 4 * limits.text_chars:
        raise LimitExceeded("text_chars", "the HTML file is over the limit")
    content = source.read_bytes()
    decoded = charset.decode(content, markup.declared_charset(content))
    text, _ = markup.to_text(decoded.text)
    if not text.strip():
        raise Unreadable("empty", "the HTML file shows no text")
    pages = markup_pages(checked(clean(text), limits).replace("\f", "\n"))
    return Contents(MEDIA_TYPE, (PartContent("letter", "", "", MEDIA_TYPE, pages),))
