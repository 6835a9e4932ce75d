"""A legal hold through API, page and desk: placed and lifted by a supervisor, seen by whoever sees the letter."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from api.http.app import create_app
from api.signing_in import COOKIE, FORM_TOKEN, form_token_of
from tests.promises.test_every_route import HIDDEN
from tests.story.browsing import serving
from tests.story.stocked import ADMIN, CLERK, PASSWORD, Stock, stock

WHY = "court case 17/26"


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Stock]:
    stocked = stock(tmp_path)
    yield stocked
    stocked.close()


@pytest.fixture
def base(made: Stock) -> Iterator[str]:
    with serving(create_app(made.rooms)) as address:
        yield address


@contextmanager
def signed_in(base: str, login: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=base, timeout=20) as client:
        client.post("/sign-in", data={"login": login, "password": PASSWORD})
        client.headers["X-Form-Token"] = form_token_of(client.cookies[COOKIE])
        yield client


def test_a_supervisor_holds_a_letter_and_everybody_who_sees_it_sees_that(made: Stock, base: str) -> None:
    letter = f"/api/documents/{made.documents[HIDDEN]}"
    with signed_in(base, ADMIN) as admin, signed_in(base, CLERK) as clerk:
        assert clerk.put(f"{letter}/hold", json={"reason": WHY}).status_code == 403
        assert admin.put(f"{letter}/hold", json={"reason": " "}).status_code == 422
        placed = admin.put(f"{letter}/hold", json={"reason": WHY})
        assert placed.status_code == 200 and placed.json()["reason"] == WHY
        assert admin.put(f"{letter}/hold", json={"reason": WHY}).status_code == 409
        assert clerk.get(letter).json()["hold"] == placed.json() | {"actor": ADMIN}
        page = clerk.get(letter.removeprefix("/api"), headers={"Accept-Language": "en"}).text
        assert "On legal hold since" in page and WHY in page
        assert clerk.get(f"{letter}/history").json()[0]["action"] == "hold"
        assert admin.delete(f"{letter}/hold", params={"reason": "settled"}).status_code == 204
        assert clerk.get(letter).json()["hold"] is None
        assert admin.delete(f"{letter}/hold", params={"reason": "settled"}).status_code == 409


@pytest.mark.parametrize(
    ("language", "hold", "held", "lift"),
    [
        ("en", "Put on legal hold", "On legal hold since", "Lift the hold"),
        ("ru", "Удержать от уничтожения", "Удержано от уничтожения с", "Снять удержание"),
    ],
)
def test_a_supervisor_holds_and_lifts_by_the_letters_page(
    made: Stock, base: str, language: str, hold: str, held: str, lift: str
) -> None:
    letter = f"/documents/{made.documents[HIDDEN]}"
    with signed_in(base, ADMIN) as admin, signed_in(base, CLERK) as clerk:
        token = {FORM_TOKEN: admin.headers.pop("X-Form-Token")}
        for client in (admin, clerk):
            client.headers["Accept-Language"] = language
        page = admin.get(letter).text
        assert hold in page and lift not in page and hold not in clerk.get(letter).text
        assert clerk.post(f"{letter}/hold", data={"reason": WHY}).status_code == 403
        assert admin.post(f"{letter}/hold", data={"reason": WHY}).status_code == 403, "a form from elsewhere"
        assert admin.post(f"{letter}/hold", data=token | {"reason": " "}).status_code == 422
        assert held not in admin.get(letter).text
        placed = admin.post(f"{letter}/hold", data=token | {"reason": WHY})
        assert (placed.status_code, placed.headers["location"]) == (303, letter)
        page = admin.get(letter).text
        assert held in page and WHY in page and lift in page and hold not in page
        seen = clerk.get(letter).text
        assert held in seen and lift not in seen and f"{letter}/lift" not in seen
        assert clerk.post(f"{letter}/lift", data={"reason": "settled"}).status_code == 403
        assert admin.post(f"{letter}/lift", data=token | {"reason": "settled"}).status_code == 303
        assert hold in admin.get(letter).text and held not in admin.get(letter).text


def test_a_letter_on_hold_is_not_joined_to_another(made: Stock, base: str) -> None:
    letter = f"/api/documents/{made.documents[HIDDEN]}"
    with signed_in(base, ADMIN) as admin:
        version = admin.get(letter).headers["etag"]
        admin.put(f"{letter}/hold", json={"reason": WHY})
        refused = admin.post(f"{letter}/join", headers={"If-Match": version})
        assert refused.status_code == 409 and "legal hold" in refused.json()["detail"], refused.text
