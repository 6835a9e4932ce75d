"""A customer's columns as a profile, and as blocking keys: what a loader of customers needs."""

from __future__ import annotations

from collections.abc import Mapping

from dedup.keys import profile_keys
from dedup.ports import CustomerKind, PersonName, Profile


def _split(value: str | None) -> tuple[str, ...]:
    return tuple(v.strip() for v in (value or "").split(";") if v.strip())


def _filled(value: str | None) -> tuple[str, ...]:
    return (value.strip(),) if value and value.strip() else ()


def profile_of_row(row: Mapping[str, str], id_: int) -> Profile:
    """Answer the profile of one row with the columns of a customer CSV; any subset of them in any order."""
    kind: CustomerKind = "organisation" if row.get("kind") == "organisation" else "person"
    full = (row.get("full_name") or "").strip()
    person = _person(row, full)
    return Profile(
        id=id_,
        kind=kind,
        persons=(person,) if kind == "person" else (),
        organisations=(full,) if kind == "organisation" and full else (),
        birth_date=(row.get("birth_date") or "").strip(),
        tax_ids=_split(row.get("tax_id")),
        phones=_split(row.get("phones")),
        emails=_split(row.get("emails")),
        addresses=_filled(row.get("address")),
        former_addresses=_split(row.get("former_address")),
        accounts=_split(row.get("accounts")),
        contracts=_split(row.get("contracts")),
        points_of_delivery=_split(row.get("points_of_delivery")),
        meters=_split(row.get("meters")),
        branch=(row.get("branch") or "").strip(),
        label=full or " ".join(p for p in (person.surname, person.given, person.middle) if p),
    )


def _person(row: Mapping[str, str], full: str) -> PersonName:
    surname = (row.get("surname") or "").strip()
    if not surname and full:
        first, *rest = full.split()
        return PersonName(first, rest[0] if rest else "", " ".join(rest[1:]))
    return PersonName(surname, (row.get("given_name") or "").strip(), (row.get("patronymic") or "").strip())


def keys_of_row(row: Mapping[str, str]) -> list[int]:
    """Answer the blocking keys (signed 64-bit) of one record's columns, each once."""
    return profile_keys(profile_of_row(row, 0))
