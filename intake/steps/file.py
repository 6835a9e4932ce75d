"""File: how a letter ends. Every rule that keeps it from being filed unseen stands here, with its reason."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import Any

from sqlalchemy import Connection, insert, select

from archive import documents, filings, tracing
from archive.clock import utc_now
from archive.documents import Settlement
from archive.errors import LimitExceeded, Unreadable
from archive.filings import Filed, file_in_case, file_in_folder, on_ground
from archive.folder_plan import load_plan
from archive.schema import case, customer, document, document_event, filing
from archive.sentences import Told, quoted, restored, say
from archive.showing.customers import survivor
from cases.choosing import Question
from cases.opening import choose_case, enter_case
from cases.types import load_types
from intake.engines import Engines
from intake.jobs import Job
from intake.stages import Compared, CustomerDecision, Outcome, OutcomeKind, Recognised

ACTOR = "system:intake"


@tracing.spanned("file")
def file(compared: Compared, connection: Connection) -> Outcome:
    """Settle a letter in the caller's transaction: its state, its reason, its filings. Safe to repeat once rolled back."""
    kept_back = _kept_back(compared, connection)
    if kept_back is not None:
        return _end(connection, compared, kept_back)
    recognised = compared.recognised
    whose, id_ = recognised.customer, recognised.read.letter.document_id
    branch, received_on = _came(connection, id_)
    question = _question(connection, recognised, received_on)
    choice = choose_case(connection, question)
    if not choice.certain:
        return _end(connection, compared, _review(id_, choice.because, (choice.explanation,)))
    told = tuple(evidence.words for evidence in whose.evidence if evidence.weight_bits > 0)
    why = on_ground(whose.ground, whose.account, ACTOR)
    identity = filings.whose(connection, question.customer_id, why, received_on.isoformat())
    outcome = Outcome(id_, OutcomeKind.FILED, whose.ground or "name_address", told)
    outcome = _end(connection, _of(compared, identity), outcome)
    _file_in_folder(connection, recognised, identity, why)
    file_in_case(connection, id_, enter_case(connection, choice, question, branch, ACTOR).id, why)
    return outcome


def _of(compared: Compared, identity: int) -> Compared:
    """The letter as this identity's of its customer."""
    whose = dataclasses.replace(compared.recognised.customer, customer_id=identity)
    return dataclasses.replace(compared, recognised=dataclasses.replace(compared.recognised, customer=whose))


def _kept_back(compared: Compared, connection: Connection) -> Outcome | None:
    """What keeps the letter from being filed unseen, by itself: the first rule that applies, None where none does."""
    recognised, id_ = compared.recognised, compared.recognised.read.letter.document_id
    letter, whose, what = recognised.read.letter, recognised.customer, recognised.type
    if compared.repeats is not None and compared.how == "same_bytes":
        return _repeats(connection, id_, compared.repeats)
    if letter.suspicion:
        reason, _, why = letter.suspicion.partition(": ")
        return _review(id_, reason, restored(why))
    if not recognised.read.text.strip():
        return _review(id_, "no_text", (say("nothing could be read in this letter"),))
    if not whose.certain:
        return _review(id_, whose.reason or "nobody_known", _why_not(whose))
    if not what.certain:
        told = say(
            "{type} or {other_type}: too close to tell", type=what.document_type, other_type=what.runner_up or ""
        )
        return _review(id_, "type_uncertain", (told,))
    return None


def _end(connection: Connection, compared: Compared, outcome: Outcome) -> Outcome:
    """Write how the letter ended."""
    documents.settle(connection, outcome.document_id, settlement_of(compared, outcome), ACTOR)
    if compared.repeats is not None:
        _note_received_again(connection, compared)
    return outcome


def _review(document_id: int, reason: str, explanation: Told) -> Outcome:
    return Outcome(document_id, OutcomeKind.REVIEW, reason, explanation)


def _why_not(whose: CustomerDecision) -> Told:
    told = tuple(evidence.words for evidence in whose.evidence)
    return told or (say("nothing in the letter points to a customer that we know"),)


def _repeats(connection: Connection, document_id: int, first: int) -> Outcome:
    """A repetition: a duplicate, unless the case of the first is closed, which only a person may take up."""
    closed = connection.execute(
        select(case.c.number)
        .join(filing, filing.c.case_id == case.c.id)
        .where(filing.c.document_id == first, case.c.state == "closed")
    ).scalar()
    if closed is not None:
        told = say("repeats document {number}, whose case {case} is closed", number=first, case=closed)
        return Outcome(document_id, OutcomeKind.REVIEW, "repeats_in_closed_case", (told,), duplicate_of=first)
    told = say("the same as document {number}, received before", number=first)
    return Outcome(document_id, OutcomeKind.DUPLICATE, "received_again", (told,), duplicate_of=first)


def settlement_of(compared: Compared, outcome: Outcome) -> Settlement:
    """All that the letter's row says of how it ended."""
    recognised = compared.recognised
    what, whose = recognised.type, recognised.customer
    decision: dict[str, Any] = {
        "type": dataclasses.asdict(what),
        "customer": dataclasses.asdict(whose),
        "repeats": compared.repeats,
        "how": compared.how,
        "case_numbers": list(recognised.case_numbers),
        "doubts": [page.doubt for page in recognised.read.pages if page.doubt],
    }
    return Settlement(
        state=outcome.kind,
        reason=outcome.reason,
        explanation=outcome.explanation,
        document_type=what.document_type,
        type_confidence=what.confidence,
        customer_id=whose.customer_id,
        customer_confidence=whose.confidence,
        duplicate_of=outcome.duplicate_of or compared.repeats,
        letter_date=recognised.letter_date.isoformat() if recognised.letter_date else None,
        decision=decision,
        fields=recognised.fields,
    )


def _question(connection: Connection, recognised: Recognised, received_on: date) -> Question:
    """What the cases room is asked about a letter whose customer is known.

    The letter counts by the day of its receipt, which no sender can get wrong.
    """
    whose = recognised.customer
    if whose.customer_id is None:
        raise ValueError("a letter without a customer belongs to no case")
    owner = survivor(connection, whose.customer_id)
    type_ = load_types().for_letter(recognised.type.document_type)
    point = recognised.fields.get("point_of_delivery", "")
    return Question(owner, whose.account or "", point, type_, received_on, recognised.case_numbers)


def _came(connection: Connection, document_id: int) -> tuple[str, date]:
    """The letter's branch, and the day of its receipt there."""
    query = select(document.c.branch, document.c.received_on).where(document.c.id == document_id)
    branch, received_on = connection.execute(query).one()
    return branch, date.fromisoformat(received_on)


def _file_in_folder(connection: Connection, recognised: Recognised, customer_id: int, why: Filed) -> None:
    kind = connection.execute(select(customer.c.kind).where(customer.c.id == customer_id)).scalar_one()
    place = load_plan().place_of(recognised.type.document_type, kind)
    file_in_folder(connection, recognised.read.letter.document_id, customer_id, place.code, why)


def _note_received_again(connection: Connection, compared: Compared) -> None:
    row = {
        "document_id": compared.repeats,
        "kind": "received_again",
        "source_key": f"document:{compared.recognised.read.letter.document_id}",
        "details": "{}",
        "at": utc_now(),
        "actor": ACTOR,
    }
    connection.execute(insert(document_event).values(row))


def set_aside(engines: Engines, job: Job, error: Exception) -> None:
    """A letter that can not be read or settled: rejected where it is bad in itself, else for a person."""
    with engines.catalogue.writing() as connection:
        if isinstance(error, Unreadable | LimitExceeded):
            engines.jobs.finish(connection, job)
            how = documents.unsettled("rejected", error.reason, (quoted(error),))
        else:
            engines.jobs.bury(connection, job, str(error))
            how = documents.unsettled("review", "not_read" if job.kind == "read" else "not_settled", (quoted(error),))
        documents.settle(connection, job.subject, how, ACTOR)
