"""What every job queue keeps. Another adapter joins by one line in `QUEUES`."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import pytest
from sqlalchemy import update

from archive.errors import Conflict
from archive.ports import Catalogue
from archive.schema import job
from intake.adapters.in_catalogue import CatalogueQueue, this_owner
from intake.adapters.in_celery import CeleryQueue
from intake.jobs import (
    BULK_PRIORITY,
    MAX_ATTEMPTS,
    PRIORITY,
    SUSPECT_INTERRUPTIONS,
    JobKind,
    NewJob,
    lane_of,
    place_of,
)
from intake.ports import JobQueue
from tests.on_brokers import forget_messages, own_messages
from tests.on_engines import Opened, address, on_engine

QUEUES: list[Any] = [
    pytest.param(CatalogueQueue, id="CatalogueQueue"),
    on_engine(lambda catalogue: CeleryQueue(catalogue, address("rabbitmq")), "rabbitmq"),
    on_engine(lambda catalogue: CeleryQueue(catalogue, address("redis")), "redis"),
]


@pytest.fixture
def catalogue(opened: Opened) -> Catalogue:
    return opened.catalogue


@pytest.fixture(params=QUEUES)
def queue(request: pytest.FixtureRequest, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> Iterator[JobQueue]:
    with own_messages(monkeypatch):
        made: JobQueue = request.param(catalogue)
        yield made
        forget_messages(made)


def add(queue: JobQueue, catalogue: Catalogue, *jobs: NewJob) -> None:
    with catalogue.writing() as connection:
        for new in jobs:
            queue.add(connection, new)


def test_the_operator_is_told_what_and_where_without_secrets(queue: JobQueue) -> None:
    assert queue.description.startswith("in the catalogue")
    if isinstance(queue, CeleryQueue):
        assert queue.broker.place in queue.description
        assert str(queue.broker.app.connection_for_write().password) not in queue.description


def test_a_job_is_taken_by_one_owner_only(queue: JobQueue, catalogue: Catalogue) -> None:
    add(queue, catalogue, NewJob("open", 1, "HQ", place_of(1)))
    assert queue.take(this_owner()) is not None
    assert queue.take(this_owner()) is None


def test_many_takers_get_each_job_once(queue: JobQueue, catalogue: Catalogue) -> None:
    add(queue, catalogue, *(NewJob("open", subject, "HQ", place_of(subject)) for subject in range(40)))
    gate, taken = threading.Barrier(8), list[int]()

    def take_all(who: int) -> None:
        gate.wait()
        while queue.waiting() > len(taken):
            job_ = queue.take(f"{this_owner()}:{who}")
            if job_ is not None:
                taken.append(job_.subject)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(take_all, range(8)))
    assert sorted(taken) == list(range(40))


def test_a_job_added_twice_is_one_job(queue: JobQueue, catalogue: Catalogue) -> None:
    add(queue, catalogue, NewJob("open", 1, "HQ", place_of(1)), NewJob("open", 1, "HQ", place_of(1)))
    assert queue.waiting() == 1


def test_a_job_added_in_a_transaction_that_fails_is_not_there(queue: JobQueue, catalogue: Catalogue) -> None:
    with pytest.raises(KeyError), catalogue.writing() as connection:
        queue.add(connection, NewJob("open", 1, "HQ", place_of(1)))
        raise KeyError
    assert queue.take(this_owner()) is None


def test_a_finished_job_is_gone(queue: JobQueue, catalogue: Catalogue) -> None:
    add(queue, catalogue, NewJob("read", 1, "HQ", place_of(1, 1)))
    taken = queue.take(this_owner())
    assert taken is not None
    with catalogue.writing() as connection:
        queue.finish(connection, taken)
    assert queue.waiting() == 0


def said_by_another(script: str) -> str:
    """What a process says that is dead by now."""
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.strip()


OWNER = "from intake.adapters.in_catalogue import this_owner; print(this_owner())"
OWNER_UNDER_A_PARENT = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {OWNER!r}], check=True)"


def test_the_job_of_a_dead_owner_comes_back_and_its_late_finish_is_refused(
    queue: JobQueue, catalogue: Catalogue
) -> None:
    add(queue, catalogue, NewJob("read", 1, "HQ", place_of(1, 1)))
    first = queue.take(said_by_another(OWNER))
    assert first is not None
    assert queue.recover() == 1
    second = queue.take(this_owner())
    assert second is not None and second.attempts == 2
    with pytest.raises(Conflict), catalogue.writing() as connection:
        queue.finish(connection, first)


def test_an_owner_that_died_and_was_not_asked_after_is_dead(queue: JobQueue, catalogue: Catalogue) -> None:
    add(queue, catalogue, NewJob("read", 1, "HQ", place_of(1, 1)))
    with subprocess.Popen([sys.executable, "-c", OWNER], stdout=subprocess.PIPE, text=True) as corpse:
        assert corpse.stdout is not None
        owner = corpse.stdout.read().strip()  # to its end: from here on it is dead, and nobody waited for it
        queue.take(owner)
        deadline = time.monotonic() + 10
        while queue.recover() == 0:
            assert time.monotonic() < deadline, "its lease held the job"
    assert queue.take(this_owner()) is not None


def test_a_stop_of_everything_at_once_costs_the_job_no_attempt(queue: JobQueue, catalogue: Catalogue) -> None:
    add(queue, catalogue, NewJob("read", 1, "HQ", place_of(1, 1)))
    dead_with_its_parent = said_by_another(OWNER_UNDER_A_PARENT)
    for stops in range(MAX_ATTEMPTS + 2):
        taken = queue.take(dead_with_its_parent)
        assert taken is not None and (taken.attempts, taken.interruptions) == (1, stops)
        assert queue.recover() == 1


def test_what_was_there_at_many_a_stop_waits_until_all_else_is_done(queue: JobQueue, catalogue: Catalogue) -> None:
    add(queue, catalogue, NewJob("read", 1, "HQ", place_of(1, 1)), NewJob("read", 2, "HQ", place_of(2, 1)))
    with catalogue.writing() as connection:
        connection.execute(update(job).where(job.c.key == "1").values(interruptions=SUSPECT_INTERRUPTIONS))
    order = [queue.take(this_owner()), queue.take(this_owner())]
    assert [taken.subject for taken in order if taken] == [2, 1]


def test_the_job_of_a_living_owner_is_left_to_it(queue: JobQueue, catalogue: Catalogue) -> None:
    add(queue, catalogue, NewJob("read", 1, "HQ", place_of(1, 1)))
    queue.take(this_owner())
    assert queue.recover() == 0


def test_a_lease_that_ran_out_is_taken_back_unless_it_was_renewed(queue: JobQueue, catalogue: Catalogue) -> None:
    add(queue, catalogue, NewJob("read", 1, "HQ", place_of(1, 1)))
    queue.take(this_owner())
    with catalogue.writing() as connection:
        connection.execute(update(job).values(lease_until="2000-01-01T00:00:00.000000+00:00"))
    queue.renew(this_owner())
    assert queue.recover() == 0
    with catalogue.writing() as connection:
        connection.execute(update(job).values(lease_until="2000-01-01T00:00:00.000000+00:00"))
    assert queue.recover() == 1


def test_attempts_are_capped_and_a_buried_job_keeps_its_reason(queue: JobQueue, catalogue: Catalogue) -> None:
    add(queue, catalogue, NewJob("read", 1, "HQ", place_of(1, 1)))
    for attempt in range(1, MAX_ATTEMPTS + 1):
        with catalogue.writing() as connection:
            connection.execute(update(job).values(run_after="2000-01-01T00:00:00.000000+00:00"))
        taken = queue.take(this_owner())
        assert taken is not None
        assert queue.retry(taken, "the engine is away") is (attempt < MAX_ATTEMPTS)
    with catalogue.writing() as connection:
        queue.bury(connection, taken, "the engine is away")
    assert queue.take(this_owner()) is None
    with catalogue.reading() as connection:
        row = connection.execute(job.select()).one()
    assert (row.state, row.reason) == ("dead", "the engine is away")


def test_a_failed_job_waits_before_it_is_tried_again(queue: JobQueue, catalogue: Catalogue) -> None:
    add(queue, catalogue, NewJob("read", 1, "HQ", place_of(1, 1)))
    taken = queue.take(this_owner())
    assert taken is not None
    queue.retry(taken, "away")
    assert queue.take(this_owner()) is None
    assert queue.waiting() == 1


def test_letters_settle_in_the_order_of_receipt_within_a_branch(queue: JobQueue, catalogue: Catalogue) -> None:
    add(
        queue,
        catalogue,
        NewJob("settle", 20, "HQ", place_of(2, 1), priority=4),
        NewJob("read", 10, "HQ", place_of(1, 1)),
        NewJob("settle", 30, "EAST", place_of(3, 1), priority=4),
    )
    order = [queue.take(this_owner()), queue.take(this_owner()), queue.take(this_owner())]
    assert [(taken.kind, taken.subject) for taken in order if taken] == [("settle", 30), ("read", 10)]
    first = order[1]
    assert first is not None
    with catalogue.writing() as connection:
        queue.finish(connection, first)
        queue.add(connection, NewJob("settle", 10, "HQ", place_of(1, 1), priority=4))
    following = queue.take(this_owner())
    assert following is not None and following.subject == 10


def test_a_reading_that_waits_to_be_tried_again_holds_up_the_letters_behind_it(
    queue: JobQueue, catalogue: Catalogue
) -> None:
    add(queue, catalogue, NewJob("read", 10, "HQ", place_of(1, 1)), NewJob("settle", 20, "HQ", place_of(2, 1), 5))
    failing = queue.take(this_owner())
    assert failing is not None and failing.subject == 10
    queue.retry(failing, "away")
    assert queue.take(this_owner()) is None
    add(queue, catalogue, NewJob("settle", 30, "EAST", place_of(3, 1), 5))
    elsewhere = queue.take(this_owner())
    assert elsewhere is not None and elsewhere.subject == 30, "another branch does not wait"


def test_a_dead_job_does_not_hold_up_those_behind_it(queue: JobQueue, catalogue: Catalogue) -> None:
    add(queue, catalogue, NewJob("read", 10, "HQ", place_of(1, 1)), NewJob("settle", 20, "HQ", place_of(2, 1), 4))
    stuck = queue.take(this_owner())
    assert stuck is not None and stuck.subject == 10
    with catalogue.writing() as connection:
        queue.bury(connection, stuck, "can not be read")
    freed = queue.take(this_owner())
    assert freed is not None and freed.subject == 20


def test_branches_take_turns_however_much_one_of_them_has(queue: JobQueue, catalogue: Catalogue) -> None:
    add(queue, catalogue, *(NewJob("open", subject, "EAST", place_of(subject)) for subject in range(1, 30)))
    add(queue, catalogue, *(NewJob("read", subject, "WEST", place_of(subject)) for subject in range(30, 60)))
    add(queue, catalogue, NewJob("open", 60, "HQ", place_of(60)), NewJob("open", 61, "HQ", place_of(61)))
    taken = [queue.take(this_owner()) for _ in range(6)]
    assert sorted(one.lane for one in taken if one) == ["EAST", "EAST", "HQ", "HQ", "WEST", "WEST"]


def test_the_post_goes_before_a_bulk_load_of_the_same_branch(queue: JobQueue, catalogue: Catalogue) -> None:
    bulk, post = lane_of("HQ", bulk=True), lane_of("HQ")
    add(queue, catalogue, *(NewJob("read", subject, bulk, place_of(subject), BULK_PRIORITY) for subject in (1, 2, 3)))
    add(queue, catalogue, NewJob("read", 4, post, place_of(4)))
    taken = queue.take(this_owner())
    assert taken is not None and (taken.subject, taken.priority) == (4, PRIORITY)
    with catalogue.writing() as connection:
        queue.finish(connection, taken)
        queue.add(connection, taken.then("settle", 4, taken.place))
    settled = queue.take(this_owner())
    assert settled is not None and (settled.kind, settled.subject) == ("settle", 4), (
        "it does not settle behind the load"
    )
    following = queue.take(this_owner())
    assert following is not None and following.then("read", 9, 9).priority == BULK_PRIORITY


def test_what_is_urgent_goes_first_whatever_its_branch_is_called(queue: JobQueue, catalogue: Catalogue) -> None:
    add(queue, catalogue, NewJob("read", 1, lane_of("A", bulk=True), place_of(1), BULK_PRIORITY))
    add(queue, catalogue, NewJob("read", 2, lane_of("Z"), place_of(2)))
    taken = queue.take(this_owner())
    assert taken is not None and taken.subject == 2


def test_a_kind_of_a_later_version_is_left_for_its_worker(queue: JobQueue, catalogue: Catalogue) -> None:
    add(queue, catalogue, NewJob(cast(JobKind, "weigh"), 1, "HQ", place_of(1)))
    add(queue, catalogue, NewJob("read", 2, "HQ", place_of(2)))
    taken = queue.take(this_owner())
    assert taken is not None and taken.subject == 2
    assert queue.take(this_owner()) is None
    assert queue.waiting() == 2
