"""Making and changing one customer by hand: the only way in for a single one, and nobody passes without the guard.

See docs/adr/0055-the-guard-inside-the-transaction.md and 0057-what-is-said-at-the-desk.md. One transaction each: whatever
could be about the same customer is held back, the guard looks, then come the record of what was said, everything that hangs on
it, the journal and the note for the index.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, or_, select

from archive import desk_records, journal, outbox, standing
from archive.access import Access
from archive.arrivals import ensure_branch
from archive.bulk import reserve_ids
from archive.clock import iso_day, last_day_anywhere, utc_now
from archive.customers import member_ids, root_of
from archive.desk_records import Told
from archive.directory_plan import Plan, planned
from archive.directory_preparing import prepare
from archive.directory_record import BY_HAND, DirectoryRecord, read_record, split_list
from archive.directory_values import HELD
from archive.directory_writing import Come, add_keys, enter, settle
from archive.errors import BadInput, Conflict
from archive.guarding import Finding, Guard
from archive.hand_record import EDITABLE, SAYABLE, Cells, cleaned, edited, first, record_at_desk, taking_away
from archive.insisting import insist_on_clerk, insist_on_known, insist_unchanged
from archive.keying import KeysOf, keys_of_all
from archive.overriding import Nevertheless, as_journalled, insist_let_in, keep_word
from archive.pair_words import APART
from archive.ports import Catalogue
from archive.schema import customer, pair_word
from archive.sentences import say
from archive.survivorship import in_force

Changed = Mapping[str, tuple[str, str]]
"""Field → (before, after), lists joined by `;`."""


@dataclass(frozen=True, slots=True)
class Given:
    """What a person says of a customer.

    `cells`: column → what is said, '' takes away; `valid_from`: the day from which it is so, '' = today, of a new customer
    from the first; `nevertheless`: the answer to what the guard found.
    """

    cells: Cells
    valid_from: str = ""
    nevertheless: Nevertheless = field(default_factory=Nevertheless)


@dataclass(frozen=True, slots=True)
class Saved:
    """A customer as saved: who stands for it, its version, and what became another. `known`: what the guard found, and was
    answered."""

    customer_id: int
    version: int
    changed: Changed
    known: tuple[Finding, ...] = ()


class CustomerDoor:
    """The door for single customers: it can not be opened without a guard.

    `keys_of` makes the keys by which a letter finds its sender. Safe to share between threads.
    """

    def __init__(self, catalogue: Catalogue, guard: Guard, keys_of: KeysOf) -> None:
        self._catalogue, self._guard, self._keys_of = catalogue, guard, keys_of

    @property
    def catalogue(self) -> Catalogue:
        """Where the customers are."""
        return self._catalogue

    def likely(self, access: Access, cells: Cells, customer_id: int = 0) -> tuple[Finding, ...]:
        """Whom the guard knows, of what was typed so far. `customer_id`: who is being changed, 0 for a new one.

        Nothing is held and nothing written; what can not be read yet is left out. Raises: Forbidden, NotFound, EngineAway.
        """
        insist_on_clerk(access)
        record = read_record({name: cell.strip() for name, cell in cells.items() if name in SAYABLE})
        with self._catalogue.reading() as connection:
            members = member_ids(connection, root_of(connection, customer_id)) if customer_id else []
            return self._guard.examine(connection, record, _own(connection, members))

    def add(self, access: Access, given: Given) -> Saved:
        """Make a customer.

        Raises: Forbidden, BadInput; GuardWarned and GuardRefused with whom the guard knows.
        """
        return self._catalogue.written(lambda connection: self.add_within(connection, access, given))

    def add_within(self, connection: Connection, access: Access, given: Given) -> Saved:
        """`add` in the caller's transaction, which writes no customer before."""
        insist_on_clerk(access)
        cells, since = first(cleaned(given.cells)), _day(given.valid_from)
        record = record_at_desk(cells)
        self._insist_sound(record, cells)
        self._guard.hold(connection, record, None)
        known = insist_let_in(access, self._guard.examine(connection, record, ()), given.nevertheless)
        _ensure_branch(connection, record)
        (key,) = reserve_ids(connection, customer, 1)
        item = planned((BY_HAND, desk_records.place_of(key)), cells, None, record, None)
        at = utc_now()
        keys = keys_of_all(self._keys_of, [record.flat])
        come = Come(None, at, access.actor, since, since or at[:10])
        enter(connection, prepare(Plan((item,), 0, ()), keys), [key], come)
        self._guard.keep(connection, key, [record])
        told = {name: ("", cell) for name, cell in _fields(record).items() if cell}
        self._journal(connection, access, "customers.add", key, told, since, known)
        keep_word(connection, access, self._guard, key, record, known, given.nevertheless.reason)
        outbox.announce(connection, "customer", [(key, 1)])
        return Saved(key, 1, told, known)

    def change(self, access: Access, customer_id: int, given: Given, seen: int | None) -> Saved:
        """Change a customer field by field; where several are one, as the one that stands for all.

        `seen`: the version, as read, that the change is about; None where nobody saw one. What changes nothing is no change.
        Raises: as `add`; NotFound; Conflict where the customer was changed meanwhile.
        """
        return self._catalogue.written(
            lambda connection: self.change_within(connection, access, customer_id, given, seen)
        )

    def change_within(
        self, connection: Connection, access: Access, customer_id: int, given: Given, seen: int | None
    ) -> Saved:
        """`change` in the caller's transaction, which writes no customer before."""
        insist_on_clerk(access)
        cells = cleaned(given.cells)
        told = desk_records.told(connection, customer_id)
        was = told.at_desk(told.root)
        now = edited(was, told.record, told.said, cells)
        payloads = ({told.root: now} if now != was else {}) | _given_up(told, cells)
        return self.write_within(
            connection, access, told, payloads, given, seen, [name for name in cells if name in EDITABLE]
        )

    def write_within(
        self,
        connection: Connection,
        access: Access,
        told: Told,
        payloads: Mapping[int, Cells],
        given: Given,
        seen: int | None,
        asked: Collection[str] = (),
    ) -> Saved:
        """Let what is said at the desk of these identities (identity → its record) take effect on a customer.

        `asked`: the columns that were spoken of, and are to be sound in themselves where they become another.
        """
        before, after, day = told.record, told.after(payloads), _day(given.valid_from) or utc_now()[:10]
        insist_seen(told, seen)
        # What was there before keeps nobody from mending something else.
        self._insist_sound(after, [name for name in asked if after.flat[name] != before.flat[name]])
        # Before any row is held: whoever waits here holds nothing that another waits for.
        self._guard.hold(connection, after, before)
        found = standing.together(connection, (told.root,))
        insist_on_known(found, told.root)
        insist_unchanged(found, told.root, told.version)
        if not payloads:
            return Saved(told.root, told.version, {})
        known = insist_let_in(
            access, self._news(connection, before, after, _own(connection, list(found))), given.nevertheless
        )
        _ensure_branch(connection, after)
        for one, cells in sorted(payloads.items()):
            desk_records.put(connection, access.actor, one, told.desks.get(one), cells, day)
        versions = settle(connection, found, set(payloads), day)
        self._key(connection, payloads, after)
        changed = _differences(before, after)
        self._journal(connection, access, "customers.change", told.root, changed, day, known)
        keep_word(connection, access, self._guard, told.root, after, known, given.nevertheless.reason)
        outbox.announce(connection, "customer", versions)
        return Saved(told.root, dict(versions).get(told.root, told.version), changed, known)

    @property
    def guard(self) -> Guard:
        """Who compares customers at this door."""
        return self._guard

    def hold(self, connection: Connection, *records: DirectoryRecord) -> None:
        """Hold back every other save that could be about any of these, before several customers are written."""
        self._guard.hold(connection, *records)

    def _insist_sound(self, record: DirectoryRecord, asked: Collection[str]) -> None:
        for fault in self._guard.faults(record):
            if fault.field in asked:
                raise BadInput(fault.told)

    def _news(
        self, connection: Connection, before: DirectoryRecord, after: DirectoryRecord, own: Collection[int]
    ) -> tuple[Finding, ...]:
        """What the change makes of the customer: who was as close before is no news, and keeps nobody from mending it."""
        found = self._guard.examine(connection, after, own)
        known = {one.id for one in self._guard.examine(connection, before, own)} if found else set()
        return tuple(one for one in found if one.id not in known)

    def _key(self, connection: Connection, owners: Iterable[int], after: DirectoryRecord) -> None:
        keys = dict.fromkeys(self._keys_of(after.flat))
        for one in owners:
            add_keys(connection, ((key, one) for key in keys))
            said = in_force(standing.witnesses_of(connection, [one])[one])
            self._guard.keep(connection, one, [after, *said])

    def _journal(
        self,
        connection: Connection,
        access: Access,
        action: str,
        key: int,
        changed: Changed,
        since: str,
        known: tuple[Finding, ...],
    ) -> None:
        before = {name: was for name, (was, _) in changed.items() if was}
        after: dict[str, Any] = {"fields": {name: now for name, (_, now) in changed.items()}, "valid_from": since}
        if known:
            after["nevertheless"] = as_journalled(known)
        journal.write(connection, access.actor, action, f"customer:{key}", before or None, after)


def _given_up(told: Told, cells: Cells) -> dict[int, dict[str, str]]:
    """The records at the desk of the other identities that held what the customer is said not to hold any more."""
    gone = {
        held.column: set(told.record.lists[held.column]) - set(split_list(cells[held.column]))
        for held in HELD
        if held.column in cells
    }
    found = {}
    for one, witnesses in told.witnesses.items():
        said = in_force(witnesses)
        its = {name: {v for record in said for v in record.lists[name]} & values for name, values in gone.items()}
        if one != told.root and any(its.values()):
            found[one] = taking_away(told.at_desk(one), its)
    return found


def foreseen(told: Told, cells: Cells) -> DirectoryRecord:
    """The customer as it would be read after this was said of it."""
    now = edited(told.at_desk(told.root), told.record, told.said, cleaned(cells))
    return told.after({told.root: now})


def insist_seen(told: Told, seen: int | None) -> None:
    """Raises: Conflict where the customer has another version than the one seen; None is any."""
    if seen is not None and told.version != seen:
        raise Conflict(say("customer {number} was changed meanwhile; look at it again", number=told.root))


def _day(text: str) -> str:
    """The day from which something is so, in ISO form; '' where none is given."""
    if not text.strip():
        return ""
    day = iso_day(text)
    if day is None:
        raise BadInput(say("{given} is no day; write it as 2026-12-31", given=text))
    if day > last_day_anywhere():
        raise BadInput(say("{day} is still to come; say it on the day from which it is so", day=day))
    return day


def _ensure_branch(connection: Connection, record: DirectoryRecord) -> None:
    if record.values["branch"]:
        ensure_branch(connection, record.values["branch"])


def _own(connection: Connection, members: Collection[int]) -> frozenset[int]:
    """A customer's identities, and those that people told apart from it, with all that are one with those."""
    if not members:
        return frozenset()
    low, high = pair_word.c.low_id, pair_word.c.high_id
    query = select(low, high).where(or_(low.in_(members), high.in_(members)), pair_word.c.word.in_(APART))
    apart = {one for row in connection.execute(query) for one in row}
    roots = select(customer.c.survivor_id).where(customer.c.id.in_(apart), customer.c.survivor_id.is_not(None))
    return frozenset({*members, *apart, *connection.execute(roots).scalars()})


def _fields(record: DirectoryRecord) -> dict[str, str]:
    return {name: cell for name, cell in record.flat.items() if name in EDITABLE}


def _differences(before: DirectoryRecord, after: DirectoryRecord) -> dict[str, tuple[str, str]]:
    was, now = _fields(before), _fields(after)
    return {name: (was[name], now[name]) for name in EDITABLE if was[name] != now[name]}
