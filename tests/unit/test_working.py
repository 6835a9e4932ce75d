"""A worker over a real queue: what it gives up, what it tries again, and what it never gives up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from sqlalchemy import select, update

from archive.adapters.in_sqlite import SqliteCatalogue
from archive.errors import EngineAway, EngineFailed
from archive.schema import job
from intake import working
from intake.adapters.in_catalogue import CatalogueQueue, this_owner
from intake.jobs import MAX_ATTEMPTS, MAX_INTERRUPTIONS, Job, NewJob, place_of
from intake.pipeline import Pipeline

PAST = "2000-01-01T00:00:00.000000+00:00"


@dataclass
class Steps:
    """Stands for the pipeline: does with a job what the test says, and remembers what was given up."""

    catalogue: SqliteCatalogue
    jobs: CatalogueQueue
    behave: Callable[[Job], None] = lambda job_: None
    done: list[int] = field(default_factory=list)
    given_up: list[str] = field(default_factory=list)

    def do(self, job_: Job) -> None:
        self.behave(job_)
        self._finish(job_)
        self.done.append(job_.subject)

    def give_up(self, job_: Job, error: Exception) -> None:
        self._finish(job_)
        self.given_up.append(str(error))

    def _finish(self, job_: Job) -> None:
        with self.catalogue.writing() as connection:
            self.jobs.finish(connection, job_)


@pytest.fixture
def steps(catalogue: SqliteCatalogue, monkeypatch: pytest.MonkeyPatch) -> Steps:
    made = Steps(catalogue, CatalogueQueue(catalogue))
    with catalogue.writing() as connection:
        made.jobs.add(connection, NewJob("read", 7, "HQ", place_of(7, 1)))

    def no_time_passes(_seconds: float) -> None:
        with catalogue.writing() as connection:
            connection.execute(update(job).values(run_after=PAST))

    monkeypatch.setattr(working.time, "sleep", no_time_passes)
    return made


def work(steps: Steps) -> None:
    working.work(steps.jobs, cast(Pipeline, cast(Any, steps)), lambda: steps.jobs.waiting() == 0)


def test_an_engine_that_is_away_for_long_costs_nothing(steps: Steps) -> None:
    tries: list[int] = []

    def away_for_long(job_: Job) -> None:
        tries.append(job_.attempts)
        if len(tries) <= 10 * MAX_ATTEMPTS:
            raise EngineAway("the store does not answer")

    steps.behave = away_for_long
    work(steps)
    assert (steps.done, steps.given_up) == ([7], [])
    assert set(tries) == {1}


def test_an_engine_that_breaks_over_this_very_thing_leaves_it_to_a_person(steps: Steps) -> None:
    def breaks(_job: Job) -> None:
        raise EngineFailed("tesseract failed on a page")

    steps.behave = breaks
    work(steps)
    assert (steps.done, steps.given_up) == ([], ["tesseract failed on a page"])


def test_the_catalogue_itself_may_be_away(steps: Steps, monkeypatch: pytest.MonkeyPatch) -> None:
    take, answers = steps.jobs.take, iter([False, False, True])

    def take_if_there(owner: str) -> Job | None:
        if not next(answers, True):
            raise EngineAway("the catalogue does not answer")
        return take(owner)

    monkeypatch.setattr(steps.jobs, "take", take_if_there)
    work(steps)
    assert steps.done == [7]


def test_a_job_held_when_the_catalogue_went_away_is_given_back(steps: Steps) -> None:
    held: list[str] = []

    def lost_on_the_way(_job: Job) -> None:
        if not held:
            with steps.catalogue.reading() as connection:
                held.append(connection.execute(select(job.c.owner)).scalar_one())
            raise EngineAway("broke off")

    steps.behave = lost_on_the_way
    work(steps)
    assert (held, steps.done) == ([this_owner()], [7])


@pytest.mark.parametrize(
    "past",
    [{"attempts": MAX_ATTEMPTS}, {"interruptions": MAX_INTERRUPTIONS + 1}],
    ids=["its worker died each time", "everything was stopped each time"],
)
def test_what_costs_a_worker_each_time_goes_to_a_person(past: dict[str, int], steps: Steps) -> None:
    with steps.catalogue.writing() as connection:
        connection.execute(update(job).values(past))
    work(steps)
    assert steps.done == [] and len(steps.given_up) == 1
