"""The guard of the directory: a record held against all others by the model of likeness, inside the writing transaction.

What bulk would join it refuses or warns of, by the same levels, keys and weights; `archive.guarding` says what is asked.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from heapq import nlargest
from weakref import WeakKeyDictionary

from sqlalchemy import Connection

from archive import guard_keys
from archive.customers import display_names
from archive.directory_record import DirectoryRecord
from archive.doubles import Agreement as Agreed
from archive.guard_keys import Likened
from archive.guarding import Fault, Finding
from archive.pair_labels import Label, Verdict, keep_label
from archive.standing import witnesses_of
from archive.survivorship import in_force
from dedup.guard_judging import Judged, Policy, judge
from dedup.guard_models import GuardModels, Working, as_given, keys_kept
from dedup.guard_words import agreed, faults_of
from dedup.linkage.likeness import Likeness, Weighed, from_values, to_text
from dedup.linkage.model import KINDS
from dedup.linkage.records import Record

MOST_HOLDERS = 100
"""A key that more customers hold is neither walked nor locked: the pair then rests on its rarer keys."""
_MOST_COMPARED = 32
"""So many customers are compared, those first who share the most and the rarest keys.

Among eight million 60 found one double in a thousand more, at half as much time again.
"""


class DirectoryGuard:
    """`archive.guarding.Guard` by a model of likeness. Safe to share between threads."""

    def __init__(self, policy: Policy | None = None, models: GuardModels | None = None) -> None:
        self._policy = policy or Policy()
        self._models = models or GuardModels()
        self._seen: WeakKeyDictionary[object, dict[tuple[int, int], _Seen]] = WeakKeyDictionary()

    def faults(self, record: DirectoryRecord) -> Sequence[Fault]:
        """What of the record can not be so, whatever else is held. Pure."""
        return faults_of(record)

    def hold(self, connection: Connection, *records: DirectoryRecord | None) -> None:
        """Keep every other save that could be about the same customers waiting until this transaction ends.

        Raises: Conflict where the directory has no keys yet.
        """
        live = self._models.live(connection)
        if connection.dialect.name != "postgresql":
            return
        wanted: list[int] = []
        for model in live:
            these = [self._as_compared(connection, model, one) for one in records if one is not None]
            keys = {key for one in these for key in one.keys}
            held = guard_keys.holders(connection, model.id, sorted(keys), MOST_HOLDERS + 1)
            wanted += (key for key in keys if len(held.get(key, ())) <= MOST_HOLDERS)
        guard_keys.lock(connection, wanted)

    def examine(self, connection: Connection, record: DirectoryRecord, own: Collection[int]) -> tuple[Finding, ...]:
        """Whom the record probably is, or is close to; refused before warned, the most probable first."""
        model = self._models.active(connection)
        if model is None:
            return ()
        likeness, seen = model.likeness, self._as_compared(connection, model, record)
        asked = seen.asked
        held = guard_keys.holders(connection, model.id, seen.keys, MOST_HOLDERS + 1)
        likely = _ranked(held, frozenset(own))
        records = guard_keys.records(connection, model.id, likely)
        found = _weighed(likeness, asked, records)
        judged = {who: judge(asked, pairs, self._policy) for who, pairs in found.items()}
        return self._told(connection, likeness, asked, {w: j for w, j in judged.items() if j is not None}, own)

    def keep(self, connection: Connection, customer_id: int, records: Sequence[DirectoryRecord]) -> None:
        """Write the guard's blocking keys of an identity, so that the next save finds it."""
        live = self._models.live(connection)
        kept = [[self._as_compared(connection, model, record).likened for model in live] for record in records]
        guard_keys.keep(connection, customer_id, kept)

    def learn(
        self, connection: Connection, customer_id: int, record: DirectoryRecord, finding: Finding, actor: str
    ) -> None:
        """Keep as a label for the model that `customer_id`, saved as `record`, is not whom the finding took it for."""
        model = self._models.active(connection)
        if model is None:
            return
        likeness = model.likeness
        asked = self._as_compared(connection, model, record).asked
        held = _weighed(likeness, asked, guard_keys.records(connection, model.id, [finding.customer_id]))
        if held:
            best = max(held[finding.customer_id], key=lambda pair: pair.same)
            levels = {one.field: one.level for one in likeness.said(asked.kind, best.levels)}
            party = KINDS[asked.kind]
            keep_label(
                connection, (customer_id, finding.customer_id), Label(party, "different", "guard"), levels, actor
            )

    def learn_of(
        self, connection: Connection, ends: tuple[int, int], verdict: Verdict, actor: str, kind: str = ""
    ) -> None:
        """Keep as a label what a person said of two identities, by those of their records that agree the most."""
        model = self._models.active(connection)
        if model is None:
            return
        likeness, witnesses = model.likeness, witnesses_of(connection, ends)
        ours, theirs = (
            [self._as_compared(connection, model, record).asked for record in in_force(witnesses[one])] for one in ends
        )
        pairs = [(asked, pair) for asked in ours for pair in likeness.weigh(asked, theirs) if not pair.other_kind]
        if pairs:
            asked, best = max(pairs, key=lambda one: one[1].same)
            levels = {one.field: one.level for one in likeness.said(asked.kind, best.levels)}
            keep_label(connection, ends, Label(KINDS[asked.kind], verdict, "desk", kind), levels, actor)

    def _as_compared(self, connection: Connection, model: Working, record: DirectoryRecord) -> _Seen:
        """The record as a model compares it: worked out once, though a save asks of it three times."""
        transaction = connection.get_transaction()
        known = self._seen.setdefault(transaction, {}) if transaction is not None else {}
        found = known.get((model.id, id(record)))
        if found is None:
            asked = model.likeness.record(as_given(record.flat))
            keys = keys_kept(model.likeness, asked)
            found = known[(model.id, id(record))] = _Seen(record, asked, keys, Likened(model.id, keys, to_text(asked)))
        return found

    def _told(
        self,
        connection: Connection,
        likeness: Likeness,
        asked: Record,
        judged: Mapping[int, Judged],
        own: Collection[int],
    ) -> tuple[Finding, ...]:
        """One finding for each who stands for any of them, the gravest."""
        if not judged:
            return ()
        roots = guard_keys.roots(connection, sorted(judged))
        best: dict[int, Judged] = {}
        for who, one in judged.items():
            root = roots.get(who)
            if root is not None and root not in own and (root not in best or one.gravity > best[root].gravity):
                best[root] = one
        findings = [_finding(root, one, likeness, asked) for root, one in best.items()]
        order = sorted(
            findings, key=lambda f: (f.severity != "refused", f.relation != "same", -f.probability, f.customer_id)
        )
        told = order[: self._policy.most_told]
        names = display_names(connection, [one.customer_id for one in told])
        return tuple(replace(one, name=names.get(one.customer_id, "")) for one in told)


def _ranked(held: Mapping[int, Sequence[int]], own: Collection[int]) -> list[int]:
    """Who shares keys with the record, those first who share the most and the rarest."""
    rank: dict[int, float] = defaultdict(float)
    for holders in held.values():
        if len(holders) <= MOST_HOLDERS:
            for who in holders:
                rank[who] += 1 / (1 + len(holders))
    for who in own:
        rank.pop(who, None)
    if len(rank) <= _MOST_COMPARED:
        return list(rank)
    return nlargest(_MOST_COMPARED, rank, key=lambda who: (rank[who], -who))


@dataclass(frozen=True, slots=True)
class _Seen:
    """A record (held, so that no other takes its place in memory) as a model compares it, and what is kept of it."""

    record: DirectoryRecord
    asked: Record
    keys: tuple[int, ...]
    likened: Likened


@dataclass(frozen=True, slots=True)
class _Line:
    who: int
    record: Record


def _weighed(likeness: Likeness, asked: Record, records: Iterable[tuple[int, str]]) -> dict[int, list[Weighed]]:
    """By customer, each of its records held against what is asked."""
    lines = [_Line(who, from_values(values)) for who, text in records for values in json.loads(text)]
    found: dict[int, list[Weighed]] = defaultdict(list)
    for line, pair in zip(lines, likeness.weigh(asked, [line.record for line in lines]), strict=True):
        found[line.who].append(pair)
    return found


def _finding(root: int, one: Judged, likeness: Likeness, asked: Record) -> Finding:
    name = f"{root}:{one.relation}:{one.severity}"
    told = likeness.said(asked.kind, one.pair.levels)
    return Finding(
        blake2b(name.encode(), digest_size=6).hexdigest(),
        root,
        one.relation,
        one.severity,
        round(one.probability, 6),
        agreed(asked.kind, told, one.relation),
        one.strong_key,
        tuple(Agreed(said.field, said.level, said.bits, said.bits_of_kin) for said in told),
    )
