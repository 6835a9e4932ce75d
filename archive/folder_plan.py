"""The folder plan: which folders a customer's set has, and which letters belong in each. Configuration, not code.

The set is virtual: computed from the plan, so a plan changed later shows at once. A letter lies in the catalogue in the
place that the plan that ships gives its type; where it shows, the plan in force says (`archive.placing`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from archive.errors import BadInput

SHIPPED = Path(__file__).with_name("folder_plan.yaml")
KINDS = frozenset({"person", "organisation"})
_LISTS = ("types", "kinds", "branches", "services")
_KEYS = frozenset({"code", "names", "rest", *_LISTS})


class Traits(NamedTuple):
    """What the criteria of a plan ask of a customer. `systems`: those that gave the numbers of its accounts and contracts."""

    kind: str
    branch: str = ""
    systems: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PlannedFolder:
    """One place in a customer's set. `names` by language; `types` are the letters that belong here.

    `kinds`, `branches`, `services` are its criteria: it is in the set of whoever meets all; the last two ask nothing empty.
    """

    code: str
    names: Mapping[str, str]
    types: frozenset[str]
    kinds: frozenset[str]
    rest: bool = False
    branches: frozenset[str] = frozenset()
    services: frozenset[str] = frozenset()

    def name(self, language: str) -> str:
        """Its name in this language, in English where it has none."""
        return self.names.get(language) or self.names["en"]


@dataclass(frozen=True, slots=True)
class FolderPlan:
    """All places, in the order shown. `services`: by which systems' accounts and contracts each service is known."""

    folders: tuple[PlannedFolder, ...]
    services: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def set_of(self, kind: str, branch: str = "", systems: frozenset[str] = frozenset()) -> tuple[PlannedFolder, ...]:
        """The folder set of a customer with these traits: the folders whose criteria it meets."""
        has = {service for service, told_by in self.services.items() if told_by & systems}
        return tuple(
            folder
            for folder in self.folders
            if kind in folder.kinds
            and (not folder.branches or branch in folder.branches)
            and (not folder.services or folder.services & has)
        )

    def place_of(
        self, document_type: str, kind: str, branch: str = "", systems: frozenset[str] = frozenset()
    ) -> PlannedFolder:
        """The folder in which a letter of this type belongs: the first of the customer's set that names the type."""
        own = self.set_of(kind, branch, systems)
        fitting = [folder for folder in own if document_type in folder.types]
        return fitting[0] if fitting else next(folder for folder in own if folder.rest)

    @property
    def types(self) -> frozenset[str]:
        """Every type of letter that a folder names."""
        return frozenset(type_ for folder in self.folders for type_ in folder.types)

    @property
    def systems(self) -> frozenset[str]:
        """Every system by which a service is known."""
        return frozenset(system for told_by in self.services.values() for system in told_by)


_in_force: list[FolderPlan] = []


def put_in_force(plan: FolderPlan) -> None:
    """Let this plan say, in this process, where letters show: done once, by whoever opens the archive."""
    _in_force[:] = [plan]


def plan_in_force() -> FolderPlan:
    """The plan by which letters show; the one that ships where none was put in force."""
    return _in_force[0] if _in_force else load_plan()


@cache
def load_plan(path: Path = SHIPPED) -> FolderPlan:
    """The plan in this YAML file.

    Raises `BadInput` that names the file, the folder, what is wrong and the remedy.
    """
    try:
        told = yaml.safe_load(path.read_text(encoding="utf-8"))
        rows = list(told["folders"])
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError) as error:
        raise BadInput(f"{path}: no folder plan can be read ({error}): it must hold a list `folders`") from error
    if extra := {str(key) for key in told} - {"folders", "services"}:
        raise BadInput(f"{path}: {_listed(extra)} is nothing that a plan holds: only `folders` and `services` are")
    plan = FolderPlan(tuple(_folder(path, place, row) for place, row in enumerate(rows, 1)), _services(path, told))
    _check(path, plan)
    return plan


def insist_on_types(path: Path, plan: FolderPlan, known: frozenset[str]) -> None:
    """Refuse a plan that names a type of letter that there is not. Raises: BadInput with the folder and the types."""
    for place, folder in enumerate(plan.folders, 1):
        if strange := folder.types - known:
            where = f"{path}: folder {place} ({folder.code})"
            raise BadInput(f"{where}: there is no type of letter {_listed(strange)}; give some of {_listed(known)}")


def _folder(path: Path, place: int, row: Any) -> PlannedFolder:
    where = f"{path}: folder {place}"
    if not isinstance(row, dict) or not row.get("code") or not isinstance(row["code"], str):
        raise BadInput(f"{where} has no `code`: give it a short word of its own")
    where = f"{where} ({row['code']})"
    if not isinstance(row.get("names"), dict) or not row["names"].get("en"):
        raise BadInput(f"{where} has no `names`: give at least the English one")
    if extra := {str(key) for key in row} - _KEYS:
        raise BadInput(f"{where}: {_listed(extra)} is nothing that a folder has: it may have {_listed(_KEYS)}")
    types, kinds, branches, services = (_words(where, key, row.get(key)) for key in _LISTS)
    if kinds - KINDS:
        raise BadInput(f"{where}: `kinds` may be {_listed(KINDS)}, not {_listed(kinds)}")
    rest = row.get("rest", False)
    if not isinstance(rest, bool):
        raise BadInput(f"{where}: `rest` is true or false, not {rest!r}")
    names = {str(language): str(name) for language, name in row["names"].items()}
    return PlannedFolder(row["code"], names, types, kinds or KINDS, rest, branches, services)


def _services(path: Path, told: Mapping[str, Any]) -> Mapping[str, frozenset[str]]:
    services = told.get("services") or {}
    if not isinstance(services, dict):
        raise BadInput(
            f"{path}: `services` gives each service the list of systems that it is known by: service: [system]"
        )
    found = {str(service): _words(f"{path}: services", service, systems) for service, systems in services.items()}
    if bare := {service for service, systems in found.items() if not systems}:
        raise BadInput(f"{path}: services: {_listed(bare)} names no system: give those whose accounts are of it")
    return found


def _words(where: str, key: object, given: Any) -> frozenset[str]:
    """A list of words. YAML takes 02 for a number and `no` for a truth: what is not text is refused, not guessed at."""
    if given is None:
        return frozenset()
    if not isinstance(given, list):
        raise BadInput(f"{where}: `{key}` is {given!r}, which is no list: write [{given}]")
    if strange := [one for one in given if not isinstance(one, str)]:
        raise BadInput(f"{where}: `{key}` holds {strange[0]!r}, which is no text: put it in quotes")
    return frozenset(given)


def _check(path: Path, plan: FolderPlan) -> None:
    codes = [folder.code for folder in plan.folders]
    if twice := {code for code in codes if codes.count(code) > 1}:
        raise BadInput(f"{path}: the code {_listed(twice)} is given twice: each folder needs its own")
    for place, folder in enumerate(plan.folders, 1):
        where = f"{path}: folder {place} ({folder.code})"
        if unknown := folder.services - plan.services.keys():
            raise BadInput(f"{where}: no service {_listed(unknown)} is known: say by which systems under `services`")
        if folder.rest and (folder.branches or folder.services):
            raise BadInput(f"{where} is marked `rest`: it must be everybody's, so take its branches and services out")
    for kind in sorted(KINDS):
        if sum(folder.rest for folder in plan.folders if kind in folder.kinds) != 1:
            raise BadInput(f"{path}: exactly one folder of a {kind}'s set must be marked `rest: true`")
    for earlier, later in combinations(plan.folders, 2):
        if (both := earlier.types & later.types) and (kinds := earlier.kinds & later.kinds) and _covers(earlier, later):
            kind = sorted(kinds)[0]
            raise BadInput(
                f"{path}: {_listed(both)} belongs in two folders of a {kind}'s set, {earlier.code} and {later.code}:"
                f" keep one, or put the one with narrower criteria first"
            )


def _covers(earlier: PlannedFolder, later: PlannedFolder) -> bool:
    """Whether who meets the later one's branches and services meets the earlier one's, so that it comes first always."""
    pairs = (earlier.branches, later.branches), (earlier.services, later.services)
    return all(not wide or (narrow and narrow <= wide) for wide, narrow in pairs)


def _listed(words: Any) -> str:
    return ", ".join(sorted(words))
