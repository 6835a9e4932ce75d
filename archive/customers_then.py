"""A customer as of a day, and how what we know of it came to be: field by field, from whom, since when.

What is one customer now is told as one customer then: a merge says that it always was.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from archive.access import SENSITIVE_FIELDS, Access, masked
from archive.clock import iso_day
from archive.customers import Contact, CustomerView, Held, SourceRecord, as_seen, fields_of, member_ids, root_of, show
from archive.directory_preparing import columns_of
from archive.errors import BadInput
from archive.sentences import say
from archive.source_versions import Version, by_record, said_on, versions_of, witness_of
from archive.survivorship import Golden, golden

_DERIVED = frozenset({"other_names", "former_address"})
"""Fields that only tell what others were before."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One value of one field that became another ('' = none), by which version of which source record.

    `valid_from`: the day from which it is so, '' = from the first; `at`: when we learnt it (UTC); `actor`: who said it at
    the desk, '' for a feed.
    """

    field: str
    before: str
    after: str
    system: str
    source_id: str
    version: int
    valid_from: str
    at: str
    actor: str


def insist_on_day(text: str) -> str:
    """A day as given, in ISO form. Raises: BadInput where it is none."""
    day = iso_day(text)
    if day is None:
        raise BadInput(say("{given} is no day; write it as 2026-12-31", given=text))
    return day


def show_on(connection: Connection, access: Access, customer_id: int, day: str) -> CustomerView:
    """A customer as it was on a day (ISO), by all that we know now. Raises: NotFound, BadInput for no day."""
    day = insist_on_day(day)
    now = show(connection, access, customer_id)
    versions = by_record(versions_of(connection, member_ids(connection, now.id)))
    record: Golden = {}
    for change in sorted({version.valid_from for found in versions for version in found if version.valid_from <= day}):
        record = golden([witness_of(one) for one in _said(versions, change)], record)
    records = {one.record_id: _record(access, one) for one in _said(versions, day)}
    kind, name, branch, _ = columns_of(record)
    return replace(
        now,
        kind=kind,
        display_name=name,
        branch=branch,
        fields=fields_of(access, record, records),
        holdings=tuple(one for one in now.holdings if _was_so(one, day)),
        contacts=tuple(one for one in now.contacts if _was_so(one, day)),
        addresses=tuple(one for one in now.addresses if _was_so(one, day)),
        records=tuple(records.values()),
    )


def history(connection: Connection, access: Access, customer_id: int) -> list[FieldChange]:
    """What became of each field as everybody reads it, in the order in which we learnt it, the newest first.

    Raises: NotFound.
    """
    members = member_ids(connection, root_of(connection, customer_id))
    known: dict[int, Version] = {}
    record: Golden = {}
    told: list[FieldChange] = []
    for version in sorted(versions_of(connection, members), key=lambda one: (one.at, one.record_id, one.version)):
        known[version.record_id] = version
        after = golden([witness_of(one) for one in known.values()], record)
        told += [
            _seen(access, FieldChange(name, was, now, *_place(version), version.valid_from, version.at, version.actor))
            for name, was, now in _differences(record, after)
        ]
        record = after
    return told[::-1]


def _said(versions: Sequence[Sequence[Version]], day: str) -> list[Version]:
    return [said for found in versions if (said := said_on(found, day)) is not None]


def _record(access: Access, one: Version) -> SourceRecord:
    return SourceRecord(one.record_id, one.system, one.source_id, one.version, one.at, as_seen(access, one.cells))


def _was_so(one: Held | Contact, day: str) -> bool:
    return one.valid_from <= day and (not one.valid_to or one.valid_to > day)


def _place(version: Version) -> tuple[str, str, int]:
    return version.system, version.source_id, version.version


def _seen(access: Access, change: FieldChange) -> FieldChange:
    if change.field not in SENSITIVE_FIELDS or access.sees_sensitive:
        return change
    return replace(change, before=masked(change.before), after=masked(change.after))


def _differences(before: Golden, after: Golden) -> Iterator[tuple[str, str, str]]:
    """(field, before, after) of what became another; of lists each value that went and each that came."""
    for name in [*after, *(name for name in before if name not in after)]:
        if name in _DERIVED:
            continue
        was, now = before.get(name, {}), after.get(name, {})
        if isinstance(was or now, list):
            gone, come = ([cell["value"] for cell in cells] for cells in (was or [], now or []))
            yield from ((name, value, "") for value in gone if value not in come)
            yield from ((name, "", value) for value in come if value not in gone)
        elif was.get("value", "") != now.get("value", ""):
            yield name, was.get("value", ""), now.get("value", "")
