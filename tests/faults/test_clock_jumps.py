"""A clock that is set forward or back by hours, between steps and in the middle of each: nothing twice, nothing stuck."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path

import pytest
from sqlalchemy import update

from api import finding, signing_in  # noqa: F401 - loaded before the clock is moved
from api.settings import read_settings
from api.wiring import Rooms
from api.workers import load_for_work
from archive import employees, journal, journal_proof, looks  # noqa: F401
from archive.access import Role
from archive.errors import EngineFailed, NotSignedIn, TooManyTries
from archive.schema import document
from archive.showing import desk
from intake import decision  # noqa: F401
from intake.adapters.in_catalogue import this_owner
from intake.jobs import NewJob, place_of
from tests.faults.clocks import Clock
from tests.faults.small_mail import ALL, BRANCH, all_is_well, archive_at, finish, furnish, hand_in, write_letters
from tests.faults.steps import in_the_middle_of

JUMPS = {
    "forward": (5.0, 30.0, 1.0),
    "back": (-5.0, -30.0, -1.0),
    "to and fro": (7.0, -9.0, 26.0, -50.0, 26.0),
}


@pytest.fixture
def rooms(tmp_path: Path) -> Iterator[Rooms]:
    load_for_work(read_settings({}))
    with archive_at(tmp_path / "home") as opened:
        furnish(opened, tmp_path)
        yield opened


@pytest.fixture
def clock(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.mark.parametrize("jumps", JUMPS.values(), ids=JUMPS)
def test_whatever_the_clock_does_every_letter_is_filed_once_and_at_once(
    rooms: Rooms, clock: Clock, jumps: tuple[float, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    each = cycle(jumps)
    in_the_middle_of(monkeypatch, lambda _step: clock.jump(next(each)))
    files = write_letters(tmp_path / "mail", range(6))
    for file in files:
        hand_in(rooms, [file])
        clock.jump(next(each))
    finish(rooms)
    journal.seal(rooms.catalogue)
    journal_proof.anchor(rooms.catalogue, rooms.objects, datetime.now(UTC).date())
    hand_in(rooms, files)  # once more: known
    finish(rooms)
    journal.seal(rooms.catalogue)
    all_is_well(rooms, files)


def test_a_job_that_waits_to_be_tried_again_is_not_forgotten_when_the_clock_goes_back(
    rooms: Rooms, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = write_letters(tmp_path / "mail", range(3))
    with monkeypatch.context() as patch:
        failing = [True]

        def fail(_step: str) -> None:
            if failing.pop() if failing else False:
                raise EngineFailed("for once")

        in_the_middle_of(patch, fail, "read")
        hand_in(rooms, files)
        finish(rooms)
        assert rooms.jobs.waiting() > 0, "one waits for its time, and holds up those behind it"
    clock.jump(-3)
    finish(rooms)
    all_is_well(rooms, files)


def test_a_lease_of_before_the_clock_went_back_does_not_last_for_hours(rooms: Rooms, clock: Clock) -> None:
    elsewhere = "another-host:1:1:1:1"
    with rooms.catalogue.writing() as connection:
        rooms.jobs.add(connection, NewJob("open", 1, BRANCH, place_of(1)))
    assert rooms.jobs.take(elsewhere) is not None
    assert rooms.jobs.recover() == 0
    clock.jump(-3)
    assert rooms.jobs.recover() == 1
    assert rooms.jobs.take(this_owner()) is not None


def test_a_letter_that_a_colleague_held_is_free_when_the_clock_goes_back(
    rooms: Rooms, clock: Clock, tmp_path: Path
) -> None:
    hand_in(rooms, write_letters(tmp_path / "mail", range(1)))
    finish(rooms)
    with rooms.catalogue.writing() as connection:
        connection.execute(update(document).values(state="review"))
        assert desk.hold(connection, ALL, 1)
        other = employees.Employee(2, "olga", "Olga", "en", frozenset(), frozenset({(Role.CLERK, BRANCH)})).access
        assert not desk.hold(connection, other, 1)
        clock.jump(-3)
        assert desk.hold(connection, other, 1)


def test_nobody_is_locked_out_for_hours_and_sessions_end_all_the_same(rooms: Rooms, clock: Clock) -> None:
    with rooms.catalogue.writing() as connection:
        employees.add(connection, "anna", "Anna", "correct horse battery", [(Role.CLERK, BRANCH)])
    for _ in range(employees.TRIES_FROM_ONE_ADDRESS):
        with pytest.raises(NotSignedIn):
            employees.sign_in(rooms.catalogue, "anna", "wrong", "here", 8)
    with pytest.raises(TooManyTries):
        employees.sign_in(rooms.catalogue, "anna", "correct horse battery", "here", 8)
    clock.jump(-3)
    token = employees.sign_in(rooms.catalogue, "anna", "correct horse battery", "here", 8)
    clock.jump(9)
    with rooms.catalogue.reading() as connection, pytest.raises(NotSignedIn):
        employees.signed_in(connection, token)
