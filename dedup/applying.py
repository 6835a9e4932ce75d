"""What a run of the matcher found, done: certain clusters are merged, in small transactions, and all of it can be taken back.

The run worked on a snapshot. Who changed since is compared anew with the rest of the cluster; whom a person parted or told
apart from another of it keeps the whole cluster from being joined, and a person is asked instead.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeVar

from sqlalchemy import Connection, exists, select

from archive import doubles, match_runs, merging, pair_words, standing
from archive.access import Access, system
from archive.doubles import NewDouble
from archive.insisting import insist_on_reason, insist_on_right
from archive.match_runs import MatchRun, Member
from archive.ports import Catalogue
from archive.schema import customer_merge, match_member
from archive.standing import Identity
from dedup.linkage.likeness import Likeness
from dedup.pair_scoring import agreements, scored_pairs

_CLUSTERS_AT_ONCE = 500
_HOLDS_S = 0.03
"""The catalogue's one writer is held no longer than this, and at least for one cluster."""
_WORTH_ASKING = 0.2
Progress = Callable[[int], None]
Item = TypeVar("Item")


@dataclass(slots=True)
class Applied:
    """What became of a run's clusters. `merged`: customers; `left`: changed since and not certain any more, or not there
    for themselves any more; `apart`: in clusters with somebody who was told apart or parted; `asked`: pairs put before a person."""

    clusters: int = 0
    merged: int = 0
    left: int = 0
    apart: int = 0
    asked: int = 0
    changed: int = 0


def apply(
    catalogue: Catalogue, access: Access, run: MatchRun, likeness: Likeness, progress: Progress = lambda done: None
) -> Applied:
    """Merge what the run is certain of. Safe to stop, and to repeat: what was done is not done again.

    `likeness`: the run's model, for whom changed since. Raises: Forbidden where merging is not the asker's to do.
    """
    insist_on_right(access)
    work = _Applying(run, access, likeness)
    after = 0
    while True:
        with catalogue.reading() as connection:
            clusters = match_runs.waiting_clusters(connection, run.id, after, _CLUSTERS_AT_ONCE)
        if not clusters:
            return work.done
        after = clusters[-1]
        while clusters:
            with catalogue.writing() as connection:
                for into_id in _in_turn(clusters):
                    work.settle(connection, into_id)
            progress(work.done.clusters)


class _Applying:
    """One run being applied."""

    def __init__(self, run: MatchRun, access: Access, likeness: Likeness) -> None:
        self._run, self._likeness = run, likeness
        self._actor = system(f"dedup run {run.id}")
        self._reason = f"run {run.id} of the matcher, model {run.model}, applied by {access.actor}"
        self.done = Applied()

    def settle(self, connection: Connection, into_id: int) -> None:
        """Merge one cluster, or say why not. Nothing of it is done in part."""
        members = match_runs.cluster(connection, self._run.id, into_id)
        waiting = [one for one in members if one.state == "waiting"]
        if not waiting:
            return
        self.done.clusters += 1
        found = standing.together(connection, (one.customer_id for one in members))
        alone = [one for one in members if found[one.customer_id].root == one.customer_id]
        sides = {one.customer_id: _side(found, one.customer_id) for one in alone}
        if self._are_apart(connection, sides):
            self._leave(connection, waiting, "apart")
            self.done.asked += self._ask(connection, list(sides))
            return
        group = self._still(connection, alone, found)
        if len(group) < 2:
            self._leave(connection, waiting, "left")
            return
        self._leave(connection, [one for one in waiting if one.customer_id not in group], "left")
        self._merge(connection, sorted(group), into_id if into_id in group else min(group), waiting)

    def _merge(self, connection: Connection, group: Sequence[int], into: int, waiting: Sequence[Member]) -> None:
        moved = [one for one in group if one != into]
        for one, merge_id in merging.merge_several_within(connection, self._actor, moved, into, self._reason).items():
            match_runs.note_merged(connection, self._run.id, one, merge_id)
        self.done.merged += len(moved)
        if into in {one.customer_id for one in waiting}:  # the one that was to stand for all changed too much
            match_runs.note(connection, self._run.id, [into], "stands")

    def _leave(self, connection: Connection, members: Sequence[Member], state: str) -> None:
        if members:
            match_runs.note(connection, self._run.id, [one.customer_id for one in members], state)
            if state == "left":
                self.done.left += len(members)
            else:
                self.done.apart += len(members)

    def _still(self, connection: Connection, alone: Sequence[Member], found: Mapping[int, Identity]) -> set[int]:
        """Who of the cluster is still to be one: all who are as the run saw them, and who is certain as it is now."""
        group = {one.customer_id for one in alone if found[one.customer_id].version == one.version}
        changed = [one.customer_id for one in alone if one.customer_id not in group]
        self.done.changed += len(changed)
        for one in changed:
            if not group or self._is_certain(connection, one, sorted(group)):
                group.add(one)
        return group

    def _is_certain(self, connection: Connection, one: int, others: Sequence[int]) -> bool:
        said = scored_pairs(connection, self._likeness, [(one, other) for other in others]).values()
        least = self._likeness.model.join
        return not any(pair.vetoed for pair in said) and any(pair.same >= least and pair.individual for pair in said)

    def _are_apart(self, connection: Connection, sides: Mapping[int, Sequence[int]]) -> bool:
        """Whether any two of them were told apart, or were one and were parted by a person."""
        every = [one for side in sides.values() for one in side]
        home = {one: key for key, side in sides.items() for one in side}
        words = pair_words.words(connection, every)
        told = [(word.low_id, word.high_id) for word in words if word.word in pair_words.APART]
        line = customer_merge
        by_undoing = exists().where(match_member.c.merge_id == line.c.id, match_member.c.state == "undone")
        parted = select(line.c.customer_id, line.c.into_id).where(
            line.c.customer_id.in_(every), line.c.into_id.in_(every), line.c.undone_at.is_not(None), ~by_undoing
        )
        told += [(row[0], row[1]) for row in connection.execute(parted)]
        return any(home.get(one, 0) != home.get(other, 0) for one, other in told if {one, other} <= home.keys())

    def _ask(self, connection: Connection, members: Sequence[int]) -> int:
        """Put the likely pairs of a cluster before a person, but for those of whom it is known."""
        pairs = scored_pairs(connection, self._likeness, combinations(sorted(members), 2))
        model = self._likeness.model.version
        return doubles.put(
            connection,
            [
                NewDouble(
                    one, other, "told_apart", said.same, model, agreements(said), dict(said.related), self._run.id
                )
                for (one, other), said in pairs.items()
                if said.same >= _WORTH_ASKING
            ],
        )


def _in_turn(items: list[Item]) -> Iterator[Item]:
    """Take from the front, as long as one transaction may last; one at least."""
    began = time.monotonic()
    yield items.pop(0)
    while items and time.monotonic() - began < _HOLDS_S:
        yield items.pop(0)


def _side(found: Mapping[int, Identity], root: int) -> list[int]:
    return [one for one, identity in found.items() if identity.root == root]


def undo(catalogue: Catalogue, access: Access, run_id: int, reason: str, progress: Progress = lambda done: None) -> int:
    """Take back every merge of a run that still stands, the last first; answers how many. Safe to stop and to repeat.

    Raises: Forbidden, BadInput without a reason.
    """
    insist_on_right(access)
    kept = insist_on_reason(reason)
    undone = 0
    while True:
        with catalogue.reading() as connection:
            members = match_runs.merged(connection, run_id, _CLUSTERS_AT_ONCE)
        if not members:
            return undone
        while members:
            with catalogue.writing() as connection:
                for member in _in_turn(members):
                    undone += _part(connection, access, run_id, member, kept)
            progress(undone)


def _part(connection: Connection, access: Access, run_id: int, member: Member, reason: str) -> int:
    line = customer_merge
    query = select(line.c.customer_id).where(line.c.id == member.merge_id, line.c.undone_at.is_(None))
    moved = connection.execute(query).scalar()
    if moved is None:
        # A person parted the two: that is a word against joining them, and stays one.
        match_runs.note(connection, run_id, [member.customer_id], "left")
        return 0
    merging.unmerge_within(connection, access, moved, reason)
    match_runs.note(connection, run_id, [member.customer_id], "undone")
    return 1
