"""Cases in the catalogue: who shares an account on a day, who was merged into whom, and what entering a case writes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from archive.access import system
from archive.arrivals import ensure_branch
from archive.importing import import_customers
from archive.ports import Catalogue
from archive.schema import case, customer, holding, party
from cases.choosing import Question
from cases.opening import Placed, choose_case, enter_case
from cases.types import load_types

TODAY = date(2026, 3, 2)
MARY, PETER, SUSAN = 1, 2, 3
DISPUTE = load_types().for_letter("payment_dispute")
DIRECTORY = "source_id,surname,accounts,points_of_delivery\n1,Poole,A-1,P-1\n2,Marsh,A-1,P-2\n3,Reed,A-3,P-1\n"


@pytest.fixture
def cases(catalogue: Catalogue, tmp_path: Path) -> Catalogue:
    """Mary and Peter hold account A-1 together; Mary and Susan hold point of delivery P-1."""
    file = tmp_path / "customers.csv"
    file.write_text(DIRECTORY, encoding="utf-8")
    import_customers(catalogue, file, lambda row: [1], system("test"))
    with catalogue.writing() as connection:
        connection.execute(update(holding).values(valid_from=""))
        ensure_branch(connection, "12", "Northbridge")
    return catalogue


def asks(customer_id: int, account: str = "", point: str = "", quoted: tuple[str, ...] = ()) -> Question:
    return Question(customer_id, account, point, DISPUTE, TODAY, quoted)


def file(catalogue: Catalogue, question: Question) -> Placed:
    with catalogue.writing() as connection:
        return enter_case(connection, choose_case(connection, question), question, "12", "system:test")


def senders(catalogue: Catalogue, case_id: int) -> list[int | None]:
    with catalogue.reading() as connection:
        query = select(party.c.customer_id).where(party.c.case_id == case_id).order_by(party.c.id)
        return list(connection.execute(query).scalars())


@pytest.mark.parametrize(
    ("first", "second"),
    [(asks(PETER, "A-1"), asks(MARY, "A-1")), (asks(SUSAN, "", "P-1"), asks(MARY, "", "P-1"))],
    ids=["account", "point of delivery"],
)
def test_a_co_holders_letter_joins_and_the_co_holder_becomes_a_party(
    cases: Catalogue, first: Question, second: Question
) -> None:
    opened = file(cases, first)
    assert opened.opened
    for _ in range(2):
        assert file(cases, second) == Placed(opened.id, opened.number, opened=False)
    assert senders(cases, opened.id) == [first.customer_id, second.customer_id]
    with cases.reading() as connection:
        owner = connection.execute(select(case.c.customer_id).where(case.c.id == opened.id)).scalar_one()
    assert owner == first.customer_id, "the case stays its first customer's"


@pytest.mark.parametrize("former", [MARY, PETER])
def test_a_former_holder_is_a_stranger(cases: Catalogue, former: int) -> None:
    with cases.writing() as connection:
        theirs = (holding.c.customer_id == former, holding.c.kind == "account")
        connection.execute(update(holding).where(*theirs).values(valid_to="2026-03-01"))
    opened = file(cases, asks(PETER, "A-1"))
    assert file(cases, asks(MARY, "A-1")).id != opened.id


def test_a_letter_of_before_the_takeover_counts_by_its_day(cases: Catalogue) -> None:
    with cases.writing() as connection:
        connection.execute(update(holding).where(holding.c.customer_id == PETER).values(valid_to="2026-03-01"))
    opened = file(cases, replace(asks(PETER, "A-1"), on=date(2026, 2, 20)))
    assert file(cases, replace(asks(MARY, "A-1"), on=date(2026, 2, 27))).id == opened.id


def test_a_case_of_a_merged_customer_is_the_survivors(cases: Catalogue) -> None:
    opened = file(cases, asks(PETER))
    assert file(cases, asks(SUSAN)).id != opened.id
    with cases.writing() as connection:
        connection.execute(update(customer).where(customer.c.id == PETER).values(survivor_id=MARY))
    assert file(cases, asks(MARY)).id == opened.id
    assert senders(cases, opened.id) == [PETER], "the survivor is the same party"
    with cases.reading() as connection:
        assert choose_case(connection, asks(MARY, quoted=(opened.number,))).because == "quoted"
        assert choose_case(connection, asks(SUSAN, quoted=(opened.number,))).because == "case_of_another"


def test_a_case_of_nobody_known_gets_its_customer(cases: Catalogue) -> None:
    row = {
        "number": "12-C-1",
        "type": DISPUTE.code,
        "account": "A-1",
        "branch": "12",
        "state": "open",
        "opened_on": TODAY.isoformat(),
        "last_letter_on": TODAY.isoformat(),
    }
    with cases.writing() as connection:
        made = connection.execute(insert(case).values(row).returning(case.c.id)).scalar_one()
    assert file(cases, asks(MARY)).id != made
    assert file(cases, asks(PETER, "A-1")).id == made
    with cases.reading() as connection:
        assert connection.execute(select(case.c.customer_id).where(case.c.id == made)).scalar() == PETER


def test_a_new_case_continues_the_closed_one_that_is_quoted(cases: Catalogue) -> None:
    before = file(cases, asks(MARY))
    with cases.writing() as connection:
        connection.execute(update(case).where(case.c.id == before.id).values(state="closed"))
    after = file(cases, asks(MARY, quoted=(before.number,)))
    assert after.opened
    with cases.reading() as connection:
        assert connection.execute(select(case.c.follows_id).where(case.c.id == after.id)).scalar() == before.id
