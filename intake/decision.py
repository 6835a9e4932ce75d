"""What all decisions of a person have in common: a letter is taken up at the version seen, and concluded at the next.

A decision remembers, in a `decided` event under the version that it made, what was before; undoing reads it there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from archive import journal
from archive.access import Access
from archive.clock import utc_now
from archive.errors import BadInput, Conflict, Forbidden
from archive.outbox import announce
from archive.schema import document, document_event, label
from archive.sentences import say
from archive.showing.desk import is_held
from archive.showing.letters import seen
from intake.casing import number_shown

DECIDED = "decided"
KEPT = (
    "state",
    "reason",
    "explanation",
    "document_type",
    "type_confidence",
    "customer_id",
    "customer_confidence",
    "settled_at",
)
"""The columns that every decision may change."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision taken: the letter's state and version since, and the case that it lies in, if there is one to be seen."""

    document_id: int
    state: str
    version: int
    case_number: str | None


def take_up(
    connection: Connection, access: Access, document_id: int, version: int | None, states: Sequence[str]
) -> Row[Any]:
    """The letter, sure to be at the version that was seen, in one of these states, and held by nobody else.

    `version` None: as it is now, for a letter that the asker did not look at. Raises: NotFound, Forbidden, Conflict.
    """
    if not access.decides:
        raise Forbidden(say("deciding takes the role of clerk; ask your administrator"))
    row = seen(connection, access, document_id)
    if row.part:
        raise BadInput(
            say(
                "document {id} is a part; decide about its letter, document {letter_id}",
                id=row.id,
                letter_id=row.parent_id,
            )
        )
    if row.version != (row.version if version is None else version) or row.state not in states:
        raise Conflict(
            say(
                "letter {number} was changed by somebody else meanwhile: it is {state} now; look at it anew",
                number=number_of(row),
                state=row.state,
            )
        )
    if is_held(row, access.actor):
        raise Conflict(
            say("{login} is working on letter {number}; take the next one", login=row.held_by, number=number_of(row))
        )
    return row


def conclude(
    connection: Connection,
    access: Access,
    row: Row[Any],
    action: str,
    after: Mapping[str, Any],
    case_number: str | None = None,
    made: Mapping[str, Any] | None = None,
) -> Decided:
    """Write the letter's new columns and all that must go with them.

    `made` is what undoing needs besides the columns that change; None while a decision is being undone.
    Raises: Conflict where somebody else was first.
    """
    version = row.version + 1
    changed = connection.execute(
        update(document)
        .where(document.c.id == row.id, document.c.version == row.version)
        .values(**after, version=version, held_by="", held_until="")
    )
    if not changed.rowcount:
        raise Conflict(
            say("letter {number} was changed by somebody else meanwhile; look at it anew", number=number_of(row))
        )
    state = str(after.get("state", row.state))
    connection.execute(update(document).where(document.c.parent_id == row.id).values(state=state, version=version))
    if made is not None:
        before = {name: getattr(row, name) for name in {*KEPT, *after}}
        note(connection, access, row.id, DECIDED, version, {"action": action, "before": before} | dict(made))
    was = {"state": row.state, "reason": row.reason, "type": row.document_type, "customer": row.customer_id}
    told = {
        "state": state,
        "reason": after.get("reason", row.reason),
        "type": after.get("document_type", row.document_type),
        "customer": after.get("customer_id", row.customer_id),
        "case": case_number,
    }
    journal.write(connection, access.actor, action, f"document:{row.id}", was, told)
    announce(connection, "document", [(row.id, version)])
    return Decided(row.id, state, version, number_shown(connection, access, case_number))


def note(connection: Connection, access: Access, document_id: int, kind: str, version: int, details: Any) -> None:
    """Keep what undoing needs, under the version that the decision made; a later note takes an earlier one's place."""
    forget(connection, document_id, kind, version)
    row = {
        "document_id": document_id,
        "kind": kind,
        "source_key": str(version),
        "details": json.dumps(details, ensure_ascii=False, sort_keys=True),
        "at": utc_now(),
        "actor": access.actor,
    }
    connection.execute(insert(document_event).values(row))


def noted(connection: Connection, document_id: int, kind: str, version: int) -> Mapping[str, Any] | None:
    """What was noted under this version; None where nothing was."""
    query = select(document_event.c.details).where(*_note(document_id, kind, version))
    details = connection.execute(query).scalar()
    found: Mapping[str, Any] | None = json.loads(details) if details is not None else None
    return found


def forget(connection: Connection, document_id: int, kind: str, version: int) -> None:
    """Take a note out. Safe to repeat."""
    connection.execute(delete(document_event).where(*_note(document_id, kind, version)))


def _note(document_id: int, kind: str, version: int) -> tuple[Any, ...]:
    event = document_event.c
    return event.document_id == document_id, event.kind == kind, event.source_key == str(version)


def keep_label(connection: Connection, access: Access, document_id: int, kind: str, before: str, after: str) -> int:
    """Keep a labelled example of what was wrong and what is right; answers its id."""
    values = {"document_id": document_id, "kind": kind, "before": before, "after": after}
    statement = insert(label).values(**values, actor=access.actor, at=utc_now()).returning(label.c.id)
    return int(connection.execute(statement).scalar_one())


def number_of(row: Row[Any]) -> str:
    """The letter's number as messages name it."""
    return str(row.registration_number or row.id)
