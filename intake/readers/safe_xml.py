"""XML that strangers wrote: no entities, no network, no depth without end."""

from __future__ import annotations

import re

from lxml import etree

from archive.errors import LimitExceeded, Unreadable

_ENTITY = re.compile(rb"<!ENTITY", re.IGNORECASE)


def parsed(content: bytes, what: str = "the XML") -> etree._Element:
    """The root element.

    Raises: LimitExceeded (`xml_entity_bomb`) for any document that declares entities: none of ours needs them and they
    are how a small file becomes a big or a foreign one; Unreadable (`malformed`).
    """
    if declares_entities(content):
        raise LimitExceeded("xml_entity_bomb", f"{what} declares entities of its own")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False, remove_pis=True
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        if "depth" in str(error).lower() or ("entity" in str(error).lower() and "loop" in str(error).lower()):
            raise LimitExceeded("depth", f"{what} nests too deep") from error
        raise Unreadable("malformed", f"{what} cannot be parsed: {error}") from error
    if root is None:
        raise Unreadable("malformed", f"{what} is empty")
    return root


def declares_entities(content: bytes) -> bool:
    """Whether an entity declaration is in it, in ASCII-compatible encodings and in UTF-16."""
    if _ENTITY.search(content):
        return True
    return bool(_ENTITY.search(content.replace(b"\x00", b"")))
