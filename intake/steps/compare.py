"""Compare: do we hold this already, by whatever way it came first?

The same bytes by another way repeat the first letter when their sender is the same or unknown; another customer's
same bytes are a document of their own on the same object. What was received again is never dropped.

Earlier is what was settled earlier: letters of a branch settle in the order in which they were received. Ids do not
tell it, since arrivals are opened side by side. Between two branches nobody waits: the letter settled first is the first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from archive import tracing
from archive.ports import ObjectStore
from archive.schema import document
from archive.showing.customers import identities, survivor
from dedup.letters import same_letter
from intake.readings import load_reading
from intake.stages import Compared, Part, Recognised

COVER_NOTE_WORDS = 60
"""A mail whose own text is no longer than this says no more than "see attached"; longer ones are letters of their own."""

LATEST_LETTERS = 20
"""How many of a customer's latest letters a new one is compared with."""


@tracing.spanned("compare")
def compare(recognised: Recognised, connection: Connection, objects: ObjectStore) -> Compared:
    """The letter, and the earlier one that it repeats, if any, and how. Reads only.

    `how`: `same_bytes` (nothing new in it), `same_enclosure` (a letter of its own over an enclosure that we have),
    `same_text` (the same letter by another way, such as a scan of what was mailed).
    """
    letter = recognised.read.letter
    weighty = [part for part in letter.parts if part.substantive and part.role != "body"]
    if not weighty:
        weighty = [part for part in letter.parts if part.role != "enclosure"]
    for held in _earlier_with_all(connection, letter.document_id, weighty):
        if not _another_customer(connection, recognised, held.customer_id):
            how = "same_bytes" if _says_no_more(recognised) else "same_enclosure"
            return Compared(recognised, held.duplicate_of or held.id, how)
    repeated = _earlier_with_same_text(recognised, connection, objects)
    return Compared(recognised, repeated, "same_text" if repeated else None)


def _earlier_with_same_text(recognised: Recognised, connection: Connection, objects: ObjectStore) -> int | None:
    """The oldest of the customer's latest letters that says the same."""
    letter, whose = recognised.read.letter, recognised.customer
    if whose.customer_id is None:
        return None
    rows = connection.execute(
        select(document.c.id, document.c.reading)
        .where(document.c.customer_id.in_(_all_of(connection, whose.customer_id)))
        .where(document.c.id != letter.document_id, document.c.part == 0)
        .where(document.c.state.in_(("filed", "review")), document.c.reading.is_not(None))
        .order_by(document.c.arrival_id.desc(), document.c.ordinal.desc())
        .limit(LATEST_LETTERS)
    ).all()
    text = recognised.read.text
    for row in reversed(rows):
        if same_letter(text, "\f".join(page.text for page in load_reading(objects, row.reading))):
            return int(row.id)
    return None


def _earlier_with_all(connection: Connection, document_id: int, parts: Sequence[Part]) -> Sequence[Any]:
    """Letters settled before this one, oldest first, that hold every one of these parts."""
    holders: set[int] | None = None
    for digest in {part.digest for part in parts}:
        rows = connection.execute(
            select(document.c.id, document.c.parent_id).where(document.c.digest == digest, document.c.substantive == 1)
        )
        found = {row.parent_id or row.id for row in rows}
        holders = found if holders is None else holders & found
    wanted = (holders or set()) - {document_id}
    if not wanted:
        return []
    return connection.execute(
        select(document.c.id, document.c.customer_id, document.c.duplicate_of)
        .where(document.c.id.in_(wanted), document.c.state.in_(("filed", "review", "duplicate")))
        .order_by(document.c.arrival_id, document.c.ordinal)
    ).all()


def _another_customer(connection: Connection, recognised: Recognised, held_by: int | None) -> bool:
    ours = recognised.customer
    if not ours.certain or held_by is None or ours.customer_id == held_by:
        return False
    return ours.customer_id is None or held_by not in _all_of(connection, ours.customer_id)


def _all_of(connection: Connection, customer_id: int) -> list[int]:
    """Every identity of this customer."""
    return identities(connection, survivor(connection, customer_id))


def _says_no_more(recognised: Recognised) -> bool:
    """Whether the letter is nothing but the repeated parts, or a cover note over them."""
    letter = recognised.read.letter
    if all(part.role != "body" for part in letter.parts):
        return True
    own = recognised.read.pages[0].text if recognised.read.pages else ""
    return len(own.split()) <= COVER_NOTE_WORDS
