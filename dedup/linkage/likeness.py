"""The model at work on a few records: what the online guard asks, and what explains a pair to a person.

The same comparison, keys and weights as in bulk: only the number of records differs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import log2

import numpy as np

from dedup.linkage.columns import Columns, Vocabulary, columns_of, take
from dedup.linkage.keys import blocking_keys
from dedup.linkage.levels import FIELDS, compare
from dedup.linkage.model import SAME, KindModel, Model, without_junk
from dedup.linkage.records import Place, Record, record_of
from dedup.linkage.scoring import score


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
class Likely:
    """How likely two records are one, or related and how; what must keep them apart; and what says so, field by field."""

    same: float
    related: Mapping[str, float]
    vetoed: bool
    individual: bool
    """Whether a birth date, tax id, account or contract agrees: without it nobody is refused."""
    said: tuple[Agreement, ...]


class Likeness:
    """One model and the size of the directory it is used on. Safe to share between threads."""

    def __init__(self, model: Model, persons: int, organisations: int) -> None:
        self.model = model
        self._sizes = (persons, organisations)

    def record(self, row: Mapping[str, str]) -> Record:
        """Answer the record of one row of the import's columns."""
        return record_of(row, self.model.lexicon)

    def keys(self, record: Record) -> dict[str, tuple[int, ...]]:
        """Answer, by pass, the blocking keys (signed 64 bit) of a record; passes without any are left out."""
        columns, vocabulary = self._columns([record])
        made = ((name, make()) for name, make in blocking_keys(columns, vocabulary, self.model.passes))
        keys = {name: tuple(dict.fromkeys(int(k[0]) for k in found if k[0])) for name, found in made}
        return {name: found for name, found in keys.items() if found}

    def compare(self, record: Record, others: Sequence[Record]) -> list[Likely]:
        """Answer how likely each of the others is the record's double, in their order. One of another kind never is."""
        if not others:
            return []
        columns, vocabulary = self._columns([record, *others])
        right = take(columns, np.arange(1, len(others) + 1))
        left = take(columns, np.zeros(len(others), dtype=np.int64))
        codes = compare(left, right, vocabulary, self.model.lexicon)
        weights = self.model.kind(record.kind)
        scores = score(codes, weights, self._sizes[record.kind])
        found = []
        for at, other in enumerate(others):
            levels = tuple(int(c) for c in codes[at])
            alike = other.kind == record.kind
            found.append(
                Likely(
                    float(scores.same[at]) if alike else 0.0,
                    {name: float(values[at]) for name, values in scores.related.items()} if alike else {},
                    bool(scores.vetoed[at]) or not alike,
                    bool(scores.individual[at]),
                    _said(levels, weights),
                )
            )
        return found

    def _columns(self, records: Sequence[Record]) -> tuple[Columns, Vocabulary]:
        vocabulary = Vocabulary()
        return without_junk(columns_of(records, vocabulary), self.model), vocabulary


def to_text(record: Record) -> str:
    """Answer a record as text that `from_text` reads: what a directory keeps beside the customer."""
    return json.dumps(asdict(record), ensure_ascii=False, separators=(",", ":"))


def from_text(text: str) -> Record:
    """Answer the record that `to_text` wrote."""
    data = json.loads(text)
    lists = {k: tuple(v) for k, v in data.items() if isinstance(v, list)}
    lists["places"] = tuple(Place(s, tuple(n), town, code) for s, n, town, code in data["places"])
    return Record(**(data | lists))


def _said(levels: Sequence[int], weights: KindModel) -> tuple[Agreement, ...]:
    kin = next((rates for name, rates in weights.classes.items() if name != SAME), weights.unrelated)
    said = []
    for field, level in zip(FIELDS, levels, strict=True):
        if level:
            rate = weights.classes[SAME][field.name][level]
            against = [log2(max(rate, 1e-12) / max(r[field.name][level], 1e-12)) for r in (weights.unrelated, kin)]
            said.append(Agreement(field.name, field.levels[level], *(round(bits, 2) for bits in against)))
    return tuple(said)
