"""What one source record says about a customer, in one spelling; and what of it can not be used."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from archive.directory_file import ADDRESS_PARTS, COLUMNS, RowProblem
from archive.folding import fold_email, fold_number, fold_phone

LISTS = ("phones", "emails", "former_address", "accounts", "contracts", "points_of_delivery", "meters")
NAME_FIELDS = ("surname", "given_name", "patronymic", "full_name")
KINDS = ("person", "organisation")
DEFAULT_SYSTEM = "directory"
BY_HAND = "hand"
"""The system of what people say themselves."""
WITHDRAWN = "Withdrawn"
"""Where a record made at the desk keeps what is not so any more, whatever a feed goes on saying: column → values, as JSON.

No file can have such a column: their names are read in small letters.
"""
_CYRILLIC = re.compile("[А-Яа-яЁё]")
_ENGLISH_LABELS = (("flat", "Flat"), ("building", "Block"))
_DAY_FIRST = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4})")
_BARE_DAY_FIRST = re.compile(r"(\d\d)(\d\d)((?:18|19|20)\d\d)")
_BARE_YEAR_FIRST = re.compile(r"(?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_PERSON_NAME = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*(?:\s+[^\W\d_]+(?:[-'’.][^\W\d_]*)*){1,3}")


@dataclass(frozen=True, slots=True)
class DirectoryRecord:
    """A source record's values under our columns, empty where it says nothing; lists as tuples."""

    values: Mapping[str, str]
    lists: Mapping[str, tuple[str, ...]]
    problems: tuple[tuple[str, str], ...] = field(default=())
    """Values that were left out: (reason, remedy)."""
    withdrawn: Mapping[str, tuple[str, ...]] | None = None
    """Of a record made at the desk: column → values that are not so any more. None of every other record."""

    @property
    def display_name(self) -> str:
        """What a clerk calls them."""
        parts = (self.values[name] for name in ("surname", "given_name", "patronymic"))
        return self.values["full_name"] or " ".join(part for part in parts if part)

    @property
    def flat(self) -> dict[str, str]:
        """Every column as text again, lists joined by `;`: what blocking keys are made from."""
        return {**self.values, **{name: ";".join(values) for name, values in self.lists.items()}}


def read_record(cells: Mapping[str, str]) -> DirectoryRecord:
    """Clean a row's cells: dates as ISO, the kind and name parts where the row leaves them out, lists split.

    What was said at the desk (it has `WITHDRAWN`) holds some fields only: its kind is not guessed from them.
    """
    at_desk = cells.get("system") == BY_HAND and WITHDRAWN in cells
    values = {name: cells.get(name, "") for name in COLUMNS if name not in LISTS}
    lists = {name: split_list(cells.get(name, "")) for name in LISTS}
    values["address"] = values["address"] or address_of_parts(cells)
    values["birth_date"], problems = _date(values["birth_date"])
    values["kind"] = values["kind"].casefold() or ("" if at_desk else _guess_kind(values))
    if values["kind"] == "person" and values["full_name"] and not (values["surname"] or values["given_name"]):
        names = [*values["full_name"].split(None, 2), "", "", ""]
        values["surname"], values["given_name"], values["patronymic"] = names[:3]
    return DirectoryRecord(values, lists, tuple(problems), _withdrawn(cells) if at_desk else None)


def address_of_parts(cells: Mapping[str, str]) -> str:
    """The address of a row that gives its parts only, as people of that language write it; '' where it gives none."""
    given = {name: cells[name].strip() for name in ADDRESS_PARTS if cells.get(name, "").strip()}
    if not given.keys() & {"street", "settlement", "house"}:
        return ""
    part = given.get
    if _CYRILLIC.search("".join(given.values())):
        labelled = [
            f"{label} {given[name]}"
            for name, label in (("house", "д."), ("building", "корп."), ("flat", "кв."))
            if name in given
        ]
        larger = ("postcode", "country", "region", "district", "settlement", "street")
        return ", ".join([*(given[name] for name in larger if name in given), *labelled])
    house = " ".join(filter(None, (part("house"), part("street"))))
    flat, building = (f"{label} {given[name]}" if name in given else "" for name, label in _ENGLISH_LABELS)
    places = (part("settlement"), part("district"), part("region"), part("postcode"), part("country"))
    return ", ".join(filter(None, (flat, building, house, *places)))


def refusal(line: int, record: DirectoryRecord) -> RowProblem | None:
    """Why the row can not be taken at all; None where it can."""
    if record.values["kind"] not in KINDS:
        reason = f"the kind {record.values['kind']!r} is not one of ours"
        return RowProblem(line, reason, f"write one of: {', '.join(KINDS)}")
    if not record.display_name and not any(record.lists.values()):
        return RowProblem(line, "the row names no one: no name, account, phone or other number", "fill in a name")
    return None


def split_list(cell: str) -> tuple[str, ...]:
    """A cell's values, joined by `;`, each once, in their order."""
    if ";" not in cell:
        return (cell.strip(),) if cell.strip() else ()
    return tuple(dict.fromkeys(value for part in cell.split(";") if (value := part.strip())))


def _date(text: str) -> tuple[str, list[tuple[str, str]]]:
    if not text:
        return "", []
    day_first = _DAY_FIRST.fullmatch(text)
    if day_first is None and not _BARE_YEAR_FIRST.fullmatch(text):
        day_first = _BARE_DAY_FIRST.fullmatch(text)
    try:
        if day_first:
            day, month, year = map(int, day_first.groups())
            return date(year, month, day).isoformat(), []
        return date.fromisoformat(text[:10]).isoformat(), []
    except ValueError:
        return "", [(f"the birth date {text!r} is no date and was left out", "write it as 1980-12-31 or 31.12.1980")]


def _guess_kind(values: Mapping[str, str]) -> str:
    if values["surname"] or values["given_name"] or values["birth_date"]:
        return "person"
    return "person" if _PERSON_NAME.fullmatch(values["full_name"]) or not values["full_name"] else "organisation"


def said_alike(column: str, value: str) -> str:
    """One spelling of a column's value, by which it is the same value however a system writes it."""
    return _FOLDS.get(column, _fold_text)(value)


def _fold_text(text: str) -> str:
    return " ".join(text.casefold().split())


_FOLDS = {
    "tax_id": fold_number,
    "passport": fold_number,
    "registration_number": fold_number,
    "phones": fold_phone,
    "emails": fold_email,
    "accounts": fold_number,
    "contracts": fold_number,
    "points_of_delivery": fold_number,
    "meters": fold_number,
}


def _withdrawn(cells: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    told: dict[str, list[str]] = json.loads(cells[WITHDRAWN])
    return {name: tuple(values) for name, values in told.items()}


def values_of(record: DirectoryRecord) -> Iterator[tuple[str, str]]:
    """Every (column, value) of the record, list values one by one."""
    yield from ((name, value) for name, value in record.values.items() if value)
    for name, values in record.lists.items():
        yield from ((name, value) for value in values)
