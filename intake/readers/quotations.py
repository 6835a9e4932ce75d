"""Parting what a mail says anew from what it repeats of earlier mails, by the shape of lines, in any language.

Marks of a repetition: lines that begin with `>`; a line that ends in a colon, names an address or a moment, and stands
over quoted lines or over the rest of the mail; a block of header lines (`Word: value`) with an address or a date in it;
a rule of dashes or underscores around a title. Answers written between quoted lines stay with what is new.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_QUOTED = re.compile(r"^\s{0,3}[>|]")
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
_MOMENT = re.compile(r"\b\d{1,2}[:.]\d{2}\b|\b(19|20)\d{2}\b|\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b")
_HEADER = re.compile(r"^\s*\*?[^\W\d_][\w -]{0,20}\*?\s?:\*?(\s|$)")
_RULE = re.compile(r"^\s*[-_=*]{4,}.{0,60}?[-_=*]{4,}\s*$|^\s*_{10,}\s*$")
_SIGNATURE = re.compile(r"^-- ?$")
_INTRODUCTION_LINES = 4
_INTRODUCTION_CHARS = 300


def parted(text: str) -> tuple[str, str]:
    """What is new and what is repeated. Where all is repeated (a bare forward), it is answered as new."""
    lines = text.split("\n")
    repeated_from = _end_of_new(lines)
    new: list[str] = []
    quoted: list[str] = []
    for number, line in enumerate(lines):
        is_quoted = number >= repeated_from or bool(_QUOTED.match(line)) or _introduces_quoted(lines, number)
        (quoted if is_quoted else new).append(line)
    fresh, old = "\n".join(new).strip("\n"), "\n".join(quoted).strip("\n")
    return (fresh, old) if fresh.strip() else (old, "")


def without_marks(text: str) -> str:
    """Quoted lines without their `>` marks."""
    return "\n".join(re.sub(r"^(\s{0,3}[>|]\s?)+", "", line) for line in text.split("\n"))


def _end_of_new(lines: Sequence[str]) -> int:
    """The line from which all is repeated: an introduction not over `>` lines, a header block, or a titled rule."""
    for number, line in enumerate(lines):
        if not line.strip() or _QUOTED.match(line):
            continue
        if _is_header_block(lines, number):
            return _with_rule_above(lines, number)
        if _introduction_length(lines, number) and _nothing_new_after(lines, number):
            return number
    return len(lines)


def _with_rule_above(lines: Sequence[str], number: int) -> int:
    above = number - 1
    while above >= 0 and not lines[above].strip():
        above -= 1
    return above if above >= 0 and _RULE.match(lines[above]) else number


def _is_header_block(lines: Sequence[str], number: int) -> bool:
    """Three or more header lines together, one with a mail address or a moment, the first one with an address or name."""
    block: list[str] = []
    for line in lines[number : number + 8]:
        if not _HEADER.match(line):
            if block and line.strip() and line.startswith((" ", "\t")):
                continue
            break
        block.append(line)
    if len(block) < 3:
        return False
    joined = "\n".join(block)
    has_both = bool(_ADDRESS.search(joined)) and bool(_MOMENT.search(joined))
    ruled = _with_rule_above(lines, number) != number
    return has_both or (ruled and bool(_ADDRESS.search(joined) or _MOMENT.search(joined))) or _looks_like_mail(block)


def _looks_like_mail(block: Sequence[str]) -> bool:
    """A moment with a clock time in the second or third line: sent at; no letter of ours opens so."""
    return len(block) >= 3 and any(re.search(r"\b\d{1,2}\W{0,3}:\W{0,3}\d{2}\b", line) for line in block[1:3])


def _introduction_length(lines: Sequence[str], number: int) -> int:
    """How many lines an introduction (`… wrote:`) takes that begins here; 0 where none does."""
    said = ""
    for count, line in enumerate(lines[number : number + _INTRODUCTION_LINES], 1):
        if not line.strip() or _QUOTED.match(line):
            return 0
        said += " " + line.strip()
        if len(said) > _INTRODUCTION_CHARS:
            return 0
        if line.rstrip().endswith(":"):
            has_date = bool(_MOMENT.search(said))
            return count if bool(_ADDRESS.search(said)) or (has_date and _names_somebody(said)) else 0
    return 0


def _names_somebody(said: str) -> bool:
    """A name, by its capitals, between a moment and the colon, and no more than an introduction's worth of words."""
    return len(said.split()) <= 14 and bool(re.search(r"\d\d.*\b[A-ZА-ЯЁ]\w+\W+\w+.*:$", said))


def _introduces_quoted(lines: Sequence[str], number: int) -> bool:
    """Whether this line belongs to an introduction right above quoted lines."""
    for start in range(max(0, number - _INTRODUCTION_LINES + 1), number + 1):
        length = _introduction_length(lines, start)
        if start + length > number and length:
            after = start + length
            while after < len(lines) and not lines[after].strip():
                after += 1
            if after < len(lines) and _QUOTED.match(lines[after]):
                return True
    return False


def _nothing_new_after(lines: Sequence[str], number: int) -> bool:
    """No `>` below an introduction: then everything below is the repetition (clients that quote without marks)."""
    after = number + _introduction_length(lines, number)
    rest = [line for line in lines[after:] if line.strip()]
    return bool(rest) and not any(_QUOTED.match(line) for line in rest) and _is_whole_introduction(lines, number)


def _is_whole_introduction(lines: Sequence[str], number: int) -> bool:
    """It begins a paragraph, and has an address and a moment: a sentence of a letter that ends in a colon has not both."""
    said = " ".join(lines[number : number + _introduction_length(lines, number)])
    begins = number == 0 or not lines[number - 1].strip() or bool(_SIGNATURE.match(lines[number - 1]))
    return begins and bool(_ADDRESS.search(said)) and bool(_MOMENT.search(said))
