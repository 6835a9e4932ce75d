"""Mails that no person wrote: bounces, delivery and read receipts, automatic replies.

Told by their headers alone, so that a letter that talks about them is still a letter.
Source: RFC 3464 (delivery status), RFC 3834 (automatic responses), RFC 8098 (read receipts).
"""

from __future__ import annotations

import re
from email.message import Message

from intake.readers import mail_headers
from intake.readers.results import Verdict

_DAEMON = re.compile(r"^(mailer-daemon|postmaster|mail-daemon|mdaemon)@", re.IGNORECASE)
_BOUNCE_SUBJECT = re.compile(
    r"undeliver|returned (mail|to sender)|delivery (status|failure|has failed)|mail delivery failed|failure notice|"
    r"не (может быть )?доставлен|недоставлен|сбой доставки|ошибка доставки",
    re.IGNORECASE,
)
_REPLY_SUBJECT = re.compile(
    r"^\s*(re:\s*)?(auto(matic)?[ -]?(reply|response|answer)|autoreply|out of (the )?office|автоответ|автоматический ответ)",
    re.IGNORECASE,
)
_REPLY_HEADERS = ("X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Auto-Reply", "X-Mail-Autoreply")


def verdict_on(message: Message) -> Verdict | None:
    """`rejected` with `bounce` or `auto_reply`, None for a mail that a person may have written."""
    if _is_bounce(message):
        return Verdict("rejected", "bounce")
    if _is_automatic(message):
        return Verdict("rejected", "auto_reply")
    return None


def _is_bounce(message: Message) -> bool:
    report = _report_type(message)
    if report == "delivery-status" or message.get("X-Failed-Recipients") is not None:
        return True
    if any(part.get_content_type() == "message/delivery-status" for part in message.walk()):
        return True
    _, address = mail_headers.first_address(mail_headers.raw(message, "From"))
    empty_return = str(message.get("Return-Path", "x")).strip() in ("<>", "")
    told = bool(_BOUNCE_SUBJECT.search(mail_headers.decoded(mail_headers.raw(message, "Subject"))))
    return (bool(_DAEMON.match(address)) and (told or empty_return)) or (empty_return and told)


def _report_type(message: Message) -> str:
    if message.get_content_type() != "multipart/report":
        return ""
    try:
        return str(message.get_param("report-type", "")).lower()
    except Exception:  # a parameter broken beyond what the parser expects says nothing
        return ""


def _is_automatic(message: Message) -> bool:
    submitted = str(message.get("Auto-Submitted", "no")).split(";")[0].strip().lower()
    if submitted.startswith("auto-") or _report_type(message) == "disposition-notification":
        return True
    if any(message.get(name) is not None for name in _REPLY_HEADERS):
        return True
    if str(message.get("Precedence", "")).strip().lower() in ("auto_reply", "auto-reply"):
        return True
    suppressed = message.get("X-Auto-Response-Suppress") is not None
    told = bool(_REPLY_SUBJECT.search(mail_headers.decoded(mail_headers.raw(message, "Subject"))))
    empty_return = str(message.get("Return-Path", "x")).strip() == "<>"
    return told and (suppressed or empty_return or message.get("In-Reply-To") is not None)
