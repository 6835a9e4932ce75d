"""Merging customers over HTTP: for the version that was seen, and the card tells of it."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from api.http.app import create_app
from tests.story.browsing import serving
from tests.story.stocked import ADMIN, PASSWORD, Stock, stock


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stock]:
    stocked = stock(tmp_path_factory.mktemp("merging"))
    yield stocked
    stocked.close()


@pytest.fixture(scope="module")
def admin(made: Stock) -> Iterator[httpx.Client]:
    with serving(create_app(made.rooms)) as base, httpx.Client(base_url=base, timeout=20) as client:
        given = client.post("/api/sessions", json={"login": ADMIN, "password": PASSWORD}).json()
        client.cookies.clear()
        client.headers["Authorization"] = f"Bearer {given['token']}"
        yield client


def test_a_merge_holds_for_the_version_that_was_seen(admin: httpx.Client, made: Stock) -> None:
    one, into = (f"/api/customers/{made.customers[key]}" for key in ("B-3", "B-1"))
    seen, body = admin.get(one).headers["ETag"], {"into": made.customers["B-1"], "reason": "the same"}
    assert admin.post(f"{one}/merge", json=body).status_code == 409
    assert admin.post(f"{one}/merge", json=body, headers={"If-Match": '"99"'}).status_code == 409
    done = admin.post(f"{one}/merge", json=body, headers={"If-Match": seen})
    assert (done.status_code, done.json()["root_id"]) == (200, made.customers["B-1"])
    card = admin.get(one)
    assert card.json()["id"] == made.customers["B-1"] and card.headers["ETag"] == done.headers["ETag"]
    assert [merge["reason"] for merge in card.json()["merges"]] == ["the same"]
    again = {"If-Match": card.headers["ETag"]}
    assert admin.post(f"{one}/merge", json=body, headers=again).status_code == 409
    parted = admin.post(f"{one}/unmerge", json={"reason": "two people"}, headers=again)
    assert (parted.status_code, parted.json()["root_id"]) == (200, made.customers["B-3"])
    assert admin.get(into).json()["merges"] == []


def test_a_word_on_a_pair_stands_on_the_card_and_against_the_merge(admin: httpx.Client, made: Stock) -> None:
    one, other = made.customers["B-3"], made.customers["B-4"]
    path = f"/api/customers/{one}"
    seen = {"If-Match": admin.get(path).headers["ETag"]}
    word = {"word": "relatives", "kind": "twins", "reason": "both came"}
    assert admin.put(f"{path}/words/{other}", json=word).status_code == 409
    assert admin.put(f"{path}/words/{other}", json=word, headers=seen).json()["kind"] == "twins"
    assert [said["word"] for said in admin.get(f"/api/customers/{other}").json()["said"]] == ["relatives"]
    refused = admin.post(f"{path}/merge", json={"into": other, "reason": "the same"}, headers=seen)
    assert refused.status_code == 409 and "told apart" in refused.text
    gone = admin.delete(f"{path}/words/{other}", params={"reason": "a mistake"}, headers=seen)
    assert gone.status_code == 204 and admin.get(path).json()["said"] == []
