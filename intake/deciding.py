"""What a clerk decides about one letter: accept the proposal, correct it, reject the letter, or undo that.

Each is one transaction: the letter's new state under its next version, its filings, the labelled example, the journal
entry, the note for the index. A decision holds for the version that the clerk saw; whoever comes second is told so.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from archive import filings, journal
from archive.access import Access
from archive.clock import utc_now
from archive.documents import name_sender
from archive.errors import BadInput, Conflict, Forbidden
from archive.filings import Filed
from archive.folder_plan import load_plan
from archive.outbox import announce
from archive.ports import Catalogue
from archive.schema import customer, document, document_event, filing, label, party
from archive.showing.customers import survivor
from archive.showing.letters import seen
from intake.casing import case_by_hand, leave_case, number_shown
from intake.classifying.kinds import codes

REJECT_REASONS = ("not_for_us", "illegible", "advertising", "test_page", "received_by_mistake")
_KEPT = (
    "state",
    "reason",
    "explanation",
    "document_type",
    "type_confidence",
    "customer_id",
    "customer_confidence",
    "settled_at",
)
BY_ACCOUNT = frozenset({"account", "contract", "meter", "point_of_delivery"})
"""Grounds that rest on an account, so that the filing can follow it."""
_DECIDABLE = ("review", "filed", "rejected", "duplicate")


@dataclass(frozen=True, slots=True)
class Correction:
    """What the letter is and whose. `case_number`: '' by the rules, `new` for a case of its own, or an open case's."""

    document_type: str
    customer_id: int
    case_number: str = ""


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision taken: the letter's state and version since, and the case that it lies in, if any."""

    document_id: int
    state: str
    version: int
    case_number: str | None


def accept(catalogue: Catalogue, access: Access, document_id: int, version: int) -> Decided:
    """File a waiting letter as it was proposed.

    Raises: NotFound, Forbidden, Conflict where somebody else was first, BadInput where nobody was proposed.
    """
    with catalogue.writing() as connection:
        row = _taken(connection, access, document_id, version, ("review",))
        if not row.document_type or row.customer_id is None:
            raise BadInput(f"{_called(row)} has no full proposal: correct its type or customer instead")
        what = Correction(row.document_type, row.customer_id)
        return _file(connection, access, row, what, _ground(row, access), "accept")


def correct(catalogue: Catalogue, access: Access, document_id: int, version: int, correction: Correction) -> Decided:
    """File a letter as the clerk says, and keep what was corrected as labelled examples. A filed letter is moved.

    Raises: NotFound, Forbidden, Conflict where somebody else was first, BadInput for a type that there is not.
    """
    if correction.document_type not in codes():
        raise BadInput(f"{correction.document_type!r} is no kind of letter; choose one of the list")
    with catalogue.writing() as connection:
        row = _taken(connection, access, document_id, version, _DECIDABLE)
        return _file(connection, access, row, correction, Filed("hand", access.actor, access.actor), "correct")


def reject(catalogue: Catalogue, access: Access, document_id: int, version: int, reason: str) -> Decided:
    """Turn a waiting letter away, with a reason; its original is kept.

    Raises: NotFound, Forbidden, Conflict where somebody else was first, BadInput for a reason that there is not.
    """
    if reason not in REJECT_REASONS:
        raise BadInput(f"{reason!r} is no reason to reject; give one of: {', '.join(REJECT_REASONS)}")
    with catalogue.writing() as connection:
        row = _taken(connection, access, document_id, version, ("review",))
        after = {"state": "rejected", "reason": reason, "explanation": "", "settled_at": utc_now()}
        return _end(connection, access, row, "reject", after, None, {})


def undo(catalogue: Catalogue, access: Access, document_id: int, version: int) -> Decided:
    """Take the last decision back: the letter waits again, as it did before, and nothing is learned from it.

    Raises: NotFound, Forbidden, Conflict where the letter was changed since, or was not decided by hand.
    """
    with catalogue.writing() as connection:
        row = _taken(connection, access, document_id, version, _DECIDABLE)
        decided = connection.execute(
            select(document_event).where(
                document_event.c.document_id == document_id,
                document_event.c.kind == "decided",
                document_event.c.source_key == str(row.version),
            )
        ).first()
        if decided is None:
            raise Conflict(f"{_called(row)} was not decided by hand last: there is nothing to undo")
        details = json.loads(decided.details)
        _unfile(connection, access, row, details)
        return _end(connection, access, row, "undo", details["before"], None, None)


def _taken(connection: Connection, access: Access, document_id: int, version: int, states: tuple[str, ...]) -> Row[Any]:
    """The letter, sure to be at the version that was seen, in one of these states, and held by nobody else."""
    if not access.decides:
        raise Forbidden("deciding takes the role of clerk; ask your administrator")
    row = seen(connection, access, document_id)
    if row.part:
        raise BadInput(f"document {document_id} is a part; decide about its letter, document {row.parent_id}")
    if row.version != version or row.state not in states:
        raise Conflict(f"{_called(row)} was changed by somebody else meanwhile: it is {row.state} now; look at it anew")
    if row.held_by not in ("", access.actor) and row.held_until > utc_now():
        raise Conflict(f"{row.held_by} is working on {_called(row)}; take the next one")
    return row


def _file(connection: Connection, access: Access, row: Row[Any], what: Correction, why: Filed, action: str) -> Decided:
    owner = survivor(connection, what.customer_id)
    taken_out = filings.take_out(connection, row.id)
    labels = _keep_labels(connection, access, row, what.document_type, owner) if action == "correct" else []
    kind = connection.execute(select(customer.c.kind).where(customer.c.id == owner)).scalar_one()
    folder = load_plan().place_of(what.document_type, kind)
    filings.file_in_folder(connection, row.id, owner, folder.code, why)
    placed = case_by_hand(connection, access, row, what.document_type, owner, what.case_number)
    filings.file_in_case(connection, row.id, placed.id, why)
    sender_known = _knows_sender(connection, row.id, owner)
    name_sender(connection, row.id, owner)
    after = {
        "state": "filed",
        "reason": {"accept": "accepted", "correct": "corrected"}[action],
        "explanation": "",
        "document_type": what.document_type,
        "customer_id": owner,
        "type_confidence": row.type_confidence if action == "accept" else 1.0,
        "customer_confidence": row.customer_confidence if action == "accept" else 1.0,
        "settled_at": utc_now(),
    }
    made = {
        "labels": labels,
        "sender": None if sender_known else owner,
        "case_opened": placed.id if placed.opened else None,
        "filings": [dict(one) for one in taken_out],
    }
    return _end(connection, access, row, action, after, placed.number, made)


def _ground(row: Row[Any], access: Access) -> Filed:
    proposed: Mapping[str, Any] = json.loads(row.decision).get("customer") or {}
    if proposed.get("ground") in BY_ACCOUNT and proposed.get("account"):
        return Filed("account", str(proposed["account"]), access.actor)
    return Filed("person", "", access.actor)


def _end(
    connection: Connection,
    access: Access,
    row: Row[Any],
    action: str,
    after: Mapping[str, Any],
    case_number: str | None,
    made: Mapping[str, Any] | None,
) -> Decided:
    """Write the letter's new state and all that must go with it. `made` None: the decision itself is being undone."""
    version = row.version + 1
    changed = connection.execute(
        update(document)
        .where(document.c.id == row.id, document.c.version == row.version)
        .values(**after, version=version, held_by="", held_until="")
    )
    if not changed.rowcount:
        raise Conflict(f"{_called(row)} was changed by somebody else meanwhile; look at it anew")
    connection.execute(
        update(document).where(document.c.parent_id == row.id).values(state=after["state"], version=version)
    )
    before = {name: getattr(row, name) for name in _KEPT}
    if made is not None:
        _remember(connection, access, row.id, version, {"before": before} | dict(made))
    told = {"state": after["state"], "reason": after["reason"]}
    told |= {
        "type": after.get("document_type", row.document_type),
        "customer": after.get("customer_id", row.customer_id),
    }
    was = {"state": row.state, "reason": row.reason, "type": row.document_type, "customer": row.customer_id}
    journal.write(connection, access.actor, action, f"document:{row.id}", was, told | {"case": case_number})
    announce(connection, "document", [(row.id, version)])
    return Decided(row.id, str(after["state"]), version, number_shown(connection, access, case_number))


def _remember(connection: Connection, access: Access, document_id: int, version: int, details: Any) -> None:
    """Keep what undoing needs, under the version that the decision made."""
    row = {
        "document_id": document_id,
        "kind": "decided",
        "source_key": str(version),
        "details": json.dumps(details, ensure_ascii=False, sort_keys=True),
        "at": utc_now(),
        "actor": access.actor,
    }
    connection.execute(insert(document_event).values(row))


def _keep_labels(connection: Connection, access: Access, row: Row[Any], document_type: str, owner: int) -> list[int]:
    corrected = [
        (kind, before, after)
        for kind, before, after in (
            ("type", row.document_type, document_type),
            ("customer", str(row.customer_id or ""), str(owner)),
        )
        if before != after
    ]
    made = []
    for kind, before, after in corrected:
        values = {"document_id": row.id, "kind": kind, "before": before, "after": after}
        statement = insert(label).values(**values, actor=access.actor, at=utc_now()).returning(label.c.id)
        made.append(int(connection.execute(statement).scalar_one()))
    return made


def _knows_sender(connection: Connection, document_id: int, owner: int) -> bool:
    query = select(party.c.id).where(
        party.c.document_id == document_id, party.c.customer_id == owner, party.c.role == "sender"
    )
    return connection.execute(query).first() is not None


def _unfile(connection: Connection, access: Access, row: Row[Any], details: Mapping[str, Any]) -> None:
    filings.take_out(connection, row.id)
    if earlier := details.get("filings"):
        connection.execute(insert(filing), earlier)
    if labels := details.get("labels"):
        connection.execute(delete(label).where(label.c.id.in_(labels)))
    if sender := details.get("sender"):
        connection.execute(
            delete(party).where(party.c.document_id == row.id, party.c.customer_id == sender, party.c.role == "sender")
        )
    if case_id := details.get("case_opened"):
        leave_case(connection, access, case_id)


def _called(row: Row[Any]) -> str:
    return f"letter {row.registration_number or row.id}"
