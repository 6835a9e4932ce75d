"""OpenDocument texts (ODT): header, body in order with its tables, footer; pictures as parts.

Source: OASIS OpenDocument 1.3, part 3.
"""

from __future__ import annotations

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

MEDIA_TYPE = "application/vnd.oasis.opendocument.text"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_SKIPPED = frozenset({_TEXT + "tracked-changes", _OFFICE + "annotation", _TEXT + "hidden-text", _OFFICE + "scripts"})
_BLOCKS = frozenset({_TEXT + "p", _TEXT + "h", _TABLE + "table-row", _TEXT + "list-item"})


def read(
    source: Path, scratch: Path, limits: Limits, media_type: str = MEDIA_TYPE, with_pictures: bool = False
) -> Contents:
    """The text as one page, and each embedded picture as an enclosure to be opened.

    Raises: LimitExceeded (`zip_bomb`, `xml_entity_bomb`, `text_chars`, `parts`), Unreadable (`malformed`, `encrypted`).
    """
    with zipped.opened(source, budget := zipped.Budget(limits)) as archive:
        manifest = zipped.member_bytes(archive, "META-INF/manifest.xml", budget) or b""
        if b"encryption-data" in manifest:
            raise Unreadable("encrypted", "the document is encrypted and a password is needed")
        text = checked(clean(_text(archive, budget)), limits)
        enclosures = tuple(_pictures(archive, budget, scratch, limits))
    if not text.strip() and not enclosures:
        raise Unreadable("empty", "the document holds neither text nor pictures")
    letter = PartContent("letter", "", "", MEDIA_TYPE, markup_pages(text), substantive=bool(text.strip()))
    return Contents(MEDIA_TYPE, (letter, *enclosures))


def _text(archive: zipfile.ZipFile, budget: zipped.Budget) -> str:
    content = zipped.member_bytes(archive, "content.xml", budget)
    if content is None:
        raise Unreadable("malformed", "the document has no content")
    pieces = [_below(safe_xml.parsed(content, "content.xml"), _OFFICE + "body")]
    styles = zipped.member_bytes(archive, "styles.xml", budget)
    if styles is not None:
        root = safe_xml.parsed(styles, "styles.xml")
        pieces.insert(0, _below(root, _STYLE + "header"))
        pieces.append(_below(root, _STYLE + "footer"))
    return "\n".join(piece for piece in pieces if piece.strip())


def _below(root: etree._Element, tag: str) -> str:
    found = ["".join(_pieces(element)) for element in root.iter(tag)]
    lines = "\n".join(dict.fromkeys(found)).split("\n")
    return "\n".join(line.strip(" \t") for line in lines).strip("\n")


def _pieces(root: etree._Element) -> Iterator[str]:
    skipping: etree._Element | None = None
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            if skipping is None and tag in _SKIPPED:
                skipping = element
            if skipping is None:
                yield _opening(element, tag)
            continue
        if skipping is None:
            yield _closing(element, tag)
        if element is skipping:
            skipping = None
        if skipping is None and element is not root and _holds_text(element.getparent()):
            yield element.tail or ""


def _opening(element: etree._Element, tag: str) -> str:
    if tag == _TEXT + "s":
        count = element.get(_TEXT + "c", "1")
        return " " * min(80, int(count) if count.isdigit() else 1)
    if tag == _TEXT + "tab":
        return "\t"
    if tag == _TEXT + "line-break":
        return "\n"
    return (element.text or "") if _holds_text(element) else ""


def _closing(element: etree._Element, tag: str) -> str:
    if tag in _BLOCKS:
        parent = element.getparent()
        return " " if parent is not None and parent.tag == _TABLE + "table-cell" else "\n"
    return "\t" if tag == _TABLE + "table-cell" else ""


def _holds_text(element: etree._Element | None) -> bool:
    return element is not None and isinstance(element.tag, str) and element.tag.startswith(_TEXT)


def _pictures(archive: zipfile.ZipFile, budget: zipped.Budget, scratch: Path, limits: Limits) -> Iterator[PartContent]:
    names = sorted(name for name in archive.namelist() if name.startswith("Pictures/") and not name.endswith("/"))
    if len(names) > limits.parts:
        raise LimitExceeded("parts", f"{len(names)} pictures are over the limit of {limits.parts}")
    for number, name in enumerate(names, 1):
        content = zipped.member_bytes(archive, name, budget) or b""
        file = safe_file(scratch, f"embedded_{number:04}")
        (scratch / file).write_bytes(content)
        yield PartContent("enclosure", for_show(name, limits), name, "", file=file, size_bytes=len(content))
