"""The review list: pairs of customers that may be one, for a person to say; those first whose answer is worth the most.

A pair comes from a run of the matcher, from the guard, or from a feed that could not be refused. It is about two
identities, whoever stands for them, and is asked only while nobody has joined them or told them apart.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from math import log2
from typing import Any, Literal

from sqlalchemy import Connection, Row, Select, and_, case, exists, func, or_, select, true, update

from archive.clock import utc_now
from archive.errors import NotFound
from archive.pair_words import APART
from archive.schema import customer, document, holding, pair_word, possible_double
from archive.sentences import say
from archive.upserting import upsert

Why = Literal["weak_bridge", "vetoed", "too_large", "probable", "told_apart", "contested", "override"]
WHYS: tuple[Why, ...] = ("contested", "override", "probable", "weak_bridge", "vetoed", "too_large", "told_apart")
"""Why a person is asked: a feed contested it; a supervisor overrode the guard; likely but not certain; one weak line
between two groups; something speaks against joining their groups; they would become too large; one of a group was told apart."""
State = Literal["waiting", "later", "same", "different", "relatives", "gone"]
STATES: tuple[State, ...] = ("waiting", "later", "same", "different", "relatives")
OPEN = ("waiting", "later")
_KEPT_WHYS = ("contested", "override")
_CHUNK = 300


@dataclass(frozen=True, slots=True)
class Agreement:
    """What one field says of a pair: its level, and how many bits that speaks for one customer (against strangers, kin)."""

    field: str
    level: str
    bits: float
    bits_of_kin: float


@dataclass(frozen=True, slots=True)
class NewDouble:
    """A pair for the list. `related`: kind of relatives → how probable; `run_id` None where no run found it."""

    one_id: int
    other_id: int
    why: Why
    probability: float
    model: str = ""
    said: Sequence[Agreement] = ()
    related: Mapping[str, float] = field(default_factory=dict)
    run_id: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One pair of the list. `low_root`, `high_root`: who stands for each now, whose names these are.

    `documents`, `accounts`: of both together, when the pair was found. `seen`: a number for the pair as it is read now, for
    a decision holds for what was seen. `changed`: one of the two is not as it was when the pair was found.
    """

    id: int
    low_id: int
    high_id: int
    low_root: int
    high_root: int
    low_name: str
    high_name: str
    party: str
    why: str
    probability: float
    worth: float
    documents: int
    accounts: int
    model: str
    said: tuple[Agreement, ...]
    related: Mapping[str, float]
    found_at: str
    state: str
    kind: str
    decided_at: str
    decided_by: str
    reason: str
    merge_id: int | None
    changed: bool
    seen: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How many pairs there are by state, and of those that wait by why a person is asked."""

    states: dict[str, int]
    whys: dict[str, int]


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of the list: its state, why a person is asked ('' = whyever), one customer's own (0 = everybody's)."""

    state: str = "waiting"
    why: str = ""
    customer_id: int = 0


def put(connection: Connection, found: Sequence[NewDouble]) -> int:
    """Lay pairs on the list, or renew what is known of them; answers how many are asked.

    Pairs that are one already or were told apart are left out; what was put off stays so until one of the two changes.
    Safe to repeat, and to call within any transaction that writes customers.
    """
    asked = 0
    for start in range(0, len(found), _CHUNK):
        asked += _put(connection, found[start : start + _CHUNK])
    return asked


def _put(connection: Connection, found: Sequence[NewDouble]) -> int:
    known = _Known(connection, {one for pair in found for one in (pair.one_id, pair.other_id)})
    at = utc_now()
    rows = {(row["low_id"], row["high_id"]): row for pair in found if (row := _row(pair, known, at)) is not None}
    if not rows:
        return 0
    statement = upsert(connection, possible_double)
    given, now = statement.excluded, possible_double.c
    names = ("low_version", "high_version", "probability", "turn", "documents", "accounts", "run_id", "model")
    renewed: dict[str, Any] = {name: given[name] for name in (*names, "evidence", "found_at")}
    # Lists of values do not go with many rows at once.
    is_kept = or_(*(now.why == why for why in _KEPT_WHYS)) & or_(*(now.state == state for state in OPEN))
    renewed["why"] = case((is_kept, now.why), else_=given.why)
    renewed |= {"state": "waiting", "kind": "", "decided_at": "", "decided_by": "", "reason": "", "merge_id": None}
    put_off = and_(now.state == "later", now.low_version == given.low_version, now.high_version == given.high_version)
    statement = statement.on_conflict_do_update(
        index_elements=[now.low_id, now.high_id], set_=renewed | {"version": now.version + 1}, where=~put_off
    )
    # In one order, so that two who lay down the same pairs do not wait for one another in a ring.
    connection.execute(statement, [rows[key] for key in sorted(rows)])
    return len(rows)


def _row(pair: NewDouble, known: _Known, at: str) -> dict[str, Any] | None:
    low, high = sorted((pair.one_id, pair.other_id))
    if known.root[low] == known.root[high] or known.are_apart(low, high):
        return None
    documents, accounts = (sum(counts[known.root[one]] for one in (low, high)) for counts in known.counts)
    evidence = {
        "said": [[one.field, one.level, one.bits, one.bits_of_kin] for one in pair.said],
        "related": dict(pair.related),
    }
    return {
        "low_id": low,
        "high_id": high,
        "low_version": known.version[low],
        "high_version": known.version[high],
        "why": pair.why,
        "probability": pair.probability,
        "turn": -_worth(pair.probability, documents, accounts),
        "documents": documents,
        "accounts": accounts,
        "run_id": pair.run_id,
        "model": pair.model,
        "evidence": json.dumps(evidence, sort_keys=True),
        "found_at": at,
    }


def _worth(probability: float, documents: int, accounts: int) -> float:
    """What joining would bring: the more lies with either, the more is found by whoever looks at the other.

    By the order of magnitude, or a firm's hundred thousand letters would put every guess about it first.
    """
    return probability * (1 + log2(1 + documents) + log2(1 + accounts))


class _Known:
    """What the catalogue says of some customers: who stands for them, in what version, with how much; who was told apart."""

    def __init__(self, connection: Connection, ids: Iterable[int]) -> None:
        wanted = sorted(ids)
        own = func.coalesce(customer.c.survivor_id, customer.c.id)
        rows = connection.execute(select(customer.c.id, own.label("root")).where(customer.c.id.in_(wanted)))
        self.root = {row.id: row.root for row in rows}
        for one in wanted:
            if one not in self.root:
                raise NotFound(say("there is no customer {number}", number=one))
        roots = sorted(set(self.root.values()))
        of = or_(customer.c.id.in_(roots), customer.c.survivor_id.in_(roots))
        members = {
            r.id: r for r in connection.execute(select(customer.c.id, customer.c.version, own.label("root")).where(of))
        }
        self.version = {one: members[root].version for one, root in self.root.items()}
        self._all_roots = {key: row.root for key, row in members.items()}
        self.counts = (self._documents(connection), self._accounts(connection))
        both = and_(pair_word.c.low_id.in_(members), pair_word.c.high_id.in_(members), pair_word.c.word.in_(APART))
        words = connection.execute(select(pair_word.c.low_id, pair_word.c.high_id).where(both))
        self._apart = {frozenset((self._all_roots[low], self._all_roots[high])) for low, high in words}

    def are_apart(self, one: int, other: int) -> bool:
        """Whether the two, or two that they stand for, were told apart."""
        return frozenset((self.root[one], self.root[other])) in self._apart

    def _documents(self, connection: Connection) -> Mapping[int, int]:
        theirs = and_(document.c.customer_id.in_(self._all_roots), document.c.part == 0)
        query = select(document.c.customer_id, func.count()).where(theirs).group_by(document.c.customer_id)
        return self._by_root(connection, query)

    def _accounts(self, connection: Connection) -> Mapping[int, int]:
        theirs = and_(holding.c.customer_id.in_(self._all_roots), holding.c.kind == "account")
        query = select(holding.c.customer_id, func.count()).where(theirs).group_by(holding.c.customer_id)
        return self._by_root(connection, query)

    def _by_root(self, connection: Connection, query: Select[Any]) -> Mapping[int, int]:
        counts: dict[int, int] = defaultdict(int)
        for key, count in connection.execute(query):
            counts[self._all_roots[key]] += count
        return counts


def pass_by(connection: Connection, run_id: int) -> int:
    """Take from the list what only earlier runs than this one found; answers how many. What was decided stays."""
    t = possible_double
    older = and_(t.c.state == "waiting", t.c.run_id < run_id)
    return connection.execute(update(t).where(older).values(state="gone", version=t.c.version + 1)).rowcount


# ---- reading ---------------------------------------------------------------------------------------------------

_low, _high = customer.alias("low"), customer.alias("high")
_low_root, _high_root = customer.alias("low_root"), customer.alias("high_root")
_ENDS = possible_double.join(_low, _low.c.id == possible_double.c.low_id).join(
    _high, _high.c.id == possible_double.c.high_id
)
_FROM = _ENDS.join(_low_root, _low_root.c.id == func.coalesce(_low.c.survivor_id, _low.c.id)).join(
    _high_root, _high_root.c.id == func.coalesce(_high.c.survivor_id, _high.c.id)
)
_COLUMNS = (
    possible_double,
    _low_root.c.id.label("low_root"),
    _high_root.c.id.label("high_root"),
    _low_root.c.display_name.label("low_name"),
    _high_root.c.display_name.label("high_name"),
    _low_root.c.kind.label("party"),
    _low_root.c.version.label("low_now"),
    _high_root.c.version.label("high_now"),
)
_TOLD_APART = exists().where(
    pair_word.c.low_id == possible_double.c.low_id,
    pair_word.c.high_id == possible_double.c.high_id,
    pair_word.c.word.in_(APART),
)
"""Joined or told apart through another door since: there is nothing to ask."""
_ARE_TWO = func.coalesce(_low.c.survivor_id, _low.c.id) != func.coalesce(_high.c.survivor_id, _high.c.id)
_STILL_ASKED = and_(_ARE_TWO, ~_TOLD_APART)


def entries(connection: Connection, part: Part, after: tuple[float, int] | None = None, limit: int = 50) -> list[Entry]:
    """A page of the list, the most valuable first. `after`: (worth, id) of the last one of the page before."""
    query = select(*_COLUMNS).select_from(_FROM).where(_of(part))
    if after is not None:
        turn, key = -after[0], after[1]
        query = query.where(
            or_(possible_double.c.turn > turn, and_(possible_double.c.turn == turn, possible_double.c.id > key))
        )
    rows = connection.execute(query.order_by(possible_double.c.turn, possible_double.c.id).limit(limit))
    return [_entry(row) for row in rows]


def entry(connection: Connection, double_id: int) -> Entry:
    """One pair. Raises: NotFound."""
    query = select(*_COLUMNS).select_from(_FROM).where(possible_double.c.id == double_id)
    row = connection.execute(query).first()
    if row is None:
        raise NotFound(say("there is no pair {number} on the review list", number=double_id))
    return _entry(row)


def counts(connection: Connection) -> Counts:
    """How many pairs are in each state, and why those are asked that wait."""
    key = (possible_double.c.state, possible_double.c.why)
    open_ = (
        select(*key, func.count()).select_from(_ENDS).where(possible_double.c.state.in_(OPEN), _ARE_TWO, ~_TOLD_APART)
    )
    rows = [(state, why, int(count)) for state, why, count in connection.execute(open_.group_by(*key))]
    closed = select(possible_double.c.state, func.count()).where(possible_double.c.state.not_in((*OPEN, "gone")))
    rows += [(state, "", int(count)) for state, count in connection.execute(closed.group_by(possible_double.c.state))]
    found = {why: count for state, why, count in rows if state == "waiting"}
    states: dict[str, int] = {one: sum(count for state, _why, count in rows if state == one) for one in STATES}
    whys: dict[str, int] = {why: found[why] for why in WHYS if why in found}
    return Counts(states, whys)


def _of(part: Part) -> Any:
    wanted = [possible_double.c.state == part.state] if part.state else [possible_double.c.state != "gone"]
    if part.state in ("", *OPEN):
        wanted.append(or_(possible_double.c.state.not_in(OPEN), _STILL_ASKED))
    if part.why:
        wanted.append(possible_double.c.why == part.why)
    if part.customer_id:
        ids = select(customer.c.id).where(
            or_(customer.c.id == part.customer_id, customer.c.survivor_id == part.customer_id)
        )
        wanted.append(or_(possible_double.c.low_id.in_(ids), possible_double.c.high_id.in_(ids)))
    return and_(true(), *wanted)


def _entry(row: Row[Any]) -> Entry:
    evidence = json.loads(row.evidence)
    state = (row.id, row.version, row.low_root, row.low_now, row.high_root, row.high_now)
    return Entry(
        row.id,
        row.low_id,
        row.high_id,
        row.low_root,
        row.high_root,
        row.low_name,
        row.high_name,
        row.party,
        row.why,
        row.probability,
        -row.turn,
        row.documents,
        row.accounts,
        row.model,
        tuple(Agreement(*one) for one in evidence.get("said", ())),
        evidence.get("related", {}),
        row.found_at,
        row.state,
        row.kind,
        row.decided_at,
        row.decided_by,
        row.reason,
        row.merge_id,
        (row.low_version, row.high_version) != (row.low_now, row.high_now),
        # Whole numbers that every reader of JSON keeps whole.
        int.from_bytes(sha256(repr(state).encode()).digest()[:6]),
    )


def beside(connection: Connection, part: Part, of: Entry) -> tuple[int, int]:
    """The pairs before and after this one in the list; 0 where there is none."""
    turn, key = possible_double.c.turn, possible_double.c.id
    query = select(key).select_from(_FROM).where(_of(part))
    at = -of.worth
    before = query.where(or_(turn < at, and_(turn == at, key < of.id))).order_by(turn.desc(), key.desc()).limit(1)
    after = query.where(or_(turn > at, and_(turn == at, key > of.id))).order_by(turn, key).limit(1)
    return int(connection.execute(before).scalar() or 0), int(connection.execute(after).scalar() or 0)
