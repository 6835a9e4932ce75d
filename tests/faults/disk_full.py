"""What is done on a disk without space, for `test_disk_full.py`: each function runs in a process of its own."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from api.wiring import Rooms
from archive.errors import EngineAway
from archive.schema import arrival, job
from intake.adapters.in_catalogue import this_owner
from intake.jobs import MAX_ATTEMPTS
from intake.sandbox import Sandbox
from intake.working import Worker
from search.ports import Query
from tests.faults.killing import COMMAND, ROOT
from tests.faults.small_disk import SmallDisk
from tests.faults.small_mail import (
    ALL,
    all_is_well,
    archive_at,
    finish,
    furnish,
    hand_in,
    worker_of,
    write_letters,
)

ROOMS = (0, 4 << 10, 12 << 10, 24 << 10)
"""So many bytes are left: for nothing, and for a part of what is to be written."""
EVERYTHING = Query(facets=False, highlights=False)


def refused(call: Callable[[], object]) -> str:
    """What is told where there is no space: that an engine is away, and the remedy."""
    with pytest.raises(EngineAway) as told:
        call()
    words = str(told.value)
    assert "space" in words and "try again" in words, words
    return words


def held(rooms: Rooms) -> tuple[int, int]:
    """How many arrivals and jobs there are."""
    with rooms.catalogue.reading() as connection:
        counts = [connection.execute(select(func.count()).select_from(one)).scalar_one() for one in (arrival, job)]
    return counts[0], counts[1]


def accepting(disk: SmallDisk, mail: Path) -> None:
    """The bytes can not be kept; then the bytes can, and the catalogue's row can not."""
    with archive_at(disk.folder / "home") as rooms:
        furnish(rooms, mail)
        files = write_letters(mail, range(4))
        hand_in(rooms, files[:1])
        before = held(rooms)
        disk.fill()
        refused(lambda: hand_in(rooms, files[1:2]))
        assert held(rooms) == before
        disk.free()
        digest, _size = rooms.objects.put(io.BytesIO(files[1].read_bytes()))
        assert rooms.objects.verify(digest)
        disk.fill()
        refused(lambda: hand_in(rooms, files[1:2]))
        disk.free()
        assert held(rooms) == before
        hand_in(rooms, files)
        finish(rooms)
        all_is_well(rooms, files)


def the_catalogue_is_full(disk: SmallDisk, mail: Path) -> None:
    """At each statement and at the commit of an accept and of each job: as much space as it had before, and a bit more."""
    with archive_at(disk.folder / "home") as rooms:
        furnish(rooms, mail)
        files = write_letters(mail, range(6))
        for file in files:
            rooms.objects.put(io.BytesIO(file.read_bytes()))
        worker = worker_of(rooms)
        for count, file in enumerate(files):
            rooms.catalogue.close()  # which empties its log, so that what comes next needs space of its own
            tries = 0
            for room in ROOMS:
                disk.fill(room)
                try:
                    hand_in(rooms, [file])
                except EngineAway:
                    tries += 1
                disk.free()
            assert tries, "the disk was full"
            hand_in(rooms, [file])
            assert held(rooms)[0] == count + 1
        refusals = 0
        for turn in range(3 * 6 * 3):
            rooms.catalogue.close()
            disk.fill(ROOMS[turn % len(ROOMS)])
            refusals += not done_or_given_back(rooms, disk, worker)
        assert refusals > 6, refusals
        finish(rooms)
        all_is_well(rooms, files)


def done_or_given_back(rooms: Rooms, disk: SmallDisk, worker: Worker) -> bool:
    """Whether a job was done on the full disk; with space again, the one that was not waits its turn anew."""
    try:
        worker.do_one()
    except EngineAway as error:
        assert "space" in str(error)
        disk.free()
        rooms.jobs.postpone(this_owner(), "no space")
        with rooms.catalogue.writing() as connection:
            connection.execute(job.update().values(run_after=""))
        return False
    disk.free()
    return True


def the_scratch_is_full(disk: SmallDisk, mail: Path) -> None:
    """Opening and reading a letter on a full disk: it waits, it is never rejected, and no attempt is spent."""
    home = mail / "home"
    with archive_at(home) as rooms:
        (disk.folder / "scratch").mkdir()
        (home / "scratch").symlink_to(disk.folder / "scratch")
        furnish(rooms, mail)
        files = write_letters(mail, range(3))
        hand_in(rooms, files)
        worker = worker_of(rooms)
        for _ in range(MAX_ATTEMPTS + 2):
            disk.fill()
            assert not done_or_given_back(rooms, disk, worker)
        with rooms.catalogue.reading() as connection:
            assert set(connection.execute(select(job.c.attempts)).scalars()) == {0}
        finish(rooms)
        all_is_well(rooms, files)


def parsing(disk: SmallDisk, mail: Path) -> None:
    """Whatever a parser makes of a full disk is not believed: neither what it refuses nor what it answers."""
    scratch = disk.folder / "scratch"
    with Sandbox() as sandbox:
        for target in ("fill_up", "fill_up_and_tidy", "fill_up_and_say_nothing"):
            scratch.mkdir()
            disk.fill(256 << 10)
            refused(lambda target=target: sandbox.run(f"tests.faults.cell_targets:{target}", scratch=scratch))
            disk.free()
            shutil.rmtree(scratch)
        scratch.mkdir()
        assert sandbox.run("tests.faults.cell_targets:answer_much", scratch=scratch, size=3) == "xxx"


def the_index_is_full(disk: SmallDisk, mail: Path) -> None:
    """The feeder is told, the changes wait, questions are answered as before; with space it catches up."""
    with archive_at(mail / "home", {"DOSSIER_SEARCH_URL": f"tantivy://{disk.folder / 'index'}"}) as rooms:
        furnish(rooms, mail)
        files = write_letters(mail, range(12))
        hand_in(rooms, files[:4])
        finish(rooms)
        hand_in(rooms, files[4:])
        worker = worker_of(rooms)
        while worker.do_one():
            pass
        behind = rooms.feeder.lag().waiting
        assert behind > 0
        for room in (0, 2 << 10, 8 << 10):
            disk.fill(room)
            refused(rooms.feeder.feed)
            assert rooms.feeder.lag().waiting == behind
            refused(rooms.feeder.reindex)
            assert rooms.documents_index.count(EVERYTHING, ALL) == 4
            disk.free()
        finish(rooms)
        all_is_well(rooms, files)


def backing_up(disk: SmallDisk, mail: Path) -> None:
    """The backup's disk is full: the command says so, and goes on where it stopped when there is space."""
    home, copy = mail / "home", disk.folder / "backup"
    with archive_at(home) as rooms:
        furnish(rooms, mail)
        files = write_letters(mail, range(6))
        hand_in(rooms, files)
        finish(rooms)
    for room in (0, 600 << 10):
        disk.fill(room)
        done = dossier(home, "backup", str(copy))
        disk.free()
        assert done.returncode in (0, 7), done.stderr
        if done.returncode:
            assert "space" in done.stderr and "Traceback" not in done.stderr, done.stderr
    done = dossier(home, "backup", str(copy))
    assert done.returncode == 0, done.stderr
    with archive_at(mail / "elsewhere") as _made:
        pass
    assert dossier(mail / "elsewhere", "restore", str(copy)).returncode == 0
    with archive_at(mail / "elsewhere") as rooms:
        all_is_well(rooms, files)


def dossier(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """One command, its output apart."""
    command = [*COMMAND, *words, "--home", str(home), "--json"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
