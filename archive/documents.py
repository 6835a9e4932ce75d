"""Documents: the letters cut out of arrivals, and their parts, each in exactly one state."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from archive import journal
from archive.arrivals import keep_object
from archive.clock import utc_now
from archive.errors import NotFound
from archive.facts import fact, set_fact
from archive.numbers import next_number
from archive.outbox import announce
from archive.schema import arrival, document, party, rendition
from archive.sentences import Told, stored
from archive.upserting import upsert

_IDS_GIVEN = "document_ids_given"
"""The fact that keeps the highest id given so far, where rows were taken out."""


@dataclass(frozen=True, slots=True)
class NewPart:
    """One part of a new letter; the object's bytes are in the store already."""

    role: str
    name: str
    media_type: str
    digest: str
    size_bytes: int
    substantive: bool = True


@dataclass(frozen=True, slots=True)
class NewLetter:
    """A letter as the cut found it. A letter that is one thing has one part of role `letter`."""

    ordinal: int
    page_from: int | None
    page_to: int | None
    name: str
    media_type: str
    digest: str
    size_bytes: int
    parts: tuple[NewPart, ...]
    suspicion: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    answer_channel: str = ""


@dataclass(frozen=True, slots=True)
class Settlement:
    """How a letter ended: every column that the last step sets."""

    state: str
    reason: str
    explanation: Told
    document_type: str
    type_confidence: float
    customer_id: int | None
    customer_confidence: float
    duplicate_of: int | None
    letter_date: str | None
    decision: Mapping[str, Any]
    fields: Mapping[str, str]


def unsettled(state: str, reason: str, explanation: Told) -> Settlement:
    """A settlement that says nothing but the state and why: for letters that no step could say more of."""
    return Settlement(state, reason, explanation, "", 0.0, None, 0.0, None, None, {}, {})


def enter(connection: Connection, arrival_id: int, letter: NewLetter) -> int:
    """Write a letter and its parts in state `work`, under the next registration number of its branch."""
    came = connection.execute(select(arrival).where(arrival.c.id == arrival_id)).one()
    shared = {
        "arrival_id": arrival_id,
        "ordinal": letter.ordinal,
        "branch": came.branch,
        "channel": came.channel,
        "received_on": came.received_on,
        "state": "work",
        "created_at": utc_now(),
    }
    keep_object(connection, letter.digest, letter.size_bytes, letter.media_type, "letter")
    number = next_number(connection, came.branch, "incoming", int(came.received_on[:4]))
    row = shared | {
        "part": 0,
        "role": "letter",
        "name": letter.name,
        "page_from": letter.page_from,
        "page_to": letter.page_to,
        "digest": letter.digest,
        "media_type": letter.media_type,
        "registration_number": number,
        "suspicion": letter.suspicion,
        "facts": json.dumps(dict(letter.facts), ensure_ascii=False, sort_keys=True),
        "answer_channel": letter.answer_channel,
    }
    row |= _unused_id(connection)
    letter_id: int = connection.execute(insert(document).values(row).returning(document.c.id)).scalar_one()
    for place, part in enumerate(letter.parts, 1):
        if part.role != "letter":
            _enter_part(connection, shared, letter_id, place, part)
    journal.write(connection, "system:intake", "cut", f"document:{letter_id}", None, {"number": number})
    return letter_id


def _enter_part(connection: Connection, shared: Mapping[str, Any], letter_id: int, place: int, part: NewPart) -> None:
    keep_object(connection, part.digest, part.size_bytes, part.media_type, "part")
    row = dict(shared) | {
        "parent_id": letter_id,
        "part": place,
        "role": part.role,
        "name": part.name,
        "digest": part.digest,
        "media_type": part.media_type,
        "substantive": int(part.substantive),
    }
    connection.execute(insert(document).values(row))


def remove(connection: Connection, document_id: int) -> None:
    """Take a document's row out, e.g. of a cut that is undone. Its id is never given again: the index keeps a deletion
    under it, the journal and who looked at what name it."""
    if _may_give_ids_again(connection):
        set_fact(connection, _IDS_GIVEN, str(max(_ids(connection))))
    connection.execute(delete(document).where(document.c.id == document_id))


def _unused_id(connection: Connection) -> dict[str, int]:
    """The id for a new row where the engine itself would give one a second time."""
    if not _may_give_ids_again(connection):
        return {}
    given, newest = _ids(connection)
    return {"id": given + 1} if given > newest else {}


def _ids(connection: Connection) -> tuple[int, int]:
    """The highest id that is known to have been given before a row was taken out, and the highest there is."""
    newest = connection.execute(select(func.max(document.c.id))).scalar()
    return int(fact(connection, _IDS_GIVEN) or 0), int(newest or 0)


def _may_give_ids_again(connection: Connection) -> bool:
    """SQLite gives a new row the number behind the highest that is there; a sequence never goes back."""
    return connection.dialect.name == "sqlite"


def get(connection: Connection, document_id: int) -> Row[Any]:
    """One document's row. Raises `NotFound`."""
    row = connection.execute(select(document).where(document.c.id == document_id)).first()
    if row is None:
        raise NotFound(f"there is no document {document_id}")
    return row


def parts_of(connection: Connection, letter_id: int) -> Sequence[Row[Any]]:
    """A letter's parts in order; empty for a letter that is one thing."""
    return connection.execute(select(document).where(document.c.parent_id == letter_id).order_by(document.c.part)).all()


def letters_of(connection: Connection, arrival_id: int) -> Sequence[Row[Any]]:
    """An arrival's letters in order."""
    return connection.execute(
        select(document).where(document.c.arrival_id == arrival_id, document.c.part == 0).order_by(document.c.ordinal)
    ).all()


def keep_reading(connection: Connection, document_id: int, digest: str, size_bytes: int, made_by: str) -> None:
    """Tie the reading (a rendition in the object store) to its letter. Safe to repeat."""
    keep_object(connection, digest, size_bytes, "application/json", "rendition")
    keep_rendition(connection, get(connection, document_id).digest, "reading", 0, digest, made_by)
    connection.execute(update(document).where(document.c.id == document_id).values(reading=digest))


def keep_rendition(connection: Connection, source: str, kind: str, page: int, digest: str, made_by: str) -> None:
    """Tie a rendition to the bytes it was made from; a newer one takes the older one's place."""
    statement = upsert(connection, rendition).values(
        source=source, kind=kind, page=page, digest=digest, made_by=made_by
    )
    statement = statement.on_conflict_do_update(
        index_elements=[rendition.c.source, rendition.c.kind, rendition.c.page],
        set_={"digest": digest, "made_by": made_by},
    )
    connection.execute(statement)


def columns_of(how: Settlement) -> dict[str, Any]:
    """A settlement as the columns of the letter's row."""
    return {
        "state": how.state,
        "reason": how.reason,
        "explanation": stored(how.explanation),
        "document_type": how.document_type,
        "type_confidence": how.type_confidence,
        "customer_id": how.customer_id,
        "customer_confidence": how.customer_confidence,
        "duplicate_of": how.duplicate_of,
        "letter_date": how.letter_date,
        "decision": json.dumps(how.decision, ensure_ascii=False, sort_keys=True),
        "fields": json.dumps(dict(how.fields), ensure_ascii=False, sort_keys=True),
    }


def settle(connection: Connection, document_id: int, how: Settlement, actor: str) -> None:
    """Bring a letter (and its parts) from `work` into its state; journalled, and announced to the index."""
    before = get(connection, document_id)
    values = columns_of(how) | {"settled_at": utc_now(), "version": before.version + 1}
    connection.execute(update(document).where(document.c.id == document_id).values(values))
    connection.execute(
        update(document).where(document.c.parent_id == document_id).values(state=how.state, version=before.version + 1)
    )
    if how.customer_id is not None and how.state == "filed":
        name_sender(connection, document_id, how.customer_id)
    after = {"state": how.state, "reason": how.reason, "customer": how.customer_id, "type": how.document_type}
    journal.write(connection, actor, "settle", f"document:{document_id}", {"state": before.state}, after)
    announce(connection, "document", [(document_id, before.version + 1)])


def name_sender(connection: Connection, document_id: int, customer_id: int) -> None:
    """Note who sent the letter. Safe to repeat."""
    known = connection.execute(
        select(party.c.id).where(
            party.c.document_id == document_id, party.c.customer_id == customer_id, party.c.role == "sender"
        )
    ).first()
    if known is None:
        connection.execute(insert(party).values(document_id=document_id, customer_id=customer_id, role="sender"))
