"""Recognises whose letter it is: finds the data, asks the directory, and shows where each datum stands."""

from __future__ import annotations

from archive import tracing
from archive.numbers import CASE_NUMBER, plain_case_number
from dedup.agreeing import Ground
from dedup.clues import Place
from dedup.identifying import Identification, identify
from dedup.own_company import NOBODY, OwnCompany
from dedup.ports import Directory
from intake.classifying.deciding import decide
from intake.engines import Engines
from intake.finding import Found, find
from intake.stages import Box, CustomerDecision, Evidence, PageReading, ReadLetter, Recognised, TypeDecision

_GIVES_READING = "meter_reading"
"""The type whose letters are there to give a reading: the only number in one needs no word beside it."""


@tracing.spanned("recognise")
def recognise(read: ReadLetter, engines: Engines) -> Recognised:
    """Answer what the letter is, whose, and what it says that filing needs. Raises `EngineAway`; safe to repeat."""
    found = find(read, engines.company, CASE_NUMBER)
    numbers = tuple(dict.fromkeys(plain_case_number(number) for number in found.case_numbers))
    customer = recognise_customer(read, engines.directory, engines.company, found)
    kind = decide(type_text(read))
    fields = read_fields(found, kind, customer.account)
    return Recognised(read, kind, customer, numbers, found.letter_date, fields)


def read_fields(found: Found, kind: TypeDecision, account: str | None) -> dict[str, str]:
    """Answer a letter's fields as text: what was found, read in the light of its type and of the account as held."""
    fields = dict(found.fields)
    if account:
        fields["account"] = account
    if kind.document_type == _GIVES_READING and kind.certain and found.likely_reading:
        fields.setdefault("reading", found.likely_reading)
    return fields


def type_text(read: ReadLetter) -> str:
    """What the type is decided on: a mail's subject or a form's topic, then the letter, each page on a new line."""
    facts = read.letter.facts
    head = facts.get("subject") or facts.get("topic") or ""
    body = "\f\n".join(page.text for page in read.pages)
    return f"{head}\n{body}" if head else body


def recognise_customer(
    read: ReadLetter, directory: Directory, own: OwnCompany = NOBODY, found: Found | None = None
) -> CustomerDecision:
    """Answer whose letter it is, with evidence a clerk can check on the page.

    Raises `archive.errors.EngineAway` where the directory does not answer; safe to repeat.
    """
    data = found or find(read, own)
    return _decision(identify(data.clues, directory), read)


def _decision(answer: Identification, read: ReadLetter) -> CustomerDecision:
    pages = {page.number: page for page in read.pages}
    return CustomerDecision(
        customer_id=answer.customer_id,
        confidence=answer.confidence,
        certain=answer.certain,
        reason=answer.reason,
        ground=answer.ground,
        account=answer.account,
        runner_up_id=answer.runner_up_id,
        margin_bits=answer.margin_bits,
        evidence=tuple(_evidence(ground, pages) for ground in answer.grounds),
    )


def _evidence(ground: Ground, pages: dict[int, PageReading]) -> Evidence:
    page = pages.get(ground.place.page) if ground.place else None
    return Evidence(
        datum=ground.datum,
        value=ground.value,
        words=ground.words,
        weight_bits=round(ground.bits, 2),
        page=page.number if page else None,
        box=box_of(page, ground.place) if page and ground.place else None,
    )


def box_of(page: PageReading, place: Place) -> Box | None:
    """Answer the smallest box around the words between two offsets; None where the page has no picture."""
    boxes = [w.box for w in page.words if w.box and w.start < place.end and place.start < w.start + len(w.text)]
    if not boxes:
        return None
    return Box(min(b.x0 for b in boxes), min(b.y0 for b in boxes), max(b.x1 for b in boxes), max(b.y1 for b in boxes))
