"""Rich Text Format: its text, in the charsets of its fonts; pictures, objects and style tables are passed over.

Source: Rich Text Format Specification 1.9.1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path

from archive.errors import LimitExceeded, Unreadable
from intake.limits import Limits
from intake.readers.results import Contents, PartContent
from intake.readers.text import checked, clean, markup_pages

MEDIA_TYPE = "application/rtf"
_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z'])|([{}])|([^\\{}\r\n]+)|[\r\n]+|\\", re.S
)
_PASSED_OVER = frozenset(
    b"fonttbl colortbl stylesheet info pict object themedata datastore listtable listoverridetable revtbl rsidtbl "
    b"generator xmlnstbl latentstyles filetbl fldinst nonshppict bkmkstart bkmkend mmathPr wgrffmtfilter "
    b"sn sv private operator author title subject keywords comment doccomm".split()
)
_SAYS = {
    b"par": "\n",
    b"line": "\n",
    b"sect": "\n",
    b"page": "\f",
    b"row": "\n",
    b"cell": "\t",
    b"nestcell": "\t",
    b"nestrow": "\n",
    b"tab": "\t",
    b"emdash": "—",
    b"endash": "–",
    b"lquote": "‘",
    b"rquote": "’",
    b"ldblquote": "“",
    b"rdblquote": "”",
    b"bullet": "•",
    b"~": "\u00a0",
    b"emspace": " ",
    b"enspace": " ",
}
_FONT_CHARSETS = {0: "cp1252", 204: "cp1251", 238: "cp1250", 161: "cp1253", 162: "cp1254", 186: "cp1257", 128: "cp932"}
_GROUPS_DEEP = 500


@dataclass(frozen=True, slots=True)
class _State:
    """What holds within a group."""

    passed_over: bool = False
    hidden: bool = False
    charset: str = "cp1252"
    unicode_skip: int = 1
    in_font_table: bool = False


@dataclass
class _Reading:
    state: _State = field(default_factory=_State)
    stack: list[_State] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    bytes_waiting: bytearray = field(default_factory=bytearray)
    skip: int = 0
    default: str = "cp1252"
    fonts: dict[int, str] = field(default_factory=dict)
    font: int = 0
    starred: bool = False

    def flush(self) -> None:
        if self.bytes_waiting:
            self.said.append(self.bytes_waiting.decode(self.state.charset, "replace"))
            self.bytes_waiting.clear()

    def say(self, text: str) -> None:
        if not (self.state.passed_over or self.state.hidden):
            self.flush()
            self.said.append(text)

    def say_bytes(self, content: bytes) -> None:
        if self.skip:
            dropped = min(self.skip, len(content))
            self.skip -= dropped
            content = content[dropped:]
        if content and not (self.state.passed_over or self.state.hidden):
            self.bytes_waiting += content


def read(
    source: Path, scratch: Path, limits: Limits, media_type: str = MEDIA_TYPE, with_pictures: bool = False
) -> Contents:
    """The text. Raises: LimitExceeded (`text_chars`, `depth`), Unreadable (`empty`, `truncated`)."""
    if source.stat().st_size > limits.archive_bytes:
        raise LimitExceeded("text_chars", "the RTF file is over the limit")
    text = checked(clean(to_text(source.read_bytes())), limits)
    if not text.strip():
        raise Unreadable("empty", "the RTF file holds no text")
    return Contents(MEDIA_TYPE, (PartContent("letter", "", "", MEDIA_TYPE, markup_pages(text)),))


def to_text(content: bytes) -> str:
    """The document's text. Raises: LimitExceeded (`depth`)."""
    reading, position = _Reading(), 0
    while position < len(content):
        token = _TOKEN.match(content, position)
        if token is None:
            position += 1
            continue
        position = token.end()
        word, number, code, symbol, brace, plain = token.groups()
        if word == b"bin" and number:
            position += max(0, int(number))
        elif word is not None:
            _word(reading, word, None if number is None else int(number))
        elif brace is not None:
            _brace(reading, brace)
        else:
            _plain(reading, code, symbol, plain)
    reading.flush()
    return "\n".join(line.strip(" \t") for line in "".join(reading.said).split("\n"))


def _brace(reading: _Reading, brace: bytes) -> None:
    reading.flush()
    reading.skip = 0
    if brace == b"{":
        if len(reading.stack) > _GROUPS_DEEP:
            raise LimitExceeded("depth", "the RTF file nests too deep")
        reading.stack.append(reading.state)
        reading.starred = False
    elif reading.stack:
        reading.state = reading.stack.pop()


def _plain(reading: _Reading, code: bytes | None, symbol: bytes | None, plain: bytes | None) -> None:
    if code is not None:
        reading.say_bytes(bytes([int(code, 16)]))
    elif symbol == b"*":
        reading.starred = True
    elif symbol is not None and symbol in b"\\{}":
        reading.say_bytes(symbol)
    elif symbol == b"~":
        reading.say("\u00a0")
    elif symbol in (b"_", b"-"):
        reading.say("-" if symbol == b"_" else "")
    elif symbol in (b"\n", b"\r"):
        reading.say("\n")
    elif plain is not None:
        reading.say_bytes(plain)


def _word(reading: _Reading, word: bytes, number: int | None) -> None:
    if word in _PASSED_OVER or (reading.starred and word not in (b"shpinst", b"shptxt")):
        reading.flush()
        reading.state = replace(reading.state, passed_over=True, in_font_table=word == b"fonttbl")
    elif word == b"u" and number is not None:
        if not reading.skip:
            reading.say(chr(number % 65536) if not 0xD800 <= number % 65536 <= 0xDFFF else "\ufffd")
        reading.skip = reading.state.unicode_skip
    elif word == b"uc":
        reading.state = replace(reading.state, unicode_skip=min(8, max(0, number or 0)))
    elif word == b"v":
        reading.flush()
        reading.state = replace(reading.state, hidden=number != 0)
    elif word in _SAYS:
        reading.say(_SAYS[word])
    else:
        _charset_word(reading, word, number)
    reading.starred = False


def _charset_word(reading: _Reading, word: bytes, number: int | None) -> None:
    if word == b"ansicpg" and number and _is_known(f"cp{number}"):
        reading.default = f"cp{number}"
        reading.state = replace(reading.state, charset=reading.default)
    elif word == b"f" and number is not None:
        reading.font = number
        if not reading.state.passed_over:
            reading.flush()
            reading.state = replace(reading.state, charset=reading.fonts.get(number, reading.default))
    elif word == b"fcharset" and reading.state.in_font_table and number in _FONT_CHARSETS:
        reading.fonts[reading.font] = reading.default if number == 0 else _FONT_CHARSETS[number]
    elif word in (b"plain", b"pard"):
        reading.state = replace(reading.state, hidden=False) if word == b"plain" else reading.state


def _is_known(charset: str) -> bool:
    try:
        return bool("".encode(charset) == b"")
    except LookupError:
        return False
