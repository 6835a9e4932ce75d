"""The search server is away for the length of an intake: letters are filed, questions are refused, the index catches up."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from api.http.app import create_app
from api.wiring import Rooms
from archive import employees
from archive.access import Role
from archive.errors import EngineAway
from tests.faults.between import Network, network_before
from tests.faults.killing import COMMAND, ROOT
from tests.faults.small_http import rooms_for_http
from tests.faults.small_mail import (
    BRANCH,
    all_is_well,
    archive_at,
    finish,
    furnish,
    hand_in,
    worker_of,
    write_letters,
)
from tests.on_engines import fresh_prefix
from tests.story.browsing import serving

pytestmark = pytest.mark.engine


@dataclass(frozen=True)
class World:
    """An archive with a few letters, its search server behind a network that can be cut, asked over HTTP by a clerk."""

    rooms: Rooms
    network: Network
    client: httpx.Client
    folder: Path

    def ask(self, words: str) -> httpx.Response:
        """A search, as a program asks it."""
        return self.client.get("/api/search", params={"q": words})

    def page(self, words: str) -> httpx.Response:
        """The same in a browser."""
        return self.client.get("/", params={"q": words, "in": "documents"}, headers={"Accept-Language": "en"})


@pytest.fixture(params=["elasticsearch", "opensearch"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    with (
        fresh_prefix(request.param) as url,
        network_before(url) as network,
        archive_at(tmp_path / "home", {"DOSSIER_SEARCH_URL": network.url}) as rooms,
    ):
        furnish(rooms, tmp_path)
        with rooms.catalogue.writing() as connection:
            employees.add(connection, "clerk", "Clerk", "a long password", [(Role.CLERK, BRANCH)])
            token = employees.begin_session(connection, "clerk", 8)
        with (
            serving(create_app(rooms_for_http(rooms))) as base,
            httpx.Client(base_url=base, timeout=60, headers={"authorization": f"Bearer {token}"}) as client,
        ):
            yield World(rooms, network, client, tmp_path)


def test_letters_are_filed_and_nobody_is_told_that_nothing_was_found(world: World) -> None:
    files = write_letters(world.folder / "mail", range(6))
    hand_in(world.rooms, files[:2])
    finish(world.rooms)
    assert world.ask("Whitlock bill flicker").status_code == 200

    world.network.cut()
    hand_in(world.rooms, files[2:])
    worker = worker_of(world.rooms)
    while worker.do_one():
        with suppress(EngineAway):  # there may be nothing to feed yet
            world.rooms.feeder.feed()
    with pytest.raises(EngineAway):
        world.rooms.feeder.feed()
    for words in ("flicker", "no such word at all", ""):
        refused, page = world.ask(words), world.page(words)
        assert (refused.status_code, refused.json()["code"], refused.headers["retry-after"]) == (
            503,
            "engine_away",
            "5",
        )
        assert page.status_code == 503 and "Nothing was found" not in page.text
    health = world.client.get("/api/health").json()
    assert health["index_waiting"] == 4 and health["index_waiting_since"]

    world.network.join()
    answer, page = world.ask("Penrose"), world.page("Underhill recalculate")
    assert answer.json()["behind"]["changes"] == 4
    assert "Nothing was found" not in page.text and "4 changes" in page.text
    finish(world.rooms)
    assert world.ask("Penrose").json()["behind"] == {"changes": 0, "since": None}
    assert "Nothing was found" in world.page("nosuchword").text
    all_is_well(world.rooms, files)


def test_the_command_takes_all_in_and_tells_what_waits(world: World) -> None:
    files = write_letters(world.folder / "mail", range(4))
    world.network.cut()
    environment = {**os.environ, "DOSSIER_SEARCH_URL": world.network.url, "DOSSIER_BRANCH": BRANCH}
    command = [*COMMAND, "intake", *map(str, files), "--home", str(world.rooms.settings.home), "--json"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert [json.loads(line)["outcome"] for line in done.stdout.splitlines()] == ["filed"] * len(files)
    assert "4 changes wait" in done.stderr
    world.network.join()
    finish(world.rooms)
    all_is_well(world.rooms, files)
