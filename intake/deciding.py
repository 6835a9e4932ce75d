"""What a clerk decides about one letter: accept the proposal, correct it, reject it, have it scanned again; or undo.

Each is one transaction: the letter's new state under its next version, its filings, the labelled example, the journal
entry, the note for the index. A decision holds for the version that the clerk saw; whoever comes second is told so.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from archive import filings
from archive.access import Access
from archive.clock import utc_now
from archive.documents import name_sender
from archive.errors import BadInput, Conflict
from archive.filings import Filed
from archive.folder_plan import load_plan
from archive.ports import Catalogue
from archive.schema import customer, filing, label, party
from archive.sentences import say
from archive.showing.customers import survivor
from archive.showing.desk import TO_BE_SCANNED_AGAIN, letter_before
from intake import recut_rows
from intake.casing import case_by_hand, leave_case
from intake.classifying.kinds import codes
from intake.decision import DECIDED, Decided, conclude, keep_label, noted, number_of, take_up

REJECT_REASONS = ("not_for_us", "illegible", "advertising", "test_page", "received_by_mistake", "scanned_again")
RESCAN_WHY = ("hard_to_read", "cut_off", "page_missing", "pages_stuck", "back_missing")
"""Why a letter is scanned again."""
_DECIDABLE = ("review", "filed", "rejected", "duplicate")


@dataclass(frozen=True, slots=True)
class Correction:
    """What the letter is and whose. `case_number`: '' by the rules, `new` for a case of its own, or an open case's."""

    document_type: str
    customer_id: int
    case_number: str = ""


@dataclass(frozen=True, slots=True)
class Rescan:
    """Why a letter is scanned again, and which of its pages; `page` None for all of it."""

    why: str
    page: int | None = None


def accept(catalogue: Catalogue, access: Access, document_id: int, version: int) -> Decided:
    """File a waiting letter as it was proposed.

    Raises: NotFound, Forbidden, Conflict where somebody else was first, BadInput where nobody was proposed.
    """
    with catalogue.writing() as connection:
        return accept_within(connection, access, document_id, version)


def accept_within(connection: Connection, access: Access, document_id: int, version: int) -> Decided:
    """`accept` in the caller's transaction."""
    row = take_up(connection, access, document_id, version, ("review",))
    if not row.document_type or row.customer_id is None:
        raise BadInput(
            say("letter {number} has no full proposal: correct its type or customer instead", number=number_of(row))
        )
    what = Correction(row.document_type, row.customer_id)
    return _file(connection, access, row, what, _ground(row, access), "accept")


def correct(catalogue: Catalogue, access: Access, document_id: int, version: int, correction: Correction) -> Decided:
    """File a letter as the clerk says, and keep what was corrected as labelled examples. A filed letter is moved.

    Raises: NotFound, Forbidden, Conflict where somebody else was first, BadInput for a type that there is not.
    """
    with catalogue.writing() as connection:
        return correct_within(connection, access, document_id, version, correction)


def correct_within(
    connection: Connection, access: Access, document_id: int, version: int, correction: Correction
) -> Decided:
    """`correct` in the caller's transaction."""
    if correction.document_type not in codes():
        raise BadInput(
            say("{given} is no kind of letter; choose one of the list", given=repr(correction.document_type))
        )
    row = take_up(connection, access, document_id, version, _DECIDABLE)
    return _file(connection, access, row, correction, Filed("hand", access.actor, access.actor), "correct")


def same_sender(catalogue: Catalogue, access: Access, document_id: int, version: int) -> Decided:
    """File a waiting letter, as the kind that was proposed, with the sender of the letter before it.

    Raises: as `correct`; BadInput where no letter came before, or nobody is named as its sender.
    """
    with catalogue.writing() as connection:
        row = take_up(connection, access, document_id, version, ("review",))
        before = letter_before(connection, access, row.id)
        if before is None or before.customer_id is None:
            raise BadInput(
                say(
                    "the letter before {number} has no sender that you may see; choose the customer yourself",
                    number=number_of(row),
                )
            )
        if not row.document_type:
            raise BadInput(say("nobody knows yet what kind of letter {number} is; correct it", number=number_of(row)))
        return correct_within(connection, access, row.id, version, Correction(row.document_type, before.customer_id))


def reject(catalogue: Catalogue, access: Access, document_id: int, version: int, reason: str) -> Decided:
    """Turn a waiting letter away, with a reason; its original is kept.

    Raises: NotFound, Forbidden, Conflict where somebody else was first, BadInput for a reason that there is not.
    """
    with catalogue.writing() as connection:
        return reject_within(connection, access, document_id, version, reason)


def reject_within(connection: Connection, access: Access, document_id: int, version: int, reason: str) -> Decided:
    """`reject` in the caller's transaction."""
    if reason not in REJECT_REASONS:
        raise BadInput(
            say(
                "{given} is no reason to reject; give one of: {reasons}",
                given=repr(reason),
                reasons=", ".join(REJECT_REASONS),
            )
        )
    row = take_up(connection, access, document_id, version, ("review",))
    after = {"state": "rejected", "reason": reason, "explanation": "", "settled_at": utc_now()}
    return conclude(connection, access, row, "reject", after, made={"what": {"reason": reason}})


def rescan(catalogue: Catalogue, access: Access, document_id: int, version: int, wish: Rescan) -> Decided:
    """Have a waiting letter scanned again: it goes to the end of the queue and stays there until the paper came back.

    Raises: NotFound, Forbidden, Conflict where somebody else was first, BadInput for a reason or page that there is not.
    """
    if wish.why not in RESCAN_WHY:
        raise BadInput(
            say(
                "{given} is no reason to scan again; give one of: {reasons}",
                given=repr(wish.why),
                reasons=", ".join(RESCAN_WHY),
            )
        )
    with catalogue.writing() as connection:
        row = take_up(connection, access, document_id, version, ("review",))
        if wish.page is not None and wish.page < 1:
            raise BadInput(say("letter {number} has no page {page}", number=number_of(row), page=wish.page))
        after = {"reason": TO_BE_SCANNED_AGAIN, "explanation": ""}
        return conclude(connection, access, row, "rescan", after, made={"what": asdict(wish)})


def undo(catalogue: Catalogue, access: Access, document_id: int, version: int) -> Decided:
    """Take the last decision back: the letter waits again, as it did before, and nothing is learned from it.

    Raises: NotFound, Forbidden, Conflict where the letter was changed since, or was not decided by hand.
    """
    with catalogue.writing() as connection:
        return undo_within(connection, access, document_id, version)


def undo_within(connection: Connection, access: Access, document_id: int, version: int) -> Decided:
    """`undo` in the caller's transaction."""
    row = take_up(connection, access, document_id, version, _DECIDABLE)
    details = noted(connection, row.id, DECIDED, row.version)
    if details is None:
        raise Conflict(
            say("letter {number} was not decided by hand last: there is nothing to undo", number=number_of(row))
        )
    if labels := details.get("labels"):
        connection.execute(delete(label).where(label.c.id.in_(labels)))
    if "filings" in details:
        _unfile(connection, access, row, details)
    done = conclude(connection, access, row, "undo", details["before"])
    recut_rows.take_back(connection, access, row, details)
    return done


def _file(connection: Connection, access: Access, row: Row[Any], what: Correction, why: Filed, action: str) -> Decided:
    owner = survivor(connection, what.customer_id)
    taken_out = filings.take_out(connection, row.id)
    labels = _keep_labels(connection, access, row, what.document_type, owner) if action == "correct" else []
    kind = connection.execute(select(customer.c.kind).where(customer.c.id == owner)).scalar_one()
    folder = load_plan().place_of(what.document_type, kind)
    identity = filings.whose(connection, owner, why, row.received_on)
    filings.file_in_folder(connection, row.id, identity, folder.code, why)
    placed = case_by_hand(connection, access, row, what.document_type, owner, what.case_number)
    filings.file_in_case(connection, row.id, placed.id, why)
    sender_known = _knows_sender(connection, row.id, identity)
    name_sender(connection, row.id, identity)
    after = {
        "state": "filed",
        "reason": {"accept": "accepted", "correct": "corrected"}[action],
        "explanation": "",
        "document_type": what.document_type,
        "customer_id": identity,
        "type_confidence": row.type_confidence if action == "accept" else 1.0,
        "customer_confidence": row.customer_confidence if action == "accept" else 1.0,
        "settled_at": utc_now(),
    }
    made = {
        "what": asdict(what),
        "labels": labels,
        "sender": None if sender_known else identity,
        "case_opened": placed.id if placed.opened else None,
        "filings": [dict(one) for one in taken_out],
    }
    return conclude(connection, access, row, action, after, placed.number, made)


def _ground(row: Row[Any], access: Access) -> Filed:
    proposed: Mapping[str, Any] = json.loads(row.decision).get("customer") or {}
    return filings.on_ground(proposed.get("ground"), proposed.get("account"), access.actor)


def _keep_labels(connection: Connection, access: Access, row: Row[Any], document_type: str, owner: int) -> list[int]:
    proposed = survivor(connection, row.customer_id) if row.customer_id else ""
    return [
        keep_label(connection, access, row.id, kind, before, after)
        for kind, before, after in (
            ("type", row.document_type, document_type),
            ("customer", str(proposed), str(owner)),
        )
        if before != after
    ]


def _knows_sender(connection: Connection, document_id: int, owner: int) -> bool:
    query = select(party.c.id).where(
        party.c.document_id == document_id, party.c.customer_id == owner, party.c.role == "sender"
    )
    return connection.execute(query).first() is not None


def _unfile(connection: Connection, access: Access, row: Row[Any], details: Mapping[str, Any]) -> None:
    filings.take_out(connection, row.id)
    if earlier := details.get("filings"):
        connection.execute(insert(filing), earlier)
    if sender := details.get("sender"):
        connection.execute(
            delete(party).where(party.c.document_id == row.id, party.c.customer_id == sender, party.c.role == "sender")
        )
    if case_id := details.get("case_opened"):
        leave_case(connection, access, case_id)
