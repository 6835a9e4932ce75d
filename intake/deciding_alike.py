"""The same decision for the waiting letters that look like the one just decided, and its undoing for all of them.

Each letter is a transaction of its own, so that fifty of them never hold up another writer; the note of which letters
went along grows in the same transaction, so that a crash between two leaves nothing that cannot be undone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from archive.access import Access
from archive.errors import BadInput, Conflict
from archive.ports import Catalogue
from archive.sentences import say
from archive.showing import desk
from intake.casing import NEW_CASE
from intake.deciding import Correction, accept_within, correct_within, reject_within, undo_within
from intake.decision import DECIDED, Decided, forget, note, noted, number_of, take_up

ALONG = "decided_along"
_ANY = ("filed", "rejected")


@dataclass(frozen=True, slots=True)
class Together:
    """What came of deciding (or undoing) many: those done, and those that somebody else was first with."""

    done: Sequence[Decided]
    left: Sequence[int]


def decide_alike(
    catalogue: Catalogue, access: Access, document_id: int, version: int, chosen: Sequence[tuple[int, int]]
) -> Together:
    """Decide these waiting letters (id, version) as this one was decided. Letters that do not look like it are left.

    Raises: NotFound, Forbidden, Conflict where this one was changed since, or was not decided by hand last.
    """
    with catalogue.reading() as connection:
        decide = _as_decided(connection, access, document_id, version)
        alike = {one.id for one in desk.alike(connection, access, document_id)}

    def one(connection: Connection, letter_id: int, seen: int) -> Decided:
        done = decide(connection, letter_id, seen)
        along = noted(connection, document_id, ALONG, version) or {"letters": []}
        letters = [*along["letters"], [done.document_id, done.version]]
        note(connection, access, document_id, ALONG, version, {"letters": letters})
        return done

    fitting = [pair for pair in chosen if pair[0] in alike]
    together = _each(catalogue, fitting, one)
    return Together(together.done, [*together.left, *(key for key, _ in chosen if key not in alike)])


def undo_alike(catalogue: Catalogue, access: Access, document_id: int, version: int) -> Together:
    """Take back what was decided along with this letter; those decided anew since are left as they are.

    Raises: NotFound, Forbidden, Conflict where this letter was changed since, or nothing went along with it.
    """
    with catalogue.reading() as connection:
        row = take_up(connection, access, document_id, version, _ANY)
        along = noted(connection, document_id, ALONG, version)
        if along is None:
            raise Conflict(say("nothing was decided along with letter {number}", number=number_of(row)))

    def one(connection: Connection, letter_id: int, seen: int) -> Decided:
        return undo_within(connection, access, letter_id, seen)

    together = _each(catalogue, [(key, seen) for key, seen in along["letters"]], one)
    with catalogue.writing() as connection:
        forget(connection, document_id, ALONG, version)
    return together


def went_along(connection: Connection, document_id: int, version: int) -> int:
    """How many letters were decided along with this one at this version."""
    along = noted(connection, document_id, ALONG, version)
    return len(along["letters"]) if along else 0


Decide = Callable[[Connection, int, int], Decided]


def _as_decided(connection: Connection, access: Access, document_id: int, version: int) -> Decide:
    row = take_up(connection, access, document_id, version, _ANY)
    details: Mapping[str, Any] = noted(connection, document_id, DECIDED, version) or {}
    action, what = details.get("action"), details.get("what") or {}
    if action == "accept":
        return lambda connection, key, seen: accept_within(connection, access, key, seen)
    if action == "correct":
        # A case of its own was wanted for this letter, not for each that looks like it.
        case_number = "" if what["case_number"] == NEW_CASE else what["case_number"]
        correction = Correction(what["document_type"], what["customer_id"], case_number)
        return lambda connection, key, seen: correct_within(connection, access, key, seen, correction)
    if action == "reject":
        return lambda connection, key, seen: reject_within(connection, access, key, seen, what["reason"])
    raise Conflict(
        say("letter {number} was not decided by hand last: there is nothing to repeat", number=number_of(row))
    )


def _each(catalogue: Catalogue, letters: Sequence[tuple[int, int]], decide: Decide) -> Together:
    done: list[Decided] = []
    left: list[int] = []
    for key, seen in letters:
        try:
            with catalogue.writing() as connection:
                done.append(decide(connection, key, seen))
        except BadInput:
            left.append(key)
    return Together(done, left)
