"""The rows that hang on a customer: identifiers, contact points, addresses and dated holdings.

What a source no longer says is ended, not deleted: a letter is matched as of its date.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Select, Table, bindparam, func, or_, select, update

from archive.bulk import insert_rows, reserve_ids
from archive.directory_record import BY_HAND, DEFAULT_SYSTEM, DirectoryRecord
from archive.folding import fold_email, fold_number, fold_phone
from archive.schema import account, address, contact_point, contract, holding, identifier, meter, point_of_delivery

Folding = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class _Values:
    """One kind of value in one column of a record, and where it is kept."""

    column: str
    table: Table
    kind: str
    fold: Folding | None


_VALUES = (
    _Values("tax_id", identifier, "tax_id", fold_number),
    _Values("passport", identifier, "passport", fold_number),
    _Values("registration_number", identifier, "registration_number", fold_number),
    _Values("phones", contact_point, "phone", fold_phone),
    _Values("emails", contact_point, "email", fold_email),
    _Values("address", address, "current", None),
    _Values("former_address", address, "former", None),
)


@dataclass(frozen=True, slots=True)
class _Held:
    """One kind of thing that is held: its column, its table, and whether its numbers are unique per issuer only."""

    column: str
    kind: str
    table: Table
    number: str
    per_issuer: bool


HELD = (
    _Held("accounts", "account", account, "number", True),
    _Held("contracts", "contract", contract, "number", True),
    _Held("points_of_delivery", "point_of_delivery", point_of_delivery, "code", False),
    _Held("meters", "meter", meter, "number", False),
)
_VALUE_COLUMNS = {
    identifier: ("customer_id", "kind", "value", "folded", "valid_from"),
    contact_point: ("customer_id", "kind", "value", "folded", "valid_from"),
    address: ("customer_id", "kind", "as_given", "valid_from"),
}
Records = Mapping[int, Iterable[DirectoryRecord]]
"""The source records of each customer."""
Said = tuple[int, str, str]
"""(customer, issuer, number) of something held; the issuer is '' where numbers are unique everywhere."""


@dataclass(frozen=True, slots=True)
class NewValues:
    """Everything that hangs on new customers, each customer as its place among them: their ids are still to come."""

    rows: Sequence[tuple[Table, Sequence[tuple[Any, ...]]]]
    said: Mapping[str, Sequence[Said]]
    placed: Mapping[str, str]


def new_values(records: Sequence[DirectoryRecord]) -> NewValues:
    """What new customers, with one record each, will have hanging on them."""
    by_place = {place: (record,) for place, record in enumerate(records)}
    rows = [(table, _value_rows(table, sorted(_wanted_values(table, by_place)), None)) for table in _VALUE_COLUMNS]
    return NewValues(rows, _said(by_place), _placed(by_place))


def enter_values(connection: Connection, customers: Sequence[int], new: NewValues, known_from: str = "") -> None:
    """Write everything that hangs on customers who are new; `customers` are their ids by place.

    `known_from`: the day from which they hold what was there before they came; where another's ended later, from then.
    """
    for table, rows in new.rows:
        insert_rows(connection, table, _VALUE_COLUMNS[table], [(customers[place], *row) for place, *row in rows])
    holdings, known = _ensure_holdings(connection, new.said)
    _place_meters(connection, new.placed)
    begun = sorted((customers[place], kind, held) for place, kind, held in holdings)
    begins = {what: max(end, known_from) for what, end in _ended_before(connection, known).items()}
    _add_holdings(connection, begun, dict.fromkeys(known, known_from) | begins)


def sync_values(connection: Connection, records: Records, today: str) -> None:
    """Bring what hangs on known customers up to what their records say now: add, end, or take up again."""
    for table in _VALUE_COLUMNS:
        value = "as_given" if table is address else "value"
        new = _sync(connection, table, value, _wanted_values(table, records), list(records), today)
        insert_rows(connection, table, _VALUE_COLUMNS[table], _value_rows(table, new, today))
    wanted, _ = _ensure_holdings(connection, _said(records))
    _place_meters(connection, _placed(records))
    _add_holdings(connection, _sync_holdings(connection, wanted, list(records), today), {}, today)


def _wanted_values(table: Table, records: Records) -> set[tuple[int, str, Any]]:
    kinds = [values for values in _VALUES if values.table is table]
    return {
        (customer_id, values.kind, value)
        for customer_id, found in records.items()
        for record in found
        for values in kinds
        for value in _cell(record, values.column)
    }


def _cell(record: DirectoryRecord, column: str) -> tuple[str, ...]:
    if column in record.lists:
        return record.lists[column]
    return (record.values[column],) if record.values[column] else ()


def _said(records: Records) -> dict[str, list[Said]]:
    """Kind of holding → what the records say is held."""
    return {
        held.kind: [
            (customer_id, record.values["system"] or DEFAULT_SYSTEM if held.per_issuer else "", number)
            for customer_id, found in records.items()
            for record in found
            for number in record.lists[held.column]
        ]
        for held in HELD
    }


def _ensure_holdings(
    connection: Connection, said: Mapping[str, Sequence[Said]]
) -> tuple[set[tuple[int, str, int]], set[tuple[str, int]]]:
    """(customer, kind, id of what is held) of all that is said, and (kind, id) of what was there before.

    What is held is made where it is new.
    """
    wanted: set[tuple[int, str, int]] = set()
    before: set[tuple[str, int]] = set()
    for held in HELD:
        found = _issued(connection, held, said[held.kind])
        known, fresh = _ensure_held(connection, held, {(issuer, number) for _, issuer, number in found})
        ids = known | fresh
        wanted |= {(customer_id, held.kind, ids[issuer, number]) for customer_id, issuer, number in found}
        before |= {(held.kind, held_id) for held_id in known.values()}
    return wanted, before


def _issued(connection: Connection, held: _Held, said: Sequence[Said]) -> Sequence[Said]:
    """What people say is held, with the issuer of what there is under that number: nobody knows it at the desk.

    Where several systems have such a number, or none has, it stays one by hand until a source record tells.
    """
    numbers = {number for _, issuer, number in said if issuer == BY_HAND}
    if not numbers:
        return said
    asked = {"numbers": sorted(numbers), "folded": sorted(set(map(fold_number, numbers)))}
    issuers: dict[str, set[str]] = defaultdict(set)
    for row in connection.execute(_issuers_of(held), asked):
        issuers[row.number].add(row.issuer)
    known = {number: next(iter(found)) for number, found in issuers.items() if len(found) == 1}
    return [
        (customer_id, known.get(number, issuer) if issuer == BY_HAND else issuer, number)
        for customer_id, issuer, number in said
    ]


# Made once: making such a statement anew costs a single save more than its answer.
@cache
def _issuers_of(held: _Held) -> Select[Any]:
    table = held.table
    # By their folded form too: that is what a b-tree finds.
    query = select(table.c.number, table.c.issuer).where(table.c.folded.in_(bindparam("folded", expanding=True)))
    return query.where(table.c.number.in_(bindparam("numbers", expanding=True)), table.c.issuer != BY_HAND)


@cache
def _known_of(held: _Held) -> Select[Any]:
    table, number = held.table, held.table.c[held.number]
    query = select(table.c.id, number).where(number.in_(bindparam("numbers", expanding=True)))
    return query.where(table.c.issuer == bindparam("issuer")) if held.per_issuer else query


def _ensure_held(
    connection: Connection, held: _Held, wanted: set[tuple[str, str]]
) -> tuple[dict[tuple[str, str], int], dict[tuple[str, str], int]]:
    """The ids of every (issuer, number): of those that were there, and of those made now.

    `issuer` is '' where numbers are unique everywhere.
    """
    ids: dict[tuple[str, str], int] = {}
    for issuer in {issuer for issuer, _ in wanted}:
        asked = {"numbers": [n for i, n in wanted if i == issuer]} | ({"issuer": issuer} if held.per_issuer else {})
        ids |= {(issuer, row[1]): row[0] for row in connection.execute(_known_of(held), asked)}
    missing = sorted(wanted - ids.keys())
    fresh = dict(zip(missing, reserve_ids(connection, held.table, len(missing)), strict=True))
    columns = ("id", held.number, "folded") + (("issuer",) if held.per_issuer else ())
    rows = [
        (held_id, found, fold_number(found)) + ((issuer,) if held.per_issuer else ())
        for (issuer, found), held_id in fresh.items()
    ]
    insert_rows(connection, held.table, columns, rows)
    return ids, fresh


def _placed(records: Records) -> dict[str, str]:
    """Meter → the point of delivery beside it, where the record names exactly one."""
    return {
        number: record.lists["points_of_delivery"][0]
        for found in records.values()
        for record in found
        if len(record.lists["points_of_delivery"]) == 1
        for number in record.lists["meters"]
    }


def _place_meters(connection: Connection, placed: Mapping[str, str]) -> None:
    if not placed:
        return
    table = point_of_delivery
    points = select(table.c.code, table.c.id).where(table.c.code.in_(set(placed.values())))
    codes = {row.code: row.id for row in connection.execute(points)}
    rows = [{"meter_number": number, "point": codes[code]} for number, code in placed.items() if code in codes]
    if rows:
        statement = update(meter).where(meter.c.number == bindparam("meter_number"))
        connection.execute(statement.values(point_of_delivery_id=bindparam("point")), rows)


def _sync(
    connection: Connection,
    table: Table,
    value_column: str,
    wanted: set[tuple[int, str, Any]],
    customers: list[int],
    today: str,
) -> list[tuple[int, str, Any]]:
    """End what is no longer said and take up what is said again; answers what is new."""
    names = ("id", "customer_id", "kind", value_column, "valid_from", "valid_to")
    query = select(*(table.c[name] for name in names))
    known: set[tuple[int, str, Any]] = set()
    ended, again = [], []
    for row_id, customer_id, kind, value, valid_from, valid_to in connection.execute(
        query.where(table.c.customer_id.in_(customers))
    ):
        known.add((customer_id, kind, value))
        said = (customer_id, kind, value) in wanted
        if said and valid_to:
            again.append({"row": row_id, "end": None})
        elif not said and not valid_to and kind in _OURS:
            ended.append({"row": row_id, "end": max(today, valid_from or "")})
    statement = update(table).where(table.c.id == bindparam("row")).values(valid_to=bindparam("end"))
    if ended or again:
        connection.execute(statement, ended + again)
    return sorted(wanted - known)


def _sync_holdings(
    connection: Connection, wanted: set[tuple[int, str, int]], customers: list[int], today: str
) -> list[tuple[int, str, int]]:
    """As `_sync`, by the dates of what is held: who holds again what was another's meanwhile begins anew."""
    query = select(holding).where(holding.c.customer_id.in_(customers)).order_by(holding.c.valid_from, holding.c.id)
    last = {(row.customer_id, row.kind, row.held_id): row for row in connection.execute(query)}
    ends = [
        {"row": row.id, "end": max(today, row.valid_from)}
        for what, row in last.items()
        if what not in wanted and not row.valid_to
    ]
    again = {what: row for what, row in last.items() if what in wanted and row.valid_to}
    others = _held_meanwhile(connection, again, today)
    ends += [{"row": row.id, "end": ""} for what, row in again.items() if what not in others]
    if ends:
        statement = update(holding).where(holding.c.id == bindparam("row")).values(valid_to=bindparam("end"))
        connection.execute(statement, ends)
    return sorted((wanted - last.keys()) | others)


def _held_meanwhile(
    connection: Connection, again: Mapping[tuple[int, str, int], Row[Any]], today: str
) -> set[tuple[int, str, int]]:
    """Those of what is held again that somebody else held since it ended."""
    found = set()
    for what, row in again.items():
        if row.valid_from == today:
            continue  # begun, ended and begun again within a day
        other = select(holding.c.id).where(
            holding.c.kind == row.kind,
            holding.c.held_id == row.held_id,
            holding.c.customer_id != row.customer_id,
            or_(holding.c.valid_to == "", holding.c.valid_to > row.valid_to),
        )
        if connection.execute(other.limit(1)).first():
            found.add(what)
    return found


# Kinds that a source record speaks about; others are not its to end.
_OURS = frozenset({values.kind for values in _VALUES} | {held.kind for held in HELD})


def _value_rows(table: Table, values: Iterable[tuple[int, str, Any]], valid_from: str | None) -> list[tuple[Any, ...]]:
    """Rows in the order of the table's `_VALUE_COLUMNS`."""
    if table is address:
        return [(customer_id, kind, value, valid_from) for customer_id, kind, value in values]
    folds = {values.kind: values.fold or str for values in _VALUES}
    return [(customer_id, kind, value, folds[kind](value), valid_from) for customer_id, kind, value in values]


def _ended_before(connection: Connection, known: Collection[tuple[str, int]]) -> dict[tuple[str, int], str]:
    """(kind, id of what is held) → the day on which the last holding of it that ended did so.

    Who a system names anew as the holder of what was another's does not hold it from the beginning of time.
    """
    ends: dict[tuple[str, int], str] = {}
    query = select(holding.c.held_id, func.max(holding.c.valid_to)).group_by(holding.c.held_id)
    for kind in {kind for kind, _ in known}:
        held = [held_id for of, held_id in known if of == kind]
        rows = connection.execute(query.where(holding.c.kind == kind, holding.c.held_id.in_(held)))
        ends |= {(kind, held_id): end for held_id, end in rows if end}
    return ends


def _add_holdings(
    connection: Connection, rows: Iterable[tuple[int, str, Any]], begins: Mapping[tuple[str, int], str], day: str = ""
) -> None:
    """Begin these holdings on the day of what is held, else on `day`."""
    tuples = [(customer_id, kind, held_id, begins.get((kind, held_id), day)) for customer_id, kind, held_id in rows]
    insert_rows(connection, holding, ("customer_id", "kind", "held_id", "valid_from"), tuples)
