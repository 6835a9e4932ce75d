"""The job queue of the catalogue, announced by Celery: the table is the truth, a message only wakes a worker."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from sqlalchemy import Connection

from archive.after_commit import after_commit
from archive.ports import Catalogue
from intake.adapters.celery_broker import Broker
from intake.adapters.in_catalogue import CatalogueQueue
from intake.jobs import Job, NewJob


class CeleryQueue(CatalogueQueue):
    """`intake.ports.JobQueue` in the table `job`, with a message for each job that somebody else may take.

    A broker that is away delays a job until it is announced again, and is noticed by nobody who adds one.
    """

    def __init__(self, catalogue: Catalogue, url: str) -> None:
        """`url`: as for `Broker`. Raises BadInput."""
        super().__init__(catalogue)
        self.broker = Broker(url)
        self._is_working = False
        self._keeps_one = False

    @property
    def description(self) -> str:
        """Engine, version and place. Asks the broker; raises EngineAway."""
        return f"in the catalogue, announced by {self.broker.description}"

    def add(self, connection: Connection, *jobs: NewJob) -> None:
        """Add jobs, each once; they are announced when the transaction stands."""
        super().add(connection, *jobs)
        for one in jobs:
            after_commit(connection, partial(self._announce, one))

    def take(self, owner: str) -> Job | None:
        """As in the table."""
        self._keeps_one = self._is_working
        return super().take(owner)

    def recover(self) -> int:
        """As in the table; then, where something is due and this process is not at it, a worker is woken once more.

        That heals lost messages, and serves the jobs whose time came without one: those that failed and wait, those
        taken back, those of a kind that only this version knows.
        """
        count = super().recover()
        if not self._is_working and self.is_due():
            self.broker.wake()
        return count

    @contextmanager
    def working(self) -> Iterator[None]:
        """While the block runs, this process takes job after job: of what each of them adds, it needs no word of one."""
        self._is_working = True
        try:
            yield
        finally:
            self._is_working = self._keeps_one = False

    def _announce(self, job_: NewJob) -> None:
        if self._keeps_one:
            self._keeps_one = False
        else:
            self.broker.wake(job_)
