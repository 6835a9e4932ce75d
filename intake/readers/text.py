"""Plain text, CSV included: charset found, control characters dropped, pages at form feeds."""

from __future__ import annotations

import re
from pathlib import Path

from archive.errors import LimitExceeded, Unreadable
from intake.limits import Limits
from intake.readers import charset
from intake.readers.results import Contents, PageContent, PartContent

MEDIA_TYPE = "text/plain"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")


def clean(text: str) -> str:
    """The text without control and direction characters; tabs, line feeds and form feeds stay."""
    return _CONTROL.sub("", text)


def checked(text: str, limits: Limits) -> str:
    """The text as it is. Raises: LimitExceeded (`text_chars`)."""
    if len(text) > limits.text_chars:
        raise LimitExceeded("text_chars", f"{len(text)} characters of text are over the limit of {limits.text_chars}")
    return text


def markup_pages(text: str) -> tuple[PageContent, ...]:
    """Text without layout as pages, one for each form feed's worth; empty ones at the end dropped."""
    pieces = text.rstrip("\f\n ").split("\f")
    return tuple(PageContent(number, piece) for number, piece in enumerate(pieces, 1))


def read(
    source: Path, scratch: Path, limits: Limits, media_type: str = MEDIA_TYPE, with_pictures: bool = False
) -> Contents:
    """The text. Raises: Unreadable (`empty`), LimitExceeded (`text_chars`)."""
    if source.stat().st_size > 4 * limits.text_chars:
        raise LimitExceeded("text_chars", "the text file is over the limit")
    decoded = charset.decode(source.read_bytes())
    text = checked(clean(decoded.text), limits)
    if not text.strip():
        raise Unreadable("empty", "the text file holds no text")
    pages = markup_pages(text)
    if len(pages) > limits.pages:
        raise LimitExceeded("pages", f"{len(pages)} pages are over the limit of {limits.pages}")
    notes = ("charset_guessed",) if decoded.guessed else ()
    return Contents(media_type, (PartContent("letter", "", "", media_type, pages),), notes=notes)
