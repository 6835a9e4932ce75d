"""The model at work on a few records: what the online guard asks, and what explains a pair to a person.

The same levels, keys and weights as in bulk, worked out without a column; tests hold the two together.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import log2
from typing import Any

import numpy as np

from dedup.linkage.keys import keys_of_many, keys_of_one
from dedup.linkage.levels import FIELDS
from dedup.linkage.model import SAME, KindModel, Model
from dedup.linkage.online import Levels, levels_of
from dedup.linkage.records import Place, Record, record_of
from dedup.linkage.scoring import score, tables_of


@dataclass(frozen=True, slots=True)
class Agreement:
    """What one field says of a pair: its level, and how many bits that speaks for one person.

    `bits` against strangers, `bits_of_kin` against relatives: a shared home speaks loudly in the first and hardly in the second.
    """

    field: str
    level: str
    bits: float
    bits_of_kin: float


@dataclass(frozen=True, slots=True)
class Weighed:
    """How likely two records are one, or related and how; and what must keep them apart.

    `individual`: whether a birth date, tax id, account or contract agrees: without it nobody is refused.
    """

    same: float
    related: Mapping[str, float]
    vetoed: bool
    individual: bool
    levels: Levels
    other_kind: bool = False
    """A person and an organisation: never one, whatever they share."""


@dataclass(frozen=True, slots=True)
class Likely:
    """A pair weighed, and what says so, field by field."""

    same: float
    related: Mapping[str, float]
    vetoed: bool
    individual: bool
    said: tuple[Agreement, ...]


class Likeness:
    """One model and the size of the directory it is used on. Safe to share between threads."""

    def __init__(self, model: Model, persons: int, organisations: int, here: Model | None = None) -> None:
        """`here`: the same model that knows the names of the directory, by which pairs are weighed; records are read by `model`."""
        self.model = model
        self.weighing = here or model
        self._sizes = (persons, organisations)
        self._junk = {name: frozenset(values) for name, values in model.junk.items() if values}
        self._tables = tuple(tables_of(self.weighing.kind(kind)) for kind in range(len(self._sizes)))

    def resized(self, persons: int, organisations: int) -> Likeness:
        """Answer the same model in a directory of another size."""
        other = object.__new__(Likeness)
        other.__dict__ = self.__dict__ | {"_sizes": (persons, organisations)}
        return other

    def record(self, row: Mapping[str, str]) -> Record:
        """Answer the record of one row of the import's columns, values that mean nothing taken for missing."""
        record = record_of(row, self.model.lexicon)
        changes: dict[str, object] = {}
        for name, junk in self._junk.items():
            value = getattr(record, name)
            if isinstance(value, tuple):
                if not junk.isdisjoint(value):
                    changes[name] = tuple(v for v in value if v not in junk)
            elif value in junk:
                changes[name] = 0
        return replace(record, **changes) if changes else record  # type: ignore[arg-type]

    def keys(self, record: Record) -> dict[str, tuple[int, ...]]:
        """Answer, by pass, the blocking keys (signed 64 bit) of a record; passes without any are left out."""
        return keys_of_one(record, self.model.passes)

    def keys_of_many(self, records: Sequence[Record]) -> list[tuple[int, ...]]:
        """Answer the blocking keys of each record, of all passes together, each once and in the passes' order."""
        if len(records) > _FEW:
            return keys_of_many(records, self.model.passes)
        every = (self.keys(record).values() for record in records)
        return [tuple(dict.fromkeys(key for some in found for key in some)) for found in every]

    def weigh(self, record: Record, others: Sequence[Record]) -> list[Weighed]:
        """Answer how likely each of the others is the record's double, in their order. One of another kind never is."""
        if not others:
            return []
        levels = [levels_of(record, other, self.weighing.lexicon) for other in others]
        kind = record.kind
        weights = self.weighing.kind(kind)
        scores = score(np.array(levels, dtype=np.uint8), weights, self._sizes[kind], self._tables[kind])
        same, vetoed, individual = scores.same.tolist(), scores.vetoed.tolist(), scores.individual.tolist()
        related = {name: values.tolist() for name, values in scores.related.items()}
        return [
            Weighed(same[at], {n: v[at] for n, v in related.items()}, vetoed[at], individual[at], levels[at])
            if other.kind == kind
            else Weighed(0.0, {}, True, individual[at], levels[at], True)
            for at, other in enumerate(others)
        ]

    def compare(self, record: Record, others: Sequence[Record]) -> list[Likely]:
        """Answer as `weigh`, with what each field says."""
        return [
            Likely(one.same, one.related, one.vetoed, one.individual, self.said(record.kind, one.levels))
            for one in self.weigh(record, others)
        ]

    def said(self, kind: int, levels: Levels) -> tuple[Agreement, ...]:
        """Answer what each field of which both records say something speaks for."""
        return _said(levels, self.weighing.kind(kind))


_FEW = 16
"""Up to so many records cost less one by one than in columns."""


def to_text(record: Record) -> str:
    """Answer a record as text that `from_text` reads: what a directory keeps beside the customer."""
    return _as_text([getattr(record, name) for name in Record.__slots__])


_as_text = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def from_text(text: str) -> Record:
    """Answer the record that `to_text` wrote."""
    return from_values(json.loads(text))


def from_values(values: Sequence[Any]) -> Record:
    """Answer a record from its values in their order, lists for tuples."""
    homes = tuple(Place(street, tuple(numbers), town, code) for street, numbers, town, code in values[-1])
    every: list[Any] = [*values[:_SINGLE], *map(tuple, values[_SINGLE:-1]), homes]
    return Record(*every)


_SINGLE = 7
"""So many of a record's values are no lists."""


def _said(levels: Sequence[int], weights: KindModel) -> tuple[Agreement, ...]:
    kin = next((rates for name, rates in weights.classes.items() if name != SAME), weights.unrelated)
    said = []
    for field, level in zip(FIELDS, levels, strict=True):
        if level:
            rate = weights.classes[SAME][field.name][level]
            against = [log2(max(rate, 1e-12) / max(r[field.name][level], 1e-12)) for r in (weights.unrelated, kin)]
            said.append(Agreement(field.name, field.levels[level], *(round(bits, 2) for bits in against)))
    return tuple(said)
