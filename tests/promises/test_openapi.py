"""The API is what its description says: the snapshot beside this file, and each answer in the shape it promises.

After a wanted change: `python -m tests.promises.test_openapi` writes the snapshot anew; look at what changed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from pydantic import TypeAdapter

from api import finding
from api.http import cases, ledger, shapes
from api.http.app import create_app
from api.http.customers import CardWithAddresses
from api.http.rooms import Rooms
from api.settings import read_settings
from archive.showing import customers, letters, lists
from tests.story.browsing import serving
from tests.story.stocked import ADMIN, PASSWORD, Stock, stock

SNAPSHOT = Path(__file__).with_name("openapi.json")


def described() -> dict[str, Any]:
    """The description, of an application that has no archive behind it: nothing is asked of its rooms."""
    settings = read_settings({}, Path("home"))
    nothing = cast(Any, None)
    rooms = Rooms(*[nothing] * 4, settings, *[nothing] * 7)
    return create_app(rooms).openapi()


def test_the_description_is_the_one_in_the_repository() -> None:
    assert json.loads(SNAPSHOT.read_text(encoding="utf-8")) == json.loads(json.dumps(described()))


def test_every_route_is_described_in_words_and_names_its_problems() -> None:
    for path, methods in described()["paths"].items():
        for method, told in methods.items():
            assert told.get("description"), f"{method} {path} has no description"
            if path.startswith("/api/"):
                assert {"401", "403", "404", "422"} <= set(told["responses"]), f"{method} {path}"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stock]:
    stocked = stock(tmp_path_factory.mktemp("shapes"))
    yield stocked
    stocked.close()


@pytest.fixture(scope="module")
def client(made: Stock) -> Iterator[httpx.Client]:
    with serving(create_app(made.rooms)) as base, httpx.Client(base_url=base, timeout=20) as asking:
        token = asking.post("/api/sessions", json={"login": ADMIN, "password": PASSWORD}).json()["token"]
        asking.headers["Authorization"] = f"Bearer {token}"
        yield asking


SHAPES: tuple[tuple[str, Any], ...] = (
    ("/api/documents/{document}", shapes.Document),
    ("/api/documents/{document}/text", shapes.Text),
    ("/api/documents/{document}/history", list[letters.Happening]),
    ("/api/arrivals/{receipt}", lists.Arrival),
    ("/api/customers/{customer}", CardWithAddresses),
    ("/api/customers/{customer}/documents", list[customers.Line]),
    ("/api/customers?q=whitlock", finding.Customers),
    ("/api/cases/{case}", cases.CaseShown),
    ("/api/search?q=whitlock", finding.Found),
    ("/api/ledger", ledger.Ledger),
    ("/api/ledger/letters", list[lists.Letter]),
    ("/api/ledger/arrivals", list[lists.Arrival]),
    ("/api/health", shapes.Health),
)


@pytest.mark.parametrize(("path", "shape"), SHAPES, ids=[path for path, _shape in SHAPES])
def test_the_answer_has_the_shape_it_promises(path: str, shape: Any, client: httpx.Client, made: Stock) -> None:
    named = path.format(
        document=made.documents["filed reading"],
        receipt=made.receipts["filed reading"],
        case=made.cases["filed reading"],
        customer=made.customers["B-3"],
    )
    answer = client.get(named)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert TypeAdapter(shape).dump_python(TypeAdapter(shape).validate_python(told), mode="json") == told


def test_a_problem_is_a_problem(client: httpx.Client) -> None:
    for answer in (client.get("/api/documents/999999"), client.get("/api/nothing"), client.get("/api/search?limit=0")):
        assert answer.headers["content-type"] == "application/problem+json"
        assert {"type", "title", "status", "detail", "code"} <= set(answer.json())


if __name__ == "__main__":
    SNAPSHOT.write_text(json.dumps(described(), indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
