"""What a reader answers: parts, their pages, and what the channel itself says. All of it JSON-able.

A file named here is a name in the call's scratch folder, never a path and never a name that a stranger chose.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from intake.stages import PartRole, Table, Word

Colour = Literal["bitonal", "gray", "colour"]
ENCRYPTED_TYPES = frozenset({"multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"})
"""Parts of a mail that are kept and can not be read."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A page as pixels, upright as far as the file itself says (EXIF, /Rotate), at its native resolution.

    `file` is a PBM, PGM or PPM when made for reading, a PNG or JPEG when made for show. `dpi` is None where the file
    does not say or says nonsense. `drawn` is True where we rendered the page and False where the scan came straight out.
    """

    file: str
    width_px: int
    height_px: int
    dpi: float | None
    colour: Colour
    drawn: bool
    dpi_down: float | None = None
    """Resolution from top to bottom where it differs from `dpi` (fax: 204 across, 98 down), else None."""


@dataclass(frozen=True, slots=True)
class PageContent:
    """One page: text that the file itself holds, and the picture where one was asked for.

    `text` is a text layer or markup text, None where the file has none; `words` have boxes where the file has a
    layout. `scanned` says that one picture covers the page, so a text layer on it is somebody's OCR.
    `drawable` is False for text without a page (mail, HTML, text files). `tables` are looked for on born-digital
    pages only, and only when pictures are asked for too.
    """

    number: int
    text: str | None = None
    words: tuple[Word, ...] = ()
    scanned: bool = False
    drawable: bool = False
    picture: Picture | None = None
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True, slots=True)
class PartContent:
    """One part of an arrival.

    `file` is the part's own bytes in scratch, None where the part is the file that was opened. `name` is fit for show,
    `original_name` is what the sender wrote. `trouble` is a stable word where the part could not be read.
    `quoted` is what a mail repeats of earlier mails.
    """

    role: PartRole
    name: str
    original_name: str
    media_type: str
    pages: tuple[PageContent, ...] = ()
    file: str | None = None
    size_bytes: int = 0
    substantive: bool = True
    trouble: str | None = None
    quoted: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the opening alone decides: the arrival is no letter (`rejected`) or a person must open it (`review`)."""

    outcome: Literal["rejected", "review"]
    reason: str


@dataclass(frozen=True, slots=True)
class Contents:
    """An opened file: its parts in reading order, the channel's facts, and a verdict where opening already decides.

    Facts (all optional): `from_address`, `from_name`, `to`, `subject`, `date`, `message_id`, `in_reply_to`, and of
    forms `form_id`, `submitted_at`, `topic`, `name`, `email`, `phone`, `account`, `contract`, `address`.
    `notes` are stable words on how it was read (`repaired`, `extension_lies`, `charset_guessed`,
    `tables_left_out`).
    """

    media_type: str
    parts: tuple[PartContent, ...]
    facts: Mapping[str, str] = field(default_factory=dict)
    verdict: Verdict | None = None
    notes: tuple[str, ...] = ()
