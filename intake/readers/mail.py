"""E-mail (RFC 5322 with MIME): the new text first, what it repeats beside it, nested messages, enclosures to be opened.

Parsed with the old, forgiving policy: a mail is never refused for how its headers are written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import policy
from email.message import Message
from email.parser import BytesParser
from pathlib import Path

from archive.errors import LimitExceeded, Unreadable
from intake.limits import Limits
from intake.readers import charset, mail_headers, mail_robots, markup, quotations
from intake.readers.inline_pictures import is_letterhead_picture
from intake.readers.names import for_show, safe_file
from intake.readers.results import ENCRYPTED_TYPES, Contents, PartContent
from intake.readers.text import checked, clean, markup_pages

MEDIA_TYPE = "message/rfc822"
_NEVER_SUBSTANTIVE = frozenset(
    [
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
        "application/pgp-signature",
        "application/pgp-keys",
        "text/vcard",
        "text/x-vcard",
        "text/directory",
        "application/ms-tnef-signature",
        "text/rfc822-headers",
        "message/delivery-status",
        "message/disposition-notification",
    ]
)


@dataclass
class _Gathered:
    """One message as it is taken apart. `texts`: media type, new text, repeated text."""

    facts: dict[str, str]
    texts: list[tuple[str, str, str]] = field(default_factory=list)
    enclosures: list[PartContent] = field(default_factory=list)
    nested: list[_Gathered] = field(default_factory=list)


def read(
    source: Path, scratch: Path, limits: Limits, media_type: str = MEDIA_TYPE, with_pictures: bool = False
) -> Contents:
    """Body first, then bodies of nested messages, then every enclosure in order, with a file in scratch.

    A robot's mail carries the verdict `rejected` (`bounce`, `auto_reply`).
    Raises: LimitExceeded (`nested_parts`, `too_many_parts`, `parts`, `text_chars`), Unreadable (`empty`, `encrypted`).
    """
    message = parsed(source, limits)
    gathered = _gather(message, scratch, limits, 0)
    parts = tuple(_parts(gathered, limits))
    if len(parts) > limits.parts:
        raise LimitExceeded("too_many_parts", f"{len(parts)} parts are over the limit of {limits.parts}")
    verdict = mail_robots.verdict_on(message)
    if verdict is None and not any(
        (part.file and not part.trouble) or any((page.text or "").strip() for page in part.pages) for part in parts
    ):
        reason = "encrypted" if any(part.trouble == "encrypted" for part in parts) else "empty"
        raise Unreadable(reason, "the mail holds neither text nor enclosures that can be read")
    return Contents(MEDIA_TYPE, parts, facts=_facts(gathered), verdict=verdict)


def parsed(source: Path, limits: Limits) -> Message:
    """The message, its entities counted. Raises: LimitExceeded (`nested_parts`, `too_many_parts`)."""
    content = source.read_bytes()
    if content.count(b"\n--") > 3 * limits.mime_parts and _boundary_lines(content) > 2 * limits.mime_parts:
        raise LimitExceeded("too_many_parts", f"more MIME parts than the limit of {limits.mime_parts}")
    try:
        message = BytesParser(policy=policy.compat32).parsebytes(content)
    except RecursionError as error:
        raise LimitExceeded("nested_parts", "the mail's parts nest too deep") from error
    waiting, count = [(message, 0)], 0
    while waiting:
        entity, depth = waiting.pop()
        count += 1
        if depth > limits.mime_depth:
            raise LimitExceeded("nested_parts", f"the mail's parts nest more than {limits.mime_depth} deep")
        if count > limits.mime_parts:
            raise LimitExceeded("too_many_parts", f"more MIME parts than the limit of {limits.mime_parts}")
        waiting += [(inner, depth + 1) for inner in _inner(entity)]
    return message


def _boundary_lines(content: bytes) -> int:
    """Lines that are a declared boundary: cheap to count before the costly parsing."""
    boundaries = re.findall(rb'boundary="?([^";\r\n]{1,200})"?', content[:1_000_000])
    return max((content.count(b"\n--" + name) for name in set(boundaries[:50])), default=0)


def _inner(entity: Message) -> list[Message]:
    payload = entity.get_payload()
    return [item for item in payload if isinstance(item, Message)] if isinstance(payload, list) else []


def _facts(gathered: _Gathered) -> dict[str, str]:
    """The outer message's facts, and those of the message it forwards as `inner_…`."""
    facts = dict(gathered.facts)
    if gathered.nested:
        facts |= {f"inner_{key}": value for key, value in gathered.nested[0].facts.items()}
    return facts


def _parts(gathered: _Gathered, limits: Limits) -> Iterator[PartContent]:
    new = "\n\n".join(text for _, text, _ in gathered.texts if text.strip())
    quoted = "\n\n".join(old for _, _, old in gathered.texts if old.strip())
    if not new.strip() and not gathered.nested and not gathered.enclosures:
        new = gathered.facts.get("subject", "")
    if new.strip() or quoted:
        kind = gathered.texts[0][0] if gathered.texts else "text/plain"
        pages = markup_pages(checked(clean(new), limits).replace("\f", "\n"))
        size = len(new.encode("utf-8", "replace"))
        yield PartContent(
            "body", "", "", kind, pages, size_bytes=size, quoted=clean(quoted)[:100_000], facts=gathered.facts
        )
    for inner in gathered.nested:
        yield from _parts(inner, limits)
    yield from gathered.enclosures


def _gather(message: Message, scratch: Path, limits: Limits, depth: int) -> _Gathered:
    if depth > limits.depth:
        raise LimitExceeded("nested_parts", f"messages lie more than {limits.depth} deep in one another")
    gathered = _Gathered(dict(mail_headers.facts_of(message)))
    _take(message, gathered, scratch, limits, depth)
    return gathered


def _take(entity: Message, gathered: _Gathered, scratch: Path, limits: Limits, depth: int) -> None:
    kind = entity.get_content_type()
    if kind in ENCRYPTED_TYPES:
        gathered.enclosures.append(_enclosure(entity, entity.as_bytes(), scratch, limits, trouble="encrypted"))
    elif kind == "multipart/alternative":
        _take_best(entity, gathered, scratch, limits, depth)
    elif kind in ("message/rfc822", "message/global") and _inner(entity):
        gathered.nested.extend(_gather(inner, scratch, limits, depth + 1) for inner in _inner(entity))
    elif entity.is_multipart() and kind not in _NEVER_SUBSTANTIVE:
        for inner in _inner(entity):
            _take(inner, gathered, scratch, limits, depth)
    elif kind in ("text/plain", "text/html") and not _is_attached(entity):
        gathered.texts.append(_texts(entity, kind))
    elif not entity.is_multipart():
        content = _content(entity)
        if content.strip() or mail_headers.file_name(entity):
            gathered.enclosures.append(_enclosure(entity, content, scratch, limits))


def _is_attached(entity: Message) -> bool:
    disposition = str(entity.get("Content-Disposition", "")).strip().lower()
    return disposition.startswith("attachment") or bool(mail_headers.file_name(entity))


def _take_best(entity: Message, gathered: _Gathered, scratch: Path, limits: Limits, depth: int) -> None:
    """Of alternatives the plain text, unless the other one says clearly more; enclosures of all of them are kept."""
    tried = []
    for inner in _inner(entity):
        trial = _Gathered(gathered.facts)
        _take(inner, trial, scratch, limits, depth)
        tried.append(trial)
        gathered.enclosures += trial.enclosures
        gathered.nested += trial.nested
    tried = [trial for trial in tried if trial.texts]
    if not tried:
        return
    lengths = [sum(len("".join(new.split())) for _, new, _ in trial.texts) for trial in tried]
    plain = next((n for n, trial in enumerate(tried) if trial.texts[0][0] == "text/plain"), None)
    longest = max(range(len(tried)), key=lambda n: lengths[n])
    best = plain if plain is not None and lengths[longest] <= 1.5 * lengths[plain] + 40 else longest
    gathered.texts += tried[best].texts


def _texts(entity: Message, kind: str) -> tuple[str, str, str]:
    content = _content(entity)
    declared = _declared_charset(entity)
    if kind == "text/html":
        decoded = charset.decode(content, declared or markup.declared_charset(content))
        new, quoted = markup.to_text(decoded.text, part_quotes=True)
        if not new.strip():
            new, quoted = quoted, ""
    else:
        new, quoted = charset.decode(content, declared).text, ""
        if str(entity.get_param("format", "")).lower() == "flowed":
            new = _unflowed(new, str(entity.get_param("delsp", "")).lower() == "yes")
    fresh, old = quotations.parted(new)
    return kind, fresh, "\n".join(piece for piece in (old, quoted) if piece)


def _declared_charset(entity: Message) -> str | None:
    try:
        return entity.get_content_charset()
    except Exception:  # RFC 2231 parameters can be broken in ways the parser does not expect
        return None


def _unflowed(text: str, drop_space: bool) -> str:
    """Soft line ends joined. Source: RFC 3676, section 4."""
    joined: list[str] = []
    for line in text.split("\n"):
        unstuffed = line.removeprefix(" ") if line.startswith(" ") else line
        if joined and joined[-1].endswith(" ") and joined[-1] != "-- " and not line.startswith(">"):
            joined[-1] = (joined[-1][:-1] if drop_space else joined[-1]) + unstuffed
        else:
            joined.append(unstuffed)
    return "\n".join(joined)


def _content(entity: Message) -> bytes:
    try:
        payload = entity.get_payload(decode=True)
    except Exception:  # a transfer encoding broken beyond what the parser repairs
        payload = None
    if isinstance(payload, bytes):
        return payload
    raw = entity.get_payload()
    return raw.encode("utf-8", "surrogateescape") if isinstance(raw, str) else b""


def _enclosure(
    entity: Message, content: bytes, scratch: Path, limits: Limits, trouble: str | None = None
) -> PartContent:
    name, kind = mail_headers.file_name(entity), entity.get_content_type()
    file = None
    if content:
        file = safe_file(scratch, "enclosure")
        (scratch / file).write_bytes(content)
    substantive = bool(content) and kind not in _NEVER_SUBSTANTIVE and not _is_decoration(entity, content)
    shown = for_show(name, limits)
    return PartContent(
        "enclosure", shown, name, kind, file=file, size_bytes=len(content), substantive=substantive, trouble=trouble
    )


def _is_decoration(entity: Message, content: bytes) -> bool:
    """A logo or a signature: a small picture that the text shows inline."""
    disposition = str(entity.get("Content-Disposition", "")).strip().lower()
    inline = entity.get("Content-ID") is not None or disposition.startswith("inline")
    return is_letterhead_picture(content, inline=inline)
