"""Takeover: another holds a supply from a day on. Account, point of delivery and meters pass over; the contract is duplicated.

Nothing that was filed moves: each holder's letters stay with that holder, and what is dated before the day goes on being theirs.
See docs/adr/0054-a-merge-is-a-line-between-identities.md and 0058-who-holds-on-a-day.md.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select

from archive import desk_records, journal, standing
from archive.access import Access
from archive.by_hand import CustomerDoor, Given
from archive.customers import member_ids, root_of
from archive.customers_then import insist_on_day
from archive.desk_records import Told
from archive.directory_record import DirectoryRecord, said_alike
from archive.directory_values import HELD
from archive.errors import BadInput, Conflict, NotFound
from archive.folding import fold_number
from archive.hand_record import taking_away
from archive.holders import Holder, holders_on
from archive.insisting import insist_on_clerk
from archive.overriding import Nevertheless
from archive.schema import contract, document, filing, folder, holding
from archive.sentences import say
from archive.survivorship import in_force

_COLUMNS = {held.kind: held.column for held in HELD}
_NTH = re.compile(r"(.*)/(\d{1,3})")

Supply = Mapping[str, Sequence[str]]
"""Column (`accounts`, `contracts`, `points_of_delivery`, `meters`) → what passes over."""


@dataclass(frozen=True, slots=True)
class Takeover:
    """What passes over, to whom, from which day on.

    `number`: of an account, a point of delivery, a contract or a meter. `contract`: the number of the new contract, '' = the old
    one's with the next number behind it. `along`: what else passes over, where the holder has several supplies.
    """

    number: str
    to: int
    day: str
    contract: str = ""
    along: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TakenOver:
    """What passed over. `contracts`: the old one → the new one. `later_letters`: how many letters of the day or later lie with
    the one who held before, on the grounds of the account: for a person to look at. `version`: the new holder's."""

    customer_id: int
    version: int
    before_id: int
    day: str
    accounts: tuple[str, ...]
    points_of_delivery: tuple[str, ...]
    meters: tuple[str, ...]
    contracts: Mapping[str, str]
    later_letters: int


def take_over(
    door: CustomerDoor,
    access: Access,
    what: Takeover,
    seen: int | None = None,
    nevertheless: Nevertheless | None = None,
) -> TakenOver:
    """Let another hold a supply from a day on.

    `seen`: the version of the new holder that the decision is about. Raises: Forbidden, NotFound where nobody holds it,
    BadInput, Conflict where it is not clear who does or where the customer was changed meanwhile, GuardWarned, GuardRefused.
    """
    insist_on_clerk(access)
    day, answer = insist_on_day(what.day), nevertheless or Nevertheless()
    with door.catalogue.writing() as connection:
        root = root_of(connection, what.to)
        before = _holder(connection, what.number, day)
        if before.customer_id == root:
            raise BadInput(say("customer {number} holds {held} already", number=root, held=what.number))
        giving, taking = (desk_records.told(connection, one) for one in (before.customer_id, root))
        # All at once and in one order, before any row is held: whoever waits here holds nothing that another waits for.
        door.hold(connection, giving.record, taking.record)
        standing.together(connection, (giving.root, taking.root))
        supply = _supply(giving, before, what)
        gone = _taken_away(giving, supply)
        door.write_within(connection, access, giving, gone, Given({}, day, answer), None)
        contracts = _duplicate(connection, giving, supply.get("contracts", ()), what.contract)
        come = {name: values for name, values in supply.items() if name != "contracts"}
        new = list(contracts.values()) or list(filter(None, [what.contract.strip()]))
        cells = _with(taking.record, come | {"contracts": new})
        saved = door.change_within(connection, access, root, Given(cells, day, answer), seen)
        done = TakenOver(
            root,
            saved.version,
            giving.root,
            day,
            tuple(supply.get("accounts", ())),
            tuple(supply.get("points_of_delivery", ())),
            tuple(supply.get("meters", ())),
            contracts,
            _later_letters(connection, giving.root, supply.get("accounts", ()), day),
        )
        told = {"from": giving.root, "to": root, "day": day, "supply": {k: list(v) for k, v in supply.items()}}
        for one in (giving.root, root):
            journal.write(
                connection, access.actor, "customers.takeover", f"customer:{one}", None, told | {"contracts": contracts}
            )
        return done


def _holder(connection: Connection, number: str, day: str) -> Holder:
    holders = holders_on(connection, number, day)
    if not holders:
        raise NotFound(say("nobody holds {held} on {day}", held=number, day=day))
    several = sorted({one.customer_id for one in holders})
    if len(several) > 1:
        names = ", ".join(map(str, several))
        raise Conflict(
            say(
                "several customers hold {held} on {day}: {customers}; end what is wrong first",
                held=number,
                day=day,
                customers=names,
            )
        )
    return holders[0]


def _supply(giving: Told, before: Holder, what: Takeover) -> Supply:
    """What passes over: all that the records say together with what was asked for, unless that is several supplies."""
    column, number = _COLUMNS[before.kind], before.number
    together = [
        record
        for record in in_force(giving.witnesses[before.identity_id])
        if any(said_alike(column, value) == said_alike(column, number) for value in record.lists[column])
    ]
    found = {held.column: _joined(together, held.column) for held in HELD}
    if what.along:
        return _chosen(found, column, number, what.along)
    if any(len(found[name]) > 1 for name in ("accounts", "points_of_delivery", "contracts")):
        every = ", ".join(value for values in found.values() for value in values)
        raise BadInput(
            say("customer {number} holds several supplies: {held}; say what goes along", number=giving.root, held=every)
        )
    return {name: values for name, values in found.items() if values}


def _joined(records: Sequence[DirectoryRecord], name: str) -> list[str]:
    return list(dict.fromkeys(value for record in records for value in record.lists[name]))


def _chosen(found: Mapping[str, list[str]], column: str, number: str, along: Sequence[str]) -> Supply:
    wanted = {fold_number(one): one for one in along}
    chosen = {name: [v for v in values if fold_number(v) in wanted] for name, values in found.items()}
    chosen[column] = list(dict.fromkeys([number, *chosen[column]]))
    known = {fold_number(value) for values in chosen.values() for value in values}
    if lost := [one for fold, one in wanted.items() if fold not in known]:
        raise BadInput(say("{held} is not held together with {other}", held=lost[0], other=number))
    return {name: values for name, values in chosen.items() if values}


def _taken_away(giving: Told, supply: Supply) -> dict[int, dict[str, str]]:
    """The records at the desk of every identity that says so, after it holds that no more."""
    found = {}
    for one, witnesses in giving.witnesses.items():
        said = in_force(witnesses)
        its = {name: {v for record in said for v in record.lists[name]} & set(held) for name, held in supply.items()}
        if any(its.values()):
            found[one] = taking_away(giving.at_desk(one), its)
    return found


def _with(record: DirectoryRecord, come: Supply) -> dict[str, str]:
    return {name: ";".join(dict.fromkeys([*record.lists[name], *values])) for name, values in come.items() if values}


def _duplicate(connection: Connection, giving: Told, numbers: Collection[str], wanted: str) -> dict[str, str]:
    """New contracts, each naming the one that it continues: old number → new number."""
    found: dict[str, str] = {}
    for number in numbers:
        query = select(contract.c.id, contract.c.issuer).join(
            holding, (holding.c.kind == "contract") & (holding.c.held_id == contract.c.id)
        )
        # By its folded form too: that is what a b-tree finds.
        query = query.where(contract.c.folded == fold_number(number), contract.c.number == number)
        query = query.where(holding.c.customer_id.in_(list(giving.witnesses)))
        old = connection.execute(query.order_by(contract.c.issuer == "hand", contract.c.id)).first()
        if old is None:
            continue
        new = wanted.strip() if wanted.strip() and len(numbers) == 1 else _next(connection, number)
        if _is_known(connection, new):
            raise Conflict(say("there is a contract {number} already; give another number", number=new))
        row = {"issuer": old.issuer, "number": new, "folded": fold_number(new), "continues_id": old.id}
        connection.execute(insert(contract).values(row))
        found[number] = new
    return found


def _next(connection: Connection, number: str) -> str:
    nth = _NTH.fullmatch(number)
    base, count = (nth[1], int(nth[2])) if nth else (number, 1)
    while _is_known(connection, new := f"{base}/{count + 1}"):
        count += 1
    return new


def _is_known(connection: Connection, number: str) -> bool:
    return connection.execute(select(contract.c.id).where(contract.c.folded == fold_number(number))).first() is not None


def _later_letters(connection: Connection, before: int, accounts: Collection[str], day: str) -> int:
    dated = func.coalesce(document.c.letter_date, document.c.received_on)
    query = select(func.count(document.c.id.distinct())).join_from(filing, folder, filing.c.folder_id == folder.c.id)
    query = query.join(document, document.c.id == filing.c.document_id)
    query = query.where(folder.c.customer_id.in_(member_ids(connection, before)), filing.c.ground == "account")
    return int(connection.execute(query.where(filing.c.ground_value.in_(list(accounts)), dated >= day)).scalar_one())
