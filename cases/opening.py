"""The catalogue's side of choosing: which cases there are, a letter joining one, a new one opened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, insert, or_, select, update

from archive import journal
from archive.filings import Filed, whose
from archive.numbers import next_number
from archive.schema import account, branch, case, customer, holding, party, point_of_delivery
from archive.showing.customers import identities
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
    together = co_holders(connection, question)
    owners = [key for one in (question.customer_id, *sorted(together)) for key in identities(connection, one)]
    shared = or_(
        and_(case.c.account != "", case.c.account == question.account),
        and_(case.c.point_of_delivery != "", case.c.point_of_delivery == question.point_of_delivery),
    )
    may_fit = or_(case.c.customer_id.in_(owners), and_(case.c.customer_id.is_(None), shared))
    held = known_cases(connection, may_fit, case.c.type == question.type.code, case.c.state == "open")
    quoted = known_cases(connection, case.c.number.in_(question.quoted))
    return choose(question, quoted, held, together)


def co_holders(connection: Connection, question: Question) -> frozenset[int]:
    """Who else holds, on the letter's day, the account or point of delivery that it names and its sender holds.

    Nobody, where the sender does not hold it: a former holder is a stranger to what came after.
    """
    own = identities(connection, question.customer_id)
    found: set[int] = set()
    for kind, table, number, named in (
        ("account", account, account.c.number, question.account),
        ("point_of_delivery", point_of_delivery, point_of_delivery.c.code, question.point_of_delivery),
    ):
        if not named:
            continue
        on = question.on.isoformat()
        then = and_(holding.c.valid_from <= on, or_(holding.c.valid_to == "", holding.c.valid_to > on))
        ids = select(table.c.id).where(number == named)
        theirs = select(holding.c.held_id).where(
            holding.c.customer_id.in_(own), holding.c.kind == kind, holding.c.held_id.in_(ids), then
        )
        everyone = (
            select(func.coalesce(customer.c.survivor_id, customer.c.id))
            .join(holding, holding.c.customer_id == customer.c.id)
            .where(holding.c.kind == kind, holding.c.held_id.in_(theirs), then)
        )
        found.update(connection.execute(everyone).scalars())
    return frozenset(found - {question.customer_id})


def known_cases(connection: Connection, *which: ColumnElement[bool]) -> list[KnownCase]:
    """Cases as choosing knows them, by who stands for their customers now."""
    owner = func.coalesce(customer.c.survivor_id, customer.c.id).label("owner_id")
    rows = connection.execute(
        select(case, owner).outerjoin_from(case, customer, customer.c.id == case.c.customer_id).where(*which)
    )
    return [
        KnownCase(
            row.id,
            row.number,
            row.type,
            row.owner_id,
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
        "customer_id": _whose(connection, question),
        "account": question.account,
        "point_of_delivery": question.point_of_delivery,
        "branch": branch_code,
        "state": "open",
        "opened_on": received_on.isoformat(),
        "last_letter_on": question.on.isoformat(),
        "due_on": due.isoformat(),
        "stage": question.type.stages[0].code,
        "follows_id": follows.id if follows else None,
    }
    case_id: int = connection.execute(insert(case).values(row).returning(case.c.id)).scalar_one()
    _add_sender(connection, case_id, _whose(connection, question))
    journal.write(connection, actor, "open", f"case:{case_id}", None, {"number": number, "type": question.type.code})
    return known_cases(connection, case.c.id == case_id)[0]


def join_case(connection: Connection, joined: KnownCase, question: Question, actor: str) -> None:
    """Note that a letter joined a case: its last letter, its customer where it had none, its sender as a party."""
    changes: dict[str, Any] = {"last_letter_on": max(joined.last_letter_on, question.on).isoformat()}
    if joined.customer_id is None:
        changes["customer_id"] = _whose(connection, question)
    if joined.customer_id != question.customer_id:
        _add_sender(connection, joined.id, _whose(connection, question))
    connection.execute(update(case).where(case.c.id == joined.id).values(**changes, version=case.c.version + 1))
    before = {"last_letter_on": joined.last_letter_on.isoformat(), "customer_id": joined.customer_id}
    journal.write(connection, actor, "join", f"case:{joined.id}", before, changes)


def _whose(connection: Connection, question: Question) -> int:
    """The identity on whose grounds the letter came, of those that are one customer."""
    why = Filed("account" if question.account else "person", question.account, "")
    return whose(connection, question.customer_id, why, question.on.isoformat())


def _add_sender(connection: Connection, case_id: int, customer_id: int) -> None:
    row = {"case_id": case_id, "customer_id": customer_id, "role": "sender"}
    known = select(party.c.id).where(*(party.c[name] == value for name, value in row.items()))
    if connection.execute(known).first() is None:
        connection.execute(insert(party).values(row))
