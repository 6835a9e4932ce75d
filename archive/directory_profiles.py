"""What matching needs of the directory: blocking keys, how many carry them, and plain profiles of the candidates."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, func, select

from archive.schema import account, customer, customer_key, directory_size, holding

_MOST_COUNTED = 20_000
_SHAPES_FROM = 20_000


@dataclass(frozen=True, slots=True)
class ProfileName:
    """A person's name as held; any part may be empty."""

    surname: str
    given: str
    middle: str


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """All that identifies one customer, current and former, from the golden record. Values are as held."""

    id: int
    kind: Literal["person", "organisation"]
    persons: tuple[ProfileName, ...]
    organisations: tuple[str, ...]
    birth_date: str
    tax_ids: tuple[str, ...]
    phones: tuple[str, ...]
    emails: tuple[str, ...]
    addresses: tuple[str, ...]
    former_addresses: tuple[str, ...]
    accounts: tuple[str, ...]
    contracts: tuple[str, ...]
    points_of_delivery: tuple[str, ...]
    meters: tuple[str, ...]
    ended_accounts: tuple[tuple[str, str], ...]
    """(number, the ISO day its holding ended), the latest for each; whoever holds it again may be among `accounts`."""
    begun_accounts: tuple[tuple[str, str], ...]
    """(number, the ISO day its holding began), of accounts that were another's before."""
    branch: str
    label: str


def size(connection: Connection) -> int:
    """How many customers there are."""
    return connection.execute(select(directory_size.c.customers)).scalar() or 0


def key_counts(connection: Connection, keys: Sequence[int]) -> dict[int, int]:
    """How many customers carry each key, counted up to 20,000; keys that nobody carries are left out."""
    counts: dict[int, int] = {}
    for key in dict.fromkeys(keys):
        carriers = select(customer_key.c.customer_id).where(customer_key.c.key == key).limit(_MOST_COUNTED).subquery()
        if count := connection.execute(select(func.count()).select_from(carriers)).scalar():
            counts[key] = count
    return counts


def candidates(connection: Connection, keys: Sequence[int], limit: int) -> list[int]:
    """At most `limit` customers that carry any of the keys, each once; merged ones as the one that stands for them."""
    root = func.coalesce(customer.c.survivor_id, customer.c.id)
    query = select(root).join_from(customer_key, customer, customer.c.id == customer_key.c.customer_id)
    query = query.where(customer_key.c.key.in_(list(dict.fromkeys(keys)))).distinct().limit(limit)
    return list(connection.execute(query).scalars())


def profiles(connection: Connection, ids: Sequence[int]) -> list[ProfileRow]:
    """The profiles of these customers, in any order; unknown ids are left out."""
    query = select(customer.c.id, customer.c.kind, customer.c.display_name, customer.c.golden)
    rows = connection.execute(query.where(customer.c.id.in_(list(ids)), customer.c.survivor_id.is_(None)))
    ended, begun = _account_dates(connection, ids)
    return [
        _profile(
            row.id, row.kind, row.display_name, json.loads(row.golden), ended.get(row.id, {}), begun.get(row.id, {})
        )
        for row in rows
    ]


_Dates = dict[int, dict[str, str]]


def _account_dates(connection: Connection, ids: Sequence[int]) -> tuple[_Dates, _Dates]:
    """Of each customer: number → the day it ended, for accounts held no more; number → the day it began, for those that
    another held before. Merged ones' as their survivor's."""
    merged = select(customer.c.id, customer.c.survivor_id).where(customer.c.survivor_id.in_(list(ids)))
    roots = {one: one for one in ids} | {row.id: row.survivor_id for row in connection.execute(merged)}
    # By customer alone: with the kind in the query, SQLite would walk every account's holding.
    columns = ("customer_id", "kind", "held_id", "valid_from", "valid_to")
    held = select(*(holding.c[name] for name in columns)).where(holding.c.customer_id.in_(list(roots)))
    ends: dict[tuple[int, int], str] = {}
    begins: dict[tuple[int, int], str] = {}
    for row in connection.execute(held.order_by(holding.c.valid_to)):
        if row.kind == "account":
            key = (roots[row.customer_id], row.held_id)
            # One still open, which sorts first, outlasts all that ended.
            ends[key] = row.valid_to if ends.get(key, row.valid_to) else ""
            begins[key] = min(row.valid_from, begins.get(key, row.valid_from))
    dated = {key: begin for key, begin in begins.items() if begin}
    others = _others_before(connection, dated, roots)
    return (
        _numbered(connection, {key: end for key, end in ends.items() if end}),
        _numbered(connection, {key: begin for key, begin in dated.items() if key in others}),
    )


def _others_before(
    connection: Connection, dated: Mapping[tuple[int, int], str], roots: Mapping[int, int]
) -> set[tuple[int, int]]:
    """Those of (customer, account) that another held till the day on which that customer began to."""
    if not dated:
        return set()
    query = select(holding.c.held_id, holding.c.customer_id, holding.c.valid_to).where(
        holding.c.kind == "account", holding.c.held_id.in_({held for _, held in dated}), holding.c.valid_to != ""
    )
    ended = connection.execute(query).all()
    return {
        (one, held)
        for (one, held), begin in dated.items()
        if any(r.held_id == held and roots.get(r.customer_id) != one and r.valid_to <= begin for r in ended)
    }


def _numbered(connection: Connection, ends: Mapping[tuple[int, int], str]) -> dict[int, dict[str, str]]:
    if not ends:
        return {}
    query = select(account.c.id, account.c.number).where(account.c.id.in_({held for _, held in ends}))
    numbers = {row.id: row.number for row in connection.execute(query)}
    found: dict[int, dict[str, str]] = {}
    for (one, held), end in ends.items():
        found.setdefault(one, {})[numbers[held]] = end
    return found


def account_numbers(connection: Connection) -> list[str]:
    """Account numbers to learn their shapes from: all of a small directory, a spread sample of a large one."""
    last = connection.execute(select(func.max(account.c.id))).scalar() or 0
    step = max(last // _SHAPES_FROM, 1)
    return list(connection.execute(select(account.c.number).where(account.c.id % step == 0)).scalars())


def _profile(
    customer_id: int,
    kind: Literal["person", "organisation"],
    label: str,
    golden: Mapping[str, Any],
    ended: Mapping[str, str],
    begun: Mapping[str, str],
) -> ProfileRow:
    def one(name: str) -> str:
        return str(golden[name]["value"]) if name in golden else ""

    def many(name: str) -> tuple[str, ...]:
        return tuple(cell["value"] for cell in golden.get(name, ()))

    names = [{part: one(part) for part in _NAME_PARTS}, *(cell["value"] for cell in golden.get("other_names", ()))]
    person = kind == "person"
    return ProfileRow(
        id=customer_id,
        kind=kind,
        persons=tuple(_person(name) for name in names) if person else (),
        organisations=() if person else tuple(name["full_name"] for name in names if name.get("full_name")),
        birth_date=one("birth_date"),
        tax_ids=tuple(filter(None, (one("tax_id"),))),
        phones=many("phones"),
        emails=many("emails"),
        addresses=tuple(filter(None, (one("address"),))),
        former_addresses=many("former_address"),
        accounts=many("accounts"),
        contracts=many("contracts"),
        points_of_delivery=many("points_of_delivery"),
        meters=many("meters"),
        ended_accounts=tuple(ended.items()),
        begun_accounts=tuple(begun.items()),
        branch=one("branch"),
        label=label,
    )


_NAME_PARTS = ("surname", "given_name", "patronymic", "full_name")


def _person(name: Mapping[str, str]) -> ProfileName:
    return ProfileName(name.get("surname", ""), name.get("given_name", ""), name.get("patronymic", ""))
