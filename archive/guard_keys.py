"""What the guard of the directory finds customers by: blocking keys, and records as they are compared, each by its model.

Keys of several models stand side by side while one takes over from another. Nothing here knows what a key means.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, delete, func, insert, select, text, update

from archive.bulk import insert_rows
from archive.clock import utc_now
from archive.schema import customer, directory_size, guard_key, guard_model, guard_record

State = Literal["arriving", "active", "kept", "leaving"]
"""Its keys are being made; the guard asks it; its keys are kept up for a rollback; its keys are being removed."""
LIVE = ("arriving", "active", "kept")
_CHUNK = 300


@dataclass(frozen=True, slots=True)
class Standing:
    """A model whose keys are in the catalogue. `organisations`: their share of the customers when it came in.

    Customers of numbers above `upto`, up to `last`, are without keys of it yet.
    """

    id: int
    version: str
    state: State
    upto: int
    last: int
    organisations: float
    counted: int = 0
    """How many customers there were when the names of the directory were last counted for it; 0 where they never were."""

    @property
    def is_whole(self) -> bool:
        """Whether every customer has its keys."""
        return self.upto >= self.last


@dataclass(frozen=True, slots=True)
class Likened:
    """What is kept of one source record by one model: its blocking keys (signed 64 bit) and its text."""

    model: int
    keys: tuple[int, ...]
    record: str


# ---- models ----------------------------------------------------------------------------------------------------

_MODELS = select(*(guard_model.c[name] for name in Standing.__slots__)).order_by(guard_model.c.id)
_MODELS_HELD = _MODELS.with_for_update(read=True)
_SIZE = select(directory_size.c.customers)
_LAST = select(func.coalesce(func.max(customer.c.id), 0))


def models(connection: Connection, *, held: bool = False) -> list[Standing]:
    """The models, the oldest first. `held`: none is taken in or let go until the transaction ends."""
    return [Standing(*row) for row in connection.execute(_MODELS_HELD if held else _MODELS)]


def content(connection: Connection, version: str) -> str:
    """The text of a model's file; '' where it is none of ours."""
    query = select(guard_model.c.content).where(guard_model.c.version == version)
    return connection.execute(query).scalar() or ""


def names(connection: Connection, model: int) -> str:
    """The text of a model's file with the names of the directory in it; '' where they were not counted."""
    return connection.execute(select(guard_model.c.names).where(guard_model.c.id == model)).scalar() or ""


def keep_names(connection: Connection, model: int, names: str, counted: int) -> None:
    """Keep a model's file with the names of the directory in it, counted when there were so many customers."""
    connection.execute(update(guard_model).where(guard_model.c.id == model).values(names=names, counted=counted))


def take_in(connection: Connection, version: str, content: str) -> Standing:
    """Begin to keep keys of a model: writers from now on make them, and customers that are there already wait for theirs.

    In an empty directory without a model it is active at once. Safe to repeat; one that is leaving has to go first.
    """
    alone(connection)
    every = models(connection)
    known = next((one for one in every if one.version == version), None)
    if known is not None:
        return known
    upto = last(connection)
    first = not upto and not any(one.state == "active" for one in every)
    firms = _organisations(connection)
    row = {
        "version": version,
        "content": content,
        "state": "active" if first else "arriving",
        "last": upto,
        "organisations": firms,
        "at": utc_now(),
    }
    key = connection.execute(insert(guard_model).values(row).returning(guard_model.c.id)).scalar_one()
    return Standing(key, version, "active" if first else "arriving", 0, upto, firms)


_AS_USUAL = 0.05
"""The share of organisations where there are too few customers to tell."""
_ASKED_OF = 20_000


def _organisations(connection: Connection) -> float:
    """By the newest customers, for a count of all takes as long as reading them."""
    newest = select(customer.c.kind).order_by(customer.c.id.desc()).limit(_ASKED_OF).subquery()
    query = select(newest.c.kind, func.count()).group_by(newest.c.kind)
    counts = {row.kind: int(row[1]) for row in connection.execute(query)}
    total = sum(counts.values())
    return (counts.get("organisation", 0) + _AS_USUAL * 100) / (total + 100)


def alone(connection: Connection) -> None:
    """Wait until nobody writes by the models that there are, and let nobody begin until the transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE guard_model IN EXCLUSIVE MODE"))


def reached(connection: Connection, model: int, upto: int) -> None:
    """Note that customers up to this number have their keys."""
    connection.execute(update(guard_model).where(guard_model.c.id == model).values(upto=upto))


def activate(connection: Connection, model: int) -> None:
    """Let the guard ask this model, whose keys are all there; the one before is kept, and any older one is let go."""
    alone(connection)
    these = update(guard_model)
    connection.execute(
        these.where(guard_model.c.state == "kept", guard_model.c.id != model).values(state="leaving", at=utc_now())
    )
    connection.execute(these.where(guard_model.c.state == "active").values(state="kept", at=utc_now()))
    connection.execute(these.where(guard_model.c.id == model).values(state="active", at=utc_now()))


def let_go(connection: Connection, model: int) -> None:
    """Stop making keys of a model that is not active; those that there are may then be removed."""
    alone(connection)
    statement = update(guard_model).where(guard_model.c.id == model, guard_model.c.state != "active")
    connection.execute(statement.values(state="leaving", at=utc_now()))


def remove_some(connection: Connection, model: int, most: int) -> bool:
    """Remove some rows of a model that was let go, the model itself last; whether all are gone. Safe to repeat."""
    for table, name in ((guard_key, "key"), (guard_record, "customer_id")):
        column = table.c[name]
        some = select(column).where(table.c.model == model).order_by(column).limit(most).subquery()
        upto = connection.execute(select(func.max(some.c[name]))).scalar()
        if upto is not None:
            connection.execute(delete(table).where(table.c.model == model, column <= upto))
            return False
    connection.execute(delete(guard_model).where(guard_model.c.id == model, guard_model.c.state == "leaving"))
    return True


def size(connection: Connection) -> int:
    """How many customers there are."""
    return connection.execute(_SIZE).scalar() or 0


def last(connection: Connection) -> int:
    """The highest number of a customer; 0 where there is none."""
    return int(connection.execute(_LAST).scalar_one())


# ---- keys ------------------------------------------------------------------------------------------------------


def keep(connection: Connection, customer_id: int, likened: Iterable[Sequence[Likened]]) -> None:
    """Write an identity's keys, and its records in place of those before. Keys of what it said before stay.

    `likened`: for each of its source records what is kept by each model.
    """
    by_model: dict[int, list[Likened]] = {}
    for record in likened:
        for one in record:
            by_model.setdefault(one.model, []).append(one)
    rows = sorted({(model, key, customer_id) for model, every in by_model.items() for one in every for key in one.keys})
    _insert_missing(connection, "guard_key", ("model", "key", "customer_id"), rows)
    for model, every in by_model.items():
        text = joined(dict.fromkeys(one.record for one in every))
        connection.exec_driver_sql(_RENEW[connection.dialect.name], (model, customer_id, text))


def joined(records: Iterable[str]) -> str:
    """Texts of records, each a JSON value, as one JSON list."""
    return f"[{','.join(records)}]"


def enter(connection: Connection, likened: Sequence[tuple[int, Sequence[Likened]]]) -> None:
    """Write keys and the only record of new customers: (customer, what is kept by each model)."""
    keys = sorted((one.model, key, who) for who, every in likened for one in every for key in one.keys)
    insert_rows(connection, guard_key, ("model", "key", "customer_id"), keys)
    records = sorted((one.model, who, joined([one.record])) for who, every in likened for one in every)
    insert_rows(connection, guard_record, ("model", "customer_id", "records"), records)


def enter_missing_keys(connection: Connection, rows: Sequence[tuple[int, int, int]]) -> None:
    """Write (model, key, customer) of customers that are there already. Rows in their order touch the fewest pages."""
    _insert_missing(connection, "guard_key", ("model", "key", "customer_id"), rows)


def enter_missing_records(connection: Connection, rows: Sequence[tuple[int, int, str]]) -> None:
    """Write (model, customer, records joined) of customers that are there already, but for those renewed meanwhile."""
    _insert_missing(connection, "guard_record", ("model", "customer_id", "records"), rows)


_TYPES = {"model": "integer", "key": "bigint", "customer_id": "bigint", "records": "text"}


def _insert_missing(
    connection: Connection, table: str, columns: Sequence[str], rows: Sequence[tuple[object, ...]]
) -> None:
    """Past SQLAlchemy's row handling, for a whole directory goes this way."""
    if not rows:
        return
    named = ", ".join(columns)
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(columns))
        connection.exec_driver_sql(f"INSERT OR IGNORE INTO {table} ({named}) VALUES ({marks})", list(rows))  # noqa: S608
        return
    lists = ", ".join(f"%s::{_TYPES[name]}[]" for name in columns)
    connection.exec_driver_sql(
        f"INSERT INTO {table} ({named}) SELECT * FROM unnest({lists}) ON CONFLICT DO NOTHING",  # noqa: S608
        tuple(list(column) for column in zip(*rows, strict=True)),
    )


# Written out for the drivers: a list is one value there, so that the statement is the same whatever its length.
_HOLDERS = {
    "sqlite": (
        "SELECT asked.value, (SELECT group_concat(customer_id) FROM (SELECT customer_id FROM guard_key"
        " WHERE guard_key.model = ? AND guard_key.key = asked.value LIMIT ?) AS held) FROM json_each(?) AS asked"
    ),
    "postgresql": (
        "SELECT asked.value, (SELECT string_agg(customer_id::text, ',') FROM (SELECT customer_id FROM guard_key"
        " WHERE guard_key.model = %s AND guard_key.key = asked.value LIMIT %s) AS held)"
        " FROM unnest(%s::bigint[]) AS asked(value)"
    ),
}
_RECORDS = {
    "sqlite": (
        "SELECT customer_id, records FROM guard_record"
        " WHERE model = ? AND customer_id IN (SELECT value FROM json_each(?))"
    ),
    "postgresql": "SELECT customer_id, records FROM guard_record WHERE model = %s AND customer_id = ANY(%s::bigint[])",
}


_ROOTS = {
    "sqlite": "SELECT id, coalesce(survivor_id, id) FROM customer WHERE id IN (SELECT value FROM json_each(?))",
    "postgresql": "SELECT id, coalesce(survivor_id, id) FROM customer WHERE id = ANY(%s::bigint[])",
}
_RENEW = {
    name: (
        f"INSERT INTO guard_record (model, customer_id, records) VALUES ({mark}, {mark}, {mark})"  # noqa: S608 - no value
        " ON CONFLICT (model, customer_id) DO UPDATE SET records = excluded.records"
    )
    for name, mark in (("sqlite", "?"), ("postgresql", "%s"))
}


def holders(connection: Connection, model: int, keys: Sequence[int], most: int) -> dict[int, list[int]]:
    """Key → the customers that hold it, at most `most` of each; keys that nobody holds are left out."""
    if not keys:
        return {}
    spoken = connection.dialect.name
    rows = connection.exec_driver_sql(_HOLDERS[spoken], (model, most, _list(spoken, keys)))
    return {key: [int(one) for one in found.split(",")] for key, found in rows if found}


def records(connection: Connection, model: int, customers: Sequence[int]) -> list[tuple[int, str]]:
    """(customer, its records as one JSON list) of these customers."""
    if not customers:
        return []
    spoken = connection.dialect.name
    rows = connection.exec_driver_sql(_RECORDS[spoken], (model, _list(spoken, customers)))
    return [(who, found) for who, found in rows]


def roots(connection: Connection, customers: Sequence[int]) -> dict[int, int]:
    """Customer → who stands for it."""
    spoken = connection.dialect.name
    rows = connection.exec_driver_sql(_ROOTS[spoken], (_list(spoken, customers),))
    return {row[0]: row[1] for row in rows}


def lock(connection: Connection, keys: Iterable[int]) -> None:
    """Keep everybody else who locks one of these keys waiting until the transaction ends. One writer needs no lock."""
    if connection.dialect.name != "postgresql":
        return
    wanted = sorted(set(keys))
    if wanted:
        # In one order, so that nobody waits for one another in a ring.
        query = text(
            "SELECT count(pg_advisory_xact_lock(asked.key)) FROM unnest(CAST(:keys AS bigint[])) AS asked(key)"
        )
        connection.execute(query, {"keys": wanted})


def _list(spoken: str, values: Sequence[int]) -> object:
    return json.dumps(list(values)) if spoken == "sqlite" else list(values)
