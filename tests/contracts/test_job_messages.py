"""When a message is sent, on each broker: after the commit, for what somebody else may do, and again where one was lost."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from kombu import Connection
from sqlalchemy import update

from archive.adapters.in_sqlite import SqliteCatalogue
from archive.clock import as_text
from archive.schema import job
from intake.adapters.in_catalogue import this_owner
from intake.adapters.in_celery import CeleryQueue
from intake.jobs import LONGEST_WAIT_S, NewJob, place_of
from tests.on_brokers import forget_messages, messages, own_messages, purge
from tests.on_engines import address

pytestmark = pytest.mark.engine


@pytest.fixture(params=["rabbitmq", "redis"])
def queue(
    request: pytest.FixtureRequest, catalogue: SqliteCatalogue, monkeypatch: pytest.MonkeyPatch
) -> Iterator[CeleryQueue]:
    with own_messages(monkeypatch):
        made = CeleryQueue(catalogue, address(request.param))
        yield made
        forget_messages(made)


def add(queue: CeleryQueue, catalogue: SqliteCatalogue, *subjects: int) -> None:
    with catalogue.writing() as connection:
        for subject in subjects:
            queue.add(connection, NewJob("read", subject, "HQ", place_of(subject, 1)))


def sockets_of(connection: Connection) -> list[socket.socket]:
    """Those over which it talks to its broker at present."""
    if connection.transport.driver_type == "redis":
        return [each._sock for each in connection.default_channel.client.connection_pool._available_connections]
    return [connection.connection.sock]


def test_a_message_goes_out_after_the_commit_and_not_before(queue: CeleryQueue, catalogue: SqliteCatalogue) -> None:
    with catalogue.writing() as connection:
        queue.add(connection, NewJob("read", 1, "HQ", place_of(1, 1)))
        queue.add(connection, NewJob("read", 2, "HQ", place_of(2, 1)))
        assert messages(queue.broker) == 0
    assert messages(queue.broker) == 2


def test_of_a_transaction_that_fails_nothing_is_told(queue: CeleryQueue, catalogue: SqliteCatalogue) -> None:
    with pytest.raises(KeyError), catalogue.writing() as connection:
        queue.add(connection, NewJob("read", 1, "HQ", place_of(1, 1)))
        raise KeyError
    add(queue, catalogue, 2)
    assert messages(queue.broker) == 1


def test_a_lost_message_is_sent_again(queue: CeleryQueue, catalogue: SqliteCatalogue) -> None:
    add(queue, catalogue, 1)
    purge(queue.broker)
    assert messages(queue.broker) == 0
    queue.recover()
    assert messages(queue.broker) == 1


def test_where_nothing_is_due_nobody_is_woken(queue: CeleryQueue, catalogue: SqliteCatalogue) -> None:
    add(queue, catalogue, 1)
    purge(queue.broker)
    with catalogue.writing() as connection:
        later = as_text(datetime.now(UTC) + timedelta(seconds=LONGEST_WAIT_S / 2))
        connection.execute(update(job).values(run_after=later))
    queue.recover()
    assert messages(queue.broker) == 0


def test_a_worker_keeps_one_of_what_each_job_adds_and_tells_of_the_others(
    queue: CeleryQueue, catalogue: SqliteCatalogue
) -> None:
    add(queue, catalogue, 1, 2)
    purge(queue.broker)
    with queue.working():
        queue.recover()
        assert messages(queue.broker) == 0, "it is at it"
        for added in ((10, 11, 12), (20,)):
            assert queue.take(this_owner()) is not None
            add(queue, catalogue, *added)
    assert messages(queue.broker) == 2
    add(queue, catalogue, 30)
    assert messages(queue.broker) == 3


def test_a_connection_that_broke_meanwhile_costs_no_message(queue: CeleryQueue, catalogue: SqliteCatalogue) -> None:
    add(queue, catalogue, 1)
    with queue.broker.app.producer_pool.acquire(block=True) as producer:
        for sock in sockets_of(producer.connection):
            sock.shutdown(socket.SHUT_RDWR)
    add(queue, catalogue, 2)
    # What was sent before the line broke is read by the broker in its own time.
    until = time.monotonic() + 20
    while messages(queue.broker) < 2 and time.monotonic() < until:
        time.sleep(0.05)
    assert messages(queue.broker) == 2
