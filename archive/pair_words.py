"""What people said of two customers, remembered: they are not the same, they are relatives, or: not now.

A word is about two identities, whoever stands for them. Two that were told apart are never joined, also not through a
third, until the word is taken back. Each word is one transaction with its journal entries.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from sqlalchemy import Connection, delete, or_, select

from archive import journal, standing
from archive.access import Access
from archive.clock import utc_now
from archive.errors import BadInput, Conflict, Forbidden, NotFound
from archive.insisting import insist_on_known, insist_on_reason, insist_on_right, insist_unchanged
from archive.pair_labels import LearnOf, Verdict, forget_apart
from archive.ports import Catalogue
from archive.schema import pair_word
from archive.sentences import say
from archive.upserting import upsert

Word = Literal["distinct", "relatives", "later"]
RELATIVES = ("spouses", "parent_and_child", "siblings", "twins", "other")
"""Kinds of relatives."""
APART = ("distinct", "relatives")
"""Words that keep two from being joined."""
_VERDICTS: dict[str, Verdict] = {"distinct": "different", "relatives": "relatives"}


@dataclass(frozen=True, slots=True)
class PairWord:
    """What was said of a pair (the smaller number first), when, by whom and why. `kind`: of relatives, else empty."""

    low_id: int
    high_id: int
    word: Word
    kind: str
    at: str
    actor: str
    reason: str


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says of a pair: the word, why, and of relatives what kind."""

    word: Word
    reason: str
    kind: str = ""


def tell(
    catalogue: Catalogue,
    access: Access,
    customer_id: int,
    other_id: int,
    said: Said,
    seen: int | None = None,
    learn_of: LearnOf | None = None,
) -> PairWord:
    """Remember what is said of a pair; a new word takes the place of the one before.

    `seen`: the version of `customer_id`, as read, that the decision is about; None where nobody saw one. `learn_of`: who
    learns from what tells the two apart.
    Raises: Forbidden, NotFound, BadInput without a reason or for a kind that there is not, Conflict where they are one.
    """
    with catalogue.writing() as connection:
        done = tell_within(connection, access, customer_id, other_id, said, seen)
        if learn_of is not None and said.word in _VERDICTS:
            learn_of(connection, (customer_id, other_id), _VERDICTS[said.word], access.actor, said.kind)
        return done


def tell_within(
    connection: Connection, access: Access, customer_id: int, other_id: int, said: Said, seen: int | None = None
) -> PairWord:
    """`tell` in the caller's transaction."""
    _insist_on_right(access, said.word)
    reason = insist_on_reason(said.reason)
    if said.kind not in (RELATIVES if said.word == "relatives" else ("",)):
        raise BadInput(say("{given} is no kind of relatives; give one of: {kinds}", given=said.kind, kinds=_KINDS))
    found = standing.together(connection, (customer_id, other_id))
    insist_on_known(found, customer_id, other_id)
    insist_unchanged(found, customer_id, seen)
    if found[customer_id].root == found[other_id].root:
        raise Conflict(
            say("customers {number} and {other} are one: part them first", number=customer_id, other=other_id)
        )
    low, high = sorted((customer_id, other_id))
    now = PairWord(low, high, said.word, said.kind, utc_now(), access.actor, reason)
    before = _held(connection, low, high)
    if before is not None and before.word in APART:
        forget_apart(connection, (low, high))
    statement = upsert(connection, pair_word).values(asdict(now))
    renew = {name: statement.excluded[name] for name in ("word", "kind", "at", "actor", "reason")}
    connection.execute(
        statement.on_conflict_do_update(index_elements=[pair_word.c.low_id, pair_word.c.high_id], set_=renew)
    )
    write_of_both(
        connection, access, f"customers.{said.word}", (low, high), asdict(before) if before else None, asdict(now)
    )
    return now


def take_back(
    catalogue: Catalogue, access: Access, customer_id: int, other_id: int, reason: str, seen: int | None = None
) -> None:
    """Take back what was said of a pair: they may be asked about, and joined, again; no model learns from it any more.

    Raises: as `tell`; NotFound where nothing was said.
    """
    with catalogue.writing() as connection:
        take_back_within(connection, access, customer_id, other_id, reason, seen)


def take_back_within(
    connection: Connection, access: Access, customer_id: int, other_id: int, reason: str, seen: int | None = None
) -> None:
    """`take_back` in the caller's transaction."""
    low, high = sorted((customer_id, other_id))
    found = standing.together(connection, (customer_id, other_id))
    before = _held(connection, low, high)
    _insist_on_right(access, before.word if before else "distinct")
    kept = insist_on_reason(reason)
    insist_on_known(found, customer_id, other_id)
    insist_unchanged(found, customer_id, seen)
    if before is None:
        raise NotFound(say("nothing was said of customers {number} and {other}", number=low, other=high))
    connection.execute(delete(pair_word).where(pair_word.c.low_id == low, pair_word.c.high_id == high))
    if before.word in APART:
        forget_apart(connection, (low, high))
    write_of_both(connection, access, "customers.unsay", (low, high), asdict(before), {"taken back": kept})


def words(connection: Connection, members: Sequence[int]) -> list[PairWord]:
    """What was said of these identities of one customer and others, the last first."""
    some = or_(pair_word.c.low_id.in_(members), pair_word.c.high_id.in_(members))
    rows = connection.execute(select(*_COLUMNS).where(some).order_by(pair_word.c.at.desc(), pair_word.c.id))
    return [PairWord(*row) for row in rows]


def apart(connection: Connection, these: Sequence[int], those: Sequence[int]) -> PairWord | None:
    """What tells one of these and one of those apart, the oldest word; None where nothing does."""
    every = {*these, *those}
    query = select(*_COLUMNS).where(pair_word.c.low_id.in_(every), pair_word.c.high_id.in_(every))
    for row in connection.execute(query.where(pair_word.c.word.in_(APART)).order_by(pair_word.c.id)):
        if (row.low_id in these) != (row.high_id in these):
            return PairWord(*row)
    return None


def insist_not_apart(connection: Connection, these: Sequence[int], those: Sequence[int]) -> None:
    """Raises: Conflict, naming the pair, where one of these and one of those were told apart."""
    word = apart(connection, these, those)
    if word is not None:
        raise Conflict(
            say(
                "customers {number} and {other} were told apart by {actor} on {day}: {reason}; take that back first",
                number=word.low_id,
                other=word.high_id,
                actor=word.actor,
                day=word.at[:10],
                reason=word.reason,
            )
        )


_COLUMNS = tuple(pair_word.c[name] for name in PairWord.__slots__)
_KINDS = ", ".join(RELATIVES)


def _insist_on_right(access: Access, word: Word) -> None:
    """To put a pair off is a clerk's; to say who is who is not."""
    if word != "later":
        insist_on_right(access)
    elif not access.decides:
        raise Forbidden(say("deciding takes the role of clerk; ask your administrator"))


def _held(connection: Connection, low: int, high: int) -> PairWord | None:
    query = select(*_COLUMNS).where(pair_word.c.low_id == low, pair_word.c.high_id == high)
    row = connection.execute(query).first()
    return PairWord(*row) if row is not None else None


def write_of_both(
    connection: Connection, access: Access, action: str, ends: tuple[int, int], before: object, after: object
) -> None:
    """Journal what is said of two customers under both, for whoever looks at either."""
    for one in ends:
        journal.write(connection, access.actor, action, f"customer:{one}", before, after)
