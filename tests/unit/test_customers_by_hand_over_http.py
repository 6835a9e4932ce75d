"""Customers made, changed and taken over by HTTP, with the real guard: for the version that was seen, findings in the problem."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from api.http.app import create_app
from tests.story.browsing import serving
from tests.story.stocked import ADMIN, CLERK, PASSWORD, STAFF, bare

NORA = {
    "surname": "Tregear",
    "given_name": "Nora",
    "birth_date": "12.05.1971",
    "tax_id": "500100732259",
    "phones": ["07700900471", "07700900472"],
    "address": "14 Tin Lane, Redruth TR15 2AB",
    "accounts": ["T-40001"],
    "contracts": ["TC-40001"],
    "points_of_delivery": ["TP-40001"],
}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    made = bare(tmp_path_factory.mktemp("by_hand"))
    with serving(create_app(made.rooms)) as address:
        yield address
    made.close()


def client_of(base: str, login: str) -> httpx.Client:
    given = httpx.post(f"{base}/api/sessions", json={"login": login, "password": PASSWORD}, timeout=20).json()
    return httpx.Client(base_url=base, timeout=20, headers={"Authorization": f"Bearer {given['token']}"})


@pytest.fixture(scope="module")
def clerk(base: str) -> Iterator[httpx.Client]:
    with client_of(base, CLERK) as client:
        yield client


@pytest.fixture(scope="module")
def nora(clerk: httpx.Client) -> str:
    """The address of a customer made by hand."""
    done = clerk.post("/api/customers", json={"fields": NORA})
    assert done.status_code == 201, done.text
    assert done.headers["Location"] == f"/api/customers/{done.json()['customer_id']}"
    return str(done.headers["Location"])


def test_the_double_of_a_customer_is_refused_with_what_agrees(clerk: httpx.Client, nora: str) -> None:
    again = NORA | {"surname": "Tregeer", "given_name": "N."}
    refused = clerk.post("/api/customers", json={"fields": again})
    problem = refused.json()
    assert (refused.status_code, problem["code"]) == (409, "guard_refused")
    (found,) = problem["findings"]
    assert f"/api/customers/{found['customer_id']}" == nora and found["severity"] == "refused"
    agreed = {one["field"]: one for one in found["agreed"]}
    assert agreed["tax_id"]["weight"] > 5 and "tax id" in agreed["tax_id"]["told"]
    typed = {"surname": "Tregear", "given_name": "Nora", "birth_date": "12.05.1971", "phones": "0770"}
    likely = clerk.post("/api/customers/likely", json={"fields": typed})
    assert [f"/api/customers/{one['customer_id']}" for one in likely.json()] == [nora]


def test_an_admins_reason_saves_what_is_refused(clerk: httpx.Client, base: str, nora: str) -> None:
    body = {"fields": {"surname": "Tregear", "given_name": "Nora", "tax_id": NORA["tax_id"]}}
    with client_of(base, ADMIN) as admin:
        ids = [one["id"] for one in admin.post("/api/customers", json=body).json()["findings"]]
        answered = body | {"acknowledged": ids, "override": "the tax office gave one number twice"}
        assert clerk.post("/api/customers", json=answered).status_code == 403
        saved = admin.post("/api/customers", json=answered)
        assert (saved.status_code, saved.json()["known"]) == (201, ids), saved.text
        said = admin.get(saved.headers["Location"]).json()["said"]
        assert [one["reason"] for one in said] == ["the tax office gave one number twice"]


def test_a_change_holds_for_the_version_that_was_seen(clerk: httpx.Client, nora: str) -> None:
    seen = clerk.get(nora).headers["ETag"]
    body = {"fields": {"phones": ["07700900471"], "emails": "nora@post.example"}, "valid_from": "2026-02-01"}
    assert clerk.patch(nora, json=body).status_code == 428
    assert clerk.patch(nora, json=body, headers={"If-Match": '"77"'}).status_code == 409
    done = clerk.patch(nora, json=body, headers={"If-Match": seen})
    assert done.json()["changed"] == {
        "phones": ["07700900471;07700900472", "07700900471"],
        "emails": ["", "nora@post.example"],
    }
    assert clerk.get(nora).headers["ETag"] == done.headers["ETag"] != seen
    then = {day: clerk.get(f"{nora}/as-of", params={"on": day}).json() for day in ("2026-01-31", "2026-02-01")}
    phones = {day: [f["value"] for f in view["fields"] if f["field"] == "phones"] for day, view in then.items()}
    assert phones == {"2026-01-31": ["07700900471", "07700900472"], "2026-02-01": ["07700900471"]}
    told = clerk.get(f"{nora}/history").json()
    assert [(one["field"], one["before"], one["after"], one["actor"]) for one in told[:2]] == [
        ("emails", "", "nora@post.example", CLERK),
        ("phones", "07700900472", "", CLERK),
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"shoe": "41"},
        {"surname": None},
        {"surname": "P", "phones": ["1;2"]},
        {"surname": "P", "tax_id": "500100732258"},
    ],
)
def test_what_can_not_be_is_not_taken(clerk: httpx.Client, fields: dict[str, object]) -> None:
    assert clerk.post("/api/customers", json={"fields": fields}).status_code == 422


def test_another_takes_the_supply_over_and_a_holder_is_asked_by_the_day(clerk: httpx.Client, nora: str) -> None:
    buyer = clerk.post("/api/customers", json={"fields": {"surname": "Hosking", "given_name": "Jago"}})
    path = f"{buyer.headers['Location']}/takeover"
    body = {"number": "T-40001", "day": "2026-03-01"}
    assert clerk.post(path, json=body).status_code == 428
    done = clerk.post(path, json=body, headers={"If-Match": buyer.headers["ETag"]})
    assert done.json()["contracts"] == {"TC-40001": "TC-40001/2"}, done.text
    held = {
        day: [one["name"] for one in clerk.get("/api/holders", params={"number": "TP-40001", "on": day}).json()]
        for day in ("2026-02-28", "2026-03-01")
    }
    assert held == {"2026-02-28": ["Tregear Nora"], "2026-03-01": ["Hosking Jago"]}


def test_staff_may_look_and_not_write(base: str, nora: str) -> None:
    with client_of(base, STAFF) as staff:
        assert staff.post("/api/customers", json={"fields": NORA}).status_code == 403
        assert staff.post("/api/customers/likely", json={"fields": NORA}).status_code == 403
        assert staff.patch(nora, json={"fields": {}}, headers={"If-Match": '"1"'}).status_code == 403
        told = staff.get(f"{nora}/history").json()
        assert next(one["after"] for one in told if one["field"] == "tax_id").startswith("••")
