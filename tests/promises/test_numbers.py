"""Numbers are gapless under many writing processes, also where transactions fail and processes are killed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import select

from archive.arrivals import ensure_branch
from archive.numbers import void, voided
from archive.ports import Catalogue
from archive.proofs.numbers import gaps
from archive.schema import arrival, counter
from tests.on_engines import Opened

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def catalogue(opened: Opened) -> Catalogue:
    return opened.catalogue


WRITERS, EACH = 8, 25

WRITER = """
import random, sys
from pathlib import Path
from api.wiring import catalogue_at
from archive.arrivals import NewArrival, register

class Refused(Exception): pass

catalogue, me, each = catalogue_at(sys.argv[1], Path()), sys.argv[2], int(sys.argv[3])
chance = random.Random(me)
print("ready", flush=True)
for number in range(each):
    new = NewArrival("post", f"{me}:{number}", chance.choice(["63", "02"]), "a", "a", "d" * 64, 1)
    try:
        with catalogue.writing() as connection:
            register(connection, new, me)
            if chance.random() < 0.2:
                raise Refused  # taken back: its number must be given to the next
    except Refused:
        pass
"""


def start(url: str, name: str, each: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, url, name, str(each)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def branches(catalogue: Catalogue) -> None:
    with catalogue.writing() as connection:
        for code in ("63", "02"):
            ensure_branch(connection, code)


def test_eight_processes_leave_no_gap(catalogue: Catalogue, opened: Opened) -> None:
    branches(catalogue)
    writers = [start(opened.url, f"writer {place}", EACH) for place in range(WRITERS)]
    for writer in writers:
        writer.communicate()
        assert writer.returncode == 0
    with catalogue.reading() as connection:
        given = connection.execute(select(arrival.c.receipt_number)).scalars().all()
        assert list(gaps(connection)) == []
        counted = sum(connection.execute(select(counter.c.last)).scalars())
    assert len(set(given)) == len(given) == counted
    assert WRITERS * EACH * 0.6 < counted < WRITERS * EACH


def test_a_killed_process_leaves_no_gap(catalogue: Catalogue, opened: Opened) -> None:
    branches(catalogue)
    chance = random.Random(1)
    for round_ in range(2):
        writers = [start(opened.url, f"{round_}.{place}", 2000) for place in range(2)]
        for writer in writers:
            assert writer.stdout is not None
            writer.stdout.readline()
        time.sleep(chance.uniform(0.05, 0.2))
        for writer in writers:
            os.kill(writer.pid, signal.SIGKILL)
            writer.communicate()
    with catalogue.reading() as connection:
        assert connection.execute(select(arrival.c.id)).first() is not None
        assert list(gaps(connection)) == []


def test_a_void_number_says_why_and_is_not_given_again(catalogue: Catalogue) -> None:
    with catalogue.writing() as connection:
        void(connection, "IN-63-2026-0000001", "entered twice", "anna")
        assert voided(connection, "IN-63-2026-0000001") == "entered twice"
        assert voided(connection, "IN-63-2026-0000002") is None
