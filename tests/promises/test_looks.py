"""Who looked at whom: every route and command that shows a customer, a letter or an original leaves a line."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Connection, func, select

from api.http.app import create_app
from api.signing_in import COOKIE, form_token_of
from archive import looks
from archive.access import system
from archive.adapters.in_sqlite import SqliteCatalogue
from archive.errors import EngineAway
from archive.looks import Asked, LookKeeper, NotedLook
from archive.schema import access_log
from tests.faults.killing import ROOT, dossier
from tests.promises.test_every_route import HIDDEN, ROUTES, ask
from tests.story.browsing import serving
from tests.story.stocked import ADMIN, CLERK, PASSWORD, Stock, stock

Subject = Callable[[Stock], str]


def _the_letter(made: Stock) -> str:
    return f"document:{made.documents[HIDDEN]}"


def _the_customer(made: Stock) -> str:
    return f"customer:{made.customers['B-3']}"


def _is(subject: str) -> Subject:
    return lambda made: subject


def _arrival(made: Stock) -> str:
    return f"arrival:{made.receipts[HIDDEN]}"


def _case(made: Stock) -> str:
    return f"case:{made.cases['filed reading']}"


SHOWS: dict[str, tuple[str, Subject]] = {
    "GET /api/arrivals/{receipt_number}": ("read", _arrival),
    "GET /api/documents/{document_id}": ("read", _the_letter),
    "GET /api/documents/{document_id}/text": ("text", _the_letter),
    "GET /api/documents/{document_id}/sender": ("text", _the_letter),
    "GET /api/documents/{document_id}/history": ("history", _the_letter),
    "GET /api/documents/{document_id}/pages/{number}.png": ("picture", _the_letter),
    "GET /api/documents/{document_id}/original": ("take", _the_letter),
    "GET /api/customers": ("search", _is("search:whitlock")),
    "GET /api/customers/{customer_id}": ("read", _the_customer),
    "GET /api/customers/{customer_id}/documents": ("timeline", _the_customer),
    "GET /api/doubles/{double_id}": ("doubles", _the_customer),
    "GET /doubles": ("doubles", _the_customer),
    "GET /api/customers/{customer_id}/as-of": ("read", _the_customer),
    "GET /api/customers/{customer_id}/history": ("history", _the_customer),
    "GET /api/holders": ("holder", _the_customer),
    "GET /api/cases/{number}": ("case", _case),
    "GET /api/search": ("search", _is("search:flicker")),
    "GET /api/suggestions": ("search", _is("search:flick")),
    "GET /api/ledger/letters": ("list", _is("letters:list")),
    "GET /": ("search", _is("search:flicker")),
    "GET /documents/{document_id}": ("read", _the_letter),
    "GET /desk/{document_id}/new-customer": ("text", _the_letter),
    "GET /customers/{customer_id}": ("read", _the_customer),
    "GET /customers/{customer_id}/change": ("read", _the_customer),
    "GET /customers/{customer_id}/history": ("history", _the_customer),
    "GET /customers/{customer_id}/takeover": ("read", _the_customer),
    "GET /customers/{customer_id}/takeover/known": ("search", _is("search:whitlock")),
    "GET /holders": ("holder", _the_customer),
    "GET /cases/{number}": ("case", _case),
    "GET /arrivals/{receipt_number}": ("read", _arrival),
    "GET /upload": ("read", _arrival),
    "GET /upload/outcome/{receipt_number}": ("read", _arrival),
    "GET /ledger/{what}": ("list", _is("letters:list")),
    "GET /desk/customers": ("search", _is("search:whitlock")),
    "GET /desk/cases": ("cases", _the_customer),
}
"""What each route, asked as in the table of every route, leaves in the log: how it was looked at, and what."""

ELSEWHERE = {
    "GET /api/doubles",
    "GET /doubles/list",
    "GET /desk",
    "GET /desk/{document_id}/slip",
    "GET /api/documents/{document_id}/rescan-slip",
    "GET /api/documents/{document_id}/alike",
    "GET /api/looks",
    "GET /looks",
}
"""They show letters or looks too, and have tests of their own below: it depends on what lies there at the time."""

SHOWS_NOBODY = {
    "GET /healthz",
    "GET /readyz",
    "GET /metrics",
    "GET /api/health",
    "GET /api/openapi.json",
    "GET /api/counts",
    "GET /api/jump",
    "GET /api/ledger",
    "GET /api/ledger/arrivals",
    "GET /api/ledger/received-again",
    "GET /sign-in",
    "GET /customers/new",
    "GET /ledger",
    "GET /health",
    "GET /static/{digest}/{name}",
}
"""Numbers, states and counts, and nobody's name, letter or original."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stock]:
    stocked = stock(tmp_path_factory.mktemp("looks"))
    yield stocked
    stocked.close()


@pytest.fixture(scope="module")
def base(made: Stock) -> Iterator[str]:
    with serving(create_app(made.rooms)) as address:
        yield address


@pytest.fixture(scope="module")
def clerk(base: str) -> Iterator[httpx.Client]:
    with signed_in(base, CLERK) as client:
        yield client


@pytest.fixture(scope="module")
def admin(base: str) -> Iterator[httpx.Client]:
    with signed_in(base, ADMIN) as client:
        yield client


@contextmanager
def signed_in(base: str, login: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=base, timeout=20) as client:
        client.post("/sign-in", data={"login": login, "password": PASSWORD})
        yield client


def noted(made: Stock, since: int = 0) -> list[NotedLook]:
    """The looks after this id, the first first."""
    made.rooms.looks.flush()
    with made.rooms.catalogue.reading() as connection:
        found = looks.find(connection, system("test"), Asked(limit=10_000))
    return [look for look in reversed(found) if look.id > since]


def last(made: Stock) -> int:
    return max((look.id for look in noted(made)), default=0)


def test_every_route_that_only_shows_is_in_one_of_the_tables() -> None:
    shown = {route for route in ROUTES if route.startswith("GET ")}
    assert shown == SHOWS.keys() | ELSEWHERE | SHOWS_NOBODY
    assert not (SHOWS.keys() & SHOWS_NOBODY)


@pytest.mark.parametrize("route", sorted(SHOWS))
def test_a_route_that_shows_leaves_a_line(route: str, clerk: httpx.Client, made: Stock) -> None:
    before = last(made)
    assert ask(clerk, route, made).status_code == 200
    action, subject = SHOWS[route]
    lines = [(look.actor, look.action, look.subject) for look in noted(made, before)]
    assert (CLERK, action, subject(made)) in lines


@pytest.mark.parametrize("path", ["/desk/{}/slip", "/api/documents/{}/rescan-slip"])
def test_a_slip_leaves_a_line(path: str, clerk: httpx.Client, made: Stock) -> None:
    letter, before = made.documents[HIDDEN], last(made)
    version = clerk.get(f"/api/documents/{letter}").headers["etag"]
    asked = clerk.post(
        f"/api/documents/{letter}/rescan",
        json={"why": "cut_off"},
        headers={"If-Match": version, "X-Form-Token": form_token(clerk)},
    )
    assert asked.status_code == 200, asked.text
    assert clerk.get(path.format(letter)).status_code == 200
    assert (CLERK, "slip", f"document:{letter}") in [
        (one.actor, one.action, one.subject) for one in noted(made, before)
    ]
    undone = clerk.post(
        f"/api/documents/{letter}/undo",
        headers={"If-Match": asked.headers["etag"], "X-Form-Token": form_token(clerk)},
    )
    assert undone.status_code == 200, undone.text


def form_token(client: httpx.Client) -> str:
    return form_token_of(client.cookies[COOKIE])


def test_the_desk_notes_the_letter_and_the_customers_that_it_could_be_from(clerk: httpx.Client, made: Stock) -> None:
    letter, before = made.documents[HIDDEN], last(made)
    assert clerk.get(f"/desk?doc={letter}").status_code == 200
    told = {look.subject for look in noted(made, before) if look.action == "desk"}
    assert {f"document:{letter}", f"customer:{made.customers['B-3']}"} <= told


def test_a_customer_s_letter_counts_as_a_look_at_the_customer(
    clerk: httpx.Client, admin: httpx.Client, made: Stock
) -> None:
    customer, letter = made.customers["B-3"], made.documents["filed reading"]
    clerk.get(f"/documents/{letter}", params={"why": "a call about the bill"})
    made.rooms.looks.flush()
    told = admin.get("/api/looks", params={"customer": customer}).json()
    assert (CLERK, f"document:{letter}", "a call about the bill") in [
        (one["actor"], one["subject"], one["why"]) for one in told
    ]
    page = admin.get("/looks", params={"customer": customer, "document": "", "employee": ""}).text
    assert "a call about the bill" in page and f'href="/documents/{letter}"' in page


def test_a_reason_may_be_said_in_a_header(clerk: httpx.Client, made: Stock) -> None:
    before = last(made)
    clerk.get(f"/api/customers/{made.customers['B-3']}", headers={"X-Why": "%D0%B7%D0%B2%D0%BE%D0%BD%D0%BE%D0%BA"})
    assert [look.why for look in noted(made, before)] == ["звонок"]


def test_only_an_admin_of_every_branch_sees_who_looked_and_that_is_noted(
    clerk: httpx.Client, admin: httpx.Client, made: Stock
) -> None:
    assert clerk.get("/api/looks", params={"employee": CLERK}).status_code == 403
    assert clerk.get("/looks", params={"employee": CLERK}).status_code == 403
    before = last(made)
    told = admin.get("/api/looks", params={"employee": CLERK}).json()
    assert told and {one["actor"] for one in told} == {CLERK}
    assert admin.get("/looks", params={"employee": CLERK}).status_code == 200
    assert [(one.actor, one.action, one.subject) for one in noted(made, before)] == [
        (ADMIN, "looks", f"looks:actor={CLERK}")
    ] * 2
    assert "/looks?customer=" in admin.get(f"/customers/{made.customers['B-3']}").text
    assert "/looks?customer=" not in clerk.get(f"/customers/{made.customers['B-3']}").text


def test_looks_are_paged_and_narrowed_by_day(admin: httpx.Client, made: Stock) -> None:
    made.rooms.looks.flush()
    first = admin.get("/api/looks", params={"limit": 2}).json()
    second = admin.get("/api/looks", params={"limit": 2, "before": first[-1]["id"]}).json()
    assert [one["id"] for one in first + second] == sorted({one["id"] for one in first + second}, reverse=True)
    day = first[0]["at"][:10]
    assert admin.get("/api/looks", params={"since": day, "until": day}).json()
    assert admin.get("/api/looks", params={"until": "2001-01-01"}).json() == []


def test_what_was_refused_is_no_look(made: Stock, base: str) -> None:
    before = last(made)
    with signed_in(base, "olga.other") as other:
        assert ask(other, "GET /api/documents/{document_id}/original", made).status_code == 404
    assert [look for look in noted(made, before) if look.actor == "olga.other"] == []


def test_every_command_that_shows_leaves_a_line(tmp_path: Path) -> None:
    home, letter = tmp_path / "home", tmp_path / "letter.txt"
    letter.write_text("Account number BW12267062. Edith Underhill. My meter shows 82880.")
    dossier(home, "customers", "import", str(ROOT / "seed" / "customers.csv"))
    line = dossier(home, "intake", str(letter), "--branch", "HQ")[0]
    document = str(line["document"])
    dossier(home, "text", document)
    dossier(home, "show", document)
    dossier(home, "original", document, "-o", str(tmp_path / "copy"))
    dossier(home, "original", line["arrival"], "-o", str(tmp_path / "copy"))
    dossier(home, "find", "82880")
    dossier(home, "customers", "show", "1", "--why", "a check")
    dossier(home, "folders", "plan", str(ROOT / "archive" / "folder_plan.yaml"))
    told = [(look["action"], look["subject"], look["why"]) for look in dossier(home, "looks")]
    assert told == [
        ("list", "letters:folder plan", ""),
        ("read", "customer:1", "a check"),
        ("search", "search:82880", ""),
        ("take", f"arrival:{line['arrival']}", ""),
        ("take", f"document:{document}", ""),
        ("read", f"document:{document}", ""),
        ("text", f"document:{document}", ""),
    ]
    assert [look["action"] for look in dossier(home, "looks", "--customer", "1")] == ["read"]


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[SqliteCatalogue]:
    opened = SqliteCatalogue(tmp_path / "catalogue.db")
    opened.upgrade()
    yield opened
    opened.close()


def _count(catalogue: SqliteCatalogue) -> int:
    with catalogue.reading() as connection:
        return connection.execute(select(func.count()).select_from(access_log)).scalar_one()


def test_a_look_does_not_wait_for_the_writer(catalogue: SqliteCatalogue) -> None:
    keeper = LookKeeper(catalogue)
    with catalogue.writing():
        for number in range(1000):
            keeper.note("anna", "read", f"customer:{number}")
    keeper.close()
    assert _count(catalogue) == 1000


def test_looks_of_many_threads_are_all_written(catalogue: SqliteCatalogue) -> None:
    keeper = LookKeeper(catalogue, most_waiting=50)

    def look() -> None:
        for number in range(100):
            keeper.note("anna", "read", f"customer:{number}")

    threads = [threading.Thread(target=look) for _ in range(8)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        keeper.flush()
    keeper.close()
    assert _count(catalogue) == 800


class _AwayCatalogue(SqliteCatalogue):
    """A catalogue that can be taken away."""

    away = False

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        if self.away:
            raise EngineAway("taken away")
        with super().writing() as connection:
            yield connection


def test_a_full_memory_refuses_rather_than_loses_and_what_was_noted_is_written_later(tmp_path: Path) -> None:
    catalogue = _AwayCatalogue(tmp_path / "catalogue.db")
    catalogue.upgrade()
    catalogue.away = True
    keeper = LookKeeper(catalogue, most_waiting=3, patience_s=0.01)
    for number in range(3):
        keeper.note("anna", "read", f"customer:{number}")
    with pytest.raises(EngineAway):
        keeper.note("anna", "read", "customer:9")
    with pytest.raises(EngineAway):
        keeper.flush()
    catalogue.away = False
    keeper.close()
    assert _count(catalogue) == 3
    catalogue.close()


def test_a_full_memory_makes_the_next_reader_wait_until_there_is_room(catalogue: SqliteCatalogue) -> None:
    keeper = LookKeeper(catalogue, most_waiting=1, patience_s=60)
    keeper.note("anna", "read", "customer:1")
    waiting = threading.Thread(target=keeper.note, args=("anna", "read", "customer:2"))
    waiting.start()
    keeper.flush()
    waiting.join(timeout=60)
    assert not waiting.is_alive()
    keeper.close()
    assert _count(catalogue) == 2


def test_a_look_is_written_by_itself(catalogue: SqliteCatalogue, tmp_path: Path) -> None:
    keeper = LookKeeper(catalogue)
    keeper.note("anna", "read", "customer:1")
    with sqlite3.connect(tmp_path / "catalogue.db") as other:
        ends_at = time.monotonic() + 60
        while not other.execute("SELECT count(*) FROM access_log").fetchone()[0] and time.monotonic() < ends_at:
            time.sleep(0.05)
    assert _count(catalogue) == 1
    keeper.close()
