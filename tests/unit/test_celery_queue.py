"""A queue whose broker is away, and addresses that name no broker."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from api.settings import read_settings
from api.wiring import jobs_at
from archive.adapters.in_sqlite import SqliteCatalogue
from archive.errors import BadInput, EngineAway
from intake.adapters import celery_broker
from intake.adapters.in_catalogue import CatalogueQueue, this_owner
from intake.adapters.in_celery import CeleryQueue
from intake.jobs import NewJob, place_of


@pytest.fixture(params=["amqp://clerk:hidden@127.0.0.1:{}//", "redis://:hidden@127.0.0.1:{}/0"])
def address(request: pytest.FixtureRequest) -> str:
    """The address of a broker, but for its port."""
    return str(request.param)


@pytest.fixture
def away(address: str) -> str:
    """The address of a broker where nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return address.format(free.getsockname()[1])


def test_jobs_are_added_and_taken_while_the_broker_is_away(away: str, catalogue: SqliteCatalogue) -> None:
    queue = CeleryQueue(catalogue, away)
    for subject in (1, 2):
        with catalogue.writing() as connection:
            queue.add(connection, NewJob("open", subject, "HQ", place_of(subject)))
    assert queue.recover() == 0
    taken = queue.take(this_owner())
    assert taken is not None and taken.subject == 1


def test_a_broker_that_says_nothing_holds_nobody_up(
    address: str, catalogue: SqliteCatalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(celery_broker, "_CONNECT_S", 0.1)
    monkeypatch.setattr(celery_broker, "_ANSWER_S", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        queue = CeleryQueue(catalogue, address.format(silent.getsockname()[1]))
        for subject in (1, 2):
            with catalogue.writing() as connection:
                queue.add(connection, NewJob("open", subject, "HQ", place_of(subject)))
        with pytest.raises(EngineAway):
            assert queue.description
    assert queue.waiting() == 2


def test_a_broker_that_is_away_is_told_of_without_its_secret(away: str, catalogue: SqliteCatalogue) -> None:
    with pytest.raises(EngineAway, match=r"the broker at 127\.0\.0\.1:\d+") as told:
        assert CeleryQueue(catalogue, away).description
    assert "hidden" not in str(told.value)


def test_the_address_chooses_the_queue(catalogue: SqliteCatalogue) -> None:
    assert type(jobs_at("", catalogue)) is CatalogueQueue
    assert type(jobs_at("catalogue:", catalogue)) is CatalogueQueue
    assert type(jobs_at("amqps://host/vhost", catalogue)) is CeleryQueue
    assert type(jobs_at("redis://host/1", catalogue)) is CeleryQueue


@pytest.mark.parametrize("url", ["sqs://key:hidden@", "amqp:", "redis:///0", "hidden"])
def test_an_address_of_no_broker_is_refused_without_its_secret(url: str, catalogue: SqliteCatalogue) -> None:
    with pytest.raises(BadInput) as told:
        jobs_at(url, catalogue)
    assert "hidden" not in str(told.value)


def test_workers_run_by_celery_need_a_broker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read_settings({"DOSSIER_JOBS_URL": "redis://host/0"}, tmp_path)
    monkeypatch.setenv("DOSSIER_JOBS_URL", "redis://host/0")
    from api.celery_app import worker_app

    assert "dossier.wake" in worker_app(settings).tasks
    with pytest.raises(BadInput, match="dossier work"):
        worker_app(read_settings({}, tmp_path))
