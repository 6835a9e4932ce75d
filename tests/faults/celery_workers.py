"""Mail that is handed in and left to workers run by Celery, and a broker of one's own to do harm to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import func, select

from api.settings import read_settings
from api.wiring import Rooms, open_rooms
from archive import arrivals
from archive.access import system
from archive.schema import job
from intake.acceptance import channel_of
from tests.engines.fleet import Fleet
from tests.faults.killing import ROOT

_TWO = ["worker", "--concurrency", "2", "--loglevel", "WARNING"]
_QUIET = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
LONGEST_S = 400.0


@contextmanager
def rooms_of(environment: Mapping[str, str]) -> Iterator[Rooms]:
    """The archive of these settings, opened in this process, without workers."""
    opened = open_rooms(read_settings(environment))
    try:
        yield opened
    finally:
        opened.close()


def mail(folder: str) -> list[str]:
    """The files of a folder of the project, in the order in which `dossier intake` takes them."""
    below = sorted(file for file in (ROOT / folder).rglob("*") if file.is_file())
    return [str(file.relative_to(ROOT)) for file in below]


def hand_in(opened: Rooms, files: Iterable[str]) -> None:
    """Accept files as `dossier intake` would, and leave them there."""
    code = opened.settings.branch
    with opened.catalogue.writing() as connection:
        arrivals.ensure_branch(connection, code, time_zone=opened.settings.time_zone)
    for name in files:
        file = ROOT / name
        opened.door.accept_file(file, name, channel_of(file), code, system("operator"))


@contextmanager
def celery_workers(
    environment: Mapping[str, str], log: Path, app: str = "api.celery_app"
) -> Iterator[subprocess.Popen[bytes]]:
    """Two worker processes under Celery while the block runs; ended, children and all, behind it."""
    with log.open("ab") as told:
        process = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", app, *_TWO, *_QUIET],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=told,
            stderr=told,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        with_all(process, signal.SIGKILL)
        process.wait()


def celery(environment: Mapping[str, str], *words: str) -> str:
    """What a command of Celery's answers."""
    command = [sys.executable, "-m", "celery", "-A", "api.celery_app", *words]
    return subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=True
    ).stdout


def with_all(process: subprocess.Popen[bytes], what: signal.Signals) -> None:
    """Send a signal to a worker and its children."""
    try:
        os.killpg(process.pid, what)
    except ProcessLookupError:
        return


def at_a_job(opened: Rooms, process: subprocess.Popen[bytes]) -> list[int]:
    """The worker processes under this Celery that hold a job at present."""
    with opened.catalogue.reading() as connection:
        owners = connection.execute(select(job.c.owner).where(job.c.state == "taken")).scalars().all()
    held_by = {int(owner.rsplit(":", 4)[1]) for owner in owners}
    listed = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return sorted(held_by & {int(pid) for pid in listed})


def wait_until(is_so: Callable[[], bool], what: str, log: Path) -> None:
    """Look again and again. Fails with the end of the log when it is not so in good time."""
    deadline = time.monotonic() + LONGEST_S
    while not is_so():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not in {LONGEST_S:.0f} s; the workers said:\n{log.read_text()[-4000:]}")
        time.sleep(0.2)


def waiting(opened: Rooms) -> int:
    """How many jobs are not done yet."""
    return opened.jobs.waiting()


def held(opened: Rooms) -> int:
    """How many jobs a worker is at."""
    with opened.catalogue.reading() as connection:
        return connection.execute(select(func.count()).where(job.c.state == "taken")).scalar_one()


@contextmanager
def own_engine(name: str, folder: Path) -> Iterator[tuple[Fleet, str]]:
    """An engine that nobody else uses, and its address: it may be killed."""
    fleet = Fleet(folder)
    try:
        fleet.up([name], tell=lambda _line: None)
        line = (folder / "env").read_text().strip()
        yield fleet, line.partition("=")[2]
    finally:
        fleet.down([name])
