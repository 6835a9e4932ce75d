"""Which reader takes which media type. Adding a format is one module and one row here."""

from __future__ import annotations

READERS: dict[str, str] = {
    "application/pdf": "pdf",
    "image/tiff": "tiff",
    "image/jpeg": "image",
    "image/png": "image",
    "image/gif": "image",
    "image/webp": "image",
    "image/bmp": "image",
    "image/jp2": "image",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/rtf": "rtf",
    "text/html": "html_page",
    "text/plain": "text",
    "application/xml": "xml_file",
    "application/json": "form",
    "message/rfc822": "mail",
    "application/zip": "archive_file",
}
"""Media type → module of `intake.readers` with `read(source, scratch, limits, media_type, with_pictures)`."""

PAGED = frozenset({"pdf", "tiff", "image"})
"""Modules that also have `draw(source, scratch, limits, media_type, numbers, form, max_side_px)`."""


CUT = frozenset({"pdf", "tiff"})
"""Modules whose files `intake.opening.splitting` cuts in two."""


def can_be_cut(media_type: str) -> bool:
    """Whether letters can be cut out of a file of this type."""
    return READERS.get(media_type) in CUT


def has_pages(media_type: str) -> bool:
    """Whether a file of this type has pages that can be drawn."""
    return READERS.get(media_type) in PAGED
