"""A pair of the review list as a person sees it: the two customers side by side, field by field, and where they differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, func, select

from archive import doubles
from archive.access import Access
from archive.doubles import Entry
from archive.schema import document
from archive.showing import customers, visible
from archive.showing.customers import Card

Standing = Literal["same", "shared", "differs", "one_side"]
"""Of the values of a field: all the same, some, none, or one of the two has none."""
_FIELDS = (
    "full_name", "surname", "given_name", "patronymic", "other_names", "birth_date", "tax_id", "phones", "emails",
    "address", "former_address",
)  # fmt: skip
_HELD = ("account", "contract", "point_of_delivery", "meter")
_MOST_COUNTED = 1000


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two. `identities`: how many customers it stands for, itself included; `letters`: of those that the asker
    may see, no more than `MOST` counted; `open_cases` likewise."""

    id: int
    name: str
    branch: str
    identities: int
    letters: int
    open_cases: int
    last_letter_on: str


@dataclass(frozen=True, slots=True)
class Line:
    """One field of both. The values stand in the order in which the customer's page shows them."""

    field: str
    low: tuple[str, ...]
    high: tuple[str, ...]
    standing: Standing


@dataclass(frozen=True, slots=True)
class PairCard:
    """A pair with all that is to be compared."""

    entry: Entry
    low: Side
    high: Side
    lines: tuple[Line, ...]


def pair(connection: Connection, access: Access, double_id: int) -> PairCard:
    """A pair of the list. Raises: NotFound."""
    entry = doubles.entry(connection, double_id)
    low, high = (customers.card(connection, access, one) for one in (entry.low_root, entry.high_root))
    return PairCard(entry, _side(connection, access, low), _side(connection, access, high), _lines(low, high))


def _side(connection: Connection, access: Access, card: Card) -> Side:
    keys = customers.identities(connection, card.id)
    theirs = (document.c.customer_id.in_(keys), document.c.part == 0, visible.documents(access))
    some = select(document.c.received_on).where(*theirs, document.c.state.in_(("filed", "duplicate")))
    counted = some.order_by(document.c.id.desc()).limit(_MOST_COUNTED).subquery()
    letters, last = connection.execute(select(func.count(), func.max(counted.c.received_on)).select_from(counted)).one()
    open_cases = sum(one.state == "open" for one in card.cases)
    return Side(card.id, card.name, card.branch, len(keys), letters, open_cases, last or "")


def _lines(low: Card, high: Card) -> tuple[Line, ...]:
    left, right = _values(low), _values(high)
    found = []
    for name in (*_FIELDS, *_HELD):
        if name in left or name in right:
            values = left.get(name, ()), right.get(name, ())
            found.append(Line(name, *values, _standing(*values)))
    return tuple(found)


def _values(card: Card) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for field in card.fields:
        found.setdefault(field.name, {})[field.value] = None
    for held in card.held:
        found.setdefault(held.kind, {})[held.number] = None
    return {name: tuple(values) for name, values in found.items()}


def _standing(low: Sequence[str], high: Sequence[str]) -> Standing:
    left, right = ({_plain(value) for value in side} for side in (low, high))
    if not left or not right:
        return "one_side"
    if left == right:
        return "same"
    return "shared" if left & right else "differs"


def _plain(value: str) -> str:
    """A value as an eye compares it: letters and digits, whatever their case."""
    return "".join(one for one in value.casefold() if one.isalnum())
