"""The golden record: of all that the source records say, what we take to be true, each field with its source.

Pure. Rules, in this order: what a person entered by hand stands above every feed, and what a person withdrew is not so
whatever a feed goes on saying; then the newest record that has a value; then the later record. A name is taken whole from one record, never mixed. Lists are joined. Names and
addresses that lost, or that a newer version of a record replaced, are kept as other names and former addresses:
people go on using them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from archive.directory_record import BY_HAND, LISTS, NAME_FIELDS, DirectoryRecord, said_alike

SCALARS = ("kind", "birth_date", "tax_id", "passport", "registration_number", "address", "branch")
_SINGLE = (*SCALARS, *NAME_FIELDS)

Golden = dict[str, Any]
"""Field → {"value", "record"}; for lists and `other_names` a list of those. `record` is the source record's id."""


@dataclass(frozen=True, slots=True)
class Witness:
    """One source record as survivorship sees it. `at` is when its version came (UTC text)."""

    record_id: int
    system: str
    at: str
    record: DirectoryRecord


def golden(witnesses: Sequence[Witness], previous: Golden | None = None) -> Golden:
    """The golden record of all these source records, keeping what `previous` knew of names and addresses."""
    if len(witnesses) == 1 and not previous:
        return _said_by(witnesses[0])
    ranked = sorted(witnesses, key=lambda w: (w.system == BY_HAND, w.at, w.record_id), reverse=True)
    records = dict(zip((witness.record_id for witness in ranked), in_force(ranked), strict=True))
    result: Golden = {}
    for name in SCALARS:
        for witness in ranked:
            if value := records[witness.record_id].values[name]:
                result[name] = {"value": value, "record": witness.record_id}
                break
    named = next((witness for witness in ranked if witness.record.display_name), None)
    if named is not None:
        result |= {
            name: {"value": value, "record": named.record_id}
            for name in NAME_FIELDS
            if (value := named.record.values[name])
        }
    for name in LISTS:
        said = [(value, w.record_id) for w in ranked for value in records[w.record_id].lists[name]]
        if said:
            result[name] = _joined(said)
    _keep_former(result, ranked, previous or {})
    return result


def in_force(witnesses: Sequence[Witness]) -> list[DirectoryRecord]:
    """Their records, each without what a person withdrew: what hangs on the customer follows these."""
    gone = {
        (name, said_alike(name, value))
        for witness in witnesses
        for name, values in (witness.record.withdrawn or {}).items()
        for value in values
    }
    return [
        _without(witness.record, gone) if gone and witness.record.withdrawn is None else witness.record
        for witness in witnesses
    ]


def _without(record: DirectoryRecord, gone: set[tuple[str, str]]) -> DirectoryRecord:
    values = {name: "" if (name, said_alike(name, value)) in gone else value for name, value in record.values.items()}
    lists = {
        name: tuple(value for value in found if (name, said_alike(name, value)) not in gone)
        for name, found in record.lists.items()
    }
    return replace(record, values=values, lists=lists)


def joint(witnesses: Sequence[Witness], owns: Sequence[Golden]) -> Golden:
    """The golden record of several identities that are one customer: the same rules over all their records together,
    keeping what each of their own golden records (`owns`) knew of names and addresses."""
    names: list[dict[str, Any]] = []
    for own in owns:
        if now := _name_of(own):
            names.append({"value": now, "record": own[next(iter(now))]["record"]})
        names += _cells(own, "other_names")
    former = [cell for own in owns for cell in _cells(own, "address", "former_address")]
    return golden(witnesses, {"former_address": former, "other_names": names})


def _said_by(witness: Witness) -> Golden:
    """The golden record of a customer with one record: a bulk load's usual case, at a third of the cost."""
    values, record = witness.record.values, witness.record_id
    result: Golden = {name: {"value": values[name], "record": record} for name in _SINGLE if values[name]}
    for name, found in witness.record.lists.items():
        said = [value for value in found if name != "former_address" or value != values["address"]]
        if said:
            result[name] = [{"value": value, "record": record} for value in said]
    return result


def record_of(record: Golden) -> DirectoryRecord:
    """A golden record in the form of a source record: the customer as one who asks or compares reads it."""
    values = {name: record[name]["value"] if name in record else "" for name in _SINGLE}
    lists = {name: tuple(cell["value"] for cell in record.get(name, ())) for name in LISTS}
    return DirectoryRecord({**values, "system": "", "source_id": ""}, lists)


def _joined(pairs: Iterable[tuple[str, int]]) -> list[dict[str, Any]]:
    first: dict[str, int] = {}
    for value, record in pairs:
        first.setdefault(value, record)
    return [{"value": value, "record": record} for value, record in first.items()]


def _keep_former(result: Golden, ranked: Sequence[Witness], previous: Golden) -> None:
    addresses = [(w.record.values["address"], w.record_id) for w in ranked]
    addresses += [(cell["value"], cell["record"]) for cell in _cells(previous, "address", "former_address")]
    current = result.get("address", {}).get("value", "")
    kept = [(cell["value"], cell["record"]) for cell in result.get("former_address", [])]
    former = _joined((value, record) for value, record in kept + addresses if value and value != current)
    result.pop("former_address", None)
    if former:
        result["former_address"] = former
    names = [(_name(w.record.values), w.record_id) for w in ranked]
    names += [(_name_of(previous), cell["record"]) for cell in _cells(previous, "full_name", "surname")[:1]]
    names += [(cell["value"], cell["record"]) for cell in _cells(previous, "other_names")]
    mine = json.dumps(_name_of(result), sort_keys=True)
    others: dict[str, dict[str, Any]] = {}
    for value, record in names:
        text = json.dumps(value, sort_keys=True)
        if value and text != mine:
            others.setdefault(text, {"value": value, "record": record})
    if others:
        result["other_names"] = list(others.values())


def _cells(record: Golden, *fields: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for name in fields:
        held = record.get(name, [])
        found += held if isinstance(held, list) else [held]
    return found


def _name(values: Mapping[str, str]) -> dict[str, str]:
    return {name: values[name] for name in NAME_FIELDS if values[name]}


def _name_of(record: Golden) -> dict[str, str]:
    return {name: record[name]["value"] for name in NAME_FIELDS if name in record}
