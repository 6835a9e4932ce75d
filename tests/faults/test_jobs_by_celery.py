"""Whatever becomes of messages, brokers and workers run by Celery: every letter is settled once, as without any harm."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from intake.adapters.celery_broker import WAKE
from intake.adapters.in_celery import CeleryQueue
from tests.faults.celery_workers import (
    at_a_job,
    celery,
    celery_workers,
    hand_in,
    held,
    mail,
    own_engine,
    rooms_of,
    wait_until,
    waiting,
)
from tests.faults.killing import ROOT, dossier, finish, prepare
from tests.on_brokers import purge
from tests.on_engines import address, fresh_database
from tests.story.mailbag import MAILBAG, TakenIn

pytestmark = [pytest.mark.engine, pytest.mark.timeout(900)]
BROKERS = ["rabbitmq", "redis"]
KILLS = 6
SLOW_APP = "tests.faults.slow_celery_app"


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The settings of an archive with its customers, on a database of its own; the broker is the test's."""
    with fresh_database() as catalogue, pytest.MonkeyPatch.context() as patch:
        home = tmp_path / "home"
        patch.setenv("DOSSIER_CATALOGUE_URL", catalogue)
        prepare(home, ROOT / "seed" / "customers.csv")
        yield {"DOSSIER_HOME": str(home), "DOSSIER_CATALOGUE_URL": catalogue}


def test_workers_of_both_kinds_share_the_mail(
    mailbag: TakenIn, environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment["DOSSIER_JOBS_URL"] = address("rabbitmq")
    monkeypatch.setenv("DOSSIER_JOBS_URL", environment["DOSSIER_JOBS_URL"])
    log = tmp_path / "log"
    with rooms_of(environment) as opened:
        assert isinstance(opened.jobs, CeleryQueue)
        of_a_later_version = opened.jobs.broker.app.send_task
        of_a_later_version(WAKE, kwargs={"version": 99, "kind": "weigh", "scales": 3})
        of_a_later_version("dossier.weigh", kwargs={"scales": 3})
        hand_in(opened, mail(MAILBAG))
        with celery_workers(environment, log):
            dossier(tmp_path / "home", "work", "--until-idle", "--workers", "1")
            wait_until(lambda: waiting(opened) == 0, "all is done", log)
            assert "pong" in celery(environment, "inspect", "ping", "--timeout", "20")
    assert finish(tmp_path / "home", [MAILBAG]) == mailbag.final


@pytest.mark.parametrize("name", BROKERS)
def test_a_broker_killed_in_the_middle(
    mailbag: TakenIn, environment: dict[str, str], tmp_path: Path, name: str
) -> None:
    log = tmp_path / "log"
    with own_engine(name, tmp_path / "engines") as (fleet, url):
        environment["DOSSIER_JOBS_URL"] = url
        with rooms_of(environment) as opened, celery_workers(environment, log):
            files = mail(MAILBAG)
            hand_in(opened, files[:20])
            wait_until(lambda: held(opened) > 0, "the work begins", log)
            fleet.kill(name)
            hand_in(opened, files[20:])  # accepting goes on
            fleet.up([name], tell=lambda _line: None)
            wait_until(lambda: waiting(opened) == 0, "all is done", log)
    assert finish(tmp_path / "home", [MAILBAG]) == mailbag.final


@pytest.mark.parametrize("name", BROKERS)
def test_workers_killed_and_messages_lost_in_the_middle(
    mailbag: TakenIn, environment: dict[str, str], tmp_path: Path, name: str
) -> None:
    environment["DOSSIER_JOBS_URL"] = address(name)
    log, chance = tmp_path / "log", random.Random(7)
    with rooms_of(environment) as opened:
        assert isinstance(opened.jobs, CeleryQueue)
        hand_in(opened, mail(MAILBAG))
        kills = 0
        for _life in range(2):
            with celery_workers(environment, log) as under_celery:  # killed, children and all, at the end of the block
                for _kill in range(KILLS // 2):
                    time.sleep(chance.uniform(0.0, 1.0))
                    wait_until(
                        lambda under_celery=under_celery: bool(at_a_job(opened, under_celery)), "one is at a job", log
                    )
                    for child in at_a_job(opened, under_celery)[:1]:
                        os.kill(child, signal.SIGKILL)
                        kills += 1
            purge(opened.jobs.broker)
        assert kills > 1 and waiting(opened) > 0, "harm was done, and in the middle"
        with celery_workers(environment, log):
            wait_until(lambda: waiting(opened) == 0, "all is done", log)
    assert finish(tmp_path / "home", [MAILBAG]) == mailbag.final


def test_what_redis_hands_out_twice_is_done_once(environment: dict[str, str], tmp_path: Path) -> None:
    log, runs, wakes = tmp_path / "log", tmp_path / "runs", tmp_path / "wakes"
    environment |= {"DOSSIER_TEST_RUNS": str(runs), "DOSSIER_TEST_WAKES": str(wakes)}
    with own_engine("redis", tmp_path / "engines") as (_fleet, url):
        environment["DOSSIER_JOBS_URL"] = url
        with rooms_of(environment) as opened:
            hand_in(opened, mail(f"{MAILBAG}/form")[-1:])
            with celery_workers(environment, log, SLOW_APP):
                wait_until(lambda: wakes.exists() and len(wakes.read_text().splitlines()) > 1, "it comes twice", log)
                assert held(opened) == 1, "while the first is at it"
                wait_until(lambda: waiting(opened) == 0, "all is done", log)
    done = runs.read_text().splitlines()
    assert [line.split()[0] for line in done] == ["open", "read", "settle"]
