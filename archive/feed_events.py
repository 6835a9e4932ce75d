"""One record of a feed at a time: never refused, but linked to whom it certainly is, or put before a person.

A bulk load passes by the matcher; an event comes alone, while clerks write, so it is held against all others as theirs are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection

from archive import doubles, journal, outbox, standing
from archive.access import Access
from archive.arrivals import ensure_branch
from archive.bulk import insert_rows, reserve_ids
from archive.clock import utc_now
from archive.customers import find_source
from archive.directory_file import FileRow
from archive.directory_plan import Plan, PlannedRecord, find_records, place_of, plan
from archive.directory_preparing import prepare
from archive.directory_record import BY_HAND
from archive.directory_writing import Come, add_keys, enter, settle, update_records
from archive.doubles import NewDouble
from archive.errors import BadInput, Forbidden, NotFound
from archive.feed_marks import Mark, advance
from archive.guarding import Finding, Guard
from archive.keying import KeysOf, keys_of_all
from archive.overriding import as_journalled
from archive.ports import Catalogue
from archive.schema import customer, source_record
from archive.sentences import say
from archive.survivorship import in_force

Outcome = Literal["new", "changed", "unchanged", "linked", "outdated"]
Versions = Sequence[tuple[int, int]]
"""(customer, version) of whoever is another now."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a record: whose it is now, and how. `contested`: pairs that were put before a person because of it.

    `unchanged`: it said nothing new, or had come before; `outdated`: a later event about the same record was taken already.
    """

    customer_id: int
    outcome: Outcome
    contested: int = 0


@dataclass(frozen=True, slots=True)
class Event:
    """What a system says of one of its records. `cells`: the import's columns, and any others; `mark`: which of its events
    about the record it is."""

    system: str
    source_id: str
    mark: Mark
    cells: Mapping[str, str]


class FeedDoor:
    """The door for single records of other systems. `keys_of` makes the keys by which a letter finds its sender."""

    def __init__(self, catalogue: Catalogue, guard: Guard, keys_of: KeysOf) -> None:
        self._catalogue, self._guard, self._keys_of = catalogue, guard, keys_of

    def take(self, access: Access, event: Event) -> Taken:
        """Take an event. Safe to repeat, and to take after later ones. Raises: as `link_or_contest`; Conflict as `advance`."""
        insist_on_feeding(access)
        place = (event.system.strip(), event.source_id.strip())
        if not all(place) or place[0] == BY_HAND:
            raise BadInput(say("name the system whose record it is, and the record's own id in it: source_id"))
        with self._catalogue.writing() as connection:
            news = advance(connection, place, event.mark, event.cells)
            if news == "news":
                cells = {**event.cells, "system": place[0], "source_id": place[1]}
                return self.link_or_contest(connection, access, cells)
            owner = find_source(connection, *place)
            if owner is None:
                raise NotFound(say("nobody is known by record {record} of {system}", record=place[1], system=place[0]))
            return Taken(owner, "unchanged" if news == "repeated" else "outdated")

    def link_or_contest(self, connection: Connection, access: Access, cells: Mapping[str, str]) -> Taken:
        """Take a record (the import's columns) as a system sent it, in a transaction that writes no customer before.

        The same again changes nothing. Where the guard is certain whose it is, it becomes a source record of that customer;
        whom it may be as well is put on the review list. Raises: Forbidden; BadInput where the record names no one or has no
        id in its system.
        """
        insist_on_feeding(access)
        item = _planned(connection, cells)
        if isinstance(item, Taken):
            return item
        self._guard.hold(connection, item.record, None)
        if item.record.values["branch"]:
            ensure_branch(connection, item.record.values["branch"])
        owner = item.known.customer_id if item.known is not None else 0
        own = standing.together(connection, [owner]) if owner else {}
        found = self._guard.examine(connection, item.record, own)
        certain = [one.customer_id for one in found if _is_certain(one)]
        if not owner and len(certain) == 1:
            outcome: Outcome = "linked"
            versions = self._link(connection, item, owner := certain[0])
        elif owner:
            outcome, versions = "changed", self._change(connection, item, owner)
        else:
            outcome, versions = "new", self._enter(connection, item)
            owner = versions[0][0]
        open_ones = [one for one in found if one.relation == "same" and one.customer_id != owner]
        told = {"record": ":".join(item.place), "outcome": outcome, "found": as_journalled(found)}
        journal.write(connection, access.actor, "customers.feed", f"customer:{owner}", None, told)
        outbox.announce(connection, "customer", versions)
        pairs = [NewDouble(owner, one.customer_id, "contested", one.probability, said=one.said) for one in open_ones]
        return Taken(owner, outcome, doubles.put(connection, pairs))

    def _enter(self, connection: Connection, item: PlannedRecord) -> Versions:
        (key,) = reserve_ids(connection, customer, 1)
        prepared = prepare(Plan((item,), 0, ()), keys_of_all(self._keys_of, [item.record.flat]))
        enter(connection, prepared, [key], Come(None, utc_now()))
        self._guard.keep(connection, key, [item.record])
        return [(key, 1)]

    def _change(self, connection: Connection, item: PlannedRecord, owner: int) -> Versions:
        update_records(connection, [item], None, utc_now())
        return self._settle(connection, item, owner)

    def _link(self, connection: Connection, item: PlannedRecord, owner: int) -> Versions:
        (record,) = reserve_ids(connection, source_record, 1)
        columns = ("id", "system", "source_id", "customer_id", "payload", "payload_digest", "at")
        row = (record, *item.place, owner, item.payload, item.digest, utc_now())
        insert_rows(connection, source_record, columns, [row])
        return self._settle(connection, item, owner)

    def _settle(self, connection: Connection, item: PlannedRecord, owner: int) -> Versions:
        """Bring everything that hangs on the customer up to the record, and add the keys by which it is found."""
        keys = keys_of_all(self._keys_of, [item.record.flat])[0]
        add_keys(connection, ((key, owner) for key in keys))
        versions = settle(connection, standing.together(connection, [owner]), {owner}, utc_now()[:10])
        self._guard.keep(connection, owner, in_force(standing.witnesses_of(connection, [owner])[owner]))
        return versions


def insist_on_feeding(access: Access) -> None:
    """Raises: Forbidden where sending customers is not this employee's."""
    if not access.loads:
        raise Forbidden(
            say("{actor} may not load customers; ask someone of the role engineer or admin", actor=access.actor)
        )


def _planned(connection: Connection, cells: Mapping[str, str]) -> PlannedRecord | Taken:
    """The record as it is to be written; whose it is where it says nothing new. Raises: BadInput where it can not be used."""
    row = FileRow(0, dict(cells))
    place = place_of(row)
    if place is None or "source_id" not in cells:
        raise BadInput(say("a record of a feed has an id of its own in its system: give source_id"))
    found = plan(connection, [(place, row)])
    if found.records:
        return found.records[0]
    for problem in found.problems:
        raise BadInput(f"{problem.reason}; {problem.remedy}")
    return Taken(find_records(connection, [place])[place].customer_id, "unchanged")


def _is_certain(one: Finding) -> bool:
    """Whether the whole record says so: a single value that another holds may be a slip, or handed on."""
    return one.relation == "same" and one.severity == "refused" and not one.strong_key
