"""A folder plan is tried, put in force and taken back: at the command line, over HTTP and on the customer's page."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api.http.app import create_app
from api.wiring import folder_plan_at
from archive.folder_plan import load_plan, put_in_force
from tests.faults.killing import COMMAND, ROOT, dossier
from tests.story.browsing import serving
from tests.story.stocked import ADMIN, PASSWORD, Stock, stock

_PLAN = """
folders:
  - {code: meters, names: {en: All of meters}, types: [meter_reading, meter_replacement_act]}
  - {code: supply, names: {en: New supplies}, types: [new_connection]}
  - {code: correspondence, names: {en: All else}, rest: true}
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stock]:
    stocked = stock(tmp_path_factory.mktemp("plans"))
    yield stocked
    stocked.close()


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "plan.yaml"
    path.write_text(_PLAN)
    return path


@pytest.fixture
def admin(made: Stock, plan: Path) -> Iterator[httpx.Client]:
    """An admin at the archive while the plan is in force."""
    with serving(create_app(made.rooms)) as base, httpx.Client(base_url=base, timeout=20) as client:
        client.post("/sign-in", data={"login": ADMIN, "password": PASSWORD})
        put_in_force(folder_plan_at(str(plan)))
        yield client
    put_in_force(load_plan())


def _run(made: Stock, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    command = [*COMMAND, *words, "--home", str(made.rooms.settings.home)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=os.environ | settings)


def test_the_dry_run_tells_and_the_setting_does_it(made: Stock, plan: Path) -> None:
    home, reading, supply = made.rooms.settings.home, made.documents["filed reading"], made.documents["other filed"]
    *told, sums = dossier(home, "folders", "plan", str(plan))
    moved = {one["document"]: (one["from"], one["to"], one["customer"]) for one in told}
    assert moved[reading] == ("metering", "meters", made.customers["B-3"])
    assert moved[supply] == ("connection", "supply", made.customers["B-5"])
    assert moved[made.documents["marked letter"]][:2] == ("authority", "correspondence")
    assert sums["moves"] == len(told) == sum(one["letters"] for one in sums["by_folder"])
    shown = _run(made, "folders", "plan", str(plan)).stdout
    assert f"{len(told)} letters would move" in shown and "metering" in shown and "meters" in shown

    before = _run(made, "show", str(reading)).stdout
    after = _run(made, "show", str(reading), DOSSIER_FOLDER_PLAN=str(plan)).stdout
    assert "filed in: metering" in before and "filed in: meters" in after
    assert "0 letters would move" in _run(made, "folders", "plan", str(plan), DOSSIER_FOLDER_PLAN=str(plan)).stdout
    assert _run(made, "show", str(reading)).stdout == before


def test_a_bad_plan_stops_whoever_opens_the_archive_with_its_place(made: Stock, plan: Path) -> None:
    plan.write_text(_PLAN.replace("new_connection", "new_conection"))
    for done in (_run(made, "ledger", DOSSIER_FOLDER_PLAN=str(plan)), _run(made, "folders", "plan", str(plan))):
        assert done.returncode == 2 and done.stdout == ""
        assert f"{plan}: folder 2 (supply): there is no type of letter new_conection" in done.stderr


def test_a_folder_that_is_no_more_leads_to_where_its_letters_are(admin: httpx.Client, made: Stock) -> None:
    one = f"/customers/{made.customers['B-3']}"
    old = admin.get(one, params={"folder": "metering"}).text
    assert "no folder “Meters and readings” any more" in old and "in “All of meters” now" in old
    assert f"/documents/{made.documents['filed reading']}" in old and "?folder=meters#timeline" in old
    assert "any more" not in admin.get(one, params={"folder": "meters"}).text
    found = admin.get(f"/api{one}/documents", params={"folder": "metering"}).json()
    assert [(line["id"], line["folder"]) for line in found] == [(made.documents["filed reading"], "meters")]


def test_a_folder_that_was_parted_says_so_and_its_letters_are_reached(admin: httpx.Client, made: Stock) -> None:
    one, letter = f"/customers/{made.customers['B-5']}", made.documents["other filed"]
    shown = admin.get(one, params={"folder": "connection"}).text
    assert "no folder “Connection and capacity” any more: here are all letters" in shown
    assert f"/documents/{letter}" in shown
    assert "New supplies" in admin.get(f"/documents/{letter}").text
    refused = admin.get(f"/api{one}/documents", params={"folder": "connection"})
    assert refused.status_code == 404 and "meters, supply, correspondence" in refused.json()["detail"]
