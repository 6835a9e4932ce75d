"""Workers that die by kill -9 in the middle of each step, once at each: run as a program, or loaded by Celery's workers.

    python -m tests.faults.dying FOLDER       the settings are in the environment; marks and a log are in FOLDER

The program forks a worker, which dies at the first step that has no mark yet, and then the next one, until one comes to
the end of all work. As an application of Celery's, `celery -A tests.faults.dying_celery_app worker`, its pool replaces
the dead.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from api.settings import read_settings
from api.wiring import open_rooms
from api.workers import load_for_work
from archive import journal
from tests.faults.small_mail import finish
from tests.faults.steps import STEPS, in_the_middle_of

BY_WORKERS = tuple(step for step in STEPS if step != "accept")


def die_once_at_each(marks: Path, *steps: str) -> None:
    """From now on this process is killed in the middle of a step that no process was killed in yet."""

    def die(step: str) -> None:
        try:
            os.close(os.open(marks / step, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return
        os.kill(os.getpid(), signal.SIGKILL)

    in_the_middle_of(pytest.MonkeyPatch(), die, *steps)


def work_to_the_end() -> None:
    """All that is due, the index and the journal's seal, in one process of its own."""
    rooms = open_rooms(read_settings(os.environ))
    try:
        finish(rooms)
        journal.seal(rooms.catalogue)
    finally:
        rooms.close()


def main(marks: Path) -> int:
    """Answers how many workers died."""
    load_for_work(read_settings(os.environ))
    die_once_at_each(marks, *BY_WORKERS)
    for died in range(len(BY_WORKERS) + 1):
        worker = os.fork()
        if worker == 0:
            work_to_the_end()
            os._exit(0)
        status = os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1])
        if status == 0:
            return died
        assert status == -signal.SIGKILL, status
    raise AssertionError("there is no end to it")


if __name__ == "__main__":
    print(main(Path(sys.argv[1])))
