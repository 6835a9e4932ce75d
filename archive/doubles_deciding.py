"""What a person says of a pair of the review list: the same, different people, relatives, or: later. And taking it back.

Each is one transaction: the merge or the word, what became of the pair, and a label that models are measured on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, and_, delete, or_, select, update

from archive import doubles, merging, pair_words, standing
from archive.access import Access
from archive.clock import utc_now
from archive.customers import member_ids
from archive.doubles import OPEN, Entry
from archive.errors import BadInput, Conflict
from archive.insisting import insist_on_right
from archive.pair_labels import Label, keep_label
from archive.pair_words import Said, Word
from archive.ports import Catalogue
from archive.schema import customer_merge, pair_label, pair_word, possible_double
from archive.sentences import say

Verdict = Literal["same", "different", "relatives", "later"]
VERDICTS: tuple[Verdict, ...] = ("same", "different", "relatives", "later")
_WORDS: dict[str, Word] = {"different": "distinct", "relatives": "relatives", "later": "later"}
_REASON = "looked at on the review list"
_TAKEN_BACK = "taken back on the review list"


@dataclass(frozen=True, slots=True)
class Decision:
    """What is said of a pair, and why ('' where looking at it was all). `kind`: of relatives; `into`: who is to stand for both."""

    verdict: Verdict
    reason: str = ""
    kind: str = ""
    into: int | None = None


def decide(catalogue: Catalogue, access: Access, double_id: int, said: Decision, seen: int | None = None) -> Entry:
    """Do what was decided of a pair; answers the pair as it is then.

    `seen`: the pair as read (`Entry.seen`) that the decision is about; None where nobody saw it.
    Raises: Forbidden, NotFound, BadInput for what can not be said, Conflict where it was decided already, where the two were
    told apart, or where the pair or one of the two changed meanwhile.
    """
    if said.verdict != "later":
        insist_on_right(access)
    with catalogue.writing() as connection:
        pair = _held(connection, double_id, seen)
        if pair.state not in OPEN:
            raise Conflict(say("the pair was decided already by {actor}; look at it again", actor=pair.decided_by))
        reason = said.reason.strip() or _REASON
        merge_id = None
        if said.verdict == "same":
            merge_id = _join(connection, access, pair, said.into, reason)
        else:
            told = Said(_WORDS[said.verdict], reason, said.kind)
            pair_words.tell_within(connection, access, pair.low_id, pair.high_id, told)
            _along(connection, pair, access.actor, said)
        _write(connection, pair, access.actor, said, reason, merge_id)
        _label(connection, access, pair, said)
        return doubles.entry(connection, double_id)


def undo(catalogue: Catalogue, access: Access, double_id: int, seen: int | None = None) -> Entry:
    """Take back what was decided of a pair: it waits again, and all is as it was before.

    Raises: as `decide`; Conflict where there is nothing to take back, or it was taken back through another door.
    """
    with catalogue.writing() as connection:
        pair = _held(connection, double_id, seen)
        if pair.state not in _WORDS and pair.state != "same":
            raise Conflict(say("nothing was decided of this pair"))
        if pair.state == "same":
            _part(connection, access, pair)
        else:
            _insist_on_word(connection, pair)
            pair_words.take_back_within(connection, access, pair.low_id, pair.high_id, _TAKEN_BACK)
            _back_along(connection, pair)
        _write(connection, pair, "", None, "", None)
        these = (pair_label.c.low_id == pair.low_id, pair_label.c.high_id == pair.high_id)
        connection.execute(delete(pair_label).where(*these, pair_label.c.source == "review"))
        return doubles.entry(connection, double_id)


def _held(connection: Connection, double_id: int, seen: int | None) -> Entry:
    """The pair, held against others until the transaction ends: first the customers, as whoever writes customers does."""
    before = doubles.entry(connection, double_id)
    standing.together(connection, (before.low_id, before.high_id))
    connection.execute(select(possible_double.c.id).where(possible_double.c.id == double_id).with_for_update()).all()
    pair = doubles.entry(connection, double_id)
    if seen is not None and pair.seen != seen:
        raise Conflict(say("the pair, or one of the two, was changed meanwhile; look at it again"))
    return pair


def _join(connection: Connection, access: Access, pair: Entry, into: int | None, reason: str) -> int:
    """Make the two one; answers the merge."""
    roots = (pair.low_root, pair.high_root)
    if into is not None and into not in roots:
        raise BadInput(say("customer {number} is none of the two", number=into))
    stands = into or min(roots)
    moved = roots[1] if stands == roots[0] else roots[0]
    return merging.merge_several_within(connection, access, [moved], stands, reason)[moved]


def _part(connection: Connection, access: Access, pair: Entry) -> None:
    line = customer_merge
    query = select(line.c.customer_id).where(line.c.id == pair.merge_id, line.c.undone_at.is_(None))
    moved = connection.execute(query).scalar()
    if moved is None:
        raise Conflict(say("the two were parted already; look at them again"))
    merging.unmerge_within(connection, access, moved, _TAKEN_BACK)


def _insist_on_word(connection: Connection, pair: Entry) -> None:
    these = (pair_word.c.low_id == pair.low_id, pair_word.c.high_id == pair.high_id)
    now = connection.execute(select(pair_word.c.word).where(*these)).scalar()
    if now != _WORDS[pair.state]:
        raise Conflict(say("something else was said of the two since; look at them again"))


def _along(connection: Connection, pair: Entry, actor: str, said: Decision) -> None:
    """Pairs of others that the same two stand for ask the same question: they go along."""
    low, high = (member_ids(connection, root) for root in (pair.low_root, pair.high_root))
    t = possible_double
    same_two = or_(and_(t.c.low_id.in_(low), t.c.high_id.in_(high)), and_(t.c.low_id.in_(high), t.c.high_id.in_(low)))
    these = update(t).where(same_two, t.c.state.in_(OPEN), t.c.id != pair.id)
    values = {"state": said.verdict, "kind": said.kind, "decided_at": utc_now(), "decided_by": actor}
    connection.execute(these.values(**values, reason=_with(pair), version=t.c.version + 1))


def _back_along(connection: Connection, pair: Entry) -> None:
    t = possible_double
    these = update(t).where(t.c.state == pair.state, t.c.reason == _with(pair))
    values = {"state": "waiting", "kind": "", "decided_at": "", "decided_by": "", "reason": ""}
    connection.execute(these.values(**values, version=t.c.version + 1))


def _with(pair: Entry) -> str:
    return f"with pair {pair.id}"


def _write(
    connection: Connection, pair: Entry, actor: str, said: Decision | None, reason: str, merge_id: int | None
) -> None:
    values = {
        "state": said.verdict if said else "waiting",
        "kind": said.kind if said else "",
        "decided_at": utc_now() if said else "",
        "decided_by": actor,
        "reason": reason,
        "merge_id": merge_id,
    }
    this = update(possible_double).where(possible_double.c.id == pair.id)
    connection.execute(this.values(**values, version=possible_double.c.version + 1))


def _label(connection: Connection, access: Access, pair: Entry, said: Decision) -> None:
    """Kept where the model said how the fields agree, and the two are still as they were when it did."""
    if said.verdict == "later" or pair.changed or not pair.said:
        return
    levels = {one.field: one.level for one in pair.said}
    label = Label(pair.party, said.verdict, "review", said.kind)
    keep_label(connection, (pair.low_id, pair.high_id), label, levels, access.actor)
