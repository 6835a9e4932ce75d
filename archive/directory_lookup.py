"""Who has this number? Exact and first-part look-ups in b-trees, in the catalogue's own transaction.

The middle of a number has no b-tree: that is the search index's n-grams. A part shorter than three signs finds
nothing, for it would find everybody.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, literal, or_, select

from archive.access import Access
from archive.folding import fold_email, fold_number, fold_phone, phone_beginnings
from archive.schema import account, contact_point, contract, customer, holding, identifier, meter, point_of_delivery

SHORTEST_PART = 3
_SHORTEST_PHONE = 7
_HELD = (
    ("account", account, account.c.number),
    ("contract", contract, contract.c.number),
    ("point_of_delivery", point_of_delivery, point_of_delivery.c.code),
    ("meter", meter, meter.c.number),
)
# Sorts after every sign that a folded value has, under byte order.
_LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class IdentifierMatch:
    """A customer who has, or had until `valid_to` (ISO date, '' = has), a number that was looked for.

    `customer_id` is the one that stands for the holder. `issuer` tells equal numbers of two systems apart.
    """

    customer_id: int
    kind: str
    value: str
    issuer: str
    valid_to: str


def find_by_identifier(
    connection: Connection, access: Access, text: str, part: bool = False, limit: int = 50
) -> list[IdentifierMatch]:
    """Everybody with this account, contract, meter, point of delivery, tax id, phone (with or without +7/8) or e-mail.

    `part`: `text` may be only the beginning. Separators, case and look-alike letters make no difference. Each kind
    gives at most `limit` matches. Tax ids are looked up only for those who may see them.
    """
    found: list[IdentifierMatch] = []
    for query in _queries(access, text.strip(), part):
        found += [
            IdentifierMatch(row[0], row[1], row[2], row[3], row[4] or "")
            for row in connection.execute(query.limit(limit))
        ]
    return list(dict.fromkeys(found))


def _queries(access: Access, text: str, part: bool) -> Iterator[Select[Any]]:
    if "@" in text:
        email = fold_email(text)
        yield _values(contact_point, "email").where(_is(contact_point.c.folded, email, part))
        return
    number = fold_number(text)
    if len(number) < (SHORTEST_PART if part else 1):
        return
    for kind, table, value in _HELD:
        yield _held(kind, table, value).where(_is(table.c.folded, number, part))
    if access.sees_sensitive:
        yield _values(identifier, "tax_id").where(_is(identifier.c.folded, number, part))
    if phone := _phone(text, part):
        yield _values(contact_point, "phone").where(or_(*(_is(contact_point.c.folded, p, part) for p in phone)))


def _phone(text: str, part: bool) -> tuple[str, ...]:
    if any(letter.isalpha() for letter in text):
        return ()
    if part:
        return tuple(start for start in phone_beginnings(text) if len(start) >= SHORTEST_PART)
    phone = fold_phone(text)
    return (phone,) if len(phone) >= _SHORTEST_PHONE else ()


def _is(column: ColumnElement[str], value: str, part: bool) -> ColumnElement[bool]:
    # A range, not LIKE: a b-tree serves it on every engine and under every setting of case.
    return (column >= value) & (column < value + _LAST) if part else column == value


_ROOT = func.coalesce(customer.c.survivor_id, customer.c.id)


def _held(kind: str, table: Any, value: ColumnElement[str]) -> Select[Any]:
    issuer = table.c.issuer if "issuer" in table.c else literal("")
    query = select(_ROOT, holding.c.kind, value, issuer, holding.c.valid_to)
    query = query.join_from(table, holding, (holding.c.kind == kind) & (holding.c.held_id == table.c.id))
    return query.join(customer, customer.c.id == holding.c.customer_id)


def _values(table: Any, kind: str) -> Select[Any]:
    issuer = table.c.issuer if "issuer" in table.c else literal("")
    query = select(_ROOT, table.c.kind, table.c.value, issuer, table.c.valid_to)
    return query.join_from(table, customer).where(table.c.kind == kind)
