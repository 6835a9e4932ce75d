"""Brokers for tests: a queue of messages that nobody else reads, gone after the test."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from kombu import pools

from intake.adapters import celery_broker
from intake.adapters.celery_broker import Broker
from intake.adapters.in_celery import CeleryQueue
from intake.ports import JobQueue


@contextmanager
def own_messages(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Brokers made in the block have a queue of their own."""
    monkeypatch.setattr(celery_broker, "_QUEUE", f"dossier-test-{uuid.uuid4().hex[:12]}")
    yield


def messages(broker: Broker) -> int:
    """How many wait to be read."""
    return int(broker.description.rpartition(", ")[2].removesuffix(" messages"))


def purge(broker: Broker) -> None:
    """Throw every message away that no worker has at hand."""
    with broker.app.connection_for_write() as connection:
        for queue in broker.app.amqp.queues.values():
            queue(connection.default_channel).purge()


def forget_messages(queue: JobQueue) -> None:
    """Take the queue of a broker away, and its connections."""
    if isinstance(queue, CeleryQueue):
        app = queue.broker.app
        with app.connection_for_write() as connection:
            for one in app.amqp.queues.values():
                one = one(connection.default_channel)
                one.declare()
                one.delete()
                one.exchange.delete()
        app.close()
        pools.reset()
