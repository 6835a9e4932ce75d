"""The database's connection breaks within each kind of transaction, at its commit, and after it before the answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select, update

from api.http.app import create_app
from api.wiring import Rooms
from archive import employees, journal
from archive.access import Role
from archive.errors import Conflict, EngineAway
from archive.schema import customer, document, job
from intake import deciding
from intake.adapters.in_catalogue import this_owner
from intake.deciding import Correction
from tests.faults.between import network_before
from tests.faults.cutting import WHENS, Line, When, line_to
from tests.faults.small_http import rooms_for_http
from tests.faults.small_mail import (
    ALL,
    BRANCH,
    all_is_well,
    archive_at,
    finish,
    furnish,
    hand_in,
    letter,
    worker_of,
    write_letters,
)
from tests.on_engines import fresh_database
from tests.story.browsing import serving

pytestmark = pytest.mark.engine


@dataclass
class World:
    """One archive for all tests here, behind a line that breaks; each test hands in letters of its own."""

    rooms: Rooms
    line: Line
    folder: Path
    files: list[Path] = field(default_factory=list)

    def new_letter(self) -> Path:
        """A file that nobody has seen."""
        self.files += write_letters(self.folder / "mail", [len(self.files)])
        return self.files[-1]

    def give_back(self) -> None:
        """What a worker does at its next turn, without its pause."""
        self.rooms.jobs.postpone(this_owner(), "the catalogue was away")
        with self.rooms.catalogue.writing() as connection:
            connection.execute(update(job).values(run_after=""))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("cut_off")
    with (
        fresh_database() as catalogue,
        line_to(catalogue) as line,
        archive_at(folder / "home", {"DOSSIER_CATALOGUE_URL": line.url}) as rooms,
    ):
        furnish(rooms, folder)
        with rooms.catalogue.writing() as connection:
            employees.add(connection, "clerk", "Clerk", "a long password", [(Role.CLERK, BRANCH)])
        yield World(rooms, line, folder)


def broken(world: World, statement: str, when: When, work: Callable[[], object]) -> None:
    """The work is told that the catalogue is away."""
    breaks = world.line.breaks
    world.line.break_at(statement, when)
    with pytest.raises(EngineAway, match="the catalogue"):
        work()
    assert world.line.breaks == breaks + 1


def test_an_acceptance_done_again_by_its_client_is_one_arrival(world: World) -> None:
    with world.rooms.catalogue.writing() as connection:
        token = employees.begin_session(connection, "clerk", 8)
    app = create_app(rooms_for_http(world.rooms))
    with serving(app) as base, httpx.Client(base_url=base, timeout=60) as client:
        for count, when in enumerate(WHENS):
            # Word for word as a file of the test's, so that it is proven with the others.
            file = world.new_letter()
            sent = {
                "files": {"file": (file.name, file.read_bytes())},
                "data": {"branch": BRANCH, "channel": "post"},
                "headers": {"authorization": f"Bearer {token}", "idempotency-key": f"letter {count}"},
            }
            world.line.break_at("INSERT INTO arrival", when)
            lost = client.post("/api/arrivals", **sent)
            assert (lost.status_code, lost.json()["code"], lost.headers["retry-after"]) == (503, "engine_away", "5")
            answers = [client.post("/api/arrivals", **sent) for _ in range(2)]
            assert [answer.status_code for answer in answers] == [202, 202]
            assert len({answer.json()["receipt_number"] for answer in answers}) == 1
            with world.rooms.catalogue.writing() as connection:
                number = answers[0].json()["receipt_number"]
                connection.exec_driver_sql(
                    "UPDATE arrival SET source_path = %(path)s WHERE receipt_number = %(number)s",
                    {"path": str(file), "number": number},
                )
    finish(world.rooms)
    all_is_well(world.rooms, world.files)


def test_a_file_taken_in_again_is_one_arrival(world: World) -> None:
    for when in WHENS:
        file = world.new_letter()
        broken(world, "INSERT INTO arrival", when, lambda file=file: hand_in(world.rooms, [file]))
        assert hand_in(world.rooms, [file]) == hand_in(world.rooms, [file])
    finish(world.rooms)
    all_is_well(world.rooms, world.files)


@pytest.mark.parametrize("when", WHENS)
@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("UPDATE job SET", id="taking a job"),
        pytest.param("INSERT INTO document", id="opening"),
        pytest.param("UPDATE document SET reading", id="reading"),
        pytest.param("UPDATE document SET state", id="settling"),
        pytest.param("INSERT INTO filing", id="filing"),
    ],
)
def test_a_step_whose_transaction_broke_is_done_once(world: World, statement: str, when: When) -> None:
    hand_in(world.rooms, [world.new_letter()])
    worker = worker_of(world.rooms)

    def work() -> None:
        while worker.do_one():
            pass

    broken(world, statement, when, work)
    world.give_back()
    finish(world.rooms)
    all_is_well(world.rooms, world.files)


@pytest.mark.parametrize("when", WHENS)
def test_a_turn_of_the_feeder_and_of_the_sealer_that_broke_is_taken_again(world: World, when: When) -> None:
    hand_in(world.rooms, [world.new_letter()])
    worker = worker_of(world.rooms)
    while worker.do_one():
        pass
    broken(world, "DELETE FROM outbox", when, world.rooms.feed_all)
    broken(world, "INSERT INTO journal_block", when, lambda: journal.seal(world.rooms.catalogue))
    finish(world.rooms)
    journal.seal(world.rooms.catalogue)
    all_is_well(world.rooms, world.files)


@pytest.mark.parametrize("when", WHENS)
def test_what_a_clerk_decided_stands_once(world: World, when: When) -> None:
    file = world.new_letter()
    file.write_text(letter(len(world.files)).partition("Account")[0] + f"A customer of yours ({file.stem})\n")
    hand_in(world.rooms, [file])
    finish(world.rooms)
    with world.rooms.catalogue.reading() as connection:
        row = connection.execute(select(document).where(document.c.state == "review")).one()
        whose = connection.execute(select(customer.c.id)).scalars().first()
    what = Correction("quality_complaint", whose, "new")

    def decide() -> None:
        deciding.correct(world.rooms.catalogue, ALL, row.id, row.version, what)

    broken(world, "INSERT INTO filing", when, decide)
    if when == "after the commit":
        with pytest.raises(Conflict):
            decide()
    else:
        decide()
    finish(world.rooms)
    with world.rooms.catalogue.writing() as connection:
        connection.execute(update(document).where(document.c.id == row.id).values(reason="account"))
    all_is_well(world.rooms, world.files)


def test_a_database_that_is_gone_for_a_while_is_waited_for(tmp_path: Path) -> None:
    with (
        fresh_database() as catalogue,
        network_before(catalogue) as network,
        archive_at(tmp_path / "home", {"DOSSIER_CATALOGUE_URL": network.url}) as rooms,
    ):
        furnish(rooms, tmp_path)
        files = write_letters(tmp_path / "mail", range(4))
        hand_in(rooms, files[:2])
        worker = worker_of(rooms)
        worker.do_one()
        network.cut()
        for work in (worker.do_one, rooms.feeder.feed, lambda: hand_in(rooms, files[2:])):
            with pytest.raises(EngineAway):
                work()
        network.join()
        hand_in(rooms, files)
        finish(rooms)
        all_is_well(rooms, files)
