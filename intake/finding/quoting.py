"""A mail's quoted history is somebody else's text: blanked, so that offsets stay true."""

from __future__ import annotations

import re

_QUOTED_LINE = re.compile(r"(?m)^[ \t]*(?:>|&gt;).*$")
_HISTORY = re.compile(
    r"(?m)^[^\n]{0,160}(?:писал(?:\(а\)|а)?|пишет|wrote)\s*:\s*$"
    r"|^\s*-{2,}\s*(?:original message|forwarded message|исходное сообщение|пересылаемое сообщение)\s*-{2,}.*$",
    re.IGNORECASE,
)


def without_quotations(text: str) -> str:
    """Answer the text with quoted lines, and the line that introduces them, as spaces; every offset stays the same."""
    return _HISTORY.sub(_blank, _QUOTED_LINE.sub(_blank, text))


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group())
