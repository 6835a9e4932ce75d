"""Workers run by Celery: `celery -A api.celery_app worker`, beside `dossier work` or instead of it.

A message wakes a worker process, which does jobs until none is due. Celery starts the processes, and replaces those that
die; the job table decides everything else.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from functools import cached_property
from typing import Any

from celery import Celery
from celery.signals import setup_logging, worker_init, worker_process_init, worker_process_shutdown

from api import logs
from api.settings import Settings, read_settings
from api.wiring import Rooms, open_rooms
from api.workers import JournalKeeper, load_for_work
from archive.errors import BadInput, EngineAway
from intake.adapters.celery_broker import WAKE, Broker
from intake.adapters.in_catalogue import this_owner
from intake.adapters.in_celery import CeleryQueue
from intake.working import Worker, drain

_HOLD_S = 10.0
"""How long one message keeps a worker: so soon it sees that it is to stop, and no broker takes it for dead."""
_UPKEEP_EVERY_S = 5.0
_RENEW_EVERY = 12
_log = logging.getLogger("dossier.work")


class Hands:
    """One worker process: its rooms, opened when first needed, and the thread that does what nobody sends a message for."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._opening = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep_up, name="upkeep", daemon=True)

    def start(self) -> None:
        """Begin the upkeep; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """End the upkeep and let go of everything."""
        self._stopping.set()
        self._thread.join(timeout=5)
        if "rooms" in self.__dict__:
            self.rooms.close()

    @cached_property
    def rooms(self) -> Rooms:
        """The archive. Raises EngineAway; then the next to ask tries again."""
        opened = open_rooms(self._settings)
        opened.sandbox.start()
        return opened

    @cached_property
    def queue(self) -> CeleryQueue:
        """The queue of these rooms, which is one with a broker."""
        queue = self._opened().jobs
        assert isinstance(queue, CeleryQueue)
        return queue

    @cached_property
    def worker(self) -> Worker:
        """Who does the jobs."""
        return Worker(self.queue, self._opened().pipeline, this_owner())

    def work(self) -> None:
        """Do jobs until none is due, or for as long as one message is good for; then another one takes over."""
        try:
            worker = self.worker
        except EngineAway as error:
            _log.warning("%s; another message will come", error)
            return
        with self.queue.working():
            more = drain(worker, _HOLD_S)
        if more:
            self.queue.broker.wake()

    def _opened(self) -> Rooms:
        with self._opening:
            return self.rooms

    def _keep_up(self) -> None:
        keeper, turn = None, 0
        while not self._stopping.wait(_UPKEEP_EVERY_S):
            turn += 1
            # An engine that is away now is asked again at the next turn; a lease lasts for many.
            with contextlib.suppress(EngineAway):
                if turn % _RENEW_EVERY == 0:
                    self.queue.renew(this_owner())
                self.queue.recover()
                keeper = keeper or JournalKeeper(self._opened())
                keeper.keep()
                self._opened().feeder.feed()


def worker_app(settings: Settings) -> Celery:
    """The application that `celery worker` runs. Nothing is opened yet.

    Raises BadInput where the settings name no broker.
    """
    if not settings.jobs_url or settings.jobs_url == "catalogue:":
        raise BadInput("DOSSIER_JOBS_URL names no broker: set it to amqp://… or redis://…, or run `dossier work`")
    made = Broker(settings.jobs_url).app
    hands: list[Hands] = []

    @made.task(name=WAKE, shared=False)  # type: ignore[untyped-decorator]
    def wake(**_told: Any) -> None:
        # What a later version says beside is of no concern: the table knows what is to be done.
        hands[0].work()

    @setup_logging.connect(weak=False)  # type: ignore[untyped-decorator]
    def log(**_about: Any) -> None:
        logs.begin(settings.log)

    @worker_init.connect(weak=False)  # type: ignore[untyped-decorator]
    def load(**_about: Any) -> None:
        # Once, before the worker processes are forked, and not in each of them.
        load_for_work(settings)

    @worker_process_init.connect(weak=False)  # type: ignore[untyped-decorator]
    def begin(**_about: Any) -> None:
        hands.append(Hands(settings))
        hands[0].start()

    @worker_process_shutdown.connect(weak=False)  # type: ignore[untyped-decorator]
    def end(**_about: Any) -> None:
        for each in hands:
            each.stop()

    return made


app = worker_app(read_settings())
