"""ZIP archives as letters of several parts: each member a part to be opened, archives within archives included."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from archive.errors import LimitExceeded, Unreadable
from intake.limits import Limits
from intake.readers import zipped
from intake.readers.names import for_show, safe_file
from intake.readers.results import Contents, PartContent

MEDIA_TYPE = "application/zip"
_LITTER = ("__macosx/", ".ds_store", "thumbs.db", "desktop.ini")
_LOCAL_HEADER = b"PK\x03\x04"


def read(
    source: Path, scratch: Path, limits: Limits, media_type: str = MEDIA_TYPE, with_pictures: bool = False
) -> Contents:
    """Every member as a part with a file in scratch, not yet opened; the first is the letter, the others enclosures.

    Raises: LimitExceeded (`zip_bomb`, `depth`), Unreadable (`malformed`, `encrypted`, `empty`).
    """
    parts = tuple(_members(source, scratch, limits, zipped.Budget(limits), depth=1))
    if not parts:
        raise Unreadable("empty", "the archive holds no files")
    return Contents(MEDIA_TYPE, (replace(parts[0], role="letter"), *parts[1:]))


def _members(source: Path, scratch: Path, limits: Limits, budget: zipped.Budget, depth: int) -> Iterator[PartContent]:
    if depth > limits.depth:
        raise LimitExceeded("depth", f"archives lie more than {limits.depth} deep in one another")
    with zipped.opened(source, budget) as archive:
        for member in archive.infolist():
            if not member.is_dir() and not _is_litter(member.filename):
                yield from _member(archive, member, scratch, limits, budget, depth)


def _is_litter(name: str) -> bool:
    lowered = name.replace("\\", "/").lower()
    return lowered.startswith(_LITTER[0]) or lowered.rsplit("/", 1)[-1] in _LITTER[1:]


def _member(
    archive: zipfile.ZipFile,
    member: zipfile.ZipInfo,
    scratch: Path,
    limits: Limits,
    budget: zipped.Budget,
    depth: int,
) -> Iterator[PartContent]:
    content = zipped.unpacked(archive, member, budget)
    file = safe_file(scratch, "member")
    (scratch / file).write_bytes(content)
    if content.startswith(_LOCAL_HEADER) and _is_plain_zip(scratch / file):
        try:
            yield from _members(scratch / file, scratch, limits, budget, depth + 1)
            return
        except Unreadable:  # a damaged archive within stays one part, which its own opening will name
            pass
    name = _name_of(member)
    yield PartContent("enclosure", for_show(name, limits), name, "", file=file, size_bytes=len(content))


def _is_plain_zip(path: Path) -> bool:
    """Not an office document that happens to be a ZIP."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist()[:1000])
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False
    return not names & {"[Content_Types].xml", "mimetype", "META-INF/MANIFEST.MF"}


def _name_of(member: zipfile.ZipInfo) -> str:
    """The name, in cp866 where a Russian archiver wrote it without the UTF-8 flag."""
    if member.flag_bits & 0x800 or member.filename.isascii():
        return member.filename
    try:
        return member.filename.encode("cp437").decode("cp866")
    except UnicodeError:
        return member.filename
