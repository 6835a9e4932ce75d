"""What looking at pages and splitting answer. JSON-able; file names are names in the call's scratch folder."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PageLook:
    """What a page is. `separator` is the payload of its code (empty where told by likeness), None for other pages."""

    number: int
    blank: bool = False
    separator: str | None = None


@dataclass(frozen=True, slots=True)
class SplitLetter:
    """One letter's own bytes: a file in scratch, where it came from, and each page's digest (SHA-256, hex)."""

    file: str
    page_from: int
    page_to: int
    media_type: str
    size_bytes: int
    page_digests: tuple[str, ...]
