"""A worker killed by -9 in the middle of every step, by name: no letter is lost, none is filed twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.faults.celery_workers import celery_workers, wait_until, waiting
from tests.faults.dying import BY_WORKERS
from tests.faults.killing import ROOT
from tests.faults.small_mail import BRANCH, all_is_well, archive_at, finish, furnish, hand_in, write_letters
from tests.on_engines import address, fresh_bucket, fresh_database, fresh_prefix, on_engine

LETTERS = 6
MIXES = [
    pytest.param(None, id="embedded"),
    on_engine(("minio", "elasticsearch"), "minio-elasticsearch"),
    on_engine(("versitygw", "opensearch"), "versitygw-opensearch"),
]


@pytest.fixture(params=MIXES)
def environment(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The settings of an empty archive: embedded, then all on servers."""
    chosen = {"DOSSIER_HOME": str(tmp_path / "home"), "DOSSIER_BRANCH": BRANCH}
    with ExitStack() as engines:
        if request.param:
            store, index = request.param
            chosen |= {
                "DOSSIER_CATALOGUE_URL": engines.enter_context(fresh_database()),
                "DOSSIER_OBJECTS_URL": engines.enter_context(fresh_bucket(store)),
                "DOSSIER_SEARCH_URL": engines.enter_context(fresh_prefix(index)),
            }
        yield chosen


def test_a_worker_of_the_job_table(environment: dict[str, str], tmp_path: Path) -> None:
    home, marks = tmp_path / "home", tmp_path / "marks"
    marks.mkdir()
    with archive_at(home, environment) as rooms:
        furnish(rooms, tmp_path)
        files = write_letters(tmp_path / "mail", range(LETTERS))
        hand_in(rooms, files)
    command = [sys.executable, "-m", "tests.faults.dying", str(marks)]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-4000:]
    assert {mark.name for mark in marks.iterdir()} == set(BY_WORKERS)
    assert int(done.stdout) == len(BY_WORKERS)
    with archive_at(home, environment) as rooms:
        all_is_well(rooms, files)


@pytest.mark.parametrize("broker", [on_engine("rabbitmq", "rabbitmq"), on_engine("redis", "redis")])
def test_a_worker_of_celery(broker: str, tmp_path: Path) -> None:
    home, marks, log = tmp_path / "home", tmp_path / "marks", tmp_path / "log"
    marks.mkdir()
    with fresh_database() as catalogue:
        chosen = {
            "DOSSIER_HOME": str(home),
            "DOSSIER_BRANCH": BRANCH,
            "DOSSIER_CATALOGUE_URL": catalogue,
            "DOSSIER_JOBS_URL": address(broker),
            "DOSSIER_TEST_MARKS": str(marks),
        }
        with archive_at(home, chosen) as rooms:
            furnish(rooms, tmp_path)
            files = write_letters(tmp_path / "mail", range(LETTERS))
            hand_in(rooms, files)
            with celery_workers(chosen, log, "tests.faults.dying_celery_app"):
                wait_until(lambda: len(list(marks.iterdir())) == len(BY_WORKERS), "all steps were died in", log)
                wait_until(lambda: waiting(rooms) == 0, "all is done", log)
            finish(rooms)
            all_is_well(rooms, files)


def test_who_accepts(environment: dict[str, str], tmp_path: Path) -> None:
    """Killed between the bytes and the row, then done again: one arrival, and no number is missing."""
    home = tmp_path / "home"
    with archive_at(home, environment) as rooms:
        furnish(rooms, tmp_path)
        files = write_letters(tmp_path / "mail", range(3))
        hand_in(rooms, files[:1])
    accept = (
        "import sys; from pathlib import Path; from tests.faults.dying import die_once_at_each\n"
        "from tests.faults.small_mail import archive_at, hand_in\n"
        "import os; die_once_at_each(Path(sys.argv[1]), 'accept')\n"
        "with archive_at(Path(sys.argv[2]), os.environ) as rooms: hand_in(rooms, [Path(one) for one in sys.argv[3:]])\n"
    )
    marks = tmp_path / "marks"
    marks.mkdir()
    command = [sys.executable, "-c", accept, str(marks), str(home), *map(str, files[1:])]
    for status in (-signal.SIGKILL, 0):
        done = subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, check=False)
        assert done.returncode == status
    with archive_at(home, environment) as rooms:
        finish(rooms)
        all_is_well(rooms, files)
