"""Letters cut anew by hand, as rows: one split in two, two joined into one, and either taken back.

A letter that joins another becomes a part of it: its bytes, its pages and its reading stay as they are, its
registration number is void with the reason. So every page stays accounted for where it was received, no number is
missing, and no original changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from archive import journal
from archive.access import Access
from archive.clock import utc_now
from archive.documents import parts_of, remove
from archive.errors import BadInput, Conflict
from archive.holds import refuse_where_held
from archive.numbers import take_void_back, void
from archive.outbox import announce
from archive.schema import document, document_event
from archive.sentences import say
from intake.decision import number_of

_MOVED = ("id", "parent_id", "part", "role", "substantive", "state", "registration_number")
_COVER = ("arrival_id", "ordinal", "name", "digest", "media_type", "branch", "mark", "channel", "received_on", "state")


def first_part_after(connection: Connection, letter: Row[Any]) -> int:
    """The part that what joins this letter begins with: behind its own, of which a letter that is one thing is one."""
    return max((part.part for part in parts_of(connection, letter.id)), default=1) + 1


def join(connection: Connection, access: Access, into: Row[Any], letter: Row[Any]) -> Mapping[str, Any]:
    """Make a letter a part of another; answers what taking that back needs. Raises: BadInput, Conflict."""
    _joinable(connection, into, letter)
    start, own = first_part_after(connection, into), parts_of(connection, letter.id)
    cover = None if parts_of(connection, into.id) else _enter_cover(connection, into)
    # From the last on, so that no two have one place meanwhile.
    for part in reversed(own):
        _move(connection, part, into, start + part.part - 1, part.substantive, part.role)
    _move(connection, letter, into, start + len(own), 0 if own else letter.substantive, "enclosure")
    void(connection, letter.registration_number, f"joined to {into.registration_number}", access.actor)
    was = {"number": letter.registration_number}
    journal.write(
        connection, access.actor, "join", f"document:{letter.id}", was, {"letter": into.id, "number": number_of(into)}
    )
    announce(connection, "document", [(letter.id, letter.version + 1)])
    moved = [{name: getattr(row, name) for name in _MOVED} | {"version": row.version + 1} for row in (letter, *own)]
    return {"joined": moved, "cover": cover}


def _joinable(connection: Connection, into: Row[Any], letter: Row[Any]) -> None:
    if into.mark != letter.mark:
        raise BadInput(
            say(
                "letters {number} and {other} may not be seen by the same people: they stay two",
                number=number_of(into),
                other=number_of(letter),
            )
        )
    if _is_repeated(connection, letter.id):
        raise Conflict(say("letter {number} was received more than once: it stays by itself", number=number_of(letter)))


def _is_repeated(connection: Connection, document_id: int) -> bool:
    query = select(document.c.id).where(document.c.duplicate_of == document_id).limit(1)
    return connection.execute(query).first() is not None


def _enter_cover(connection: Connection, letter: Row[Any]) -> int:
    """A letter that was one thing, as the first part of itself."""
    row = {name: getattr(letter, name) for name in _COVER}
    row |= {"parent_id": letter.id, "part": 1, "role": "body", "created_at": utc_now(), "version": letter.version}
    return int(connection.execute(insert(document).values(row).returning(document.c.id)).scalar_one())


def _move(connection: Connection, row: Row[Any], into: Row[Any], part: int, substantive: int, role: str) -> None:
    values = {"parent_id": into.id, "part": part, "role": role, "substantive": substantive, "state": into.state}
    values |= {"registration_number": None, "held_by": "", "held_until": "", "version": row.version + 1}
    connection.execute(update(document).where(document.c.id == row.id).values(values))


def take_back(connection: Connection, access: Access, letter: Row[Any], details: Mapping[str, Any]) -> None:
    """What undoing a cut or a joining must bring back besides the letter's own columns. Raises: Conflict."""
    if split_off := details.get("split_off"):
        _remove(connection, access, split_off["id"], split_off["version"])
    if joined := details.get("joined"):
        _part_again(connection, access, letter, joined, details["cover"])


def _remove(connection: Connection, access: Access, document_id: int, version: int) -> None:
    """Take out a letter that was split off and that nobody touched since; its number stays, void."""
    row = connection.execute(select(document).where(document.c.id == document_id)).one()
    if row.version != version or row.state != "review" or row.parent_id or _is_repeated(connection, document_id):
        raise Conflict(say("letter {number} was decided since: undo that first", number=number_of(row)))
    refuse_where_held(connection, document_id)
    void(connection, row.registration_number, "the cut was undone", access.actor)
    was = {"number": row.registration_number, "pages": [row.page_from, row.page_to]}
    journal.write(connection, access.actor, "undo", f"document:{document_id}", was, None)
    announce(connection, "document", [(document_id, version + 1)])
    connection.execute(delete(document_event).where(document_event.c.document_id == document_id))
    remove(connection, document_id)


def _part_again(
    connection: Connection, access: Access, letter: Row[Any], joined: Sequence[Mapping[str, Any]], cover: int | None
) -> None:
    if cover is not None:
        remove(connection, cover)
    # The letter itself first: its place is free, and its parts then go to theirs from the first on.
    for row in joined:
        now = connection.execute(select(document.c.version).where(document.c.id == row["id"])).scalar_one()
        again = dict(row) | {"version": max(now, row["version"]) + 1}
        connection.execute(update(document).where(document.c.id == row["id"]).values(again))
        announce(connection, "document", [(row["id"], again["version"])])
    first = joined[0]
    take_void_back(connection, first["registration_number"])
    after = {"number": first["registration_number"]}
    journal.write(connection, access.actor, "undo", f"document:{first['id']}", {"letter": letter.id}, after)
