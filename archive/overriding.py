"""What becomes of what the guard found: refused, warned of, or saved nevertheless by somebody's word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from archive import journal
from archive.access import Access
from archive.directory_record import DirectoryRecord
from archive.errors import Forbidden, GuardRefused, GuardWarned
from archive.guarding import Finding, Guard
from archive.insisting import supervises
from archive.pair_words import Said, tell_within
from archive.sentences import Sentence, say


@dataclass(frozen=True, slots=True)
class Nevertheless:
    """The answer to what the guard found: the ids of the findings that were looked at, and for refused ones a supervisor's
    reason why they are others."""

    acknowledged: frozenset[str] = frozenset()
    reason: str = ""


def insist_let_in(access: Access, findings: Sequence[Finding], answer: Nevertheless) -> tuple[Finding, ...]:
    """The findings, all of them answered.

    Raises: GuardRefused, GuardWarned with all findings, the answered ones too, where one is not; Forbidden where the reason
    for what was refused is given by somebody whose word does not do.
    """
    open_ones = [one for one in findings if one.id not in answer.acknowledged]
    refused = [one for one in findings if one.severity == "refused"]
    if refused and answer.reason.strip() and not supervises(access):
        raise Forbidden(say("saving what the guard refuses takes the role of admin; ask your administrator"))
    if refused and not answer.reason.strip():
        raise GuardRefused(tuple(findings), _words(refused[0]))
    if any(one in open_ones for one in refused):
        told = say("the reason holds for whom you looked at: acknowledge the findings too, by their ids")
        raise GuardRefused(tuple(findings), told)
    if open_ones:
        raise GuardWarned(tuple(findings), _words(open_ones[0]))
    return tuple(findings)


def keep_word(
    connection: Connection,
    access: Access,
    guard: Guard,
    customer_id: int,
    record: DirectoryRecord,
    findings: Sequence[Finding],
    reason: str,
) -> None:
    """Remember a supervisor's word on what the guard had refused: journalled, said of the pair, a label for the model."""
    for one in findings:
        if one.severity == "refused" and one.customer_id != customer_id:
            tell_within(connection, access, customer_id, one.customer_id, Said("distinct", reason))
            told = {"finding": as_journalled([one])[0], "reason": reason.strip()}
            journal.write(connection, access.actor, "customers.override", f"customer:{customer_id}", None, told)
            guard.learn(connection, customer_id, record, one, access.actor)


def _words(one: Finding) -> Sentence:
    number, name = one.customer_id, one.name or "–"
    if one.severity == "refused":
        return say(
            "customer {number} ({name}) is known already and is the same; go on with that one, or have an admin say why not",
            number=number,
            name=name,
        )
    if one.may_be_the_same:
        return say(
            "customer {number} ({name}) is the same, or a relative of the same name; look, then save nevertheless",
            number=number,
            name=name,
        )
    if one.relation == "relative":
        return say(
            "customer {number} ({name}) is probably a relative, or shares a contact; look, then save nevertheless",
            number=number,
            name=name,
        )
    return say(
        "customer {number} ({name}) is probably the same; look, then save nevertheless", number=number, name=name
    )


def as_journalled(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """Findings in the form that the journal keeps."""
    return [
        {name: getattr(one, name) for name in ("id", "customer_id", "relation", "severity", "strong_key")}
        | {"probability": round(one.probability, 6)}
        | {"agreed": {agreed.field: round(agreed.weight, 2) for agreed in one.agreed}}
        for one in findings
    ]
