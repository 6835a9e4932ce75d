"""Straight to the one thing that a number names: registration, receipt and case numbers, accounts and the like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, select

from archive.access import Access
from archive.schema import arrival, case, document
from archive.showing import visible
from archive.showing.customers import holders


@dataclass(frozen=True, slots=True)
class Jump:
    """Where an exact number leads. `key` is an id, or the number itself for arrivals and cases."""

    kind: Literal["document", "arrival", "case", "customer"]
    key: str


def jump(connection: Connection, access: Access, typed: str) -> Jump | None:
    """What the number typed names, where it names exactly one thing that the asker may see."""
    number = typed.strip()
    if len(number) < 5 or not any(character.isdigit() for character in number) or " " in number:
        return None
    upper = number.upper()
    letter = select(document.c.id).where(document.c.registration_number == upper, visible.documents(access))
    if (found := connection.execute(letter).scalar()) is not None:
        return Jump("document", str(found))
    matter = select(case.c.number).where(case.c.number == upper, visible.cases(access))
    if connection.execute(matter).first():
        return Jump("case", upper)
    came = select(arrival.c.receipt_number).where(arrival.c.receipt_number == upper, visible.arrivals(access))
    if connection.execute(came).first():
        return Jump("arrival", upper)
    owners = holders(connection, number)
    return Jump("customer", str(owners[0])) if len(owners) == 1 else None
