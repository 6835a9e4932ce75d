"""Legal holds: a letter with all its bytes stays, whatever its date, until a supervisor says otherwise. Journalled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, exists, insert, or_, select, update

from archive import documents, journal
from archive.access import Access, Role
from archive.clock import utc_now
from archive.errors import BadInput, Conflict, Forbidden, NotFound
from archive.ports import Catalogue, ObjectStore
from archive.schema import arrival, document, legal_hold, object_
from archive.sentences import say

WHY_CHARS = 2000
"""How long a reason may be."""


@dataclass(frozen=True, slots=True)
class Held:
    """A hold in force: since when, by whom, and why."""

    since: str
    actor: str
    reason: str


def supervises(access: Access) -> bool:
    """Whether holds are this employee's to place and to lift."""
    return Role.ADMIN in access.roles


def held(connection: Connection, document_id: int) -> Held | None:
    """The hold on this letter or on the letter that this is a part of; None where there is none."""
    letter_id = _letter_of(connection, document_id)
    row = connection.execute(select(legal_hold).where(legal_hold.c.document_id == letter_id)).first()
    return Held(row.placed_at, row.placed_by, row.reason) if row is not None else None


def place(catalogue: Catalogue, objects: ObjectStore, access: Access, document_id: int, reason: str) -> Held:
    """Put a letter on hold: its own bytes, its parts' and those of the arrival that it was cut out of.

    When this has returned, the store keeps them too, where its lock holds. Safe to repeat after an error.
    Raises: Forbidden, NotFound, BadInput without a reason, Conflict where it is on hold already, EngineAway.
    """
    with catalogue.reading() as connection:
        letter_id = _allowed(connection, access, document_id, reason)
        digests = _digests(connection, letter_id)
    # The store first: what is said to be held is held.
    _tell_store(objects, digests, True)
    with catalogue.writing() as connection:
        if held(connection, letter_id) is not None:
            raise Conflict(say("this letter is on hold already"))
        now = Held(utc_now(), access.actor, reason.strip())
        row = {"document_id": letter_id, "placed_at": now.since, "placed_by": now.actor, "reason": now.reason}
        connection.execute(insert(legal_hold).values(row))
        _mark(connection, _digests(connection, letter_id))
        journal.write(connection, access.actor, "hold", f"document:{letter_id}", None, {"hold": now.reason})
        return now


def lift(catalogue: Catalogue, objects: ObjectStore, access: Access, document_id: int, reason: str) -> None:
    """End a letter's hold; bytes that another letter on hold shares stay held. Raises as `place`."""
    with catalogue.writing() as connection:
        letter_id = _allowed(connection, access, document_id, reason)
        before = held(connection, letter_id)
        if before is None:
            raise Conflict(say("this letter is not on hold"))
        connection.execute(delete(legal_hold).where(legal_hold.c.document_id == letter_id))
        freed = _mark(connection, _digests(connection, letter_id))
        after = {"lifted": reason.strip()}
        journal.write(connection, access.actor, "lift", f"document:{letter_id}", {"hold": before.reason}, after)
    # The store last: should it be away, it holds too much rather than too little.
    _tell_store(objects, freed, False)


def refuse_where_held(connection: Connection, document_id: int) -> None:
    """Raises Conflict where the letter is on hold: it may not be taken away or cut anew."""
    if held(connection, document_id) is not None:
        raise Conflict(say("this letter is on legal hold: it stays as it is until the hold is lifted"))


def _allowed(connection: Connection, access: Access, document_id: int, reason: str) -> int:
    """The letter, where this employee may see it and hold it."""
    if not supervises(access):
        raise Forbidden(say("a legal hold takes the role of admin; ask your administrator"))
    row = documents.get(connection, document_id)
    if not access.sees(row.branch, row.mark):
        raise NotFound(f"there is no document {document_id}")
    if not reason.strip():
        raise BadInput(say("say why: a hold is placed and lifted for a reason"))
    return int(row.parent_id or row.id)


def _letter_of(connection: Connection, document_id: int) -> int:
    parent = connection.execute(select(document.c.parent_id).where(document.c.id == document_id)).scalar()
    return parent or document_id


def _digests(connection: Connection, letter_id: int) -> Sequence[str]:
    of_letter = or_(document.c.id == letter_id, document.c.parent_id == letter_id)
    own = select(document.c.digest).where(of_letter)
    came = select(arrival.c.digest).join(document, document.c.arrival_id == arrival.c.id).where(of_letter)
    return sorted(set(connection.execute(own.union(came)).scalars()))


def _mark(connection: Connection, digests: Sequence[str]) -> list[str]:
    """Note on each object whether a hold in force is about it; those about which none is."""
    about = (
        select(legal_hold.c.document_id)
        .join(
            document, or_(document.c.id == legal_hold.c.document_id, document.c.parent_id == legal_hold.c.document_id)
        )
        .join(arrival, arrival.c.id == document.c.arrival_id)
    )
    freed = []
    for digest in digests:
        concerned = about.where(or_(document.c.digest == digest, arrival.c.digest == digest))
        is_held = bool(connection.execute(select(exists(concerned))).scalar())
        connection.execute(update(object_).where(object_.c.digest == digest).values(hold=int(is_held)))
        if not is_held:
            freed.append(digest)
    return freed


def _tell_store(objects: ObjectStore, digests: Sequence[str], is_held: bool) -> None:
    if objects.protection().proven:
        for digest in digests:
            objects.hold(digest, is_held)
