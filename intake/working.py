"""Workers: take a job, do its step, finish it; as many processes as wished, each of them dispensable.

A worker killed at any moment loses nothing: its job's lease is taken back, and every step is safe to repeat.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from archive import tracing
from archive.errors import Conflict, DossierError, EngineAway, EngineFailed, LimitExceeded, Unreadable
from intake.adapters.in_catalogue import this_owner
from intake.jobs import MAX_ATTEMPTS, MAX_INTERRUPTIONS, Job, arrival_of
from intake.ports import JobQueue

if TYPE_CHECKING:
    from intake.pipeline import Pipeline

_IDLE_S = 0.05
_RECOVER_EVERY_S = 10.0
_LONGEST_PAUSE_S = 30.0
_log = logging.getLogger("dossier.work")


def work(
    jobs: JobQueue, pipeline: Pipeline, until: Callable[[], bool], when_idle: Callable[[], None] = lambda: None
) -> int:
    """Do jobs until `until` says so (asked whenever there is nothing to do); answers how many were done.

    `when_idle` runs between jobs whenever none is due: sealing the journal, feeding the index. While an engine is
    away, nothing is given up: the worker pauses, longer each time, gives its job back and tries again.
    """
    worker, done = Worker(jobs, pipeline, this_owner()), 0
    while True:
        with worker.patience():
            if worker.do_one():
                done += 1
                continue
            when_idle()
            if until():
                return done
            time.sleep(_IDLE_S)


def drain(worker: Worker, hold_s: float) -> bool:
    """Do jobs until none is due, or for `hold_s`; whether there may be more. An engine that is away is waited for."""
    until = time.monotonic() + hold_s
    while time.monotonic() < until or worker.pauses:
        with worker.patience():
            if not worker.do_one():
                return False
    return True


class Worker:
    """One worker's turn: take a job, attempt it; now and then, take back what dead ones held."""

    def __init__(self, jobs: JobQueue, pipeline: Pipeline, owner: str) -> None:
        self._jobs, self._pipeline, self._owner = jobs, pipeline, owner
        self._recovered_at = float("-inf")
        self._pause_s, self._away = 0.0, ""

    @property
    def pauses(self) -> bool:
        """Whether an engine was away at the last turn; a job may still be held."""
        return bool(self._away)

    def do_one(self) -> bool:
        """Whether there was a job to do. Raises EngineAway; the job is then still held, and given back at the next turn."""
        if self._away:
            self._jobs.postpone(self._owner, self._away)
            self._away = ""
        if time.monotonic() - self._recovered_at > _RECOVER_EVERY_S:
            self._jobs.recover()
            self._recovered_at = time.monotonic()
        job = self._jobs.take(self._owner)
        if job is None:
            return False
        attempt(self._jobs, self._pipeline, job)
        self._pause_s = 0.0
        return True

    @contextmanager
    def patience(self) -> Iterator[None]:
        """Where an engine is away in the block, a pause: longer each time, until a job was done again."""
        try:
            yield
        except EngineAway as error:
            self._pause_s, self._away = min(max(2 * self._pause_s, 1.0), _LONGEST_PAUSE_S), str(error)
            _log.warning("%s; trying again in %.0f s", error, self._pause_s)
            time.sleep(self._pause_s)


def attempt(jobs: JobQueue, pipeline: Pipeline, job: Job) -> None:
    """One attempt at one job; one that can not be done goes to a person. Its log lines name the arrival.

    Raises EngineAway where an engine does not answer: that is not the job's fault, and costs it no attempt.
    """
    began = time.monotonic()
    with tracing.following(arrival=arrival_of(job.place), job=job.kind, subject=job.subject):
        with tracing.span(f"job {job.kind}"):
            _attempt(jobs, pipeline, job)
        _log.info("attempted", extra={"told": {"seconds": round(time.monotonic() - began, 3)}})


def _attempt(jobs: JobQueue, pipeline: Pipeline, job: Job) -> None:
    if job.attempts > MAX_ATTEMPTS:
        pipeline.give_up(job, WorkerLost(f"its worker was lost {job.attempts - 1} times"))
        return
    if job.interruptions > MAX_INTERRUPTIONS:
        pipeline.give_up(job, WorkerLost(f"everything was interrupted {job.interruptions} times while it was done"))
        return
    try:
        pipeline.do(job)
    except Conflict as error:
        # Somebody else took the job over while we were at it: theirs is the result that counts.
        _log.info("%s", error)
    except (Unreadable, LimitExceeded) as error:
        pipeline.give_up(job, error)
    except Exception as error:
        if isinstance(error, EngineAway) and not isinstance(error, EngineFailed):
            raise
        if not isinstance(error, DossierError):
            _log.exception("job %s %s failed", job.kind, job.subject)
        reason = f"{type(error).__name__}: {error}"
        _log.warning("job %s %s, attempt %s: %s", job.kind, job.subject, job.attempts, reason)
        if not jobs.retry(job, reason):
            pipeline.give_up(job, error)


class WorkerLost(DossierError):
    """A job whose workers died under it, again and again."""

    code = "worker_lost"
    then = "review"
