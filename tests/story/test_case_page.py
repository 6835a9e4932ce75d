"""The case page: what it needs and has, what comes next, and the closed case that it continues."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest
from sqlalchemy import select, update

from api.signing_in import COOKIE
from archive.schema import case
from cases.choosing import Question
from cases.opening import known_cases, open_case
from cases.types import load_types
from tests.story.stocked import CLERK, OTHER_CLERK, PASSWORD, Stock


@pytest.fixture
def continued(stocked: Stock) -> tuple[str, str]:
    """A case of branch 63, closed, and the one that continues it."""
    first = stocked.cases["filed reading"]
    with stocked.opened.catalogue.writing() as connection:
        connection.execute(update(case).where(case.c.number == first).values(state="closed", closed_on="2026-03-05"))
        earlier = known_cases(connection, case.c.number == first)[0]
        type_ = load_types().get("takeover")
        assert type_ is not None
        asked = Question(stocked.customers["B-3"], "", "", type_, datetime.now(UTC).date())
        later = open_case(connection, asked, "63", asked.on, "test", follows=earlier)
    return first, later.number


def reader(base: str, login: str, language: str = "en") -> httpx.Client:
    entered = httpx.post(f"{base}/sign-in", data={"login": login, "password": PASSWORD}, timeout=20)
    asked, cookies = {"Accept-Language": language}, {COOKIE: entered.cookies[COOKIE]}
    return httpx.Client(base_url=base, headers=asked, cookies=cookies, timeout=20)


def test_a_case_and_the_one_it_continues_lead_to_each_other(base: str, continued: tuple[str, str]) -> None:
    first, later = continued
    with reader(base, CLERK) as clerk:
        assert clerk.get(f"/api/cases/{later}").json()["follows"] == {"number": first, "state": "closed"}
        assert clerk.get(f"/api/cases/{first}").json()["followed_by"] == [{"number": later, "state": "open"}]
        assert f'href="/cases/{first}"' in clerk.get(f"/cases/{later}").text
        assert f'href="/cases/{later}"' in clerk.get(f"/cases/{first}").text


def test_a_neighbour_of_another_branch_is_not_named(base: str, stocked: Stock, continued: tuple[str, str]) -> None:
    first, later = continued
    with stocked.opened.catalogue.writing() as connection:
        connection.execute(update(case).where(case.c.number == later).values(branch="64"))
    with reader(base, OTHER_CLERK) as other:
        assert other.get(f"/api/cases/{later}").json()["follows"] is None
        assert first not in other.get(f"/cases/{later}").text
    with reader(base, CLERK) as clerk:
        assert clerk.get(f"/api/cases/{first}").json()["followed_by"] == []


def test_what_a_case_needs_and_its_next_step_are_told_in_the_readers_language(
    base: str, continued: tuple[str, str]
) -> None:
    _first, later = continued
    with reader(base, CLERK) as clerk:
        told = clerk.get(f"/api/cases/{later}").json()
        page = clerk.get(f"/cases/{later}").text
    assert [(one["code"], one["standing"]) for one in told["needs"]] == [
        ("premises_title", "missing"),
        ("identity_document", "missing"),
    ]
    assert told["next_stage"] == "find_or_make_the_new_holder"
    assert "Find or make the new holder" in page
    with reader(base, CLERK, "ru") as clerk:
        page = clerk.get(f"/cases/{later}").text
    assert "Найти или завести нового владельца" in page
    assert "Документ о праве на помещение" in page


def test_an_open_case_tells_its_next_step_and_a_closed_one_none(
    base: str, stocked: Stock, continued: tuple[str, str]
) -> None:
    first, _later = continued
    with stocked.opened.catalogue.reading() as connection:
        stage = connection.execute(select(case.c.stage).where(case.c.number == first)).scalar_one()
    assert stage == "register"
    with reader(base, CLERK) as clerk:
        assert clerk.get(f"/api/cases/{first}").json()["next_stage"] == ""
