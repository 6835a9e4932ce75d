"""File: how a letter ends. Every rule that keeps it from being filed unseen stands here, with its reason."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import Any

from sqlalchemy import Connection, insert, select

from archive import documents
from archive.clock import utc_now
from archive.documents import Settlement
from archive.errors import LimitExceeded, Unreadable
from archive.filings import Filed, file_in_case, file_in_folder
from archive.folder_plan import load_plan
from archive.schema import case, customer, document, document_event, filing
from archive.sentences import Told, quoted, restored, say
from cases.choosing import Choice, Question
from cases.opening import choose_case, join_case, open_case
from cases.types import load_types
from intake.engines import Engines
from intake.jobs import Job
from intake.stages import Compared, CustomerDecision, Outcome, OutcomeKind, Recognised

ACTOR = "system:intake"
_BY_ACCOUNT = frozenset({"account", "contract", "meter", "point_of_delivery"})


def file(compared: Compared, connection: Connection) -> Outcome:
    """Settle a letter in the caller's transaction: its state, its reason, its filings. Safe to repeat once rolled back."""
    recognised = compared.recognised
    outcome = _outcome(compared, connection)
    documents.settle(connection, outcome.document_id, _settlement(compared, outcome), ACTOR)
    if compared.repeats is not None:
        _note_received_again(connection, compared)
    if outcome.kind is OutcomeKind.FILED:
        _put_in_place(connection, recognised)
    return outcome


def _outcome(compared: Compared, connection: Connection) -> Outcome:
    """Which of the four ends, and why: the first rule that applies."""
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
        close = say("{type} or {other_type}: too close to tell", type=what.document_type, other_type=what.runner_up or "")
        return _review(id_, "type_uncertain", (close,))
    choice = choose_case(connection, question_of(recognised, letter_day(connection, recognised)))
    if not choice.certain:
        return _review(id_, choice.because, (choice.explanation,))
    told = tuple(evidence.words for evidence in whose.evidence if evidence.weight_bits > 0)
    return Outcome(id_, OutcomeKind.FILED, whose.ground or "name_address", told)


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


def _settlement(compared: Compared, outcome: Outcome) -> Settlement:
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


def question_of(recognised: Recognised, on: date) -> Question:
    """What the cases room is asked about a letter whose customer is known."""
    whose = recognised.customer
    if whose.customer_id is None:
        raise ValueError("a letter without a customer belongs to no case")
    type_ = load_types().for_letter(recognised.type.document_type)
    point = recognised.fields.get("point_of_delivery", "")
    return Question(whose.customer_id, whose.account or "", point, type_, on, recognised.case_numbers)


def letter_day(connection: Connection, recognised: Recognised) -> date:
    """The day by which a letter joins a case: that of its receipt, which no sender can get wrong."""
    id_ = recognised.read.letter.document_id
    received = connection.execute(select(document.c.received_on).where(document.c.id == id_)).scalar_one()
    return date.fromisoformat(received)


def _put_in_place(connection: Connection, recognised: Recognised) -> None:
    """File into the customer's folder and into the case: an open one, or a new one."""
    whose, id_ = recognised.customer, recognised.read.letter.document_id
    question = question_of(recognised, letter_day(connection, recognised))
    why = ground_of(whose)
    kind = connection.execute(select(customer.c.kind).where(customer.c.id == question.customer_id)).scalar_one()
    place = load_plan().place_of(recognised.type.document_type, kind)
    file_in_folder(connection, id_, question.customer_id, place.code, why)
    file_in_case(connection, id_, _case_id(connection, id_, question, choose_case(connection, question)), why)


def ground_of(whose: CustomerDecision) -> Filed:
    """On what a filing rests: the account (so that it can follow a takeover) or the person."""
    by_account = whose.ground in _BY_ACCOUNT and bool(whose.account)
    return Filed("account" if by_account else "person", whose.account or "" if by_account else "", ACTOR)


def _case_id(connection: Connection, document_id: int, question: Question, choice: Choice) -> int:
    if choice.case is not None:
        join_case(connection, choice.case, question, ACTOR)
        return choice.case.id
    branch = connection.execute(select(document.c.branch).where(document.c.id == document_id)).scalar_one()
    return open_case(connection, question, branch, question.on, ACTOR, choice.linked).id


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
