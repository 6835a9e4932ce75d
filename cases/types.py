"""Case types: configuration in `types.yaml`, checked when it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from archive.errors import BadInput

SHIPPED = Path(__file__).with_name("types.yaml")


@dataclass(frozen=True, slots=True)
class CaseType:
    """One type of case. `window_days`: how long after its last letter an open case still takes a new one."""

    code: str
    names: Mapping[str, str]
    letters: frozenset[str]
    window_days: int
    due_business_days: int
    required: tuple[str, ...]
    stages: tuple[str, ...]
    rest: bool = False


@dataclass(frozen=True, slots=True)
class CaseTypes:
    """All types."""

    types: tuple[CaseType, ...]

    def for_letter(self, document_type: str) -> CaseType:
        """The type of case that a letter of this type belongs to; the one marked `rest` where none names it."""
        for type_ in self.types:
            if document_type in type_.letters:
                return type_
        return next(type_ for type_ in self.types if type_.rest)

    def get(self, code: str) -> CaseType | None:
        """The type of this code, None where it is gone from the configuration."""
        return next((type_ for type_ in self.types if type_.code == code), None)


@cache
def load_types(path: Path = SHIPPED) -> CaseTypes:
    """The types in this YAML file. Raises `BadInput` that names the file, the type, what is wrong and the remedy."""
    try:
        rows = yaml.safe_load(path.read_text(encoding="utf-8"))["types"]
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise BadInput(f"{path}: no case types can be read ({error}): it must hold a list `types`") from error
    types = tuple(_type(path, place, row) for place, row in enumerate(rows, 1))
    letters = [letter for type_ in types for letter in type_.letters]
    if twice := {letter for letter in letters if letters.count(letter) > 1}:
        raise BadInput(f"{path}: {', '.join(sorted(twice))} belongs to two case types: keep one")
    if sum(type_.rest for type_ in types) != 1:
        raise BadInput(f"{path}: exactly one case type must be marked `rest: true`")
    return CaseTypes(types)


def _type(path: Path, place: int, row: Any) -> CaseType:
    where = f"{path}: case type {place}"
    if not isinstance(row, dict) or not row.get("code"):
        raise BadInput(f"{where} has no `code`: give it a short word of its own")
    for name in ("window_days", "due_business_days"):
        if not isinstance(row.get(name), int) or row[name] < 1:
            raise BadInput(f"{where} ({row['code']}): `{name}` must be a whole number of days from 1")
    if not isinstance(row.get("names"), dict) or not row["names"].get("en"):
        raise BadInput(f"{where} ({row['code']}) has no `names`: give at least the English one")
    return CaseType(
        row["code"],
        row["names"],
        frozenset(row.get("letters") or ()),
        row["window_days"],
        row["due_business_days"],
        tuple(row.get("required") or ()),
        tuple(row.get("stages") or ("register", "close")),
        bool(row.get("rest")),
    )
