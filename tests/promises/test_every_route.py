"""Every route, asked by an employee of another branch: nothing of branch 63 may come back in any form.

The table names each route of the application; a route that it does not list is red. What could leak is planted in
branch 63 under words, numbers and ids that stand nowhere else, and searched for in each answer, whatever its form.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from api.http.app import create_app
from api.signing_in import COOKIE, form_token_of
from tests.story.browsing import serving
from tests.story.pairs import a_pair
from tests.story.stocked import CLERK, OTHER_CLERK, PASSWORD, STAFF, Stock, stock

HIDDEN = "proposed complaint"
"""The letter of branch 63 that is asked for; its words, file and numbers are the secrets."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How one route is asked. `expect`: the statuses that are right for somebody of another branch."""

    path: Callable[[Stock], str]
    expect: tuple[int, ...]
    json: dict[str, object] | None = None
    form: dict[str, str] | None = None
    file: bool = False


def _document(rest: str) -> Callable[[Stock], str]:
    return lambda made: f"/api/documents/{made.documents[HIDDEN]}{rest}"


def _customer(rest: str) -> Callable[[Stock], str]:
    return lambda made: f"/api/customers/{made.customers['B-3']}{rest}"


def _double(before: str, rest: str) -> Callable[[Stock], str]:
    """A pair of two customers of branch 63: customers are visible company-wide."""
    return lambda made: f"{before.removesuffix('=')}{'=' if before.endswith('=') else '/'}{a_pair(made)}{rest}"


def _desk(rest: str) -> Callable[[Stock], str]:
    return lambda made: f"/desk/{made.documents[HIDDEN]}/{rest}"


def _at(path: str) -> Callable[[Stock], str]:
    return lambda made: path


ROUTES: dict[str, Asked] = {
    "GET /healthz": Asked(_at("/healthz"), (200,)),
    "GET /readyz": Asked(_at("/readyz"), (200,)),
    "GET /metrics": Asked(_at("/metrics"), (403,)),
    "GET /api/health": Asked(_at("/api/health"), (200,)),
    "POST /api/sessions": Asked(_at("/api/sessions"), (201,), json={"login": OTHER_CLERK, "password": PASSWORD}),
    "DELETE /api/sessions/current": Asked(_at("/api/sessions/current"), (204,)),
    "POST /api/arrivals": Asked(_at("/api/arrivals"), (403,), form={"branch": "63"}, file=True),
    "GET /api/arrivals/{receipt_number}": Asked(lambda made: f"/api/arrivals/{made.receipts[HIDDEN]}", (404,)),
    "GET /api/openapi.json": Asked(_at("/api/openapi.json"), (200,)),
    "GET /api/documents/{document_id}": Asked(_document(""), (404,)),
    "GET /api/documents/{document_id}/text": Asked(_document("/text"), (404,)),
    "GET /api/documents/{document_id}/history": Asked(_document("/history"), (404,)),
    "GET /api/documents/{document_id}/pages/{number}.png": Asked(_document("/pages/1.png"), (404,)),
    "GET /api/documents/{document_id}/original": Asked(_document("/original"), (404,)),
    "POST /api/documents/{document_id}/accept": Asked(_document("/accept"), (404,)),
    "POST /api/documents/{document_id}/correct": Asked(
        _document("/correct"), (404,), json={"document_type": "invoice", "customer_id": 1}
    ),
    "GET /api/documents/{document_id}/sender": Asked(_document("/sender"), (404,)),
    "POST /api/documents/{document_id}/new-customer": Asked(
        _document("/new-customer"),
        (404,),
        json={"document_type": "invoice", "fields": {"surname": "Penrose", "given_name": "Harriet"}},
    ),
    "POST /api/documents/{document_id}/reject": Asked(_document("/reject"), (404,), json={"reason": "advertising"}),
    "POST /api/documents/{document_id}/undo": Asked(_document("/undo"), (404,)),
    "POST /api/documents/{document_id}/same-sender": Asked(_document("/same-sender"), (404,)),
    "POST /api/documents/{document_id}/split": Asked(_document("/split"), (404,), json={"page": 2}),
    "POST /api/documents/{document_id}/join": Asked(_document("/join"), (404,)),
    "POST /api/documents/{document_id}/rescan": Asked(_document("/rescan"), (404,), json={"why": "cut_off"}),
    "GET /api/documents/{document_id}/rescan-slip": Asked(_document("/rescan-slip"), (404,)),
    "GET /api/documents/{document_id}/alike": Asked(_document("/alike"), (404,)),
    "POST /api/documents/{document_id}/alike": Asked(_document("/alike"), (404,), json={"letters": []}),
    "POST /api/documents/{document_id}/alike/undo": Asked(_document("/alike/undo"), (404,)),
    "POST /api/feeds/{system}/customers": Asked(
        _at("/api/feeds/billing/customers"),
        (403,),
        json={"source_id": "B-3", "version": 1, "fields": {"surname": "Low"}},
    ),
    "GET /api/customers": Asked(_at("/api/customers?q=whitlock"), (200,)),
    "GET /api/customers/{customer_id}": Asked(lambda made: f"/api/customers/{made.customers['B-3']}", (200,)),
    "POST /api/customers": Asked(_at("/api/customers"), (422,), json={"fields": {}}),
    "POST /api/customers/likely": Asked(_at("/api/customers/likely"), (200,), json={"fields": {"phones": "8 800"}}),
    "PATCH /api/customers/{customer_id}": Asked(_customer(""), (409,), json={"fields": {"surname": "Whitlow"}}),
    "POST /api/customers/{customer_id}/takeover": Asked(
        _customer("/takeover"), (404,), json={"number": "8 800", "day": "2026-01-01"}
    ),
    "GET /api/customers/{customer_id}/as-of": Asked(_customer("/as-of?on=2026-01-01"), (200,)),
    "GET /api/customers/{customer_id}/history": Asked(_customer("/history"), (200,)),
    "GET /api/holders": Asked(_at("/api/holders?number=5510077001"), (200,)),
    "POST /api/customers/{customer_id}/merge": Asked(_customer("/merge"), (403,), json={"into": 1, "reason": "same"}),
    "POST /api/customers/{customer_id}/unmerge": Asked(_customer("/unmerge"), (403,), json={"reason": "not the same"}),
    "PUT /api/customers/{customer_id}/words/{other_id}": Asked(
        _customer("/words/1"), (403,), json={"word": "distinct", "reason": "two passports"}
    ),
    "DELETE /api/customers/{customer_id}/words/{other_id}": Asked(_customer("/words/1?reason=mistake"), (403,)),
    "GET /api/doubles": Asked(_at("/api/doubles?state=waiting"), (200,)),
    "GET /api/doubles/{double_id}": Asked(_double("/api/doubles", ""), (200,)),
    "POST /api/doubles/{double_id}/decide": Asked(_double("/api/doubles", "/decide"), (403,), json={"verdict": "same"}),
    "POST /api/doubles/{double_id}/undo": Asked(_double("/api/doubles", "/undo"), (409,)),
    "GET /doubles": Asked(_double("/doubles?pair=", ""), (200,)),
    "GET /doubles/list": Asked(_at("/doubles/list"), (200,)),
    "POST /doubles/{double_id}/decide": Asked(
        _double("/doubles", "/decide"), (403,), form={"verdict": "same", "seen": "1"}
    ),
    "POST /doubles/{double_id}/undo": Asked(_double("/doubles", "/undo"), (409,), form={"seen": "1"}),
    "POST /customers/{customer_id}/merge": Asked(
        lambda made: f"/customers/{made.customers['B-3']}/merge",
        (403,),
        form={"version": "1", "into": "1", "reason": "same"},
    ),
    "POST /customers/{customer_id}/unmerge": Asked(
        lambda made: f"/customers/{made.customers['B-3']}/unmerge", (403,), form={"version": "1", "reason": "not"}
    ),
    "POST /customers/address-parts": Asked(
        _at("/customers/address-parts"), (200,), form={"address": "7 Quay St, Wells"}
    ),
    "POST /customers/{customer_id}/say": Asked(
        lambda made: f"/customers/{made.customers['B-3']}/say",
        (403,),
        form={"version": "1", "other": "1", "word": "distinct", "reason": "two passports"},
    ),
    "POST /customers/{customer_id}/unsay/{other_id}": Asked(
        lambda made: f"/customers/{made.customers['B-3']}/unsay/1", (403,), form={"version": "1", "reason": "mistake"}
    ),
    "GET /api/customers/{customer_id}/documents": Asked(
        lambda made: f"/api/customers/{made.customers['B-3']}/documents", (200,)
    ),
    "GET /api/cases/{number}": Asked(lambda made: f"/api/cases/{made.cases['filed reading']}", (404,)),
    "POST /api/cases/{number}/step": Asked(
        lambda made: f"/api/cases/{made.cases['filed reading']}/step", (404,), json={"stage": "enter_readings"}
    ),
    "GET /api/search": Asked(_at("/api/search?q=flicker&in=documents"), (200,)),
    "GET /api/suggestions": Asked(_at("/api/suggestions?q=flick"), (200,)),
    "GET /api/counts": Asked(_at("/api/counts"), (200,)),
    "GET /api/jump": Asked(_at("/api/jump?number=IN-63-2026-0000002"), (200,)),
    "GET /api/ledger": Asked(_at("/api/ledger"), (200,)),
    "GET /api/ledger/arrivals": Asked(_at("/api/ledger/arrivals?branch=63"), (200,)),
    "GET /api/ledger/letters": Asked(_at("/api/ledger/letters?branch=63"), (200,)),
    "GET /api/ledger/received-again": Asked(_at("/api/ledger/received-again"), (200,)),
    "PUT /api/documents/{document_id}/hold": Asked(_document("/hold"), (403,), json={"reason": "a claim"}),
    "DELETE /api/documents/{document_id}/hold": Asked(_document("/hold?reason=settled"), (403,)),
    "POST /documents/{document_id}/hold": Asked(
        lambda made: f"/documents/{made.documents[HIDDEN]}/hold", (403,), form={"reason": "a claim"}
    ),
    "POST /documents/{document_id}/lift": Asked(
        lambda made: f"/documents/{made.documents[HIDDEN]}/lift", (403,), form={"reason": "settled"}
    ),
    "GET /api/looks": Asked(_at("/api/looks?customer=3"), (403,)),
    "GET /looks": Asked(_at("/looks?customer=3"), (403,)),
    "GET /sign-in": Asked(_at("/sign-in"), (200,)),
    "POST /sign-in": Asked(_at("/sign-in"), (303,), form={"login": OTHER_CLERK, "password": PASSWORD}),
    "POST /sign-out": Asked(_at("/sign-out"), (303,), form={}),
    "POST /language": Asked(_at("/language"), (303,), form={"language": "en", "back": "/"}),
    "GET /": Asked(_at("/?q=flicker"), (200,)),
    "GET /documents/{document_id}": Asked(lambda made: f"/documents/{made.documents[HIDDEN]}", (404,)),
    "GET /customers/new": Asked(_at("/customers/new"), (200,)),
    "POST /customers/new": Asked(_at("/customers/new"), (422,), form={"kind": "person"}),
    "POST /customers/likely": Asked(_at("/customers/likely"), (200,), form={"phones": "8 800"}),
    "GET /customers/{customer_id}/change": Asked(lambda made: f"/customers/{made.customers['B-3']}/change", (200,)),
    "POST /customers/{customer_id}/change": Asked(
        lambda made: f"/customers/{made.customers['B-3']}/change", (409,), form={"version": "77", "surname": "Whitlow"}
    ),
    "GET /customers/{customer_id}/history": Asked(lambda made: f"/customers/{made.customers['B-3']}/history", (200,)),
    "GET /customers/{customer_id}/takeover": Asked(
        lambda made: f"/customers/{made.customers['B-3']}/takeover?number=5510077001", (200,)
    ),
    "GET /customers/{customer_id}/takeover/known": Asked(
        lambda made: f"/customers/{made.customers['B-4']}/takeover/known?q=whitlock", (200,)
    ),
    "POST /customers/{customer_id}/takeover": Asked(
        lambda made: f"/customers/{made.customers['B-3']}/takeover", (422,), form={"number": "5510077001"}
    ),
    "GET /holders": Asked(_at("/holders?number=5510077001"), (200,)),
    "GET /customers/{customer_id}": Asked(lambda made: f"/customers/{made.customers['B-3']}", (200,)),
    "GET /cases/{number}": Asked(lambda made: f"/cases/{made.cases['filed reading']}", (404,)),
    "POST /cases/{number}/step": Asked(
        lambda made: f"/cases/{made.cases['filed reading']}/step",
        (404,),
        form={"version": "1", "stage": "enter_readings"},
    ),
    "GET /arrivals/{receipt_number}": Asked(lambda made: f"/arrivals/{made.receipts[HIDDEN]}", (404,)),
    "GET /desk": Asked(_at("/desk"), (200,)),
    "GET /desk/customers": Asked(_at("/desk/customers?doc=1&cq=whitlock"), (200,)),
    "GET /desk/cases": Asked(lambda made: f"/desk/cases?customer_id={made.customers['B-3']}", (200,)),
    "POST /desk/{document_id}/accept": Asked(_desk("accept"), (404,), form={"version": "2"}),
    "GET /desk/{document_id}/new-customer": Asked(_desk("new-customer"), (404,)),
    "POST /desk/{document_id}/new-customer": Asked(
        _desk("new-customer"), (404,), form={"version": "2", "document_type": "invoice", "surname": "Penrose"}
    ),
    "POST /desk/{document_id}/correct": Asked(
        _desk("correct"), (404,), form={"version": "2", "document_type": "invoice", "customer_id": "1"}
    ),
    "POST /desk/{document_id}/reject": Asked(_desk("reject"), (404,), form={"version": "2", "reason": "advertising"}),
    "POST /desk/{document_id}/undo": Asked(_desk("undo"), (404,), form={"version": "2"}),
    "POST /desk/{document_id}/same-sender": Asked(_desk("same-sender"), (404,), form={"version": "2"}),
    "POST /desk/{document_id}/split": Asked(_desk("split"), (404,), form={"version": "2", "page": "2"}),
    "POST /desk/{document_id}/join": Asked(_desk("join"), (404,), form={"version": "2"}),
    "POST /desk/{document_id}/rescan": Asked(_desk("rescan"), (404,), form={"version": "2", "why": "cut_off"}),
    "GET /desk/{document_id}/slip": Asked(_desk("slip"), (404,)),
    "POST /desk/{document_id}/alike": Asked(_desk("alike"), (404,), form={"version": "2"}),
    "POST /desk/{document_id}/alike/undo": Asked(_desk("alike/undo"), (404,), form={"version": "2"}),
    "GET /upload": Asked(lambda made: f"/upload?r={made.receipts[HIDDEN]}", (200,)),
    "GET /upload/outcome/{receipt_number}": Asked(lambda made: f"/upload/outcome/{made.receipts[HIDDEN]}", (404,)),
    "GET /ledger": Asked(_at("/ledger"), (200,)),
    "GET /ledger/{what}": Asked(_at("/ledger/letters?branch=63"), (200,)),
    "GET /health": Asked(_at("/health"), (200,)),
    "GET /static/{digest}/{name}": Asked(_at("/static/000000000000/pages.css"), (404,)),
}

SignedIn = Callable[..., httpx.Client]

OPEN = {
    "GET /healthz",
    "GET /readyz",
    "GET /sign-in",
    "POST /sign-in",
    "POST /api/sessions",
    "GET /static/{digest}/{name}",
}
"""Routes that answer without sign-in; they tell nothing of the archive."""

ENDS = {"DELETE /api/sessions/current", "POST /sign-out"}
"""Routes that end the session they come with."""

SECRETS = ("flicker", "proposed complaint", "IN-63-", "R-63-", "C-63-", "zero_bytes", "Grand offer")
"""Words and numbers of branch 63's letters; the customers themselves are visible company-wide."""


def routes_of(app: FastAPI) -> list[str]:
    return [
        f"{method} {route.path}"
        for route in _flat(app.routes)
        for method in sorted((getattr(route, "methods", None) or {"ANY"}) - {"HEAD"})
    ]


def _flat(routes: Iterable[Any]) -> Iterator[Any]:
    """Every route, also of routers that the framework keeps folded."""
    for route in routes:
        folded = getattr(route, "original_router", None)
        if folded is None:
            yield route
        else:
            yield from _flat(folded.routes)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stock]:
    stocked = stock(tmp_path_factory.mktemp("routes"))
    yield stocked
    stocked.close()


@pytest.fixture(scope="module")
def base(made: Stock) -> Iterator[str]:
    with serving(create_app(made.rooms)) as address:
        yield address


@pytest.fixture(scope="module")
def tokens(base: str) -> dict[str, str]:
    """A session of each employee: signing in takes as long as it must, so once is enough."""
    return {login: _begin(base, login) for login in (CLERK, OTHER_CLERK, STAFF)}


def _begin(base: str, login: str) -> str:
    answer = httpx.post(f"{base}/sign-in", data={"login": login, "password": PASSWORD}, timeout=20)
    return answer.cookies[COOKIE]


@pytest.fixture
def signed_in(base: str, tokens: dict[str, str]) -> SignedIn:
    """A client of an employee that is signed in; what ends its session has one of its own."""

    def client(login: str, fresh: bool = False) -> httpx.Client:
        token = _begin(base, login) if fresh else tokens[login]
        return httpx.Client(base_url=base, cookies={COOKIE: token}, timeout=20)

    return client


def ask(client: httpx.Client, route: str, made: Stock) -> httpx.Response:
    method, asked = route.split(" ")[0], ROUTES[route]
    token = form_token_of(client.cookies.get(COOKIE) or "")
    headers = {"X-Form-Token": token, "If-Match": '"2"'}
    files = {"file": ("letter.txt", b"a letter", "text/plain")} if asked.file else None
    return client.request(
        method,
        asked.path(made),
        json=asked.json,
        data=asked.form,
        files=files,
        headers=headers,  # type: ignore[arg-type]
    )


def test_the_table_lists_every_route(made: Stock) -> None:
    assert sorted(routes_of(create_app(made.rooms))) == sorted(ROUTES)


@pytest.mark.parametrize("route", sorted(ROUTES))
def test_an_employee_of_another_branch_learns_nothing(route: str, signed_in: SignedIn, made: Stock) -> None:
    with signed_in(OTHER_CLERK, fresh=route in ENDS) as client:
        answer = ask(client, route, made)
    assert answer.status_code in ROUTES[route].expect, answer.text[:500]
    asked = ROUTES[route].path(made)
    told = answer.text.replace(asked, "").replace(made.receipts[HIDDEN], "")
    # A page says back what was asked for; only what goes beyond it is a leak.
    for word in re.findall(r"(?:q|number)=([^&]+)", asked):
        told = told.replace(word, "")
    told = told.replace(asked.rpartition("/")[2], "")
    if (number := made.cases["filed reading"]) in asked:
        told = told.replace(number, "")
    assert [secret for secret in SECRETS if secret in told] == []


@pytest.mark.parametrize("route", sorted(set(ROUTES) - OPEN))
def test_nothing_is_open_without_sign_in(route: str, base: str, made: Stock) -> None:
    with httpx.Client(base_url=base, timeout=20) as client:
        answer = ask(client, route, made)
    refused = answer.status_code == 401 or answer.headers.get("location", "").startswith("/sign-in")
    assert refused, f"{answer.status_code} {answer.text[:300]}"
    assert [secret for secret in SECRETS if secret in answer.text.replace(ROUTES[route].path(made), "")] == []


@pytest.mark.parametrize("route", sorted(route for route in set(ROUTES) - OPEN if not route.startswith("GET")))
def test_a_change_without_the_form_token_is_refused(route: str, signed_in: SignedIn, made: Stock) -> None:
    asked = ROUTES[route]
    with signed_in(CLERK) as client:
        files = {"file": ("letter.txt", b"a letter", "text/plain")} if asked.file else None
        answer = client.request(route.split(" ")[0], asked.path(made), json=asked.json, data=asked.form, files=files)
    assert answer.status_code == 403, answer.text[:300]


@pytest.mark.parametrize("route", sorted(route for route in set(ROUTES) if not route.startswith("GET")))
def test_a_change_from_another_site_is_refused(route: str, signed_in: SignedIn, made: Stock) -> None:
    with signed_in(CLERK) as client:
        client.headers["Origin"] = "https://elsewhere.example"
        assert ask(client, route, made).status_code == 403


def test_the_same_questions_do_find_it_for_its_own_branch(signed_in: SignedIn, made: Stock) -> None:
    with signed_in(CLERK) as client:
        for route in ("GET /api/documents/{document_id}", "GET /api/search", "GET /", "GET /api/ledger/letters"):
            answer = ask(client, route, made)
            assert answer.status_code == 200
            assert "IN-63-2026-0000002" in answer.text


def test_counts_facets_and_suggestions_count_only_what_one_may_see(signed_in: SignedIn, made: Stock) -> None:
    with signed_in(OTHER_CLERK) as client:
        assert client.get("/api/counts").json()["documents"] == 2
        found = client.get("/api/search", params={"in": "documents"}).json()["documents"]
        assert found["total"] == 2
        assert found["facets"]["branch"] == [["64", 2]]
        assert client.get("/api/suggestions", params={"q": "flick"}).json() == []
        assert sum(row["letters"] for row in client.get("/api/ledger").json()["rows"]) == 2


def test_a_number_of_another_branch_leads_nowhere(signed_in: SignedIn, made: Stock) -> None:
    numbers = ["IN-63-2026-0000002", made.receipts[HIDDEN], made.cases["filed reading"]]
    with signed_in(OTHER_CLERK) as client:
        assert [client.get("/api/jump", params={"number": number}).json() for number in numbers] == [None] * 3
        assert [client.get("/", params={"q": number}).status_code for number in numbers] == [200] * 3
    with signed_in(CLERK) as client:
        found = [client.get("/api/jump", params={"number": number}).json()["kind"] for number in numbers]
        assert found == ["document", "arrival", "case"]


def test_a_duplicate_does_not_name_the_letter_of_another_branch(signed_in: SignedIn, made: Stock) -> None:
    path = f"/api/documents/{made.documents['repeats across']}"
    with signed_in(CLERK) as client:
        told = client.get(path).json()
        page = client.get(path.removeprefix("/api")).text
    assert (told["duplicate_of"], told["same"], told["explanation"]) == (None, [], "")
    assert "IN-64-" not in page and "received before" not in page
    with signed_in(OTHER_CLERK) as client:
        other = client.get(f"/api/documents/{made.documents['other filed']}").json()
        assert other["same"] == []
        assert client.get(f"/api/documents/{made.documents['other filed']}/history").text.count("received_again") == 0


def test_a_mark_hides_a_letter_and_its_case_within_its_own_branch(signed_in: SignedIn, made: Stock) -> None:
    with signed_in(CLERK) as client:
        assert client.get(f"/api/documents/{made.documents['marked letter']}").status_code == 404
        assert client.get(f"/api/cases/{made.cases['marked letter']}").status_code == 404
        assert (
            client.get("/api/search", params={"q": "confidential inquiry", "in": "documents"}).json()["documents"][
                "hits"
            ]
            == []
        )
        card = client.get(f"/api/customers/{made.customers['B-4']}").json()
        assert (card["folders"], card["cases"]) == ([], [])


def test_sensitive_fields_are_masked_for_staff(signed_in: SignedIn, made: Stock) -> None:
    path = f"/api/customers/{made.customers['B-1']}"
    with signed_in(STAFF) as client:
        assert "631209884411" not in client.get(path).text
        assert "631209884411" not in client.get(path.removeprefix("/api")).text
        assert "1984" not in client.get(path).text
    with signed_in(CLERK) as client:
        assert "631209884411" in client.get(path).text


def test_staff_may_look_but_not_decide(signed_in: SignedIn, made: Stock) -> None:
    with signed_in(STAFF) as client:
        assert ask(client, "POST /api/documents/{document_id}/accept", made).status_code == 403
        assert client.get("/desk").status_code == 403
        assert client.get(f"/api/documents/{made.documents[HIDDEN]}").status_code == 200


def test_the_original_is_only_ever_an_attachment_under_a_harmless_name(signed_in: SignedIn, made: Stock) -> None:
    with signed_in(CLERK) as client:
        answer = client.get(f"/api/documents/{made.documents['mail']}/original")
    disposition = answer.headers["content-disposition"]
    assert disposition.startswith("attachment; filename=")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert "set-cookie" not in answer.headers
    assert not re.search(r'[<>\r\n\u202e]|filename="[^"]*"[^;]*"', disposition)


def test_hostile_names_and_texts_are_shown_as_text(signed_in: SignedIn, made: Stock) -> None:
    with signed_in(CLERK) as client:
        pages = [
            client.get(path).text
            for path in (
                f"/documents/{made.documents['mail']}",
                f"/arrivals/{made.receipts['mail']}",
                "/?q=enclosure",
                "/ledger/arrivals",
                f"/desk?doc={made.documents['mail']}",
            )
        ]
    for page in pages:
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_every_answer_carries_the_security_headers(signed_in: SignedIn, made: Stock) -> None:
    with signed_in(CLERK) as client:
        for path in ("/", "/api/counts", "/nope", "/healthz", f"/documents/{made.documents[HIDDEN]}"):
            headers = client.get(path).headers
            assert "'unsafe" not in headers["content-security-policy"]
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["x-frame-options"] == "DENY"
            assert headers["cache-control"] == "no-store"
