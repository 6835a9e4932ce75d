"""Who holds an account, a contract, a point of delivery or a meter on a day. They outlive whoever holds them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, literal, select

from archive.directory_values import HELD
from archive.folding import fold_number
from archive.schema import customer, holding

_root = customer.alias("root")


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds something from a day on ('' = from the first) until another ('' = still).

    `customer_id` is who stands for the holder, `identity_id` the identity that holds; `issuer` is the system that gave the
    number, '' where numbers are unique everywhere.
    """

    kind: str
    number: str
    issuer: str
    customer_id: int
    identity_id: int
    name: str
    valid_from: str
    valid_to: str

    def held_on(self, day: str) -> bool:
        """Whether that was so on a day (ISO)."""
        return self.valid_from <= day and (not self.valid_to or self.valid_to > day)


def holders_of(connection: Connection, number: str) -> list[Holder]:
    """Everybody who holds or held what has this number, however it is written; the latest first.

    One customer may have several identities that hold the same: each is told.
    """
    found: list[Holder] = []
    for held in HELD:
        table, value = held.table, held.table.c[held.number]
        query = _of_held(held.kind, value, table.c.issuer if held.per_issuer else literal(""))
        query = query.join_from(table, holding, (holding.c.held_id == table.c.id) & (holding.c.kind == held.kind))
        query = _named(query).where(table.c.folded == fold_number(number))
        found += [Holder(*row) for row in connection.execute(query.order_by(holding.c.id))]
    return sorted(found, key=lambda one: one.valid_from, reverse=True)


def others_of(connection: Connection, members: Sequence[int]) -> dict[tuple[str, str], list[Holder]]:
    """(kind, number) of what these identities of one customer hold or held → who else holds or held it, the latest first."""
    mine = holding.alias("mine")
    found: dict[tuple[str, str], list[Holder]] = {}
    for held in HELD:
        table, number = held.table, held.table.c[held.number]
        same = (mine.c.kind == holding.c.kind) & (mine.c.held_id == holding.c.held_id)
        query = _of_held(held.kind, number, table.c.issuer if held.per_issuer else literal("")).distinct()
        query = query.join_from(mine, holding, same).join(table, table.c.id == holding.c.held_id)
        query = _named(query).where(mine.c.kind == held.kind, mine.c.customer_id.in_(members))
        query = query.where(holding.c.customer_id.not_in(members))
        for row in connection.execute(query):
            one = Holder(*row)
            found.setdefault((one.kind, one.number), []).append(one)
    return {what: sorted(some, key=_latest, reverse=True) for what, some in found.items()}


def holders_on(connection: Connection, number: str, day: str) -> list[Holder]:
    """Who holds what has this number on a day (ISO), whoever held it the shortest first.

    More than one customer where what is known contradicts itself, or where several things have this number.
    """
    return [one for one in holders_of(connection, number) if one.held_on(day)]


def _of_held(kind: str, number: ColumnElement[str], issuer: ColumnElement[str]) -> Select[Any]:
    """The columns of a `Holder`."""
    who = (_root.c.id, customer.c.id, _root.c.display_name)
    return select(literal(kind), number, issuer, *who, holding.c.valid_from, holding.c.valid_to)


def _named(query: Select[Any]) -> Select[Any]:
    """With who holds, and who stands for them."""
    stands = func.coalesce(customer.c.survivor_id, customer.c.id)
    return query.join(customer, customer.c.id == holding.c.customer_id).join(_root, _root.c.id == stands)


def _latest(one: Holder) -> tuple[str, int]:
    return one.valid_from, one.customer_id
