"""The broker behind Celery, RabbitMQ or Redis: waking workers by it, and what it says of itself.

A message says that there is something to do, and no more: which job is next, and whether it may run, only the job table
knows. So messages may be lost, doubled, late or out of order.
"""

from __future__ import annotations

import logging
import time
from typing import Any
from urllib.parse import urlsplit

from celery import Celery
from kombu import Connection, Queue

from archive.errors import BadInput, EngineAway
from intake.jobs import LEASE_S, NewJob

SCHEMES = ("amqp", "amqps", "redis", "rediss")
WAKE = "dossier.wake"
MESSAGE_VERSION = 1
_QUEUE = "dossier"
_LONGEST_QUEUE = 10_000
"""RabbitMQ drops the oldest beyond: ten thousand are enough to wake everybody."""
_CONNECT_S = 2.0
_ANSWER_S = 5.0
_SILENT_S = 5.0
"""How long a broker that did not answer is left alone: whoever hands in mail does not wait for it each time."""
_log = logging.getLogger("dossier.broker")


class Broker:
    """One broker. Nothing is asked of it before the first message. Safe to use from many threads."""

    def __init__(self, url: str) -> None:
        """`url`: `amqp://user:password@host:port/vhost` or `redis://:password@host:port/number`. Raises BadInput."""
        parts = urlsplit(url)
        if parts.scheme not in SCHEMES or not parts.hostname:
            # Not repeated whole: a mistyped address may hold a password.
            raise BadInput("the jobs' address is no amqp://user:password@host/vhost or redis://:password@host/number")
        port = parts.port or {"amqp": 5672, "amqps": 5671}.get(parts.scheme, 6379)
        self.place = f"{parts.hostname}:{port}/{parts.path.lstrip('/')}"
        self.app = _app(url, is_redis=parts.scheme.startswith("redis"))
        self._silent_until = float("-inf")

    def wake(self, job: NewJob | None = None) -> bool:
        """Tell a worker that there is something to do, for `job`'s sake; whether the broker was reached. Never raises."""
        if time.monotonic() < self._silent_until:
            return False
        told: dict[str, Any] = {"version": MESSAGE_VERSION}
        if job is not None:
            told |= {"kind": job.kind, "subject": job.subject}
        try:
            self.app.send_task(WAKE, kwargs=told)
        except Exception as error:
            # Whatever it is: the job is in the table, and is announced again.
            self._silent_until = time.monotonic() + _SILENT_S
            _log.warning("the broker at %s was not reached: %s", self.place, error)
            return False
        return True

    @property
    def description(self) -> str:
        """Engine, version, place and how many messages wait. Raises EngineAway where it does not answer."""
        try:
            with self.app.connection_for_write() as connection:
                connection.ensure_connection(max_retries=1, interval_start=0, timeout=_CONNECT_S)
                found = _version(connection)
                return f"{found} at {self.place}, {_waiting(connection)} messages"
        except Exception as error:
            told = str(error).strip().splitlines() or [type(error).__name__]
            raise EngineAway(f"the broker at {self.place} does not answer: {told[0]}") from error


def _app(url: str, is_redis: bool) -> Celery:
    app = Celery("dossier", broker=url, set_as_current=False)
    # Redis hands a message out again after this time, though its worker may still be at it: it finds the job taken.
    patience = {"socket_connect_timeout": _CONNECT_S, "socket_timeout": _ANSWER_S, "socket_keepalive": True}
    of_redis = {"visibility_timeout": LEASE_S} | patience
    app.conf.update(
        task_queues=[Queue(_QUEUE, max_length=None if is_redis else _LONGEST_QUEUE)],
        task_default_queue=_QUEUE,
        # The table outlives the broker, the messages need not.
        task_default_delivery_mode="transient",
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        task_publish_retry_policy={"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0},
        worker_prefetch_multiplier=1,
        # A worker loads what it reads with before it reports.
        worker_proc_alive_timeout=120,
        broker_connection_timeout=_CONNECT_S,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_heartbeat=30,
        broker_transport_options=of_redis if is_redis else {"write_timeout": _ANSWER_S},
    )
    return app


def _version(connection: Connection) -> str:
    if connection.transport.driver_type == "redis":
        return f"Redis {connection.default_channel.client.info('server')['redis_version']}"
    about = connection.connection.server_properties
    return f"{about.get('product', 'a broker')} {about.get('version', '')}".strip()


def _waiting(connection: Connection) -> int:
    try:
        return int(connection.default_channel.queue_declare(_QUEUE, passive=True).message_count)
    except connection.channel_errors:
        return 0  # nobody has sent one yet
