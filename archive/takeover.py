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
from archive.by_hand import CustomerDoor, Given, foreseen
from archive.clock import utc_now
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
from archive.showing import visible
from archive.survivorship import in_force

_COLUMNS = {held.kind: held.column for held in HELD}
_NTH = re.compile(r"(.*)/(\d{1,3})")

Supply = Mapping[str, Sequence[str]]
"""Column (`accounts`, `contracts`, `points_of_delivery`, `meters`) → what passes over."""


@dataclass(frozen=True, slots=True)
class Takeover:
    """What passes over, to whom, from which day on.

    `number`: of an account, a point of delivery, a contract or a meter. `contract`: the number of the new contract, '' = the old
    one's with the next number behind it. `along`: what else passes over, where the holder has several supplies. `reason`: why,
    for the journal; `holder`: from whom, 0 = whoever holds it on the day.
    """

    number: str
    to: int
    day: str
    contract: str = ""
    along: tuple[str, ...] = ()
    reason: str = ""
    holder: int = 0


@dataclass(frozen=True, slots=True)
class Offer:
    """What would pass over with a number. `several`: it is more than one supply, and it must be said what goes along."""

    kind: str
    number: str
    supply: Supply
    several: bool


@dataclass(frozen=True, slots=True)
class TakenOver:
    """What passed over. `contracts`: the old one → the new one. `later_letters`: how many letters of the day or later, of those
    that the asker may see, lie with the one who held before, on the grounds of the account: for a person to look at.
    `version`: the new holder's."""

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
        before = _holder(connection, what, day)
        if before.customer_id == root:
            raise BadInput(say("customer {number} holds {held} already", number=root, held=what.number))
        giving, taking = (desk_records.told(connection, one) for one in (before.customer_id, root))
        supply = _supply(giving, before, what)
        gone = _taken_away(giving, supply)
        continued = _continued(connection, giving, supply.get("contracts", ()), what.contract)
        contracts = {number: one.number for number, one in continued.items()}
        come = {name: values for name, values in supply.items() if name != "contracts"}
        new = list(contracts.values()) or list(filter(None, [what.contract.strip()]))
        cells = _with(taking.record, come | {"contracts": new})
        # All at once and in one order, before any row is held: whoever waits here holds nothing that another waits for.
        door.hold(connection, giving.record, giving.after(gone), taking.record, foreseen(taking, cells))
        standing.together(connection, (giving.root, taking.root))
        door.write_within(connection, access, giving, gone, Given({}, day, answer), None)
        _duplicate(connection, continued)
        # What was read before the wait is what is added to: whoever changed it meanwhile is not written over.
        saved = door.change_within(
            connection, access, root, Given(cells, day, answer), taking.version if seen is None else seen
        )
        done = TakenOver(
            root,
            saved.version,
            giving.root,
            day,
            tuple(supply.get("accounts", ())),
            tuple(supply.get("points_of_delivery", ())),
            tuple(supply.get("meters", ())),
            contracts,
            later_letters(connection, access, giving.root, supply.get("accounts", ()), day),
        )
        told = {"from": giving.root, "to": root, "day": day, "supply": {k: list(v) for k, v in supply.items()}}
        told |= {"reason": what.reason.strip()} if what.reason.strip() else {}
        for one in (giving.root, root):
            journal.write(
                connection, access.actor, "customers.takeover", f"customer:{one}", None, told | {"contracts": contracts}
            )
        return done


def offer(connection: Connection, customer_id: int, number: str) -> Offer | None:
    """What would pass over if another took this number over from the customer today; None where the customer does not hold it."""
    root = root_of(connection, customer_id)
    held = [one for one in holders_on(connection, number, utc_now()[:10]) if one.customer_id == root]
    if not held:
        return None
    supply = _together(desk_records.told(connection, root), held[0])
    return Offer(held[0].kind, held[0].number, supply, _is_several(supply))


def _holder(connection: Connection, what: Takeover, day: str) -> Holder:
    number = what.number
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
    if what.holder and root_of(connection, what.holder) != several[0]:
        raise Conflict(
            say("on {day} customer {number} holds {held}: begin there", day=day, number=several[0], held=number)
        )
    return holders[0]


def _supply(giving: Told, before: Holder, what: Takeover) -> Supply:
    """What passes over: all that the records say together with what was asked for, unless that is several supplies."""
    found = _together(giving, before)
    if what.along:
        return _chosen(found, _COLUMNS[before.kind], before.number, what.along)
    if _is_several(found):
        every = ", ".join(value for values in found.values() for value in values)
        raise BadInput(
            say("customer {number} holds several supplies: {held}; say what goes along", number=giving.root, held=every)
        )
    return found


def _together(giving: Told, before: Holder) -> Supply:
    """All that the records of the holder say together with what is held."""
    column, number = _COLUMNS[before.kind], before.number
    together = [
        record
        for record in in_force(giving.witnesses[before.identity_id])
        if any(said_alike(column, value) == said_alike(column, number) for value in record.lists[column])
    ]
    found = {held.column: _joined(together, held.column) for held in HELD}
    return {name: values for name, values in found.items() if values}


def _is_several(supply: Supply) -> bool:
    return any(len(supply.get(name, ())) > 1 for name in ("accounts", "points_of_delivery", "contracts"))


def _joined(records: Sequence[DirectoryRecord], name: str) -> list[str]:
    return list(dict.fromkeys(value for record in records for value in record.lists[name]))


def _chosen(found: Supply, column: str, number: str, along: Sequence[str]) -> Supply:
    wanted = {fold_number(one): one for one in along}
    chosen = {name: [v for v in values if fold_number(v) in wanted] for name, values in found.items()}
    chosen[column] = list(dict.fromkeys([number, *chosen.get(column, ())]))
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


@dataclass(frozen=True, slots=True)
class Continued:
    """A contract to be made: by whom it is numbered, its number, and the one that it continues."""

    continues_id: int
    issuer: str
    number: str


def _continued(connection: Connection, giving: Told, numbers: Collection[str], wanted: str) -> dict[str, Continued]:
    """Old number → what is to continue that contract."""
    found: dict[str, Continued] = {}
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
        found[number] = Continued(old.id, old.issuer, new)
    return found


def _duplicate(connection: Connection, continued: Mapping[str, Continued]) -> None:
    """Make the new contracts, each naming the one that it continues."""
    for one in continued.values():
        folded = fold_number(one.number)
        row = {"issuer": one.issuer, "number": one.number, "folded": folded, "continues_id": one.continues_id}
        connection.execute(insert(contract).values(row))


def _next(connection: Connection, number: str) -> str:
    nth = _NTH.fullmatch(number)
    base, count = (nth[1], int(nth[2])) if nth else (number, 1)
    while _is_known(connection, new := f"{base}/{count + 1}"):
        count += 1
    return new


def _is_known(connection: Connection, number: str) -> bool:
    return connection.execute(select(contract.c.id).where(contract.c.folded == fold_number(number))).first() is not None


def later_letters(
    connection: Connection, access: Access, before: int, accounts: Collection[str], day: str, until: str = ""
) -> int:
    """How many letters of a day or later (till `until`, '' = whenever), of those that the asker may see, lie with a customer
    on the grounds of these accounts."""
    dated = func.coalesce(document.c.letter_date, document.c.received_on)
    query = select(func.count(document.c.id.distinct())).join_from(filing, folder, filing.c.folder_id == folder.c.id)
    query = query.join(document, document.c.id == filing.c.document_id)
    query = query.where(folder.c.customer_id.in_(member_ids(connection, before)), filing.c.ground == "account")
    query = query.where(visible.documents(access), filing.c.ground_value.in_(list(accounts)), dated >= day)
    return int(connection.execute(query.where(dated < until) if until else query).scalar_one())
