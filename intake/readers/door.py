"""The one function that runs in the cell for every file: find out what it is, hand it to its reader."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import cast

from archive.errors import LimitExceeded, Unreadable
from intake import sniffing
from intake.limits import Limits
from intake.readers.registry import READERS
from intake.readers.results import Contents, PartContent
from intake.readers.verdicts import verdict_for


def read(
    source: Path,
    scratch: Path,
    limits: Limits,
    name: str,
    form_channel: bool = False,
    with_pictures: bool = False,
) -> Contents:
    """The file's contents by its true type; a file that its reader cannot read comes back with a verdict.

    Raises: Unreadable and LimitExceeded where not even its type can be told (`zero_bytes`, `executable`, `too_big`).
    """
    if source.stat().st_size > limits.arrival_bytes:
        raise LimitExceeded("too_big", f"the file is over the limit of {limits.arrival_bytes} bytes")
    sniffed = sniffing.sniff(source, name, form_channel)
    try:
        contents = _read(source, scratch, limits, sniffed.media_type, with_pictures)
    except (Unreadable, LimitExceeded) as error:
        part = PartContent("letter", "", "", sniffed.media_type, trouble=error.reason)
        contents = Contents(sniffed.media_type, (part,), verdict=verdict_for(error.reason))
    return replace(contents, notes=(*contents.notes, "extension_lies")) if sniffed.lies else contents


def _read(source: Path, scratch: Path, limits: Limits, media_type: str, with_pictures: bool) -> Contents:
    module = READERS.get(media_type)
    if module is None:
        raise Unreadable("unsupported_format", f"no reader takes {media_type}")
    reader = import_module(f"intake.readers.{module}")
    return cast(Contents, reader.read(source, scratch, limits, media_type, with_pictures))


def draw(
    source: Path,
    scratch: Path,
    limits: Limits,
    media_type: str,
    numbers: list[int] | None = None,
    form: str = "pnm",
    max_side_px: int | None = None,
) -> list[object]:
    """Pictures of the pages named; a type without pages answers none."""
    reader = import_module(f"intake.readers.{READERS[media_type]}")
    if not hasattr(reader, "draw"):
        return []
    return cast(list[object], reader.draw(source, scratch, limits, media_type, numbers, form, max_side_px))
