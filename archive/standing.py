"""Who stands for whom, and what the row of a customer tells: its own golden record, or that of all it stands for.

Nothing that hangs on an identity is ever moved. An identity's own golden record lies in its row; the row of one that
stands for several tells the record of all of them together, and its own lies aside (`own_record`) meanwhile. So every
reader of a customer reads one row, and taking a merge back puts back what lies aside, as it was.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, or_, select, update

from archive.directory_preparing import Columns, columns_of
from archive.directory_record import read_record
from archive.schema import customer, customer_merge, own_record, source_record
from archive.survivorship import Witness, golden, joint
from archive.upserting import upsert

Witnesses = Mapping[int, Sequence[Witness]]
"""The source records of each identity."""
_Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Identity:
    """One identity as it stands: who stands for it (itself where nobody else does), what its row tells, its own record."""

    id: int
    root: int
    version: int
    told: Columns
    own: Columns
    is_aside: bool
    """Whether its own record lies aside."""


def together(connection: Connection, ids: Iterable[int]) -> dict[int, Identity]:
    """These identities and all that are one with any of them, held against other writers until the transaction ends."""
    wanted = sorted(set(ids))
    root = func.coalesce(customer.c.survivor_id, customer.c.id).label("root")
    query = select(customer.c.id, root).where(customer.c.id.in_(wanted))
    while True:
        asked = {row.id: row.root for row in connection.execute(query)}
        roots = sorted(set(asked.values()))
        held = select(customer.c.id).where(customer.c.id.in_(roots)).order_by(customer.c.id).with_for_update()
        connection.execute(held).all()
        found = _read(connection, roots)
        # Whoever held them first may have merged them, or taken a merge back, while this waited.
        if asked.keys() <= found.keys():
            return found


def _read(connection: Connection, roots: Sequence[int]) -> dict[int, Identity]:
    columns = ("kind", "display_name", "branch", "golden")
    query = select(
        customer.c.id,
        customer.c.survivor_id,
        customer.c.version,
        own_record.c.customer_id.label("aside"),
        *(customer.c[name] for name in columns),
        *(own_record.c[name].label(f"own_{name}") for name in columns),
    ).join_from(customer, own_record, own_record.c.customer_id == customer.c.id, isouter=True)
    rows = connection.execute(query.where(or_(customer.c.id.in_(roots), customer.c.survivor_id.in_(roots))))
    found = {}
    for row in rows.mappings():
        told: Columns = (row["kind"], row["display_name"], row["branch"], row["golden"])
        aside: Columns = (row["own_kind"], row["own_display_name"], row["own_branch"], row["own_golden"])
        is_aside = row["aside"] is not None
        key = row["id"]
        own = aside if is_aside else told
        found[key] = Identity(key, row["survivor_id"] or key, row["version"], told, own, is_aside)
    return found


def witnesses_of(connection: Connection, ids: Iterable[int]) -> dict[int, list[Witness]]:
    """The source records of each of these identities."""
    return witnesses_in(connection.execute(_SAID.where(source_record.c.customer_id.in_(sorted(ids)))))


SaidRow = tuple[int, int, str, str, str, str]
"""A source record as it is read: of which identity, its id, system, source id, the row as it came, when."""
_COLUMNS_READ = ("customer_id", "id", "system", "source_id", "payload", "at")
_SAID = select(*(source_record.c[name] for name in _COLUMNS_READ))


def said_between(connection: Connection, first: int, last: int) -> list[SaidRow]:
    """The source records of identities from one number to another, for `witnesses_in` in whatever process."""
    query = _SAID.where(source_record.c.customer_id.between(first, last)).order_by(source_record.c.id)
    return [(row[0], row[1], row[2], row[3], row[4], row[5]) for row in connection.execute(query)]


def witnesses_in(rows: Iterable[Sequence[Any]]) -> dict[int, list[Witness]]:
    """The source records of each identity, read."""
    found: dict[int, list[Witness]] = defaultdict(list)
    for owner, key, system, source_id, payload, at in rows:
        cells = {**json.loads(payload), "system": system, "source_id": source_id}
        found[owner].append(Witness(key, system, at, read_record(cells)))
    return found


def roots_by_merges(connection: Connection, ids: Iterable[int]) -> dict[int, int]:
    """Identity → who stands for it by the merges in force, for identities that hold all that are one with them."""
    line = customer_merge
    wanted = sorted(ids)
    query = select(line.c.customer_id, line.c.into_id).where(line.c.customer_id.in_(wanted), line.c.undone_at.is_(None))
    into = {row.customer_id: row.into_id for row in connection.execute(query)}
    roots = {}
    for one in wanted:
        root = one
        while root in into:
            root = into[root]
        roots[one] = root
    return roots


def renewed(identity: Identity, witnesses: Sequence[Witness]) -> Columns:
    """The identity's own record after its source records changed, keeping what it knew of names and addresses."""
    return columns_of(golden(witnesses, json.loads(identity.own[3])))


def stand(
    connection: Connection,
    found: Mapping[int, Identity],
    roots: Mapping[int, int],
    owns: Mapping[int, Columns],
    witnesses: Witnesses,
    touched: Iterable[int] = (),
) -> list[tuple[int, int]]:
    """Bring the rows of these identities up to who stands for them and to their own records.

    `found`: all that are one with any of them; `owns`: own records that are new. Answers (customer, new version) of those
    whose row is another now, and of `touched` ones.
    """
    members: dict[int, list[int]] = defaultdict(list)
    for one in sorted(found):
        members[roots[one]].append(one)
    versions: list[tuple[int, int]] = []
    told: list[_Row] = []
    moved: list[_Row] = []
    aside: list[_Row] = []
    back: list[int] = []
    forced = set(touched)
    for one, was in sorted(found.items()):
        own = owns.get(one, was.own)
        several = members.get(one, [one])
        stands = len(several) > 1
        tells = _of_all(one, several, found, owns, witnesses) if stands else own
        if stands and (own != was.own or not was.is_aside):
            aside.append({"customer_id": one, **dict(zip(_COLUMNS, own, strict=True))})
        if was.is_aside and not stands:
            back.append(one)
        if tells == was.told and roots[one] == was.root and one not in forced:
            continue
        versions.append((one, was.version + 1))
        told.append(
            {"c": one, "v": was.version + 1, **{f"n_{name}": cell for name, cell in zip(_COLUMNS, tells, strict=True)}}
        )
        if roots[one] != was.root:
            moved.append({"c": one, "r": None if roots[one] == one else roots[one]})
    _write(connection, told, moved)
    _lay_aside(connection, aside, back)
    return versions


_COLUMNS = ("kind", "display_name", "branch", "golden")


def _of_all(
    root: int,
    several: Sequence[int],
    found: Mapping[int, Identity],
    owns: Mapping[int, Columns],
    witnesses: Witnesses,
) -> Columns:
    own = {one: owns.get(one, found[one].own) for one in several}
    said = [witness for one in several for witness in witnesses.get(one, ())]
    kind, name, branch, text = columns_of(joint(said, [json.loads(own[one][3]) for one in several]))
    return kind or own[root][0], name or own[root][1], branch, text


def _write(connection: Connection, told: list[_Row], moved: list[_Row]) -> None:
    this = update(customer).where(customer.c.id == bindparam("c"))
    if told:
        values: _Row = {name: bindparam(f"n_{name}") for name in _COLUMNS}
        connection.execute(this.values(version=bindparam("v"), **values), told)
    if moved:
        connection.execute(this.values(survivor_id=bindparam("r")), moved)


def _lay_aside(connection: Connection, aside: list[_Row], back: list[int]) -> None:
    if aside:
        statement = upsert(connection, own_record)
        renew = {name: statement.excluded[name] for name in _COLUMNS}
        connection.execute(
            statement.on_conflict_do_update(index_elements=[own_record.c.customer_id], set_=renew), aside
        )
    if back:
        connection.execute(delete(own_record).where(own_record.c.customer_id.in_(back)))
