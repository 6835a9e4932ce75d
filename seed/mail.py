"""E-mails and web forms of the mailbag. Boundaries, dates and Message-IDs are fixed, so the same letter gives the same bytes."""

from __future__ import annotations

import json
from email.message import EmailMessage
from email.policy import SMTP
from typing import Literal

from letters import Sheet

OFFICE = "office@utility.example"
Encoding = Literal["quoted-printable", "base64", "8bit"]


def envelope(sender: str, subject: str, number: int) -> EmailMessage:
    """A message with its headers and no body yet. `sender` is an address, with a name or without."""
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = OFFICE
    message["Subject"] = subject
    message["Date"] = f"Mon, {1 + number % 28:02d} Jun 2026 0{number % 10}:15:00 +0300"
    message["Message-ID"] = f"<seed-{number:04d}@post.example>"
    return message


def written(
    sheet: Sheet, sender: str, number: int, charset: str = "utf-8", cte: Encoding = "quoted-printable"
) -> EmailMessage:
    """The letter as the body of a plain mail."""
    message = envelope(sender, sheet.heading or {"ru": "письмо", "en": "letter"}[sheet.language], number)
    message.set_content(body_of(sheet), charset=charset, cte=cte)
    return message


def body_of(sheet: Sheet) -> str:
    """What is typed into a mail: the body first, name and numbers below, no addressee."""
    rows = ["  ".join(row) for row in sheet.table]
    return (
        "\n\n".join((sheet.paragraphs[0], *rows, *sheet.paragraphs[1:]))
        + "\n\n"
        + "\n".join(sheet.opening[1:-1])
        + "\n"
    )


def web_only(sheet: Sheet, sender: str, number: int) -> EmailMessage:
    """The letter as HTML without a text part, with a style and a tracking picture that nobody may fetch."""
    message = envelope(sender, sheet.heading or "Здравствуйте", number)
    lines = "".join(f"<p style='margin:0'>{line}</p>" for line in (*sheet.paragraphs, *sheet.opening[1:-1]))
    picture = "<img src='http://tracker.example/p.gif' width='1' height='1'>"
    message.set_content(
        f"<html><body><style>p{{color:#222}}</style>{lines}{picture}</body></html>", subtype="html", cte="base64"
    )
    return message


def two_ways(sheet: Sheet, sender: str, number: int) -> EmailMessage:
    """The letter as text and as HTML."""
    message = written(sheet, sender, number)
    message.add_alternative(
        "<html><body>" + "".join(f"<p>{line}</p>" for line in body_of(sheet).splitlines()) + "</body></html>",
        subtype="html",
    )
    return message


def with_enclosure(words: str, sender: str, number: int, name: str, media_type: str, content: bytes) -> EmailMessage:
    """A line of text, the letter itself attached."""
    message = envelope(sender, name.rsplit(".", 1)[0], number)
    message.set_content(words, charset="utf-8", cte="quoted-printable")
    kind, subtype = media_type.split("/")
    message.add_attachment(content, maintype=kind, subtype=subtype, filename=name)
    return message


def forwarded(inner: EmailMessage, words: str, sender: str, number: int) -> EmailMessage:
    """A mail that carries another mail."""
    message = envelope(sender, "Fwd: " + inner["Subject"], number)
    message.set_content(words, charset="utf-8", cte="quoted-printable")
    message.add_attachment(inner)
    return message


def answered(sheet: Sheet, sender: str, number: int) -> EmailMessage:
    """The letter above a quotation of our own mail, whose words are not the customer's."""
    message = envelope(sender, "Re: Your account", number)
    message["In-Reply-To"] = "<notice-17@utility.example>"
    quoted = (
        "Dear customer,",
        "our meter readers will call next week. A contract and a power of attorney can be sent to us by post.",
        "Arrears are to be paid at once.",
    )
    above = "\n".join("> " + line for line in quoted)
    message.set_content(
        f"{body_of(sheet)}\nOn 2 June 2026 Brightwater Energy wrote:\n{above}\n",
        charset="utf-8",
        cte="quoted-printable",
    )
    return message


def robot(number: int) -> EmailMessage:
    """An absence notice, as a mail program sends it by itself."""
    message = envelope("Gwen Orchard <gwen@post.example>", "Automatic reply: your bill", number)
    message["Auto-Submitted"] = "auto-replied"
    message.set_content(
        "I am on leave until the 30th and shall read your message then.\n", charset="utf-8", cte="quoted-printable"
    )
    return message


def bounced(number: int) -> bytes:
    """A delivery failure on the wire, as a mail server reports it."""
    lines = (
        "From: MAILER-DAEMON@mx.post.example",
        f"To: {OFFICE}",
        "Subject: Undeliverable: your bill",
        "Date: Wed, 17 Jun 2026 07:15:00 +0300",
        f"Message-ID: <seed-{number:04d}@mx.post.example>",
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="=_seed_bounce"',
        *("", "--=_seed_bounce", "Content-Type: text/plain; charset=us-ascii", ""),
        "The address <nobody@post.example> does not exist.",
        *("", "--=_seed_bounce", "Content-Type: message/delivery-status", ""),
        *(
            "Reporting-MTA: dns; mx.post.example",
            "",
            "Final-Recipient: rfc822; nobody@post.example",
            "Action: failed",
            "Status: 5.1.1",
        ),
        *("", "--=_seed_bounce--", ""),
    )
    return "\r\n".join(lines).encode()


def as_bytes(message: EmailMessage, number: int) -> bytes:
    """The mail on the wire, with boundaries that depend on its number only."""
    for place, part in enumerate(message.walk()):
        if part.is_multipart() and part.get_content_maintype() == "multipart":
            part.set_boundary(f"=_seed_{number:04d}_{place}")
    return message.as_bytes()


def form(
    sheet: Sheet, number: int, account: str | None, email: str | None, address: str | None = None
) -> dict[str, object]:
    """The letter as the web form's fields."""
    return {
        "form_id": f"seed-form-{number:03d}",
        "submitted_at": f"2026-07-{number:02d}T10:20:00+03:00",
        "topic": sheet.heading or None,
        "name": {"full": sheet.sender},
        "contact": {"email": email, "phone": None},
        "account": account,
        "contract": None,
        "address": address,
        "message": "\n".join(sheet.paragraphs),
        "consent": True,
    }


def form_bytes(fields: dict[str, object]) -> bytes:
    """A form as its file."""
    return (json.dumps(fields, ensure_ascii=False, indent=2) + "\n").encode()
