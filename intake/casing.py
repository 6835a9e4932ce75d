"""The case of a letter that a person files: by the rules, a new one, or the one that the person names."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from archive import journal
from archive.access import Access
from archive.clock import utc_now
from archive.errors import BadInput, NotFound
from archive.schema import case, filing
from archive.sentences import say
from archive.showing import visible
from archive.showing.customers import survivor
from cases.choosing import KnownCase, Question, may_join
from cases.opening import Placed, choose_case, co_holders, enter_case, known_cases
from cases.types import CaseType, load_types

NEW_CASE = "new"
UNDONE = "opened_in_error"


def case_by_hand(
    connection: Connection, access: Access, letter: Row[Any], document_type: str, owner: int, wish: str
) -> Placed:
    """Put the letter's case right: join the one wished for or fitting, else open one.

    `wish`: '' by the rules, `new`, or the number of an open case. Raises: NotFound for a case that there is not or
    that the asker may not see, BadInput for a closed one or another customer's.
    """
    asked = question(connection, letter, load_types().for_letter(document_type), owner)
    choice = choose_case(connection, asked)
    if wish:
        joined = None if wish == NEW_CASE else _named(connection, access, wish, asked)
        choice = replace(choice, case=joined)
    return enter_case(connection, choice, asked, letter.branch, access.actor)


def question(connection: Connection, letter: Row[Any], case_type: CaseType, owner: int) -> Question:
    """What is known of the letter, as the choice of its case asks it."""
    decision, fields = json.loads(letter.decision), json.loads(letter.fields)
    proposed = survivor(connection, letter.customer_id) if letter.customer_id else None
    account = (decision.get("customer") or {}).get("account") or "" if proposed == owner else ""
    point = fields.get("point_of_delivery") or ""
    # By the day of receipt, as in filing unseen: no sender can get that wrong.
    on = date.fromisoformat(letter.received_on)
    return Question(owner, account, point, case_type, on, tuple(decision.get("case_numbers") or ()))


def number_shown(connection: Connection, access: Access, number: str | None) -> str | None:
    """A case's number as the asker may be told it: None where they may not see the case, though their letter lies in it."""
    query = select(case.c.number).where(case.c.number == number, visible.cases(access))
    return connection.execute(query).scalar() if number else None


def leave_case(connection: Connection, access: Access, case_id: int) -> None:
    """Close a case that was opened for a letter since taken out of it, unless others lie in it. Its number stays."""
    left = select(func.count()).select_from(filing).where(filing.c.case_id == case_id)
    if connection.execute(left).scalar_one():
        return
    closed = {"state": "closed", "closed_on": utc_now()[:10], "completion_code": UNDONE}
    connection.execute(update(case).where(case.c.id == case_id).values(**closed, version=case.c.version + 1))
    journal.write(connection, access.actor, "close", f"case:{case_id}", {"state": "open"}, closed)


def _named(connection: Connection, access: Access, number: str, asked: Question) -> KnownCase:
    found = known_cases(connection, case.c.number == number, visible.cases(access))
    if not found:
        raise NotFound(say("there is no case {number} that you may see", number=number))
    if not found[0].is_open:
        raise BadInput(say("case {number} is closed; choose an open one, or a new one", number=number))
    if not may_join(asked, found[0], co_holders(connection, asked)):
        raise BadInput(say("case {number} belongs to another customer; choose one of this customer's", number=number))
    return found[0]
