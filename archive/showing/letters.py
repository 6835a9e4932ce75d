"""A document's card: what it is, how we know, where it is filed, what happened to it, and where else it came from."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, and_, func, or_, select

from archive.access import Access
from archive.errors import NotFound
from archive.holds import Held, held
from archive.placing import shown_in
from archive.schema import arrival, case, customer, document, document_event, filing, folder, journal_entry, object_
from archive.sentences import Told, restored, say
from archive.showing import visible

_SAME_LETTERS = 20
_HISTORY = 200
NAMES_ANOTHER = frozenset({"received_again", "repeats_in_closed_case"})
"""Reasons whose explanation names the letter that is repeated, which may be one that the asker may not see."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a letter: a mail's body or an enclosure."""

    id: int
    part: int
    role: str
    name: str
    media_type: str
    digest: str
    size_bytes: int
    substantive: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Where a letter is filed: in a customer's folder (`folder`) or in a case (`case_number`), and on what ground."""

    folder: str
    customer_id: int | None
    case_number: str
    case_state: str
    ground: str
    ground_value: str
    filed_at: str


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of a document's history: a change in the journal, or an event such as `received_again`."""

    at: str
    actor: str
    action: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SameLetter:
    """Another document of the same bytes, or one that repeats this letter or is repeated by it."""

    id: int
    registration_number: str
    channel: str
    received_on: str
    state: str
    repeats: bool


@dataclass(frozen=True, slots=True)
class Card:
    """A document as its page shows it. `row` has every column of `document`; what may not be seen is left out."""

    row: Row[Any]
    receipt_number: str
    file_name: str
    size_bytes: int
    customer_id: int | None
    customer_name: str
    decision: Mapping[str, Any]
    facts: Mapping[str, str]
    fields: Mapping[str, str]
    parts: Sequence[Part]
    places: Sequence[Place]
    same: Sequence[SameLetter]
    hold: Held | None

    @property
    def id(self) -> int:
        """The document's number inside."""
        return int(self.row.id)

    @property
    def explanation(self) -> Told:
        """Why the letter ended so; nothing where that names a letter which the asker may not see."""
        hidden = self.row.reason in NAMES_ANOTHER and self.duplicate_of is None
        return () if hidden else restored(self.row.explanation)

    @property
    def duplicate_of(self) -> int | None:
        """The document that this one repeats, where the asker may see that one."""
        repeated = self.row.duplicate_of
        return repeated if any(other.id == repeated for other in self.same) else None


def seen(connection: Connection, access: Access, document_id: int) -> Row[Any]:
    """One document's row. Raises: NotFound where there is none, or none that the asker may see."""
    query = select(document).where(document.c.id == document_id, visible.documents(access))
    row = connection.execute(query).first()
    if row is None:
        raise NotFound(say("there is no document {number} that you may see", number=document_id))
    return row


def card(connection: Connection, access: Access, document_id: int) -> Card:
    """A document's card. Raises: NotFound where there is none, or none that the asker may see."""
    row = seen(connection, access, document_id)
    came = connection.execute(
        select(arrival.c.receipt_number, arrival.c.name).where(arrival.c.id == row.arrival_id)
    ).one()
    size = connection.execute(select(object_.c.size_bytes).where(object_.c.digest == row.digest)).scalar_one()
    who = named(connection, [row.customer_id] if row.customer_id else [])
    customer_id, customer_name = who.get(row.customer_id, (None, ""))
    return Card(
        row=row,
        receipt_number=came.receipt_number,
        file_name=came.name,
        size_bytes=size,
        customer_id=customer_id,
        customer_name=customer_name,
        decision=json.loads(row.decision),
        facts=json.loads(row.facts),
        fields=json.loads(row.fields),
        parts=_parts(connection, row.parent_id or row.id),
        places=_places(connection, access, row.parent_id or row.id),
        same=_same(connection, access, row),
        hold=held(connection, row.id),
    )


def named(connection: Connection, ids: Sequence[int]) -> dict[int | None, tuple[int, str]]:
    """Who stands for each of these customers now: id → (the survivor's id, its name)."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    survivor = customer.alias("survivor")
    query = (
        select(customer.c.id, survivor.c.id, survivor.c.display_name)
        .join(survivor, survivor.c.id == func.coalesce(customer.c.survivor_id, customer.c.id))
        .where(customer.c.id.in_(wanted))
    )
    return {key: (now, name) for key, now, name in connection.execute(query)}


def history(connection: Connection, access: Access, document_id: int) -> list[Happening]:
    """What happened to a document, newest first. Raises: NotFound as `card` does."""
    seen(connection, access, document_id)
    entries = connection.execute(
        select(journal_entry.c.at, journal_entry.c.actor, journal_entry.c.action, journal_entry.c.payload)
        .where(journal_entry.c.subject == f"document:{document_id}")
        .order_by(journal_entry.c.id.desc())
        .limit(_HISTORY)
    )
    happened = [_from_journal(*entry) for entry in entries]
    events = connection.execute(
        select(document_event)
        .where(document_event.c.document_id == document_id, document_event.c.kind != "decided")
        .limit(_HISTORY)
    ).all()
    told = _told(connection, access, [row.source_key for row in events])
    happened += [Happening(row.at, row.actor, row.kind, {}, {}) for row in events if row.source_key in told]
    return sorted(happened, key=lambda one: one.at, reverse=True)


def _told(connection: Connection, access: Access, keys: Sequence[str]) -> set[str]:
    """Of the sources of events, those that name no document, or one that the asker may see."""
    named_ids = {key: int(key.removeprefix("document:")) for key in keys if key.startswith("document:")}
    query = select(document.c.id).where(document.c.id.in_(named_ids.values()), visible.documents(access))
    seen_ids = set(connection.execute(query).scalars()) if named_ids else set()
    return {key for key in keys if key not in named_ids or named_ids[key] in seen_ids}


def _from_journal(at: str, actor: str, action: str, payload: str | None) -> Happening:
    told = json.loads(payload) if payload else {}
    return Happening(at, actor, action, told.get("before") or {}, told.get("after") or {})


def _parts(connection: Connection, letter_id: int) -> list[Part]:
    rows = connection.execute(
        select(document, object_.c.size_bytes)
        .join(object_, object_.c.digest == document.c.digest)
        .where(document.c.parent_id == letter_id)
        .order_by(document.c.part)
    )
    return [Part(r.id, r.part, r.role, r.name, r.media_type, r.digest, r.size_bytes, bool(r.substantive)) for r in rows]


def _places(connection: Connection, access: Access, letter_id: int) -> list[Place]:
    """The filings; a case that the asker may not see is not told."""
    rows = connection.execute(
        select(filing, folder.c.code, folder.c.customer_id, case.c.number, case.c.state, document.c.document_type)
        .select_from(
            filing.join(document, filing.c.document_id == document.c.id)
            .outerjoin(folder, filing.c.folder_id == folder.c.id)
            .outerjoin(case, and_(filing.c.case_id == case.c.id, visible.cases(access)))
        )
        .where(filing.c.document_id == letter_id, or_(folder.c.id.is_not(None), case.c.id.is_not(None)))
        .order_by(filing.c.id)
    )
    return [
        Place(
            shown_in(connection, r.customer_id, r.code, r.document_type) if r.code else "",
            r.customer_id,
            r.number or "",
            r.state or "",
            r.ground,
            r.ground_value,
            r.filed_at,
        )
        for r in rows.all()
    ]


def _same(connection: Connection, access: Access, row: Row[Any]) -> list[SameLetter]:
    alike = [document.c.digest == row.digest, document.c.duplicate_of == row.id]
    if row.duplicate_of:
        alike += [document.c.id == row.duplicate_of, document.c.duplicate_of == row.duplicate_of]
    rows = connection.execute(
        select(document)
        .where(
            or_(*alike),
            document.c.id != row.id,
            # A letter that is one thing has its part under the same number: only letters are told.
            document.c.part == 0,
            document.c.substantive == 1,
            visible.documents(access),
        )
        .order_by(document.c.id)
        .limit(_SAME_LETTERS)
    )
    return [
        SameLetter(r.id, r.registration_number or "", r.channel, r.received_on, r.state, r.duplicate_of == row.id)
        for r in rows
    ]
