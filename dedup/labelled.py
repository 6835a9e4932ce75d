"""What people said of pairs, for a model: how well it does on that, and its prior put right by it, within bounds.

Labels come from the review list, so they are about pairs that the model itself found hard: they tell how sure it may be
there, and nothing of how often each field agrees. So only the odds of being one customer are moved, and no further than `_MOST`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, func, select

from archive.schema import customer, pair_label
from dedup.linkage.levels import FIELDS, Codes
from dedup.linkage.model import KINDS, SAME, KindModel, Model
from dedup.linkage.scoring import score

Floats = NDArray[np.float64]
_MOST = 2.0
"""No more than this is added to the log odds: a factor of seven."""
_HELD_BY = 0.5
"""The pull back to what the data alone say: as strong as a handful of labels."""
_STEPS = np.linspace(-_MOST, _MOST, 81)
_FOLDS = 5
FEWEST = 20
"""Fewer labels neither correct a model nor keep one from taking over."""


@dataclass(frozen=True, slots=True)
class Label:
    """One pair: of two persons or two organisations, whether they are one, and the level of each field that says something."""

    party: str
    same: bool
    levels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Measured:
    """How a model does on labels: how many there are, on how many it leans the right way, its mean log loss (nats)."""

    labels: int
    right: int
    log_loss: float

    def is_worse_than(self, other: Measured) -> bool:
        """Whether there are enough labels to say so, and they do."""
        return self.labels >= FEWEST and self.log_loss > other.log_loss


def labels(connection: Connection) -> list[Label]:
    """Every label, in the order in which they were given."""
    query = select(pair_label.c.party, pair_label.c.verdict, pair_label.c.levels).order_by(pair_label.c.id)
    return [Label(row.party, row.verdict == "same", json.loads(row.levels)) for row in connection.execute(query)]


def sizes(connection: Connection) -> tuple[int, int]:
    """How many persons and organisations of the directory stand for themselves."""
    query = select(customer.c.kind, func.count()).where(customer.c.survivor_id.is_(None)).group_by(customer.c.kind)
    found = {row[0]: int(row[1]) for row in connection.execute(query)}
    return found.get("person", 0), found.get("organisation", 0)


def measured(model: Model, given: Sequence[Label], records: tuple[int, int]) -> Measured:
    """How the model does on the labels that it understands, in a directory of so many persons and organisations."""
    parts = [(_chances(model.kind(kind), codes, records[kind]), truth) for kind, codes, truth in _by_kind(given)]
    return _measured(parts)


def corrected(model: Model, given: Sequence[Label], records: tuple[int, int]) -> tuple[Model, Measured]:
    """The model with its odds of being one customer moved to what the labels say, and how such a move does on labels that
    it was not fitted to. The model itself where there are too few of a kind, or where moving does not help."""
    better, parts = model, []
    for kind, codes, truth in _by_kind(given):
        own = better.kind(kind)
        if len(truth) < FEWEST:
            parts.append((_chances(own, codes, records[kind]), truth))
            continue
        unseen = _unseen(own, codes, truth, records[kind])
        before = _chances(own, codes, records[kind])
        if _loss(unseen, truth) < _loss(before, truth):
            better = _with_kind(better, kind, _moved(own, _best(own, codes, truth, records[kind])))
            parts.append((unseen, truth))
        else:
            parts.append((before, truth))
    return better, _measured(parts)


def _by_kind(given: Sequence[Label]) -> Iterator[tuple[int, Codes, NDArray[np.bool_]]]:
    """The labels of each kind as levels; those of a level that this version does not know are left out."""
    for kind, party in enumerate(KINDS):
        rows = [(codes, one.same) for one in given if one.party == party and (codes := _codes(one)) is not None]
        if rows:
            yield kind, np.array([row[0] for row in rows], dtype=np.uint8), np.array([row[1] for row in rows])


def _codes(label: Label) -> list[int] | None:
    known = {field.name: field.levels for field in FIELDS}
    if not all(level in known.get(name, ()) for name, level in label.levels.items()):
        return None
    return [f.levels.index(label.levels[f.name]) if f.name in label.levels else 0 for f in FIELDS]


def _chances(own: KindModel, codes: Codes, records: int) -> Floats:
    return np.clip(score(codes, own, records).same, 1e-6, 1 - 1e-6)


def _unseen(own: KindModel, codes: Codes, truth: NDArray[np.bool_], records: int) -> Floats:
    """What is said of each label by a move that was fitted to the other folds."""
    fold = np.arange(len(truth)) % _FOLDS
    found = np.zeros(len(truth))
    for at in range(_FOLDS):
        rest = fold != at
        move = _best(own, codes[rest], truth[rest], records)
        found[~rest] = _chances(_moved(own, move), codes[~rest], records)
    return found


def _best(own: KindModel, codes: Codes, truth: NDArray[np.bool_], records: int) -> float:
    losses = [
        _loss(_chances(_moved(own, move), codes, records), truth) * len(truth) + _HELD_BY * move**2 for move in _STEPS
    ]
    return float(_STEPS[int(np.argmin(losses))])


def _moved(own: KindModel, move: float) -> KindModel:
    pairs = own.pairs_a_record
    return replace(own, pairs_a_record=pairs | {SAME: pairs[SAME] * float(np.exp(move))})


def _with_kind(model: Model, kind: int, own: KindModel) -> Model:
    return replace(model, persons=own) if kind == 0 else replace(model, organisations=own)


def _loss(chances: Floats, truth: NDArray[np.bool_]) -> float:
    return float(-np.log(np.where(truth, chances, 1 - chances)).mean())


def _measured(parts: Sequence[tuple[Floats, NDArray[np.bool_]]]) -> Measured:
    if not parts:
        return Measured(0, 0, 0.0)
    chances, truth = (np.concatenate(side) for side in zip(*parts, strict=True))
    return Measured(len(truth), int(((chances >= 0.5) == truth).sum()), round(_loss(chances, truth), 4))
