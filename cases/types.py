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
class RequiredDocument:
    """A document that a case needs: a letter of one of these types, or whatever these words name."""

    code: str
    names: Mapping[str, str]
    letters: frozenset[str]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of a case's way through the house."""

    code: str
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CaseType:
    """One type of case. `window_days`: how long after its last letter an open case still takes a new one."""

    code: str
    names: Mapping[str, str]
    letters: frozenset[str]
    window_days: int
    due_business_days: int
    required: tuple[RequiredDocument, ...]
    stages: tuple[Stage, ...]
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
        whole = yaml.safe_load(path.read_text(encoding="utf-8"))
        rows = whole["types"]
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise BadInput(f"{path}: no case types can be read ({error}): it must hold a list `types`") from error
    documents, stages = _documents(path, whole.get("documents") or {}), _stages(path, whole.get("stages") or {})
    types = tuple(_type(path, place, row, documents, stages) for place, row in enumerate(rows, 1))
    letters = [letter for type_ in types for letter in type_.letters]
    if twice := {letter for letter in letters if letters.count(letter) > 1}:
        raise BadInput(f"{path}: {', '.join(sorted(twice))} belongs to two case types: keep one")
    if sum(type_.rest for type_ in types) != 1:
        raise BadInput(f"{path}: exactly one case type must be marked `rest: true`")
    return CaseTypes(types)


def _documents(path: Path, rows: Mapping[str, Any]) -> dict[str, RequiredDocument]:
    found = {}
    for code, row in rows.items():
        if not (row.get("letters") or row.get("words")):
            raise BadInput(f"{path}: document {code} has neither `letters` nor `words`: say by what it is known")
        letters, words = frozenset(row.get("letters") or ()), tuple(row.get("words") or ())
        found[code] = RequiredDocument(code, _names(path, f"document {code}", row.get("names")), letters, words)
    return found


def _stages(path: Path, rows: Mapping[str, Any]) -> dict[str, Stage]:
    return {code: Stage(code, _names(path, f"stage {code}", names)) for code, names in rows.items()}


def _names(path: Path, what: str, names: Any) -> Mapping[str, str]:
    if not isinstance(names, dict) or not names.get("en"):
        raise BadInput(f"{path}: {what} has no `names`: give at least the English one")
    return names


def _type(
    path: Path, place: int, row: Any, documents: Mapping[str, RequiredDocument], stages: Mapping[str, Stage]
) -> CaseType:
    where = f"{path}: case type {place}"
    if not isinstance(row, dict) or not row.get("code"):
        raise BadInput(f"{where} has no `code`: give it a short word of its own")
    for name in ("window_days", "due_business_days"):
        if not isinstance(row.get(name), int) or row[name] < 1:
            raise BadInput(f"{where} ({row['code']}): `{name}` must be a whole number of days from 1")
    required, steps = row.get("required") or (), row.get("stages") or ()
    if unknown := [code for code in required if code not in documents]:
        raise BadInput(f"{where} ({row['code']}): `documents` below does not have {', '.join(unknown)}: add it there")
    if unknown := [code for code in steps if code not in stages]:
        raise BadInput(f"{where} ({row['code']}): `stages` below does not have {', '.join(unknown)}: add it there")
    if not steps:
        raise BadInput(f"{where} ({row['code']}) has no `stages`: give at least the first and the last step")
    return CaseType(
        row["code"],
        _names(path, f"case type {place} ({row['code']})", row.get("names")),
        frozenset(row.get("letters") or ()),
        row["window_days"],
        row["due_business_days"],
        tuple(documents[code] for code in required),
        tuple(stages[code] for code in steps),
        bool(row.get("rest")),
    )
