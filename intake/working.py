"""Workers: take a job, do its step, finish it; as many processes as wished, each of them dispensable.

A worker killed at any moment loses nothing: its job's lease is taken back, and every step is safe to repeat.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from archive.errors import Conflict, DossierError, LimitExceeded, Unreadable
from intake.adapters.in_catalogue import this_owner
from intake.jobs import MAX_ATTEMPTS, MAX_INTERRUPTIONS, Job
from intake.ports import JobQueue

if TYPE_CHECKING:
    from intake.pipeline import Pipeline

_IDLE_S = 0.05
_RECOVER_EVERY_S = 10.0
_log = logging.getLogger("dossier.work")


def work(
    jobs: JobQueue, pipeline: Pipeline, until: Callable[[], bool], when_idle: Callable[[], None] = lambda: None
) -> int:
    """Do jobs until `until` says so (asked whenever there is nothing to do); answers how many were done.

    `when_idle` runs between jobs whenever none is due: sealing the journal, feeding the index.
    """
    owner, done, recovered_at = this_owner(), 0, 0.0
    while True:
        if time.monotonic() - recovered_at > _RECOVER_EVERY_S:
            jobs.recover()
            recovered_at = time.monotonic()
        job = jobs.take(owner)
        if job is not None:
            attempt(jobs, pipeline, job)
            done += 1
            continue
        when_idle()
        if until():
            return done
        time.sleep(_IDLE_S)


def attempt(jobs: JobQueue, pipeline: Pipeline, job: Job) -> None:
    """One attempt at one job. An engine that is away is tried again; a job that can not be done goes to a person."""
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
