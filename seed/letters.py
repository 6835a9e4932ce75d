"""A letter before it has a form: who writes, how they name themselves, what they say, and what should come of it."""

# ruff: noqa: SIM905 — tables of words read better unquoted.
from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Literal

from people import Customer
from texts import TEXTS, Text

Mode = Literal[
    "account", "namesake", "contract", "meter", "tax_id", "name_address", "typo_account",
    "wrong_account", "name_only", "two_namesakes", "unknown",
]  # fmt: skip
"""How a sender names himself; `namesake` gives the account of one of two who share name and address, `two_namesakes` none."""
FOR_REVIEW: tuple[Mode, ...] = ("wrong_account", "name_only", "two_namesakes", "unknown")
OURS = {
    "ru": ("АО «Светлоречье-Энергосбыт»", "Набережная, д. 1а, телефон 8 800 000-00-10"),
    "en": ("Brightwater Energy Ltd", "The Old Pumping House, Telephone 0808 157 0010"),
}
"""The invented utility of the mailbag: its name and the second line of its letterhead."""
FROM_US = ("invoice", "contract_copy", "meter_replacement_act")
_MONTHS = {
    "ru": "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь".split(),
    "en": "January February March April May June July August September October November December".split(),
}
_ADDRESSEES = {
    "ru": ("В абонентский отдел", "Директору", "Начальнику участка", ""),
    "en": ("Customer Services", "The Manager", "Accounts Department", ""),
}
_AUTHORITIES = {
    "ru": "Отделение судебных приставов по Заречному району",
    "en": "Millbrook Borough Council, Benefits Section",
}


@dataclass(frozen=True)
class Sheet:
    """A letter as its parts, top to bottom. `opening` is everything above the heading."""

    language: str
    letterhead: tuple[str, ...]
    opening: tuple[str, ...]
    heading: str
    paragraphs: tuple[str, ...]
    table: tuple[tuple[str, ...], ...]
    signature: str
    sender: str

    @property
    def lines(self) -> list[str]:
        """The whole letter as lines of plain text."""
        rows = ["  ".join(row) for row in self.table]
        body = [self.paragraphs[0], *rows, *self.paragraphs[1:]]
        return [line for line in (*self.letterhead, *self.opening, self.heading, *body, self.signature) if line]


@dataclass(frozen=True)
class Truth:
    """What the product should make of a letter. `source_id` is empty where nobody can be named."""

    outcome: str
    document_type: str
    source_id: str


@dataclass(frozen=True)
class SeedLetter:
    """A letter and its truth."""

    sheet: Sheet
    truth: Truth


def compose(key: str, sender: Customer, mode: Mode, random: Random, other: Customer) -> SeedLetter:
    """The letter `key` of texts.py, written by `sender`, who names himself by `mode`; `other` lends his account or name."""
    text = TEXTS[key]
    ours, second_line = OURS[text.language]
    by_us = text.document_type in FROM_US
    slots = _slots(text.language, random, other)
    identity = _identity(text.language, sender, mode, random, other)
    filled = _fill(text, slots)
    if by_us:
        letterhead: tuple[str, ...] = (ours, second_line)
        opening = (*_labelled(text.language, "customer", sender, mode), *identity, slots["written"])
    elif text.document_type == "authority_inquiry":
        letterhead = (_AUTHORITIES[text.language],)
        opening = (ours, slots["written"], *_labelled(text.language, "concerning", sender, mode), *identity)
    else:
        letterhead = ()
        addressee = random.choice(_ADDRESSEES[text.language])
        to = f"{addressee} {ours}" if text.language == "ru" else f"{addressee}, {ours}" if addressee else ours
        opening = (to.strip(), *_labelled(text.language, "from", sender, mode), *identity, slots["written"])
    signature = sender.signature if text.document_type != "authority_inquiry" else other.signature
    sheet = Sheet(
        text.language,
        letterhead,
        opening,
        filled.heading,
        filled.paragraphs,
        filled.table,
        signature,
        sender.written_name,
    )
    outcome = "review" if mode in FOR_REVIEW else "filed"
    return SeedLetter(sheet, Truth(outcome, text.document_type, "" if mode == "unknown" else sender.source_id))


def stranger(language: str, random: Random) -> Customer:
    """Somebody who is in no directory, with an account that nobody has."""
    account = str(random.randrange(10**9, 10**10))
    if language == "ru":
        address = f"194{random.randrange(100, 199)}, г. Дальний Плёс, ул. Овражная, д. {random.randrange(70, 99)}"
        name = ("Перепёлкина", "Аглая", "Тихоновна")
    else:
        address, name = f"{random.randrange(200, 260)} Quarry Road, Otherton, QX2 9ZZ", ("Wetherspring", "Isolde", "")
        account = "BW" + account[:8]
    full = " ".join(part for part in name if part)
    return Customer("", language, "person", full, address, "", *name, accounts=[account])


def wrong_digit(number: str, random: Random) -> str:
    """The number with one of its digits written wrongly."""
    place = random.randrange(3, len(number))
    return number[:place] + str((int(number[place]) + random.randrange(1, 9)) % 10) + number[place + 1 :]


def _labelled(language: str, label: str, sender: Customer, mode: Mode) -> tuple[str, ...]:
    words = {
        "from": ("От: ", "From: "),
        "customer": ("Потребитель: ", "Customer: "),
        "concerning": ("Касается: ", "Concerning: "),
    }
    written = words[label][language == "en"] + sender.written_name
    if mode in ("name_only", "contract", "meter", "tax_id") or (mode == "account" and sender.kind == "organisation"):
        return (written,)
    return (written, ("Адрес: " if language == "ru" else "Address: ") + sender.address)


def _identity(language: str, sender: Customer, mode: Mode, random: Random, other: Customer) -> tuple[str, ...]:
    russian = language == "ru"
    if mode == "contract":
        return ((f"Договор № {sender.contracts[0]}" if russian else f"Agreement no. {sender.contracts[0]}"),)
    if mode == "meter":
        return ((f"Счётчик № {sender.meters[0]}" if russian else f"Meter no. {sender.meters[0]}"),)
    if mode == "tax_id":
        return ((f"ИНН {sender.tax_id}" if russian else f"VAT registration {sender.tax_id}"),)
    if mode in ("name_address", "name_only", "two_namesakes"):
        return ()
    account = other.accounts[0] if mode == "wrong_account" else sender.accounts[0]
    if mode == "typo_account":
        account = wrong_digit(account, random)
    return ((f"Лицевой счёт {account}" if russian else f"Account number {account}"),)


def _slots(language: str, random: Random, other: Customer) -> dict[str, str]:
    month, russian = random.randrange(8), language == "ru"
    days = [_written_day(language, random.randrange(1, 29), month + later) for later in range(3)]
    pounds = f"{random.randrange(40, 900)}.{random.randrange(100):02d}"
    return {
        "day": days[0],
        "written": days[1],
        "due": days[2],
        "month": f"{_MONTHS[language][month]} 2026 года" if russian else f"{_MONTHS[language][month]} 2026",
        "sum": pounds.replace(".", ",") if russian else pounds,
        "kw": str(random.choice((7, 12, 15, 20, 25, 30))),
        "reading": f"{random.randrange(10**4, 10**5):05d}",
        "number": f"{random.randrange(100, 999)}-{random.randrange(1000, 9999)}",
        "other": other.written_name,
        "meter": str(random.randrange(5 * 10**7, 6 * 10**7)) if russian else f"B26K{random.randrange(10**5, 10**6)}",
    }


def _written_day(language: str, day: int, month: int) -> str:
    return f"{day:02d}.{month + 1:02d}.2026" if language == "ru" else f"{day} {_MONTHS['en'][month]} 2026"


def _fill(text: Text, slots: dict[str, str]) -> Text:
    paragraphs = tuple(paragraph.format_map(slots) for paragraph in text.paragraphs)
    table = tuple(tuple(cell.format_map(slots) for cell in row) for row in text.table)
    return text._replace(heading=text.heading.format_map(slots), paragraphs=paragraphs, table=table)
