"""Events of other systems over HTTP and from a file: who may send, what is answered, and what the pages show of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api.http.app import create_app
from tests.faults.killing import dossier
from tests.story.browsing import serving
from tests.story.stocked import ADMIN, CLERK, PASSWORD, Stock, stock

OF_B3 = {"surname": "Whitlock", "given_name": "Margaret", "birth_date": "1971-02-23", "phones": "+44 20 7946 0011"}
KNOWN = OF_B3 | {"emails": "m.whitlock@mail.example", "address": "14 Tanner Row, Northbridge", "accounts": "5510077001"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stock]:
    stocked = stock(tmp_path_factory.mktemp("feeds"))
    yield stocked
    stocked.close()


@pytest.fixture(scope="module")
def base(made: Stock) -> Iterator[str]:
    with serving(create_app(made.rooms)) as address:
        yield address


def send(base: str, login: str, event: dict[str, object], system: str = "crm") -> httpx.Response:
    token = httpx.post(f"{base}/api/sessions", json={"login": login, "password": PASSWORD}, timeout=20).json()["token"]
    auth = {"Authorization": f"Bearer {token}"}
    return httpx.post(f"{base}/api/feeds/{system}/customers", json=event, headers=auth, timeout=20)


def test_an_event_is_linked_and_the_same_again_changes_nothing(base: str, made: Stock) -> None:
    event = {"source_id": "X-1", "version": 4, "fields": KNOWN}
    first = send(base, ADMIN, event)
    assert first.json() == {"customer_id": made.customers["B-3"], "outcome": "linked", "contested": 0}, first.text
    assert send(base, ADMIN, event).json()["outcome"] == "unchanged"
    assert send(base, ADMIN, event | {"version": 3, "fields": {"surname": "Old"}}).json()["outcome"] == "outdated"
    other = send(base, ADMIN, event | {"fields": {"surname": "Other"}})
    assert (other.status_code, other.json()["code"]) == (409, "conflict")


def test_who_is_probably_known_is_contested_and_the_page_says_so(base: str, made: Stock) -> None:
    taken = send(
        base,
        ADMIN,
        {"source_id": "X-2", "at": "2026-03-01T10:00:00", "fields": KNOWN | {"birth_date": "", "accounts": ""}},
    )
    assert taken.json()["outcome"] == "new" and taken.json()["contested"] == 1, taken.text
    with httpx.Client(base_url=base, timeout=20) as client:
        client.post("/sign-in", data={"login": CLERK, "password": PASSWORD})
        assert "· contested" in client.get(f"/customers/{made.customers['B-3']}").text
        listed = client.get("/doubles/list?why=contested").text
    assert "Whitlock Margaret" in listed


@pytest.mark.parametrize(
    ("event", "status"),
    [
        ({"source_id": "X-3", "fields": OF_B3}, 422),
        ({"source_id": "X-3", "at": "soon", "fields": OF_B3}, 422),
        ({"source_id": "", "version": 1, "fields": OF_B3}, 422),
        ({"source_id": "X-3", "version": 1, "fields": {"birth_date": "1971-02-23"}}, 422),
    ],
)
def test_what_can_not_be_used_is_named(base: str, event: dict[str, object], status: int) -> None:
    assert send(base, ADMIN, event).status_code == status


def test_sending_takes_an_engineer(base: str) -> None:
    assert send(base, CLERK, {"source_id": "X-4", "version": 1, "fields": OF_B3}).status_code == 403


def test_a_file_of_events_is_taken_line_by_line(tmp_path: Path) -> None:
    file = tmp_path / "events.csv"
    lines = (
        "source_id,version,surname,given_name,birth_date",
        "1,2,Tregear,Nora,1971-05-12",
        "1,1,Treger,Nora,1971-05-12",
    )
    file.write_text("\n".join((*lines, "2,x,Hosking,Jago,1980-01-01", "")))
    told = dossier(tmp_path / "home", "customers", "feed", str(file), "--system", "billing")
    assert [(one["line"], one["outcome"]) for one in told] == [(2, "new"), (3, "outdated")]
    assert [
        one["outcome"] for one in dossier(tmp_path / "home", "customers", "feed", str(file), "--system", "billing")
    ] == [
        "unchanged",
        "outdated",
    ]
