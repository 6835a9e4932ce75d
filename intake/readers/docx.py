"""Word documents (DOCX): headers, body in order with its tables and text boxes, notes, footers; pictures as parts.

Read by its own XML, not by a library that resolves links: nothing outside the file is ever looked at.
Source: ECMA-376 part 1, WordprocessingML.
"""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from archive.errors import LimitExceeded, Unreadable
from intake.limits import Limits
from intake.readers import safe_xml, zipped
from intake.readers.names import for_show, safe_file
from intake.readers.results import Contents, PartContent
from intake.readers.text import checked, clean, markup_pages

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
_SKIPPED = frozenset(
    {"del", "moveFrom", "delText", "instrText", "pPr", "rPr", "sectPr", "tblPr", "tcPr", "trPr", "fldData"}
)
_PICTURES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".gif", ".bmp", ".webp")


def read(
    source: Path, scratch: Path, limits: Limits, media_type: str = MEDIA_TYPE, with_pictures: bool = False
) -> Contents:
    """The text as one page, and each embedded picture as an enclosure to be opened.

    Raises: LimitExceeded (`docx_bomb`, `xml_entity_bomb`, `text_chars`, `parts`), Unreadable (`malformed`, `encrypted`).
    """
    try:
        with zipped.opened(source, budget := zipped.Budget(limits)) as archive:
            text = checked(clean(_text(archive, budget)), limits)
            enclosures = tuple(_pictures(archive, budget, scratch, limits))
            embeds = any(_is_foreign(name) for name in archive.namelist())
    except LimitExceeded as error:
        if error.reason == "zip_bomb":
            raise LimitExceeded("docx_bomb", f"the document swells: {error}") from error
        raise
    if not text.strip() and not enclosures:
        reason = "unsupported_content" if embeds else "empty"
        raise Unreadable(reason, "the document holds neither text nor pictures that can be taken out")
    letter = PartContent("letter", "", "", MEDIA_TYPE, markup_pages(text), substantive=bool(text.strip()))
    return Contents(MEDIA_TYPE, (letter, *enclosures))


def _is_foreign(name: str) -> bool:
    """Something that Word shows as part of the document and that is not WordprocessingML."""
    return "/embeddings/" in name or name.lower().endswith((".html", ".htm", ".mht", ".rtf", ".txt", ".docx"))


def _main_part(archive: zipfile.ZipFile) -> str:
    names = archive.namelist()
    for name in names:
        if name.lower() == "word/document.xml":
            return name
    others = [name for name in names if name.startswith("word/document") and name.endswith(".xml")]
    if others:
        return others[0]
    raise Unreadable("malformed", "the document has no main part")


def _text(archive: zipfile.ZipFile, budget: zipped.Budget) -> str:
    main = _main_part(archive)
    body = _lines_of(archive, main, budget)
    others = sorted(name for name in archive.namelist() if posixpath.dirname(name) == posixpath.dirname(main))
    tops = [_lines_of(archive, name, budget) for name in others if posixpath.basename(name).startswith("header")]
    ends = [
        _lines_of(archive, name, budget)
        for name in others
        if posixpath.basename(name).startswith(("footnotes", "endnotes", "footer"))
    ]
    return "\n".join(piece for piece in [*_distinct(tops), body, *_distinct(ends)] if piece.strip())


def _distinct(pieces: list[str]) -> list[str]:
    return list(dict.fromkeys(piece for piece in pieces if piece.strip()))


def _lines_of(archive: zipfile.ZipFile, name: str, budget: zipped.Budget) -> str:
    content = zipped.member_bytes(archive, name, budget)
    if content is None or not name.endswith(".xml"):
        return ""
    pieces = list(_pieces(safe_xml.parsed(content, name)))
    lines = "".join(pieces).split("\n")
    return "\n".join(line.strip(" \t") for line in lines).strip("\n")


def _local(element: etree._Element) -> str:
    tag = element.tag
    if not isinstance(tag, str):
        return ""
    for space in (_W, _STRICT):
        if tag.startswith(space):
            return tag[len(space) :]
    return "Fallback" if tag.endswith("}Fallback") else ""


def _pieces(root: etree._Element) -> Iterator[str]:
    """Text, tabs and line ends in reading order; deleted and hidden text and drawings' fallbacks are left out."""
    skipping: etree._Element | None = None
    for event, element in etree.iterwalk(root, events=("start", "end")):
        name = _local(element)
        if skipping is not None:
            if event == "end" and element is skipping:
                skipping = None
            continue
        if event == "start" and (name in _SKIPPED or name == "Fallback" or (name == "r" and _is_hidden(element))):
            skipping = element
        elif event == "start" and name == "t":
            yield element.text or ""
        elif event == "start" and name in ("tab", "br", "cr", "noBreakHyphen"):
            yield {"tab": "\t", "noBreakHyphen": "-"}.get(name, "\n")
        elif event == "end" and name in ("p", "tr"):
            in_cell = name == "p" and (parent := element.getparent()) is not None and _local(parent) == "tc"
            yield " " if in_cell else "\n"
        elif event == "end" and name == "tc":
            yield "\t"


def _is_hidden(run: etree._Element) -> bool:
    for space in (_W, _STRICT):
        mark = run.find(f"{space}rPr/{space}vanish")
        if mark is not None:
            return mark.get(f"{space}val", "true") not in ("0", "false", "off")
    return False


def _pictures(archive: zipfile.ZipFile, budget: zipped.Budget, scratch: Path, limits: Limits) -> Iterator[PartContent]:
    media = [name for name in archive.namelist() if "/media/" in name and name.lower().endswith(_PICTURES)]
    if len(media) > limits.parts:
        raise LimitExceeded("parts", f"{len(media)} pictures are over the limit of {limits.parts}")
    for number, name in enumerate(sorted(media), 1):
        content = zipped.member_bytes(archive, name, budget) or b""
        file = safe_file(scratch, f"embedded_{number:04}")
        (scratch / file).write_bytes(content)
        yield PartContent("enclosure", for_show(name, limits), name, "", file=file, size_bytes=len(content))
