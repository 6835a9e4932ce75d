"""Customers of the directory as rows of the import's columns: what the matcher and the model read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from archive.directory_file import COLUMNS
from archive.schema import customer

_OWN = ("system", "source_id", "kind", "branch")
_TOLD = tuple(name for name in COLUMNS if name not in _OWN)


@dataclass(frozen=True, slots=True)
class Standing:
    """A customer that stands for itself (and perhaps for others) in the version that was read, as a row."""

    id: int
    version: int
    row: Mapping[str, str]


def standing_after(connection: Connection, after: int, limit: int) -> list[Standing]:
    """Customers for whom nobody else stands, in the order of their numbers, from the one after `after` on."""
    query = select(*_READ).where(customer.c.survivor_id.is_(None), customer.c.id > after)
    return [_standing(row) for row in connection.execute(query.order_by(customer.c.id).limit(limit))]


def standing_of(connection: Connection, ids: Iterable[int]) -> dict[int, Standing]:
    """These customers, as their rows tell them."""
    wanted = sorted(set(ids))
    return {row[0]: _standing(row) for row in connection.execute(select(*_READ).where(customer.c.id.in_(wanted)))}


_READ = (customer.c.id, customer.c.version, customer.c.kind, customer.c.branch, customer.c.golden)


def _standing(row: Sequence[Any]) -> Standing:
    key, version, kind, branch, golden = row
    cells = {"system": "", "source_id": str(key), "kind": kind, "branch": branch}
    told = json.loads(golden)
    return Standing(key, version, cells | {name: _cell(told.get(name)) for name in _TOLD})


def _cell(held: Any) -> str:
    if held is None:
        return ""
    if isinstance(held, Mapping):
        return _on_a_line(held["value"])
    return ";".join(_texts(held))


def _texts(held: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    # What lies between two values must not lie within one.
    return (_on_a_line(one["value"]).replace(";", ",") for one in held)


def _on_a_line(value: object) -> str:
    return " ".join(str(value).splitlines())
