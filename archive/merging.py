"""Merging two customers into one, and taking it back: a line between two identities, and nothing else is moved.

See docs/adr/0054 and 0056. Everything that hangs on an identity is reached through the one that stands for it, and is as
it was when the line is gone. Each is one transaction: the line, who stands for whom, the records that are told, the
journal, the note for the index.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, insert, select, update

from archive import outbox, standing
from archive.access import Access
from archive.clock import utc_now
from archive.errors import Conflict
from archive.insisting import insist_on_known, insist_on_reason, insist_on_right, insist_unchanged
from archive.pair_labels import LearnOf
from archive.pair_words import insist_not_apart, write_of_both
from archive.ports import Catalogue
from archive.schema import customer_merge, document
from archive.sentences import say
from archive.standing import Identity

_CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Merge:
    """A merge in force: who is stood for, by whom, since when, who said so, and why."""

    customer_id: int
    into_id: int
    at: str
    actor: str
    reason: str


@dataclass(frozen=True, slots=True)
class Stands:
    """How a customer stands after a change: itself, who stands for it, and the version of that one."""

    customer_id: int
    root_id: int
    version: int


def merge(
    catalogue: Catalogue,
    access: Access,
    customer_id: int,
    into_id: int,
    reason: str,
    seen: int | None = None,
    learn_of: LearnOf | None = None,
) -> Stands:
    """Let `into_id` stand for a customer; where somebody stands for it already, for that one with all it stands for.

    `seen`: the version of the customer, as read, that the decision is about; None where nobody saw one. `learn_of`: where a
    person says so, who learns from it.
    Raises: Forbidden, NotFound, BadInput without a reason, Conflict where they are one already, where any two of them were
    told apart, or where it changed meanwhile.
    """
    with catalogue.writing() as connection:
        done = merge_within(connection, access, customer_id, into_id, reason, seen)
        if learn_of is not None:
            learn_of(connection, (customer_id, into_id), "same", access.actor)
        return done


def merge_within(
    connection: Connection, access: Access, customer_id: int, into_id: int, reason: str, seen: int | None = None
) -> Stands:
    """`merge` in the caller's transaction."""
    return _merge(connection, access, (customer_id,), into_id, reason, seen)[0]


def merge_several_within(
    connection: Connection, access: Access, customer_ids: Sequence[int], into_id: int, reason: str
) -> dict[int, int]:
    """Let one customer stand for several, in the caller's transaction; answers by customer the number of its merge.

    Raises: as `merge`; nothing is written then.
    """
    return _merge(connection, access, customer_ids, into_id, reason, None)[1]


def _merge(
    connection: Connection, access: Access, customer_ids: Sequence[int], into_id: int, reason: str, seen: int | None
) -> tuple[Stands, dict[int, int]]:
    insist_on_right(access)
    reason = insist_on_reason(reason)
    found = standing.together(connection, (*customer_ids, into_id))
    insist_on_known(found, *customer_ids, into_id)
    insist_unchanged(found, customer_ids[0], seen)
    other = found[into_id].root
    roots = {one: found[one].root for one in customer_ids}
    for at, (one, root) in enumerate(roots.items()):
        if root == other or root in list(roots.values())[:at]:
            raise Conflict(
                say("customers {number} and {other} are one already: {stands}", number=one, other=into_id, stands=root)
            )
        these = sorted(key for key in found if found[key].root == root)
        insist_not_apart(connection, these, sorted(found.keys() - set(these)))
    made = {}
    for one, root in roots.items():
        row = {"customer_id": root, "into_id": other, "at": utc_now(), "actor": access.actor, "reason": reason}
        made[one] = int(
            connection.execute(insert(customer_merge).values(row).returning(customer_merge.c.id)).scalar_one()
        )
        after = {"merged": root, "into": other, "reason": reason}
        write_of_both(connection, access, "customers.merge", (root, other), None, after)
    return _settle(connection, found, customer_ids[0]), made


def unmerge(
    catalogue: Catalogue,
    access: Access,
    customer_id: int,
    reason: str,
    seen: int | None = None,
    learn_of: LearnOf | None = None,
) -> Stands:
    """Take back that another stands for this customer; whoever this one stood for before comes along.

    Raises: as `merge`; Conflict where nobody stands for it.
    """
    with catalogue.writing() as connection:
        into = connection.execute(_into(customer_id)).scalar()
        done = unmerge_within(connection, access, customer_id, reason, seen)
        if learn_of is not None and into is not None:
            learn_of(connection, (customer_id, into), "different", access.actor)
        return done


def _into(customer_id: int) -> Select[Any]:
    line = customer_merge
    return select(line.c.into_id).where(line.c.customer_id == customer_id, line.c.undone_at.is_(None))


def unmerge_within(
    connection: Connection, access: Access, customer_id: int, reason: str, seen: int | None = None
) -> Stands:
    """`unmerge` in the caller's transaction."""
    insist_on_right(access)
    reason = insist_on_reason(reason)
    found = standing.together(connection, (customer_id,))
    insist_on_known(found, customer_id)
    insist_unchanged(found, customer_id, seen)
    line = customer_merge
    in_force = (line.c.customer_id == customer_id, line.c.undone_at.is_(None))
    was = connection.execute(select(line).where(*in_force)).first()
    if was is None:
        raise Conflict(say("customer {number} is not merged into another", number=customer_id))
    undone = {"undone_at": utc_now(), "undone_by": access.actor, "undone_reason": reason}
    connection.execute(update(line).where(line.c.id == was.id).values(undone))
    before = {"merged": customer_id, "into": was.into_id, "reason": was.reason}
    after = {"parted": customer_id, "from": was.into_id, "reason": undone["undone_reason"]}
    write_of_both(connection, access, "customers.unmerge", (customer_id, was.into_id), before, after)
    return _settle(connection, found, customer_id)


def merges(connection: Connection, members: Sequence[int]) -> list[Merge]:
    """The merges in force among these identities of one customer, oldest first."""
    line = customer_merge
    query = select(line.c.customer_id, line.c.into_id, line.c.at, line.c.actor, line.c.reason)
    query = query.where(line.c.customer_id.in_(members), line.c.undone_at.is_(None)).order_by(line.c.id)
    return [Merge(*row) for row in connection.execute(query)]


def _settle(connection: Connection, found: Mapping[int, Identity], customer_id: int) -> Stands:
    roots = standing.roots_by_merges(connection, found)
    witnesses = standing.witnesses_of(connection, found)
    changed = standing.stand(connection, found, roots, {}, witnesses)
    outbox.announce(connection, "customer", changed)
    _announce_letters(connection, [one for one in sorted(found) if roots[one] != found[one].root])
    versions = {one: identity.version for one, identity in found.items()} | dict(changed)
    root = roots[customer_id]
    return Stands(customer_id, root, versions[root])


def _announce_letters(connection: Connection, moved: Sequence[int]) -> None:
    """The index finds letters by who stands for their sender; the letters themselves are what they were."""
    last = 0
    while moved:
        query = select(document.c.id, document.c.version).where(
            document.c.customer_id.in_(moved), document.c.id > last, document.c.state != "work", document.c.part == 0
        )
        rows = connection.execute(query.order_by(document.c.id).limit(_CHUNK)).all()
        if not rows:
            return
        outbox.announce(connection, "document", [(row.id, row.version) for row in rows])
        last = rows[-1].id
