"""`celery -A tests.faults.slow_celery_app worker`: opening takes long, and Redis hands its message out again meanwhile."""

from __future__ import annotations

import os
import time
from pathlib import Path

from api.celery_app import Hands, app
from intake.jobs import Job
from intake.pipeline import Pipeline

OPENING_S, VISIBLE_S = 20.0, 1.0
_do, _work = Pipeline.do, Hands.work


def _do_slowly(pipeline: Pipeline, job: Job) -> None:
    _note("DOSSIER_TEST_RUNS", f"{job.kind} {job.subject}")
    time.sleep(OPENING_S if job.kind == "open" else 0)
    _do(pipeline, job)


def _work_and_tell(hands: Hands) -> None:
    _note("DOSSIER_TEST_WAKES", "woken")
    _work(hands)


def _note(where: str, what: str) -> None:
    with Path(os.environ[where]).open("a") as told:
        told.write(what + "\n")


app.conf.broker_transport_options |= {
    "visibility_timeout": VISIBLE_S,
    "unacked_restore_interval": 2,  # looks for such messages this often, and not at every tenth look alone
    "unacked_restore_throttle": 1,
}
Pipeline.do, Hands.work = _do_slowly, _work_and_tell  # type: ignore[method-assign]
