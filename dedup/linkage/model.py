"""The model file: everything that decides how alike two records are, in one JSON named by the hash of its content.

A folder keeps every model that was ever made, and a pointer to the active one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from archive.durable import written_whole
from archive.errors import BadInput
from dedup.linkage.columns import Columns, Ints
from dedup.linkage.keys import PASSES
from dedup.linkage.levels import FIELDS
from dedup.linkage.names import Lexicon
from dedup.linkage.records import NORMALISATION

FORMAT = 1
KINDS = ("person", "organisation")
SAME = "same"
_POINTER, _BEFORE = "active", "before"

Rates = dict[str, tuple[float, ...]]
"""By field, how often each level is met among pairs of which both say something; level 0 is left 1."""


@dataclass(frozen=True, slots=True)
class KindModel:
    """How pairs of one kind (persons, organisations) are weighed.

    `classes`: the rates of "same", and of the kinds of related people; `pairs_a_record`: how many pairs of each there are
    for one record, from which the priors of a directory of another size follow.
    """

    classes: dict[str, Rates]
    pairs_a_record: dict[str, float]
    unrelated: Rates
    needs_individual: bool = True


@dataclass(frozen=True, slots=True)
class Model:
    """One model. Frozen: another weight is another model with another name."""

    persons: KindModel
    organisations: KindModel
    lexicon: Lexicon
    junk: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """Values that too many share to mean anything, by field."""
    records: int = 0
    """How many records it was trained on."""
    join: float = 0.99
    """A pair as likely as this joins whatever others there are."""
    most_wrong_alone: float = 0.004
    """Less likely ones join while so few of all joined pairs are expected to be wrong."""
    most_wrong: float = 0.006
    most_risk: float = 0.12
    """So many, and so much for one group, where a group of records of one name and home is taken for one person."""
    review: float = 0.2
    """A pair as likely as this is put before a person."""
    most_review: float = 0.001
    """So many pairs a record at the most: of a list that nobody comes to the end of, only its beginning is of use."""
    most_in_cluster: int = 40
    passes: tuple[str, ...] = tuple(PASSES)
    normalisation: int = NORMALISATION
    format: int = FORMAT

    @property
    def version(self) -> str:
        """The hash of its content, shortened: what blocking keys and decisions carry."""
        return sha256(self.to_json().encode()).hexdigest()[:16]

    def kind(self, at: int) -> KindModel:
        """Answer the weights of a kind: 0 persons, 1 organisations."""
        return (self.persons, self.organisations)[at]

    def to_json(self) -> str:
        """Answer the file's text; the same model always makes the same text."""
        levels = {f.name: list(f.levels) for f in FIELDS}
        return json.dumps({"levels": levels, **asdict(self)}, ensure_ascii=False, sort_keys=True, indent=1)


class OtherVersion(BadInput):
    """A model that was made with other levels, passes or normalisation than this version knows."""


def from_json(text: str) -> Model:
    """Read a model's text.

    Raises:
        BadInput: it is none.
        OtherVersion: another version of this program made it.
    """
    try:
        data = json.loads(text)
        levels = data.pop("levels")
        if data["format"] != FORMAT or data["normalisation"] != NORMALISATION or tuple(data["passes"]) != tuple(PASSES):
            raise OtherVersion("the model was made by another version of this program; train it anew")
        if levels != {f.name: list(f.levels) for f in FIELDS}:
            raise OtherVersion("the model knows other levels than this program; train it anew")
        return _model(data)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadInput(f"this is no model of likeness: {error}; train one with `dossier dedup train`") from error


def is_known(text: str) -> bool:
    """Answer whether a model's text is of this version."""
    try:
        from_json(text)
    except OtherVersion:
        return False
    return True


def _model(data: dict[str, Any]) -> Model:
    persons, organisations = _kind(data.pop("persons")), _kind(data.pop("organisations"))
    lexicon = Lexicon(**data.pop("lexicon"))
    junk = {k: tuple(v) for k, v in data.pop("junk").items()}
    data["passes"] = tuple(data["passes"])
    return Model(persons, organisations, lexicon, junk, **data)


def _kind(data: dict[str, Any]) -> KindModel:
    classes = {name: _rates(rates) for name, rates in data.pop("classes").items()}
    return KindModel(classes, unrelated=_rates(data.pop("unrelated")), **data)


def _rates(data: dict[str, list[float]]) -> Rates:
    return {field_name: tuple(values) for field_name, values in data.items()}


def without_junk(columns: Columns, model: Model) -> Columns:
    """Answer the columns with values that mean nothing taken for missing."""
    if not any(model.junk.values()):
        return columns
    return {name: _cleaned(values, model.junk.get(name.rstrip("0123456789"), ())) for name, values in columns.items()}


def _cleaned(values: Ints, junk: tuple[int, ...]) -> Ints:
    return np.where(np.isin(values, junk), 0, values) if junk else values


class ModelStore:
    """A folder of models and which of them is active. Writing is atomic; several processes may read meanwhile."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def save(self, model: Model) -> str:
        """Keep a model; answer its version. Safe to repeat."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._write(f"{model.version}.json", model.to_json())
        return model.version

    def load(self, version: str) -> Model:
        """Answer a kept model. Raises `BadInput` where there is none of that version, or its content was changed."""
        path = self._folder / f"{version}.json"
        if not path.is_file():
            raise BadInput(f"there is no model {version}; `dossier dedup models` lists them")
        model = from_json(path.read_text(encoding="utf-8"))
        if model.version != version:
            raise BadInput(f"the model {version} was changed by hand; save it as a model of its own")
        return model

    def versions(self) -> list[str]:
        """Answer every kept version, the oldest first."""
        files = sorted(self._folder.glob("*.json"), key=lambda p: (p.stat().st_mtime_ns, p.name))
        return [p.stem for p in files]

    @property
    def active_version(self) -> str:
        """The version of the active model, '' before the first."""
        return self._read(_POINTER)

    def active(self) -> Model | None:
        """Answer the active model, None before the first. Raises: OtherVersion."""
        version = self.active_version
        return self.load(version) if version else None

    def active_known(self) -> Model | None:
        """Answer the active model; None before the first, and where another version of this program made it."""
        try:
            return self.active()
        except OtherVersion:
            return None

    def activate(self, version: str) -> None:
        """Make a kept model the active one; the one before can be rolled back to."""
        self.load(version)
        before = self._read(_POINTER)
        if before == version:
            return
        if before:
            self._write(_BEFORE, f"{before}\n{self._read(_BEFORE)}".strip())
        self._write(_POINTER, version)

    def rollback(self) -> str:
        """Make the model before the active one active again; answer its version.

        Raises:
            BadInput: there was none before.
        """
        before, _, older = self._read(_BEFORE).partition("\n")
        if not before:
            raise BadInput("there is no earlier model to go back to")
        self.load(before)
        self._write(_POINTER, before)
        self._write(_BEFORE, older)
        return before

    def _read(self, name: str) -> str:
        path = self._folder / name
        return path.read_text(encoding="utf-8").strip() if path.is_file() else ""

    def _write(self, name: str, text: str) -> None:
        with written_whole(self._folder / name) as out:
            out.write(text)
