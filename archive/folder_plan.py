"""The folder plan: which folders a customer's set has, and which letters belong in each. Configuration, not code.

The set is virtual: computed from the plan, so a plan changed later shows at once. A folder's row appears with its
first filing (`archive.filings`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from archive.errors import BadInput

SHIPPED = Path(__file__).with_name("folder_plan.yaml")
KINDS = frozenset({"person", "organisation"})


@dataclass(frozen=True, slots=True)
class PlannedFolder:
    """One place in a customer's set. `names` by language; `types` are the letters that belong here."""

    code: str
    names: Mapping[str, str]
    types: frozenset[str]
    kinds: frozenset[str]
    rest: bool = False


@dataclass(frozen=True, slots=True)
class FolderPlan:
    """All places, in the order shown."""

    folders: tuple[PlannedFolder, ...]

    def set_of(self, kind: str) -> tuple[PlannedFolder, ...]:
        """The folder set of a customer of this kind."""
        return tuple(folder for folder in self.folders if kind in folder.kinds)

    def place_of(self, document_type: str, kind: str) -> PlannedFolder:
        """The folder in which a letter of this type belongs, for a customer of this kind."""
        own = self.set_of(kind)
        fitting = [folder for folder in own if document_type in folder.types]
        return fitting[0] if fitting else next(folder for folder in own if folder.rest)


@cache
def load_plan(path: Path = SHIPPED) -> FolderPlan:
    """The plan in this YAML file.

    Raises `BadInput` that names the file, the folder, what is wrong and the remedy.
    """
    try:
        rows = yaml.safe_load(path.read_text(encoding="utf-8"))["folders"]
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise BadInput(f"{path}: no folder plan can be read ({error}): it must hold a list `folders`") from error
    plan = FolderPlan(tuple(_folder(path, place, row) for place, row in enumerate(rows, 1)))
    _check(path, plan)
    return plan


def _folder(path: Path, place: int, row: Any) -> PlannedFolder:
    where = f"{path}: folder {place}"
    if not isinstance(row, dict) or not row.get("code"):
        raise BadInput(f"{where} has no `code`: give it a short word of its own")
    if not isinstance(row.get("names"), dict) or not row["names"].get("en"):
        raise BadInput(f"{where} ({row['code']}) has no `names`: give at least the English one")
    kinds = frozenset(row.get("kinds") or KINDS)
    if kinds - KINDS:
        raise BadInput(f"{where} ({row['code']}): `kinds` may be {', '.join(sorted(KINDS))}, not {', '.join(kinds)}")
    return PlannedFolder(row["code"], row["names"], frozenset(row.get("types") or ()), kinds, bool(row.get("rest")))


def _check(path: Path, plan: FolderPlan) -> None:
    codes = [folder.code for folder in plan.folders]
    if twice := {code for code in codes if codes.count(code) > 1}:
        raise BadInput(f"{path}: the code {', '.join(sorted(twice))} is given twice: each folder needs its own")
    for kind in sorted(KINDS):
        own = plan.set_of(kind)
        if sum(folder.rest for folder in own) != 1:
            raise BadInput(f"{path}: exactly one folder of a {kind}'s set must be marked `rest: true`")
        types = [type_ for folder in own for type_ in folder.types]
        if twice := {type_ for type_ in types if types.count(type_) > 1}:
            raise BadInput(f"{path}: {', '.join(sorted(twice))} belongs in two folders of a {kind}'s set: keep one")
