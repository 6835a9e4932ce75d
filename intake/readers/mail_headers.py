"""Mail headers as they are met: RFC 2047 and 2231 names, raw bytes in any charset, dates that are no dates."""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

from intake.readers import charset
from intake.readers.text import clean

_RAW_FILE_NAME = re.compile(r"""name\s*=\s*"?([^";\r\n]+)""", re.IGNORECASE)
_ENCODED_WORD_IN_QUOTES = re.compile(r'"(=\?[^"]+\?=)"')


def raw(message: Message, name: str) -> str | None:
    """The header as it stands in the mail, 8-bit bytes kept as surrogates; None where there is none."""
    wanted = name.lower()
    return next((str(value) for key, value in message.raw_items() if key.lower() == wanted), None)


def decoded(value: object) -> str:
    """A header's value as text, whatever was done to it; never fails."""
    raw = str(value or "")
    plain = _from_raw_bytes(raw)
    if "=?" not in plain:
        return _one_line(plain)
    try:
        pieces = decode_header(re.sub(r"\?=\s+=\?", "?= =?", plain))
    except Exception:  # a broken encoded word is shown as it stands
        return _one_line(plain)
    return _one_line(_joined([(piece, encoding) for piece, encoding in pieces]))


def _from_raw_bytes(raw: str) -> str:
    """8-bit bytes that the parser kept as surrogates, read in the charset that fits them."""
    if raw.isascii() or not any("\udc80" <= letter <= "\udcff" for letter in raw):
        return raw
    return charset.decode(raw.encode("utf-8", "surrogateescape")).text


def _joined(pieces: list[tuple[bytes | str, str | None]]) -> str:
    """Neighbours of one charset are joined before decoding: mailers split words in the middle of a letter."""
    text, waiting, waiting_in = "", b"", None
    for piece, encoding in [*pieces, ("", None)]:
        if isinstance(piece, bytes) and encoding is not None and encoding == waiting_in:
            waiting += piece
            continue
        if waiting:
            text += charset.decode(waiting, waiting_in).text
            waiting, waiting_in = b"", None
        if isinstance(piece, bytes) and encoding is not None:
            waiting, waiting_in = piece, encoding
        else:
            text += piece if isinstance(piece, str) else charset.decode(piece).text
    return text


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", clean(text)).strip()


def file_name(part: Message) -> str:
    """The name a part carries (Content-Disposition, then Content-Type), decoded; empty where none."""
    try:
        name = part.get_filename() or ""
    except Exception:  # RFC 2231 values can be broken in ways the parser does not expect
        name = ""
    if "\ufffd" in name:  # the parser gave up on 8-bit bytes
        found = _RAW_FILE_NAME.search(raw(part, "Content-Disposition") or raw(part, "Content-Type") or "")
        name = found.group(1) if found else name
    return decoded(_ENCODED_WORD_IN_QUOTES.sub(r"\1", name))


def first_address(value: object) -> tuple[str, str]:
    """Name and address of the first mailbox in a header; both may be empty."""
    raw = _from_raw_bytes(str(value or ""))
    try:
        pairs = getaddresses([re.sub(r"\s+", " ", raw)])
    except Exception:
        pairs = []
    for name, address in pairs:
        if "@" in address:
            return decoded(name), clean(address).strip().lower()
    found = re.search(r"[\w.+-]+@[\w.-]+", raw)
    return "", found.group(0).lower() if found else ""


def sent_at(message: Message) -> str:
    """The Date header in ISO 8601; empty where it is none."""
    try:
        return parsedate_to_datetime(raw(message, "Date") or "").isoformat()
    except (TypeError, ValueError, IndexError, OverflowError, AttributeError):
        return ""


def facts_of(message: Message) -> Mapping[str, str]:
    """`from_address`, `from_name`, `to`, `subject`, `date`, `message_id`, `in_reply_to`; only those that are there."""
    name, address = first_address(raw(message, "From") or raw(message, "Sender"))
    reply_name, reply_address = first_address(raw(message, "Reply-To"))
    facts = {
        "from_address": address or reply_address,
        "from_name": name or reply_name,
        "reply_to": reply_address,
        "to": first_address(raw(message, "To"))[1],
        "subject": decoded(raw(message, "Subject")),
        "date": sent_at(message),
        "message_id": decoded(raw(message, "Message-ID")),
        "in_reply_to": decoded(raw(message, "In-Reply-To")),
    }
    return {key: value for key, value in facts.items() if value}
