"""The case page: what it needs and has, what comes next, and the closed case that it continues."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import httpx
import pytest
from sqlalchemy import func, select, update

from api.signing_in import COOKIE, FORM_TOKEN_HEADER, form_token_of
from archive.schema import case, journal_entry
from cases.choosing import Question
from cases.opening import known_cases, open_case
from cases.types import load_types
from tests.story.stocked import CLERK, OTHER_CLERK, PASSWORD, STAFF, Stock


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


@pytest.fixture
def opened(continued: tuple[str, str]) -> str:
    """An open case of branch 63, at its first step."""
    return continued[1]


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


def press(clerk: httpx.Client, number: str, stage: str) -> httpx.Response:
    """The one button of the page that leads to this step, as a browser sends its form."""
    page = clerk.get(f"/cases/{number}").text
    form = next(
        one for one in re.findall(r"<form.*?</form>", page, re.DOTALL) if f'name="stage" value="{stage}"' in one
    )
    action, fields = re.findall(r'action="([^"]+)"', form)[0], dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    return clerk.post(action, data=fields)


def test_the_next_step_is_one_button_which_leads_to_the_one_after(base: str, opened: str) -> None:
    with reader(base, CLERK) as clerk:
        pressed = press(clerk, opened, "find_or_make_the_new_holder")
        assert (pressed.status_code, pressed.headers["location"]) == (303, f"/cases/{opened}")
        told = clerk.get(f"/api/cases/{opened}").json()
        assert (told["stage"], told["next_stage"]) == ("find_or_make_the_new_holder", "copy_the_contract")
        page = clerk.get(f"/cases/{opened}").text
        assert "Done: Copy the contract" in page and "Take back: Find or make the new holder" in page
        press(clerk, opened, "register")
        assert clerk.get(f"/api/cases/{opened}").json()["stage"] == "register"


def test_the_last_step_closes_the_case_for_good(base: str, stocked: Stock, opened: str) -> None:
    steps = ["find_or_make_the_new_holder", "copy_the_contract", "confirm", "close"]
    with reader(base, CLERK) as clerk:
        for code in steps:
            press(clerk, opened, code)
        told = clerk.get(f"/api/cases/{opened}").json()
        page = clerk.get(f"/cases/{opened}").text
        again = step_to(clerk, opened, told["version"], "confirm")
    assert (told["state"], told["completion_code"], told["next_stage"]) == ("closed", "done", "")
    assert "/step" not in page
    assert again.status_code == 409
    with stocked.opened.catalogue.reading() as connection:
        wrote = select(func.count()).where(
            journal_entry.c.subject == f"case:{told['id']}", journal_entry.c.action == "step"
        )
        assert connection.execute(wrote).scalar_one() == len(steps)


def step_to(client: httpx.Client, number: str, version: int, stage: str) -> httpx.Response:
    """The step by the API."""
    token = form_token_of(client.cookies[COOKIE])
    headers = {"If-Match": f'"{version}"', FORM_TOKEN_HEADER: token}
    return client.post(f"/api/cases/{number}/step", json={"stage": stage}, headers=headers)


def test_a_step_holds_for_the_version_seen_and_for_the_neighbouring_steps_alone(base: str, opened: str) -> None:
    with reader(base, CLERK) as clerk:
        shown = clerk.get(f"/api/cases/{opened}")
        version = shown.json()["version"]
        assert shown.headers["ETag"] == f'"{version}"'
        assert step_to(clerk, opened, version, "close").status_code == 422
        first = step_to(clerk, opened, version, "find_or_make_the_new_holder")
        assert (first.status_code, first.json()["stage"]) == (200, "find_or_make_the_new_holder")
        assert step_to(clerk, opened, version, "copy_the_contract").status_code == 409
    with reader(base, OTHER_CLERK) as other:
        assert step_to(other, opened, version, "register").status_code == 404


def test_who_only_reads_sees_the_next_step_and_no_button(base: str, opened: str) -> None:
    with reader(base, STAFF) as staff:
        page = staff.get(f"/cases/{opened}").text
        assert "Find or make the new holder" in page and "/step" not in page
        assert step_to(staff, opened, 1, "find_or_make_the_new_holder").status_code == 403
