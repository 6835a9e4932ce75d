"""Names of organisations in a letter: told by their legal form, or plain stretches that may be one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dedup.clues import NameClue, NameRole, Place

HEAD_LINES = 7
TAIL_LINES = 9
_FORMS = (
    r"ООО|ОАО|ЗАО|ПАО|НАО|АО|МУП|ГУП|ФГУП|ФГБУ|ФГКУ|ГБУ|МБУ|МКУ|МАУ|ГАУ|ГКУ|МБОУ|ГБОУ|МБДОУ|МАДОУ|ГБУЗ|ТСЖ|ТСН|ЖСК|ГСК|СНТ|ДНТ"
    r"|КФХ|НКО|АНО|ЧОП|СПК|УК|Общество с ограниченной ответственностью|Акционерное общество"
)
_ORGANISATION = re.compile(
    rf"\b(?:{_FORMS})\s*(?:[«\"“„'][^»\"”“\n]{{2,60}}[»\"”“](?:[ \t]*-?\d{{1,3}}\b)?|[А-ЯЁ][\w-]+(?:[ \t]+[А-ЯЁ][\w-]+){{0,3}})"
)
_COMPANY = re.compile(
    r"(?:[A-Z][\w&'’-]*|\([A-Z]\w+\))(?:[ \t]+(?:[A-Z][\w&'’-]*|and|of|&|\([A-Z]\w+\))){0,5}[ \t,]+"
    r"(?:Ltd|Limited|LTD|PLC|plc|Plc|LLP|LP|CIC|CIO|Inc|LLC|Co)\b\.?"
)
_PLAIN_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_PLAIN_WORDS = range(2, 8)
_EDGE = " \t\r\n.,;:!*_|\\/–—-"
_BREAK = re.compile(r"[,;(|\t]|\s{3,}|\.\s")


def marked_after(text: str, start: int, line_end: int) -> re.Match[str] | None:
    """Answer the organisation with a legal form that stands here, on this line."""
    match = _COMPANY.search(text, start, line_end)
    return _ORGANISATION.match(text, start) or (match if match and match.start() - start <= 4 else None)


def marked_names(text: str, page: int, first: bool) -> Iterator[NameClue]:
    """Organisations by their legal form: at the head they may be the sender, elsewhere they are a mention."""
    head = _head_end(text) if first else 0
    for pattern in (_ORGANISATION, _COMPANY):
        for match in pattern.finditer(text):
            role: NameRole = "letterhead" if match.start() < head else "mention"
            yield NameClue(match.group().strip(), role, True, Place(page, match.start(), match.end()))


def plain_names(text: str, start: int, line_end: int, role: NameRole, page: int) -> Iterator[NameClue]:
    """Stretches from here that may be an organisation's name: the line, its part to the first break, with the next line."""
    ends = {line_end}
    if (broken := _BREAK.search(text, start, line_end)) is not None:
        ends.add(broken.start())
    if role in ("labelled", "subject") and line_end < len(text):
        following = text.find("\n", line_end + 1)
        ends.add(len(text) if following < 0 else following)
    for end in sorted(ends):
        stretch = text[start:end]
        if may_be_name(stretch):
            left = start + len(stretch) - len(stretch.lstrip(_EDGE))
            right = start + len(stretch.rstrip(_EDGE))
            yield NameClue(" ".join(text[left:right].split()), role, True, Place(page, left, right), sure=False)


def may_be_name(stretch: str) -> bool:
    """Whether it could be an organisation's name without its legal form: two to seven words, not mostly figures."""
    words = _PLAIN_WORD.findall(stretch)
    letters = sum(c.isalpha() for c in stretch)
    capital = any(len(w) > 1 and w[0].isupper() for w in words)
    return len(words) in _PLAIN_WORDS and capital and letters * 2 > len(stretch.strip())


def plain_lines(text: str, page: int, first: bool, tail_end: int) -> Iterator[NameClue]:
    """Lines at the head, and in the tail before `tail_end` (0 where there is none), that may be an organisation's name."""
    lines = list(re.finditer(r"[^\n]*\S[^\n]*", text))
    head = [m for m in lines if m.start() < _head_end(text)] if first else []
    tail = [m for m in lines if m.end() <= tail_end and m not in head][-TAIL_LINES:]
    for role, found in (("letterhead", head), ("signature", tail)):
        for line in found:
            yield from plain_names(text, line.start(), line.end(), role, page)  # type: ignore[arg-type]


def _head_end(text: str) -> int:
    lines = text.splitlines(keepends=True)
    return sum(len(line) for line in lines[:HEAD_LINES])
