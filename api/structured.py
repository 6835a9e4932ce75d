"""Addresses as given, with their parts: read out of the text by one parser, those that a source gave apart above that.

Nothing of it is kept: the text is, in every version of it, and so the parts of any day can be told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from archive.customers import Contact, CustomerView, SourceRecord
from archive.directory_file import ADDRESS_PARTS
from archive.directory_record import address_of_parts
from dedup.address_parts import PARSER, address_parts_of, with_given


@dataclass(frozen=True, slots=True)
class StructuredAddress:
    """An address as it was given, and its parts by name. `kind`: current or former; `given`: parts that the source gave apart;
    `parser`: version of what read the others; dates ISO, '' = open."""

    kind: str
    as_given: str
    valid_from: str
    valid_to: str
    parts: Mapping[str, str]
    given: tuple[str, ...]
    parser: str


def addresses_of(view: CustomerView) -> list[StructuredAddress]:
    """A customer's addresses, current and former."""
    apart = _given_apart(view.records)
    return [_structured(one, apart.get(one.value, {})) for one in view.addresses]


def parts_of(values: Iterable[str], view: CustomerView) -> dict[str, Mapping[str, str]]:
    """Address as given → its parts, for these addresses of a customer; without those of which nothing is told."""
    apart = _given_apart(view.records)
    told = {value: with_given(address_parts_of(value), apart.get(value, {})).told for value in values}
    return {value: parts for value, parts in told.items() if parts}


def _structured(one: Contact, given: Mapping[str, str]) -> StructuredAddress:
    parts = with_given(address_parts_of(one.value), given).told
    return StructuredAddress(one.kind, one.value, one.valid_from, one.valid_to, parts, tuple(given), PARSER)


def _given_apart(records: Iterable[SourceRecord]) -> dict[str, Mapping[str, str]]:
    """Address as given → the parts that a source record gives beside it."""
    found: dict[str, Mapping[str, str]] = {}
    for record in records:
        given = {name: cell for name in ADDRESS_PARTS if (cell := record.payload.get(name, "").strip())}
        text = record.payload.get("address", "").strip() or address_of_parts(record.payload)
        if given and text:
            found.setdefault(text, given)
    return found
