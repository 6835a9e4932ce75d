"""File names that strangers chose: made fit for show, and never used as a path."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from intake.limits import DEFAULT_LIMITS, Limits

_PERCENT_SEPARATOR = re.compile(r"%(2f|5c)", re.IGNORECASE)


def for_show(name: str, limits: Limits = DEFAULT_LIMITS) -> str:
    """The last component of a name, without control characters, direction marks, or separators; may be empty.

    For show only: two different originals may look the same.
    """
    plain = _PERCENT_SEPARATOR.sub("/", unicodedata.normalize("NFC", name)).replace("\\", "/")
    last = plain.rstrip("/").rsplit("/", 1)[-1]
    kept = "".join(" " if letter in "\t\r\n" else letter for letter in last if _may_show(letter))
    kept = re.sub(r" {2,}", " ", kept).strip(" .")
    return _shortened(kept, limits.name_chars)


def _may_show(letter: str) -> bool:
    return letter in "\t\r\n" or unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")


def _shortened(name: str, longest: int) -> str:
    if len(name) <= longest:
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > 10:
        return name[: longest - 1] + "…"
    return stem[: longest - len(extension) - 2] + "…." + extension


def safe_file(scratch: Path, stem: str, suffix: str = ".part") -> str:
    """A name of our own for a file in scratch that is not there yet."""
    name, count = stem + suffix, 1
    while (scratch / name).exists():
        count += 1
        name = f"{stem}_{count}{suffix}"
    return name
