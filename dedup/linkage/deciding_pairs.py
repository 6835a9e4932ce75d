"""Which compared pairs are one customer without a person, which never, and which are worth a person's look."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dedup.linkage.clustering import MOST_SAID, Clusters, Refused, Rows, Scored, cluster, components
from dedup.linkage.columns import Ints
from dedup.linkage.levels import Codes
from dedup.linkage.model import KINDS, Model
from dedup.linkage.namesakes import accepted, join, proposals
from dedup.linkage.patterns import Compared, kinds_of, unpacked
from dedup.linkage.scoring import judged, log_odds
from dedup.linkage.together import said_together

Floats = NDArray[np.float64]
_LEAST = 0.5
"""The least probability that may join."""
_FEW_TO_REVIEW = 1_000
"""So many pairs a person can work through, however small the file."""


@dataclass(frozen=True, slots=True)
class Decided:
    """The clusters of all records, how sure each record's is, and what a person should look at, the most valuable first."""

    labels: Rows
    certainty: Floats
    review: list[Refused]


@dataclass(frozen=True, slots=True)
class Table:
    """By pattern, what the model says."""

    same: Floats
    odds: Floats
    joins: NDArray[np.bool_]
    vetoed: NDArray[np.bool_]
    doubt: Floats
    differs: NDArray[np.bool_]
    certain: NDArray[np.bool_]
    patterns: Ints


Odds = Callable[[int, Codes], Floats]
"""What tells the odds of patterns of a kind, as `scoring.log_odds`."""


def decide(pairs: Compared, records: tuple[int, int], model: Model) -> Decided:
    """Answer who is who. `records`: how many persons and organisations there are."""

    def odds(kind: int, codes: Codes) -> Floats:
        return log_odds(codes, model.kind(kind), records[kind])

    table = table_of(pairs.patterns, pairs.counts, model, odds)
    return settled(_involved(pairs, table, sum(records), model.review), records, model)


def settled(involved: Scored, records: tuple[int, int], model: Model) -> Decided:
    """Answer who is who. `involved`: likely pairs, and every other between records that they connect.

    First what is certain by itself; then what clusters say together decides whether they are one.
    """
    count = sum(records)
    first = cluster(count, replace(involved, joins=involved.certain), model.most_in_cluster)
    between = _between_clusters(first.labels, involved, records, model)
    held = np.bincount(first.labels, minlength=count)
    second = cluster(count, between, model.most_in_cluster, held)
    labels = second.labels[first.labels]
    taken = accepted(proposals(labels, between), _joined(labels), model.most_risk, model.most_wrong)
    labels = join(labels, taken)
    result = Clusters(labels, first.refused + second.refused)
    return Decided(labels, _certainty(count, labels, involved), _review(labels, involved, result, model))


def _between_clusters(labels: Rows, pairs: Scored, records: tuple[int, int], model: Model) -> Scored:
    """Each two clusters as one pair, scored by what their records say together; few of all joined may be wrong."""

    def odds(kind: int, codes: Codes) -> Floats:
        return log_odds(codes, model.kind(kind), records[kind])

    found, patterns = said_together(labels, pairs)
    sizes = np.bincount(labels, minlength=len(labels))
    distinct, at = np.unique(patterns, return_inverse=True)
    joined = np.bincount(at, sizes[found >> 32] * sizes[found & _RIGHT], len(distinct)).astype(np.int64)
    kinds = np.zeros(len(labels), dtype=np.int64)
    kinds[labels[pairs.left[pairs.certain]]] = kinds_of(pairs.patterns[pairs.certain])
    already = [_joined(labels[kinds[labels] == kind]) for kind in range(len(KINDS))]
    return scored(found, at.astype(np.int32), table_of(distinct, joined, model, odds, already))


def _involved(pairs: Compared, table: Table, count: int, review: float) -> Scored:
    """Likely pairs, and every other pair between records that likely ones connect: what speaks against counts too."""
    likely = table.same >= review
    ends = [np.asarray(pairs.rows[some][likely[pairs.at[some]]]) for some in pairs.slices()]
    together = np.concatenate(ends) if ends else np.zeros(0, dtype=np.int64)
    groups = connected(count, together)
    kept, at = [], []
    for some in pairs.slices():
        rows = np.asarray(pairs.rows[some])
        inside = np.flatnonzero(groups[rows >> 32] == groups[rows & _RIGHT])
        kept.append(rows[inside])
        at.append(np.asarray(pairs.at[some])[inside])
    if not kept:
        return scored(together, np.zeros(0, dtype=np.int32), table)
    return scored(np.concatenate(kept), np.concatenate(at), table)


def connected(count: int, pairs: Ints) -> Rows:
    """Answer the smallest row that each of `count` rows is connected with by these pairs."""
    return components(count, pairs >> 32, pairs & _RIGHT)


_RIGHT = 0xFFFFFFFF


def table_of(found: Ints, counts: Ints, model: Model, odds: Odds, already: Sequence[int] = (0, 0)) -> Table:
    """Answer what the model says of these patterns, each once, of which there are so many pairs.

    `already`: how many pairs of each kind are joined for certain.
    """
    codes, kinds = unpacked(found), kinds_of(found)
    same = np.zeros(len(found))
    vetoed = np.ones(len(found), dtype=bool)
    doubt = np.full(len(found), np.inf)
    differs = np.zeros(len(found), dtype=bool)
    joins, certain = np.zeros(len(found), dtype=bool), np.zeros(len(found), dtype=bool)
    for kind in range(len(KINDS)):
        own = np.flatnonzero(kinds == kind)
        said = judged(codes[own], model.kind(kind), odds(kind, codes[own]))
        same[own], vetoed[own], doubt[own], differs[own] = said.same, said.vetoed, said.doubt, said.differs
        may = ~said.vetoed & said.alone
        least = _threshold(said.same, np.where(may, counts[own], 0), model, already[kind])
        joins[own] = (said.same >= least) & may
        certain[own] = (said.same >= model.join) & may & said.individual
    log = np.log(np.maximum(same, 1e-12)) - np.log(np.maximum(1 - same, 1e-12))
    return Table(same, log, joins, vetoed, doubt, differs, certain, found)


def _threshold(same: Floats, counts: Ints, model: Model, already: int) -> float:
    """The least probability with which pairs are joined, so that few of all joined are expected to be wrong."""
    order = np.argsort(-same, kind="stable")
    likely = order[(same[order] >= _LEAST) & (counts[order] > 0)]
    if not len(likely):
        return model.join
    wrong = np.cumsum((1 - same[likely]) * counts[likely]) / (np.cumsum(counts[likely]) + already)
    good = np.flatnonzero(wrong <= model.most_wrong_alone)
    return min(model.join, float(same[likely[good[-1]]])) if len(good) else model.join


def scored(pairs: Ints, at: NDArray[np.int32], table: Table) -> Scored:
    """Answer pairs with what the model says of each. `at`: which of the patterns it has."""
    return Scored(
        pairs >> 32,
        pairs & _RIGHT,
        table.odds[at],
        table.joins[at],
        table.vetoed[at],
        table.doubt[at],
        table.differs[at],
        table.certain[at],
        table.patterns[at],
    )


def _joined(labels: Rows) -> int:
    sizes = np.bincount(labels)
    return int((sizes * (sizes - 1) // 2).sum())


def _certainty(count: int, labels: Rows, pairs: Scored) -> Floats:
    """For each record the probability of its surest pair within its cluster; alone, that it has no double."""
    together = labels[pairs.left] == labels[pairs.right]
    sure = 1 / (1 + np.exp(-pairs.odds))
    certainty = np.zeros(count)
    for side in (pairs.left, pairs.right):
        np.maximum.at(certainty, side[together], sure[together])
    alone = np.bincount(labels, minlength=count)[labels] == 1
    missed = np.zeros(count)
    apart = ~together & ~pairs.vetoed
    for side in (pairs.left, pairs.right):
        np.maximum.at(missed, side[apart], sure[apart])
    return np.asarray(np.where(alone, 1 - missed, certainty))


def _review(labels: Rows, pairs: Scored, result: Clusters, model: Model) -> list[Refused]:
    """For each two clusters what was refused between them, or their likeliest pair; those first that would join the most."""
    between = _between(labels, pairs.left, pairs.right)
    likely = np.flatnonzero((between >= 0) & ~pairs.vetoed & (pairs.odds >= np.log(model.review / (1 - model.review))))
    found: dict[int, Refused] = {}
    for one in result.refused:
        if labels[one.left] != labels[one.right]:
            found.setdefault(int(_between(labels, *np.array([[one.left], [one.right]]))[0]), one)
    order = likely[np.argsort(-pairs.odds[likely], kind="stable")]
    _, first = np.unique(between[order], return_index=True)
    for at in order[np.sort(first)].tolist():
        pair = Refused(int(pairs.left[at]), int(pairs.right[at]), float(pairs.odds[at]), "not certain")
        found.setdefault(int(between[at]), pair)
    wanted = np.array(sorted(found), dtype=np.int64)
    sizes = np.bincount(labels, minlength=len(labels))
    joined = (sizes[wanted >> 32] * sizes[wanted & _RIGHT]).astype(np.float64)
    odds = _odds_together(wanted, joined, between, pairs.odds)
    worth = joined / (1 + np.exp(-odds))
    every = [replace(found[key], odds=likely) for key, likely in zip(wanted.tolist(), odds.tolist(), strict=True)]
    ranked = sorted(zip(worth.tolist(), every, strict=True), key=lambda one: (-one[0], one[1].left, one[1].right))
    return [one for _, one in ranked[: max(_FEW_TO_REVIEW, int(model.most_review * len(labels)))]]


def _between(labels: Rows, left: Rows, right: Rows) -> Ints:
    """Which two clusters each pair is between, as one number; -1 where it is within one."""
    x, y = labels[left], labels[right]
    return np.where(x != y, np.minimum(x, y) << 32 | np.maximum(x, y), -1)


def _odds_together(wanted: Ints, joined: Floats, between: Ints, odds: Floats) -> Floats:
    """How likely each two clusters (`wanted`, in order) are one, by all that is known of the pairs that it would join.

    The likeliest pair alone says next to nothing of large clusters; and that no pass found a pair speaks against them.
    """
    some = np.flatnonzero(np.isin(between, wanted))
    at = np.searchsorted(wanted, between[some])
    said = np.bincount(at, np.clip(odds[some], -MOST_SAID, MOST_SAID), minlength=len(wanted))
    return np.asarray(said - _NOT_FOUND * (joined - np.bincount(at, minlength=len(wanted))))


_NOT_FOUND = 1.0
"""How much it speaks against a pair that no pass found it (natural log odds)."""
