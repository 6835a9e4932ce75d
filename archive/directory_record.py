"""What one source record says about a customer, in one spelling; and what of it can not be used."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from archive.directory_file import COLUMNS, RowProblem

LISTS = ("phones", "emails", "former_address", "accounts", "contracts", "points_of_delivery", "meters")
NAME_FIELDS = ("surname", "given_name", "patronymic", "full_name")
KINDS = ("person", "organisation")
DEFAULT_SYSTEM = "directory"
_DAY_FIRST = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4})")
_PERSON_NAME = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*(?:\s+[^\W\d_]+(?:[-'’.][^\W\d_]*)*){1,3}")


@dataclass(frozen=True, slots=True)
class DirectoryRecord:
    """A source record's values under our columns, empty where it says nothing; lists as tuples."""

    values: Mapping[str, str]
    lists: Mapping[str, tuple[str, ...]]
    problems: tuple[tuple[str, str], ...] = field(default=())
    """Values that were left out: (reason, remedy)."""

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
    """Clean a row's cells: dates as ISO, the kind and name parts where the row leaves them out, lists split."""
    values = {name: cells.get(name, "") for name in COLUMNS if name not in LISTS}
    lists = {name: split_list(cells.get(name, "")) for name in LISTS}
    values["birth_date"], problems = _date(values["birth_date"])
    values["kind"] = values["kind"].casefold() or _guess_kind(values)
    if values["kind"] == "person" and values["full_name"] and not (values["surname"] or values["given_name"]):
        names = [*values["full_name"].split(None, 2), "", "", ""]
        values["surname"], values["given_name"], values["patronymic"] = names[:3]
    return DirectoryRecord(values, lists, tuple(problems))


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


def values_of(record: DirectoryRecord) -> Iterator[tuple[str, str]]:
    """Every (column, value) of the record, list values one by one."""
    yield from ((name, value) for name, value in record.values.items() if value)
    for name, values in record.lists.items():
        yield from ((name, value) for value in values)
