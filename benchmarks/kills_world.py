"""A day's mail for the kills: customers and arrivals, made from the seed's letters, the same for the same number.

Mostly what is cheap to read: mails, forms, born-digital papers; with attachments, duplicates, robots' mail, some scans
and some files that nobody can read. Senders name themselves well, badly or not at all, so that some letters are filed,
some wait for a person, some are rejected.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TypeVar

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "seed"))

import containers  # noqa: E402
import hostile  # noqa: E402
import mail  # noqa: E402
import paper  # noqa: E402
from letters import Mode, Sheet, compose, stranger  # noqa: E402
from people import COLUMNS, Customer, Directory  # noqa: E402
from texts import TEXTS  # noqa: E402

_T = TypeVar("_T")
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_MODES: tuple[tuple[Mode, int], ...] = (
    ("account", 50), ("contract", 8), ("name_address", 12), ("typo_account", 6), ("wrong_account", 6), ("name_only", 8),
    ("unknown", 10),
)  # fmt: skip
_REPEATED = 6
"""Of a hundred arrivals, so many bring once more the bytes of one before."""


@dataclass(frozen=True, slots=True)
class Handed:
    """A file as it is handed in."""

    name: str
    channel: str
    content: bytes


@dataclass(frozen=True, slots=True)
class World:
    """The directory and the mail, in the order in which it comes."""

    customers: list[Customer]
    mail: list[Handed]

    def write_customers(self, path: Path) -> None:
        """The directory as the file that `dossier customers import` takes."""
        with path.open("w", encoding="utf-8", newline="") as stream:
            table = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
            table.writeheader()
            table.writerows(one.row() for one in self.customers)


def make_world(arrivals: int, seed: int) -> World:
    """The same numbers give the same world, byte by byte."""
    customers = Directory(Random(seed)).fill()
    chance = Random(seed + 1)
    came: list[Handed] = []
    for number in range(1, arrivals + 1):
        if came and chance.randrange(100) < _REPEATED:
            first = chance.choice(came)
            came.append(Handed(f"{number:04}-again-{first.name}", first.channel, first.content))
            continue
        kind = _drawn(chance, _KINDS)
        ending, channel, content = kind(_Writer(customers, chance, number))
        came.append(Handed(f"{number:04}.{ending}", channel, content))
    return World(customers, came)


def _drawn(chance: Random, among: tuple[tuple[_T, int], ...]) -> _T:
    return chance.choices([one for one, _ in among], [weight for _, weight in among])[0]


@dataclass(frozen=True, slots=True)
class _Writer:
    """Who writes arrival `number`, and how."""

    customers: list[Customer]
    chance: Random
    number: int

    def letter(self) -> tuple[Sheet, Customer]:
        """A letter and its sender."""
        key = self.chance.choice(sorted(TEXTS))
        mode, of_language = _drawn(self.chance, _MODES), [one for one in self.customers if one.language == key[:2]]
        sender, other = self.chance.choice(of_language), self.chance.choice(of_language)
        if mode == "unknown":
            sender = stranger(key[:2], self.chance)
        elif mode == "contract" and not sender.contracts:
            mode = "account"
        sheet = compose(key, sender, mode, self.chance, other).sheet
        return sheet, sender

    def address(self, sender: Customer) -> str:
        """The mailbox that the sender writes from: the known one, or any."""
        known = sender.emails and self.chance.randrange(3)
        return sender.emails[0] if known else f"writer{self.number}@post.example"


_Made = tuple[str, str, bytes]


def _plain_mail(writer: _Writer) -> _Made:
    sheet, sender = writer.letter()
    message = mail.written(sheet, writer.address(sender), writer.number)
    return "eml", "email", mail.as_bytes(message, writer.number)


def _web_mail(writer: _Writer) -> _Made:
    sheet, sender = writer.letter()
    message = mail.two_ways(sheet, writer.address(sender), writer.number)
    return "eml", "email", mail.as_bytes(message, writer.number)


def _mail_with_paper(writer: _Writer) -> _Made:
    sheet, sender = writer.letter()
    if writer.chance.randrange(2):
        name, media, content = "letter.pdf", "application/pdf", containers.born_pdf(sheet)
    else:
        name, media, content = "letter.docx", _DOCX, containers.docx(sheet)
    words = "Письмо во вложении." if sheet.language == "ru" else "My letter is attached."
    message = mail.with_enclosure(words, writer.address(sender), writer.number, name, media, content)
    return "eml", "email", mail.as_bytes(message, writer.number)


def _form(writer: _Writer) -> _Made:
    sheet, sender = writer.letter()
    account = sender.accounts[0] if writer.chance.randrange(5) else None
    fields = mail.form(sheet, writer.number, account, writer.address(sender), sender.address)
    fields["form_id"] = f"form-{writer.number:06}"
    fields["submitted_at"] = f"2026-07-{1 + writer.number % 28:02d}T10:20:00+03:00"
    return "json", "form", mail.form_bytes(fields)


def _typed(writer: _Writer) -> _Made:
    return "pdf", "post", containers.born_pdf(writer.letter()[0])


def _office(writer: _Writer) -> _Made:
    return "docx", "upload", containers.docx(writer.letter()[0])


def _text(writer: _Writer) -> _Made:
    return "txt", "upload", containers.plain_text(writer.letter()[0])


def _robot(writer: _Writer) -> _Made:
    content = mail.bounced(writer.number) if writer.chance.randrange(2) else _absent(writer.number)
    return "eml", "email", content


def _absent(number: int) -> bytes:
    return mail.as_bytes(mail.robot(number), number)


def _scan(writer: _Writer) -> _Made:
    page = paper.typeset(writer.letter()[0], writer.chance)
    return "pdf", "post", containers.scan_pdf([paper.scanned(page, writer.chance)])


def _bad(writer: _Writer) -> _Made:
    whole = containers.born_pdf(writer.letter()[0])
    return writer.chance.choice(
        (
            ("pdf", "post", whole[: len(whole) // 3]),
            ("pdf", "upload", b""),
            ("pdf", "upload", hostile.NOT_A_PDF + str(writer.number).encode()),
            ("png", "post", hostile.boundless_png(60_000 + writer.number)),
            ("json", "form", json.dumps({"form_id": writer.number, "name": None}).encode()),
            ("pdf", "post", containers.born_pdf(writer.letter()[0], password="unknown")),
        )
    )


_KINDS: tuple[tuple[Callable[[_Writer], _Made], int], ...] = (
    (_plain_mail, 40),
    (_web_mail, 8),
    (_mail_with_paper, 10),
    (_form, 16),
    (_typed, 10),
    (_office, 4),
    (_text, 4),
    (_robot, 3),
    (_scan, 2),
    (_bad, 3),
)
