"""What the job queue costs a letter beyond its steps: CPU milliseconds, by the table alone and by Celery.

    python benchmarks/jobs_overhead.py [--letters 2000] [--rabbitmq URL] [--redis URL]

Letters come one by one, each in a transaction of its own with its job; the three steps of each do nothing but end their
job and add the next, in one transaction, as the real ones do. Counted is adding, announcing, taking, ending, the commits,
the broker's client and Celery's own processes; not the broker's own, not what starting costs (a run of the same workers
with no letter), and not the four transactions that there are without any queue (the same with one row each). Without URLs the brokers of `make engines` are used, where they run. Prints one
JSON line a queue.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from functools import cached_property
from pathlib import Path
from typing import Any, cast

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from sqlalchemy import insert  # noqa: E402

from api.settings import read_settings  # noqa: E402
from api.wiring import Rooms, open_rooms  # noqa: E402
from archive.schema import archive_fact  # noqa: E402
from intake.adapters.in_catalogue import this_owner  # noqa: E402
from intake.jobs import Job, JobKind, NewJob, place_of  # noqa: E402
from intake.pipeline import Pipeline  # noqa: E402
from intake.working import Worker, drain  # noqa: E402

LANES = 8
NEXT: dict[JobKind, JobKind] = {"open": "read", "read": "settle"}


class NoSteps:
    """Stands for the pipeline: ends each job, and adds the one that follows on it."""

    def __init__(self, rooms: Rooms) -> None:
        self._catalogue, self._jobs = rooms.catalogue, rooms.jobs

    def do(self, job: Job) -> None:
        """One transaction a step."""
        with self._catalogue.writing() as connection:
            self._jobs.finish(connection, job)
            if job.kind in NEXT:
                self._jobs.add(connection, job.then(NEXT[job.kind], job.subject, job.place))


def worker_of(rooms: Rooms) -> Worker:
    """A worker without steps."""
    return Worker(rooms.jobs, cast(Pipeline, NoSteps(rooms)), this_owner())


def hand_in(rooms: Rooms, letters: int) -> None:
    """Each in its own transaction, as the door does it."""
    for number in range(1, letters + 1):
        with rooms.catalogue.writing() as connection:
            rooms.jobs.add(connection, NewJob("open", number, f"B{number % LANES}", place_of(number)))


def cpu_s() -> float:
    """CPU seconds of this process and of its children that have ended."""
    taken = os.times()
    return taken.user + taken.system + taken.children_user + taken.children_system


def steps_alone_s(letters: int) -> float:
    """What arrival and steps cost without a queue: four transactions a letter, of one row each."""
    with tempfile.TemporaryDirectory() as home:
        rooms = open_rooms(read_settings({"DOSSIER_HOME": home}))
        began, fact = cpu_s(), insert(archive_fact)
        for number in range(4 * letters):
            with rooms.catalogue.writing() as connection:
                connection.execute(fact, {"name": f"letter {number}", "value": ""})
        taken = cpu_s() - began
        rooms.close()
    return taken


def by_table(letters: int) -> dict[str, Any]:
    """One process hands in and works."""
    with tempfile.TemporaryDirectory() as home:
        rooms = open_rooms(read_settings({"DOSSIER_HOME": home}))
        began = cpu_s()
        hand_in(rooms, letters)
        while drain(worker_of(rooms), 60.0):
            pass
        taken = cpu_s() - began
        rooms.close()
    return _figures("job table", taken, letters)


def _figures(queue: str, taken_s: float, letters: int) -> dict[str, Any]:
    alone_s = steps_alone_s(letters)
    each, whole = 1000 * (taken_s - alone_s) / letters, 1000 * taken_s / letters
    return {"queue": queue, "letters": letters, "cpu_ms_a_letter": round(each, 2), "with_commits": round(whole, 2)}


def by_celery(name: str, url: str, letters: int) -> dict[str, Any]:
    """This process hands in, two processes under Celery work."""
    taken = {count: _celery_cpu_s(url, count) for count in (0, letters)}
    return _figures(f"Celery, {name}", taken[letters] - taken[0], letters)


def _celery_cpu_s(url: str, letters: int) -> float:
    with tempfile.TemporaryDirectory() as home:
        environment = {"DOSSIER_HOME": home, "DOSSIER_JOBS_URL": url}
        rooms = open_rooms(read_settings(environment))
        began = cpu_s()
        quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "ERROR"]
        command = [sys.executable, "-m", "celery", "-A", "jobs_overhead", "worker", "--concurrency", "2", *quiet]
        workers = subprocess.Popen(
            command, cwd=ROOT / "benchmarks", env={**os.environ, **environment}, stdout=sys.stderr
        )
        hand_in(rooms, letters)
        time.sleep(10)
        while rooms.jobs.waiting() or not rooms.jobs.description.endswith(", 0 messages"):
            time.sleep(1)
        workers.terminate()
        workers.wait()
        rooms.close()
        return cpu_s() - began


def main() -> None:
    """One JSON line a queue."""
    from tests.engines.environment import url_of

    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    asked.add_argument("--letters", type=int, default=2000)
    asked.add_argument("--rabbitmq", default=url_of("rabbitmq"))
    asked.add_argument("--redis", default=url_of("redis"))
    given = asked.parse_args()
    print(json.dumps(by_table(given.letters)), flush=True)
    for name, url in (("RabbitMQ", given.rabbitmq), ("Redis", given.redis)):
        if url:
            print(json.dumps(by_celery(name, url, given.letters)), flush=True)


if __name__ == "__main__":
    main()
else:
    from api.celery_app import Hands, app  # noqa: F401 - Celery finds it here

    def _worker(hands: Hands) -> Worker:
        return worker_of(hands.rooms)

    _made = cached_property(_worker)
    _made.__set_name__(Hands, "worker")
    Hands.worker = _made  # type: ignore[method-assign, assignment]
