"""However the process that asked for workers ends, none of them goes on without it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from api.settings import read_settings
from api.wiring import open_rooms
from api.workers import workers
from archive import arrivals
from archive.access import system
from tests.faults.killing import COMMAND, ROOT, dossier


def descendants(pid: int) -> set[int]:
    """Every process below this one."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(entry.parent.name)] = int(entry.read_text().rsplit(")", 1)[1].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT], ids=lambda one: one.name)
def test_no_worker_outlives_the_command(tmp_path: Path, how: signal.Signals) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("A letter, so that a worker has opened its sandbox once.")
    dossier(tmp_path / "home", "intake", str(letter))
    _none_outlives([*COMMAND, "work", "--workers", "2", "--home", str(tmp_path / "home")], how)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT], ids=lambda one: one.name)
def test_no_worker_started_ahead_outlives_the_intake(tmp_path: Path, how: signal.Signals) -> None:
    bag = tmp_path / "bag"
    bag.mkdir()
    for number in range(400):
        (bag / f"{number}.txt").write_text(f"Letter number {number}: more than can be done before the end comes.")
    _none_outlives([*COMMAND, "intake", str(bag), "--workers", "2", "--home", str(tmp_path / "home")], how)


def test_workers_wait_for_the_archive_to_be_opened(tmp_path: Path) -> None:
    settings = read_settings(home=tmp_path / "home")
    with workers(settings, 2) as crew:
        time.sleep(0.5)
        assert crew.keep_up()
        assert not settings.home.exists(), "a worker opened the archive before it was told to"
        open_rooms(settings).close()
        crew.all_is_in()
        crew.begin()
        deadline = time.monotonic() + 30
        while crew.keep_up() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not crew.keep_up(), "nothing to do, all is in, and yet they stay"


def test_an_end_while_workers_are_being_started_leaves_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = read_settings(home=tmp_path / "home")
    started: list[int] = []
    start = BaseProcess.start

    def interrupted(process: BaseProcess) -> None:
        if started:
            raise KeyboardInterrupt
        start(process)
        started.append(process.pid or 0)

    monkeypatch.setattr(BaseProcess, "start", interrupted)
    with pytest.raises(KeyboardInterrupt), workers(settings, 2, forever=True):
        pass
    assert started
    assert not lives(started[0])


def _none_outlives(command: list[str], how: signal.Signals) -> None:
    quiet = subprocess.DEVNULL
    # A test run in the background of a shell ignores SIGINT, and so would all that it starts.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        process = subprocess.Popen(command, cwd=ROOT, stdout=quiet, stderr=quiet, start_new_session=True)
    finally:
        signal.signal(signal.SIGINT, before)
    deadline = time.monotonic() + 30
    while len(below := descendants(process.pid)) < 3 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert len(below) >= 2, "the workers did not start"
    process.send_signal(how)
    process.wait(timeout=30)
    while any(lives(pid) for pid in below) and time.monotonic() < deadline + 30:
        time.sleep(0.1)
    assert not [pid for pid in below if lives(pid)]


def test_a_worker_that_is_killed_is_followed_by_another_that_does_its_job(tmp_path: Path) -> None:
    settings = read_settings(home=tmp_path / "home")
    letter = tmp_path / "letter.txt"
    letter.write_text("A letter for the second one.")
    with workers(settings, 1) as crew:
        (first,) = (child.pid for child in multiprocessing.active_children())
        assert first is not None
        os.kill(first, signal.SIGKILL)
        opened = open_rooms(settings)
        with opened.catalogue.writing() as connection:
            arrivals.ensure_branch(connection, settings.branch, time_zone=settings.time_zone)
        opened.door.accept_file(letter, letter.name, "post", settings.branch, system("test"))
        crew.begin()
        crew.all_is_in()
        deadline = time.monotonic() + 60
        while crew.keep_up() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert opened.jobs.waiting() == 0
        opened.close()


def test_a_worker_that_told_why_it_ended_is_followed_by_none(tmp_path: Path) -> None:
    settings = read_settings({"DOSSIER_HOME": str(tmp_path / "home"), "DOSSIER_COMPANY": str(tmp_path / "none.yaml")})
    with workers(settings, 1) as crew:
        crew.begin()
        deadline = time.monotonic() + 60
        while crew.keep_up() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not crew.keep_up()


def test_whoever_forks_has_loaded_what_the_settings_name_and_begun_no_thread() -> None:
    urls = {
        "DOSSIER_CATALOGUE_URL": "postgresql://u:p@localhost/d",
        "DOSSIER_OBJECTS_URL": "s3+http://k:s@localhost/bucket",
        "DOSSIER_SEARCH_URL": "opensearch+https://localhost/p",
        "DOSSIER_JOBS_URL": "amqps://localhost/",
    }
    script = (
        "import os, sys, api.cli; from api.settings import read_settings; from api.workers import load_for_work\n"
        f"load_for_work(read_settings({urls!r})); before = set(sys.modules)\n"
        "from api import wiring; from pathlib import Path; here = Path()\n"
        "threads = len(os.listdir('/proc/self/task')); s = read_settings(" + repr(urls) + ")\n"
        "c = wiring.catalogue_at(s.catalogue_url, here); wiring.objects_at(s.objects_url, here)\n"
        "wiring.indexes_at(s.search_url, here); wiring.jobs_at(s.jobs_url, c)\n"
        "print(threads, sorted(n for n in set(sys.modules) - before if n.startswith(('archive', 'search', 'intake', 'psycopg', 'minio', 'elastic'))))\n"
    )
    outside = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    told = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=outside, capture_output=True, text=True, check=False
    )
    assert told.stdout.strip() == "1 []", told.stderr
