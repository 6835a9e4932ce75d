"""Finds data in a letter's text: names, numbers, addresses, contacts, dates, amounts. Knows no directory."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date

from dedup.clues import AddressClue, Clues, ContactClue, NameClue, NameRole, NumberClue, NumberLabel, Place
from dedup.own_company import NOBODY, OwnCompany
from intake.finding.addresses import find_addresses
from intake.finding.amounts import main_amount
from intake.finding.dates import find_case_numbers, find_dates, find_period, letter_date
from intake.finding.numbers import find_emails, find_numbers, find_phones
from intake.finding.organisations import may_be_name
from intake.finding.people import find_names
from intake.finding.quoting import without_quotations
from intake.finding.readings import find_readings
from intake.finding.table_amounts import amounts_in_tables
from intake.stages import ReadLetter

CASE_NUMBER = r"\b[CСД]-20\d{2}-\d{5,8}\b"
"""The shape of our own case numbers."""

_HEADED_PAGES = 2
"""A mail's body and its first enclosure may each have a letterhead."""
_CHANNEL = Place(0, 0, 0)
_NUMBER_FACTS: tuple[NumberLabel, ...] = ("account", "contract", "meter", "point_of_delivery", "tax_id")


@dataclass(frozen=True, slots=True)
class Found:
    """What was found in one letter. `fields`: numbers by kind, reading, amount, charge lines and period as text, if any.

    `likely_reading`: a bare number that is the meter reading if the letter is one that gives any.
    """

    clues: Clues
    letter_date: date | None
    case_numbers: tuple[str, ...]
    fields: Mapping[str, str]
    likely_reading: str | None = None


def find(read: ReadLetter, own: OwnCompany = NOBODY, case_number: str = CASE_NUMBER) -> Found:
    """Answer everything that a letter says about who sent it and what it names; pure, safe to repeat."""
    texts = [(page.number, without_quotations(page.text)) for page in read.pages]
    whole = "\n".join(text for _, text in texts)
    said = "\n".join([read.letter.facts.get("subject", ""), "\n".join(p.text for p in read.pages)])
    billed = amounts_in_tables([table for page in read.pages for table in page.tables])
    readings = find_readings(whole)
    fields: dict[str, str | None] = {
        "amount": billed.total or main_amount(whole),
        "lines": str(billed.lines) if billed.lines else None,
        "reading": readings.reading,
        "period": find_period(whole),
    }
    written = letter_date(whole, _sent_on(read.letter.facts))
    clues = replace(
        own.without_ours(_clues(texts, read.letter.facts)), written_on=written.isoformat() if written else ""
    )
    fields = {**_named_numbers(clues, readings.named), **fields}
    return Found(
        clues=clues,
        letter_date=written,
        case_numbers=find_case_numbers(said, case_number),
        fields={name: value for name, value in fields.items() if value},
        likely_reading=readings.likely,
    )


def _clues(texts: list[tuple[int, str]], facts: Mapping[str, str]) -> Clues:
    names: list[NameClue] = []
    numbers: list[NumberClue] = []
    addresses: list[AddressClue] = []
    phones: list[ContactClue] = []
    emails: list[ContactClue] = []
    dates: set[str] = set()
    for i, (page, text) in enumerate(texts):
        names.extend(find_names(text, page, first=i < _HEADED_PAGES, last=i == len(texts) - 1 or i == 0))
        numbers.extend(find_numbers(text, page))
        addresses.extend(find_addresses(text, page))
        phones.extend(find_phones(text, page))
        emails.extend(find_emails(text, page))
        dates.update(d.isoformat() for _, _, d in find_dates(text))
    return _with_facts(
        Clues(tuple(names), tuple(numbers), tuple(addresses), tuple(phones), tuple(emails), tuple(sorted(dates))), facts
    )


def _with_facts(clues: Clues, facts: Mapping[str, str]) -> Clues:
    """Join what the channel itself says: a form's fields count as labelled, a mail's sender as the channel.

    Where a mail was forwarded, the sender of the mail inside is the sender.
    """
    names, numbers, addresses = list(clues.names), list(clues.numbers), list(clues.addresses)
    phones, emails = list(clues.phones), list(clues.emails)
    inner = "inner_" if any(key.startswith("inner_from") for key in facts) else ""
    if facts.get("name"):
        names.extend(_named(facts["name"], "labelled"))
    if facts.get(inner + "from_name"):
        names.extend(_named(facts[inner + "from_name"], "channel"))
    numbers.extend(NumberClue(facts[label], label, _CHANNEL) for label in _NUMBER_FACTS if facts.get(label))
    if facts.get("address"):
        addresses.append(AddressClue(facts["address"], True, _CHANNEL))
    if facts.get("phone"):
        phones.append(ContactClue(facts["phone"], True, _CHANNEL))
    emails.extend(ContactClue(facts[k], True, _CHANNEL) for k in ("email", inner + "from_address") if facts.get(k))
    return Clues(tuple(names), tuple(numbers), tuple(addresses), tuple(phones), tuple(emails), clues.dates)


def _sent_on(facts: Mapping[str, str]) -> date | None:
    try:
        return date.fromisoformat(facts.get("date", "")[:10])
    except ValueError:
        return None


def _named_numbers(clues: Clues, readings: Collection[str]) -> dict[str, str]:
    """The first number of each kind that the letter names as such; what a meter shows is not its number."""
    found: dict[str, str] = {}
    for clue in clues.numbers:
        shown = clue.label == "meter" and clue.text in readings
        if clue.label in _NUMBER_FACTS and not clue.joined and not shown:
            found.setdefault(clue.label, clue.text)
    return found


def _named(text: str, role: NameRole) -> list[NameClue]:
    organisations = [c for c in find_names(text, 0, first=True, last=False) if c.organisation and c.sure]
    if organisations:
        return [NameClue(organisations[0].text, role, True, _CHANNEL)]
    plain = [NameClue(text.strip(), role, True, _CHANNEL, sure=False)] if may_be_name(text) else []
    return [NameClue(text, role, False, _CHANNEL), *plain]


__all__ = ["CASE_NUMBER", "Found", "find"]
