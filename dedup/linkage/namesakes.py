"""Father and son of one name at one address: when the other records around say that there is one person alone.

A record without a birth date may be either's. It is taken for the one who is known only where nothing in the whole group of
records of that name and home differs, and a namesake is unlikely enough. How many records the one has says nothing of
whose the other is: measured, a record that nothing ties to one of four is as often a namesake's as one of two.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dedup.linkage.clustering import Rows, Scored, components

_MOST_IN_GROUP = 16
_DIFFERENT = -1.0
"""Log odds from which a pair of one group speaks for two persons."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """Clusters (by label) that are likely one person, how many pairs of records that joins, and the risk that it is wrong."""

    labels: tuple[int, ...]
    pairs: int
    risk: float


def proposals(labels: Rows, pairs: Scored) -> list[Proposal]:
    """Answer the groups of clusters of one name and home in which nothing speaks for a second person."""
    left, right = labels[pairs.left], labels[pairs.right]
    across = left != right
    open_ = across & np.isfinite(pairs.doubt)
    groups = components(len(labels), left[open_], right[open_])
    inside = across & (groups[left] == groups[right])
    contested = np.zeros(len(labels), dtype=bool)
    against = inside & (pairs.vetoed | pairs.differs | (pairs.odds < _DIFFERENT))
    contested[groups[left[against]]] = True
    sizes = np.bincount(labels, minlength=len(labels))
    kept = np.flatnonzero(open_ & ~contested[groups[left]])
    found = (_proposal(at, sizes) for at in _by_group(groups[left[kept]], kept, left, right, pairs.doubt))
    return [p for p in found if p is not None]


_Edges = list[tuple[float, int, int]]


def _by_group(
    groups: Rows, kept: NDArray[np.int64], left: Rows, right: Rows, doubt: NDArray[np.float64]
) -> Iterator[_Edges]:
    edges: dict[int, _Edges] = defaultdict(list)
    for group, at in zip(groups.tolist(), kept.tolist(), strict=True):
        edges[group].append((float(doubt[at]), int(left[at]), int(right[at])))
    yield from edges.values()


def _proposal(edges: _Edges, sizes: NDArray[np.int64]) -> Proposal | None:
    """All clusters of a group as one, with the doubt of the weakest pair that holds it together for each way to part it."""
    home: dict[int, int] = {}

    def root(label: int) -> int:
        while home.setdefault(label, label) != label:
            label = home[label]
        return label

    worst = 0.0
    for doubt, x, y in sorted(edges):
        one, other = root(x), root(y)
        if one != other:
            home[max(one, other)] = min(one, other)
            worst = max(worst, doubt)
    labels = tuple(sorted(home))
    records = int(sizes[list(labels)].sum())
    if records > _MOST_IN_GROUP:
        return None
    joined = sum(int(sizes[x]) * int(sizes[y]) for i, x in enumerate(labels) for y in labels[i + 1 :])
    return Proposal(labels, joined, worst * (2.0 ** (len(labels) - 1) - 1))


def accepted(found: list[Proposal], pairs_joined: int, most_risk: float, most_wrong: float) -> list[Proposal]:
    """Answer the surest proposals, as many as keep the expected share of wrong pairs among all joined below `most_wrong`."""
    taken, wrong, joined = [], 0.0, pairs_joined
    for proposal in sorted(found, key=lambda p: (p.risk, p.labels)):
        share = proposal.risk / (1 + proposal.risk)
        if proposal.risk > most_risk or wrong + share * proposal.pairs > most_wrong * (joined + proposal.pairs):
            break
        taken.append(proposal)
        wrong, joined = wrong + share * proposal.pairs, joined + proposal.pairs
    return taken


def join(labels: Rows, taken: list[Proposal]) -> Rows:
    """Answer the labels with the clusters of each proposal as one."""
    target = np.arange(len(labels), dtype=np.int64)
    for proposal in taken:
        target[list(proposal.labels)] = proposal.labels[0]
    return np.asarray(target[labels])
