"""Signing in: what opens, what stays shut, and what a demo may do."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from sqlalchemy import select, update

from api.http.app import create_app
from api.http.rooms import Rooms
from api.settings import Settings, read_settings
from api.signing_in import DEMO_LOGIN, refuse_open_demo
from archive import employees
from archive.access import Role
from archive.adapters.in_sqlite import SqliteCatalogue
from archive.errors import BadInput, Conflict, NotSignedIn, TooManyTries
from archive.schema import employee, session
from tests.story.browsing import serving

PASSWORD = "long enough words"


@pytest.fixture
def clerk(catalogue: SqliteCatalogue) -> str:
    with catalogue.writing() as connection:
        roles = [(Role.CLERK, "63"), (Role.STAFF, "64")]
        employees.add(connection, "anna", "Anna", PASSWORD, roles, marks=["confidential"])
    return "anna"


def test_passwords_and_tokens_can_not_be_read_back(catalogue: SqliteCatalogue, clerk: str) -> None:
    token = employees.sign_in(catalogue, clerk, PASSWORD, "10.0.0.1", 12)
    with catalogue.reading() as connection:
        kept = str(connection.execute(select(employee)).all()) + str(connection.execute(select(session)).all())
        assert employees.signed_in(connection, token).login == clerk
    assert PASSWORD not in kept
    assert token not in kept
    assert "$argon2id$" in kept


def test_a_role_counts_only_in_the_branches_where_it_is_held(catalogue: SqliteCatalogue, clerk: str) -> None:
    with catalogue.reading() as connection:
        anna = employees.by_login(connection, clerk)
    assert anna.access.branches == {"63", "64"}
    deciding = anna.access_as(Role.CLERK, Role.ADMIN)
    assert (deciding.branches, deciding.decides) == ({"63"}, True)
    assert not anna.access_as(Role.ENGINEER).branches


def test_five_wrong_passwords_shut_the_door_for_that_address_only(catalogue: SqliteCatalogue, clerk: str) -> None:
    for _try in range(employees.TRIES_FROM_ONE_ADDRESS):
        with pytest.raises(NotSignedIn):
            employees.sign_in(catalogue, clerk, "wrong password", "10.0.0.1", 12)
    with pytest.raises(TooManyTries) as refused:
        employees.sign_in(catalogue, clerk, PASSWORD, "10.0.0.1", 12)
    assert 0 < refused.value.wait_s <= employees.TRIES_WINDOW_S
    assert employees.sign_in(catalogue, clerk, PASSWORD, "10.0.0.2", 12)


def test_an_unknown_login_is_told_nothing_else(catalogue: SqliteCatalogue, clerk: str) -> None:
    with pytest.raises(NotSignedIn) as known:
        employees.sign_in(catalogue, clerk, "wrong password", "10.0.0.1", 12)
    with pytest.raises(NotSignedIn) as unknown:
        employees.sign_in(catalogue, "nobody", "wrong password", "10.0.0.1", 12)
    assert str(known.value) == str(unknown.value)


def test_a_session_ends_by_time_by_sign_out_and_by_a_new_password(catalogue: SqliteCatalogue, clerk: str) -> None:
    tokens = [employees.sign_in(catalogue, clerk, PASSWORD, "", hours) for hours in (0, 1, 1, 1)]
    with catalogue.writing() as connection:
        with pytest.raises(NotSignedIn):
            employees.signed_in(connection, tokens[0])
        employees.sign_out(connection, tokens[1])
        with pytest.raises(NotSignedIn):
            employees.signed_in(connection, tokens[1])
        employees.set_password(connection, clerk, "another long one")
        with pytest.raises(NotSignedIn):
            employees.signed_in(connection, tokens[2])


def test_who_left_is_not_signed_in_any_more(catalogue: SqliteCatalogue, clerk: str) -> None:
    token = employees.sign_in(catalogue, clerk, PASSWORD, "", 1)
    with catalogue.writing() as connection:
        connection.execute(update(employee).values(active=0))
        with pytest.raises(NotSignedIn):
            employees.signed_in(connection, token)


def test_a_login_is_taken_once_and_a_short_password_never(catalogue: SqliteCatalogue, clerk: str) -> None:
    with pytest.raises(Conflict), catalogue.writing() as connection:
        employees.add(connection, clerk, "Another", PASSWORD, [])
    with pytest.raises(BadInput), catalogue.writing() as connection:
        employees.add(connection, "boris", "Boris", "short", [])


def _settings(host: str, demo: bool = True) -> Settings:
    return dataclasses.replace(read_settings({}, Path("home")), host=host, demo=demo)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "archive.example", ""])
def test_the_demo_refuses_any_address_but_loopback(host: str) -> None:
    with pytest.raises(BadInput):
        refuse_open_demo(_settings(host))
    refuse_open_demo(_settings(host, demo=False))


@pytest.fixture
def demo(catalogue: SqliteCatalogue, request: pytest.FixtureRequest) -> Iterator[str]:
    """The demo's address; its setting may be given by a test."""
    nothing, host = cast(Any, None), getattr(request, "param", "127.0.0.1")
    rooms = Rooms(catalogue, nothing, nothing, nothing, _settings(host), *[nothing] * 7)
    with serving(create_app(rooms)) as base:
        yield base


@pytest.mark.parametrize("demo", ["127.0.0.1", "::1", "localhost", "127.0.0.9"], indirect=True)
def test_the_demo_starts_on_loopback(demo: str) -> None:
    assert httpx.get(f"{demo}/api/ledger").status_code == 200


def test_whoever_comes_to_the_demo_is_its_employee(demo: str, catalogue: SqliteCatalogue) -> None:
    assert httpx.get(f"{demo}/api/ledger").status_code == 200
    with catalogue.reading() as connection:
        assert employees.by_login(connection, DEMO_LOGIN).access.branches is None


def test_a_foreign_name_for_this_machine_does_not_reach_the_demo(demo: str) -> None:
    assert httpx.get(f"{demo}/api/ledger", headers={"Host": "rebound.example"}).status_code == 403


def test_a_page_of_another_site_changes_nothing_in_the_demo(demo: str) -> None:
    for headers in ({"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert httpx.post(f"{demo}/language", data={"language": "ru"}, headers=headers).status_code == 403


def test_a_body_beyond_the_limit_is_refused_before_it_is_read(demo: str) -> None:
    answer = httpx.post(f"{demo}/api/sessions", content=b"x" * (2 << 20))
    assert (answer.status_code, answer.json()["code"]) == (422, "limit_exceeded")


def test_where_to_go_on_after_sign_in_is_a_page_of_ours(demo: str) -> None:
    for elsewhere in (
        "https://elsewhere.example/",
        "//elsewhere.example",
        "/\\elsewhere.example",
        "javascript:alert(1)",
    ):
        page = httpx.get(f"{demo}/sign-in", params={"next": elsewhere}).text
        assert 'name="next" value="/"' in page
