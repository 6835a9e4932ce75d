"""The catalogue's side of choosing: which cases there are, a letter joining one, a new one opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from archive import journal
from archive.numbers import next_number
from archive.schema import branch, case, party
from cases.calendar import calendar_of
from cases.choosing import Choice, KnownCase, Question, choose


@dataclass(frozen=True, slots=True)
class Placed:
    """The case that a letter went into; `opened` says that it was made for it."""

    id: int
    number: str
    opened: bool


def choose_case(connection: Connection, question: Question) -> Choice:
    """The case for a letter, by what the catalogue holds. Reads only."""
    quoted = known_cases(connection.execute(select(case).where(case.c.number.in_(question.quoted))).all())
    own = select(case).where(
        case.c.customer_id == question.customer_id, case.c.type == question.type.code, case.c.state == "open"
    )
    return choose(question, quoted, known_cases(connection.execute(own).all()))


def known_cases(rows: Sequence[Row[Any]]) -> list[KnownCase]:
    """Rows of the table `case` as choosing knows them."""
    return [
        KnownCase(
            row.id,
            row.number,
            row.type,
            row.customer_id,
            row.account,
            row.point_of_delivery,
            row.state == "open",
            date.fromisoformat(row.last_letter_on),
        )
        for row in rows
    ]


def enter_case(connection: Connection, choice: Choice, question: Question, branch_code: str, actor: str) -> Placed:
    """Bring a letter into the case chosen for it: the one that there is, else a new one of the letter's branch."""
    if choice.case is not None:
        join_case(connection, choice.case, question, actor)
        return Placed(choice.case.id, choice.case.number, opened=False)
    made = open_case(connection, question, branch_code, question.on, actor, choice.linked)
    return Placed(made.id, made.number, opened=True)


def open_case(
    connection: Connection,
    question: Question,
    branch_code: str,
    received_on: date,
    actor: str,
    follows: KnownCase | None = None,
) -> KnownCase:
    """Open a new case for a letter, with its number, its due date and its customer as a party.

    `follows` is a closed case that the letter quotes, which the new one continues.
    """
    number = next_number(connection, branch_code, "case", received_on.year)
    calendar = connection.execute(select(branch.c.calendar).where(branch.c.code == branch_code)).scalar_one()
    due = calendar_of(calendar).after(received_on, question.type.due_business_days)
    row = {
        "number": number,
        "type": question.type.code,
        "customer_id": question.customer_id,
        "account": question.account,
        "point_of_delivery": question.point_of_delivery,
        "branch": branch_code,
        "state": "open",
        "opened_on": received_on.isoformat(),
        "last_letter_on": question.on.isoformat(),
        "due_on": due.isoformat(),
        "stage": question.type.stages[0],
        "follows_id": follows.id if follows else None,
    }
    case_id: int = connection.execute(insert(case).values(row).returning(case.c.id)).scalar_one()
    connection.execute(insert(party).values(case_id=case_id, customer_id=question.customer_id, role="sender"))
    journal.write(connection, actor, "open", f"case:{case_id}", None, {"number": number, "type": question.type.code})
    known = connection.execute(select(case).where(case.c.id == case_id)).all()
    return known_cases(known)[0]


def join_case(connection: Connection, joined: KnownCase, question: Question, actor: str) -> None:
    """Note that a letter joined a case: its last letter, and its customer where it had none."""
    changes: dict[str, Any] = {"last_letter_on": max(joined.last_letter_on, question.on).isoformat()}
    if joined.customer_id is None:
        changes["customer_id"] = question.customer_id
        connection.execute(insert(party).values(case_id=joined.id, customer_id=question.customer_id, role="sender"))
    connection.execute(update(case).where(case.c.id == joined.id).values(**changes, version=case.c.version + 1))
    before = {"last_letter_on": joined.last_letter_on.isoformat(), "customer_id": joined.customer_id}
    journal.write(connection, actor, "join", f"case:{joined.id}", before, changes)
