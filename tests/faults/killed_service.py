"""A running service that is handed mail over HTTP and killed at random moments, whole or worker by worker.

The client does what a client must: one file after the other, each again until it is acknowledged, by its idempotency key.
"""

from __future__ import annotations

import dataclasses
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import httpx
from sqlalchemy import select

from api.settings import read_settings
from api.wiring import Rooms, open_rooms
from archive.importing import import_customers
from archive.schema import job
from dedup.rows import keys_of_row
from tests.faults.celery_workers import own_engine
from tests.faults.killed_outcome import EVERYBODY, Outcome, outcome
from tests.faults.killing import COMMAND, ROOT
from tests.on_engines import fresh_bucket, fresh_database, fresh_prefix

LOST_ALONE = 3
"""A job that cost so many workers is left alone: at the fifth it goes to a person, as it should."""
_CELERY = [sys.executable, "-m", "celery", "-A", "api.celery_app", "worker", "--concurrency", "2", "--loglevel",
           "WARNING", "--without-gossip", "--without-mingle", "--without-heartbeat"]  # fmt: skip
_PATIENCE_S = 1800.0
_ANSWERS_WITHIN_S = 30.0


@contextmanager
def embedded(folder: Path) -> Iterator[dict[str, str]]:
    """Everything in one folder."""
    yield {"DOSSIER_HOME": str(folder / "home")}


@contextmanager
def engines(folder: Path) -> Iterator[dict[str, str]]:
    """Everything on servers, all empty."""
    with (
        fresh_database() as catalogue,
        fresh_bucket("minio") as objects,
        fresh_prefix("elasticsearch") as search,
        own_engine("rabbitmq", folder / "engines") as (_fleet, jobs),
    ):
        yield {
            "DOSSIER_HOME": str(folder / "home"),
            "DOSSIER_CATALOGUE_URL": catalogue,
            "DOSSIER_OBJECTS_URL": objects,
            "DOSSIER_SEARCH_URL": search,
            "DOSSIER_JOBS_URL": jobs,
        }


class Mail(Protocol):
    """A directory and what is to be handed in."""

    @property
    def mail(self) -> Sequence[Letter]: ...
    def write_customers(self, path: Path) -> None: ...


class Letter(Protocol):
    """A file to hand in."""

    @property
    def name(self) -> str: ...
    @property
    def channel(self) -> str: ...
    @property
    def content(self) -> bytes: ...


class Service:
    """`dossier serve` and its workers, here or under Celery, as processes of a session each."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self.environment, self.log = {**os.environ, **environment, "DOSSIER_DEMO": "1"}, log
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        serve = [*COMMAND, "serve", "--port", str(self.port)]
        under_celery = bool(environment.get("DOSSIER_JOBS_URL"))
        self._commands = [[*serve, "--no-work"], _CELERY] if under_celery else [[*serve, "--workers", "2"]]
        self._running: dict[int, subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        """Start whatever does not run."""
        for place, command in enumerate(self._commands):
            if place not in self._running or self._running[place].poll() is not None:
                self._running[place] = self._begun(command)

    def _begun(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as told:
            return subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=told, stderr=told, start_new_session=True
            )

    def kill(self, places: Sequence[int] | None = None) -> None:
        """Kill these sessions, all of them by default, every process at once."""
        chosen = [self._running[place] for place in (self._running if places is None else places)]
        for process in chosen:
            os.killpg(process.pid, signal.SIGKILL)
        for process in chosen:
            process.wait()

    def kill_one(self, opened: Rooms, chance: random.Random) -> str:
        """Kill one worker that is at a job, or one of the sessions alone; answers which, '' where no worker is at one."""
        if len(self._commands) > 1 and chance.random() < 0.25:
            place = chance.randrange(len(self._commands))
            self.kill([place])
            self.start()
            return ("the API alone", "all workers")[place]
        if not (at_work := owners_at_work(opened)):
            return ""
        try:
            os.kill(chance.choice(at_work), signal.SIGKILL)
        except ProcessLookupError:
            return ""
        return "one worker"

    def stop(self) -> None:
        """End everything in good order."""
        for process in self._running.values():
            process.terminate()
        for process in self._running.values():
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def owners_at_work(opened: Rooms) -> list[int]:
    """The living processes that hold a job which did not yet cost too many workers."""
    with opened.catalogue.reading() as connection:
        taken = select(job.c.owner).where(job.c.state == "taken", job.c.attempts <= LOST_ALONE)
        owners = connection.execute(taken).scalars().all()
    return [int(owner.rsplit(":", 4)[1]) for owner in owners if _lives(owner)]


def _lives(owner: str) -> bool:
    _host, pid, started, _parent, _parent_started = owner.rsplit(":", 4)
    try:
        told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return told[0] not in "ZX" and told[19] == started


@dataclass
class Client:
    """Hands the mail in, in its order, as far as it is allowed; what is not acknowledged is sent again."""

    port: int
    mail: Sequence[Letter]
    receipts: dict[str, str] = field(default_factory=dict)
    sent_again: int = 0
    trouble: str = ""
    answered: threading.Event = field(default_factory=threading.Event)
    _allowed: int = 0
    _turn: threading.Condition = field(default_factory=threading.Condition)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin; nothing is sent before it is allowed."""
        self._thread = threading.Thread(target=self._run, name="client", daemon=True)
        self._thread.start()

    def allow(self, count: int) -> None:
        """So many may have been sent by now."""
        with self._turn:
            self._allowed = min(count, len(self.mail))
            self._turn.notify()

    @property
    def is_done(self) -> bool:
        """Whether everything is acknowledged. Raises where the service refused something."""
        if self.trouble:
            raise AssertionError(self.trouble)
        return len(self.receipts) == len(self.mail)

    def _run(self) -> None:
        with httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=30.0) as http:
            for place, letter in enumerate(self.mail):
                with self._turn:
                    self._turn.wait_for(lambda place=place: self._allowed > place)
                while letter.name not in self.receipts and not self.trouble:
                    self._send(http, letter)

    def _send(self, http: httpx.Client, letter: Letter) -> None:
        try:
            answer = http.post(
                "/api/arrivals",
                files={"file": (letter.name, letter.content)},
                data={"channel": letter.channel},
                headers={"Idempotency-Key": letter.name},
            )
        except httpx.TransportError:
            self.sent_again += 1
            time.sleep(0.1)
            return
        if answer.status_code == 202:
            self.receipts[letter.name] = answer.json()["receipt_number"]
            self.answered.set()
        elif answer.status_code >= 500:
            self.sent_again += 1
            time.sleep(0.2)
        else:
            self.trouble = f"{letter.name}: {answer.status_code} {answer.text}"


@dataclass(frozen=True)
class Kills:
    """How often to kill, and how: a share of everything at once, the rest of one alone; seeded, in seconds.

    Of the kills of everything, some come while it is still starting, most after the first answer, so that a machine
    which is slow today gets on too; a few come late enough for the longest job.
    """

    count: int
    seed: int
    of_all: float = 0.2
    starting: float = 0.25
    starting_s: tuple[float, float] = (0.1, 3.0)
    answering_s: tuple[float, float] = (0.0, 2.5)
    late: float = 0.05
    late_s: tuple[float, float] = (5.0, 10.0)
    alone_s: tuple[float, float] = (0.0, 1.5)
    within_s: float = float("inf")
    """No kill comes later than this; there are fewer then."""


@dataclass(frozen=True, slots=True)
class Kill:
    """What was killed; whether mail was still coming in, and how many jobs were in hand just before."""

    what: str
    is_accepting: bool
    in_hand: int


@dataclass(frozen=True)
class TakenIn:
    """One intake: what was acknowledged, what had to be sent again, the kills, and what the archive holds."""

    receipts: dict[str, str]
    sent_again: int
    kills: list[Kill]
    outcome: Outcome


def taken_in(
    environment: Mapping[str, str],
    folder: Path,
    world: Mail,
    kills: Kills,
    tell: Callable[[str], None] = lambda words: None,
) -> TakenIn:
    """One intake of a world's mail by a service that is killed so often on its way, and then left to finish."""
    world.write_customers(folder / "customers.csv")
    opened = open_rooms(read_settings(environment))
    try:
        import_customers(opened.catalogue, folder / "customers.csv", keys_of_row, EVERYBODY)
        service = Service(environment, folder / "log")
        client = Client(service.port, world.mail)
        done = _killed(service, client, opened, kills, tell)
        return TakenIn(client.receipts, client.sent_again, done, outcome(opened))
    finally:
        opened.close()


def _killed(service: Service, client: Client, opened: Rooms, kills: Kills, tell: Callable[[str], None]) -> list[Kill]:
    chance, done = random.Random(kills.seed), list[Kill]()
    service.start()
    client.start()
    try:
        began = time.monotonic()
        for count in range(kills.count):
            if (spent := (time.monotonic() - began) / kills.within_s) > 1:
                break
            # The last come in shortly before the last kill: every kill falls within the intake.
            client.allow(1 + int(len(client.mail) * max((count + 1) / kills.count, spent) / 0.97))
            done.append(_one_kill(service, client, opened, kills, chance))
            tell(f"{count + 1}: {done[-1]}; {len(client.receipts)} accepted, {opened.jobs.waiting()} jobs")
        service.start()
        client.allow(len(client.mail))
        _await(lambda: client.is_done, "everything is acknowledged", service)
        tell("everything is acknowledged")
        _await(lambda: opened.jobs.waiting() == 0, "everything is done", service)
        _await(lambda: opened.feeder.lag().waiting == 0, "the index is up with it", service)
        tell("everything is done")
    finally:
        service.stop()
    return done


def _one_kill(service: Service, client: Client, opened: Rooms, kills: Kills, chance: random.Random) -> Kill:
    service.start()
    if chance.random() >= kills.of_all:
        _while_waiting(lambda: owners_at_work(opened))
        time.sleep(chance.uniform(*kills.alone_s))
        met = Kill("", not client.is_done, len(_while_waiting(lambda: owners_at_work(opened)) or []))
        if told := service.kill_one(opened, chance):
            return dataclasses.replace(met, what=told)
    if chance.random() < kills.starting:
        time.sleep(chance.uniform(*kills.starting_s))
    else:
        client.answered.clear()
        client.answered.wait(_ANSWERS_WITHIN_S)
        time.sleep(chance.uniform(*(kills.late_s if chance.random() < kills.late else kills.answering_s)))
    met = Kill("everything", not client.is_done, len(owners_at_work(opened)))
    service.kill()
    return met


def _while_waiting(look: Callable[[], Any]) -> Any:
    """What the look sees, as soon as it sees anything, or in the end."""
    deadline = time.monotonic() + _ANSWERS_WITHIN_S
    while not (seen := look()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return seen


def _await(is_so: Callable[[], bool], what: str, service: Service) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while not is_so():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not in {_PATIENCE_S:.0f} s; it said:\n{service.log.read_text()[-4000:]}")
        time.sleep(0.3)
