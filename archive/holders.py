"""Who holds an account, a contract, a point of delivery or a meter on a day. They outlive whoever holds them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, literal, select

from archive.directory_values import HELD
from archive.folding import fold_number
from archive.schema import customer, holding


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
    root = customer.alias("root")
    stands = func.coalesce(customer.c.survivor_id, customer.c.id)
    found: list[Holder] = []
    for held in HELD:
        table, value = held.table, held.table.c[held.number]
        issuer = table.c.issuer if held.per_issuer else literal("")
        query = select(
            literal(held.kind),
            value,
            issuer,
            root.c.id,
            customer.c.id,
            root.c.display_name,
            holding.c.valid_from,
            holding.c.valid_to,
        ).join_from(table, holding, (holding.c.held_id == table.c.id) & (holding.c.kind == held.kind))
        query = query.join(customer, customer.c.id == holding.c.customer_id).join(root, root.c.id == stands)
        query = query.where(table.c.folded == fold_number(number))
        found += [Holder(*row) for row in connection.execute(query.order_by(holding.c.id))]
    return sorted(found, key=lambda one: one.valid_from, reverse=True)


def holders_on(connection: Connection, number: str, day: str) -> list[Holder]:
    """Who holds what has this number on a day (ISO), whoever held it the shortest first.

    More than one customer where what is known contradicts itself, or where several things have this number.
    """
    return [one for one in holders_of(connection, number) if one.held_on(day)]
