"""Two processes say of one pair at the same moment that the two are one: it is done once, whoever is named first."""

from __future__ import annotations

import multiprocessing
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from sqlalchemy import func, select

from api.wiring import catalogue_at
from archive import doubles, merging
from archive.access import system
from archive.doubles import NewDouble
from archive.doubles_deciding import Decision, decide
from archive.errors import Conflict
from archive.importing import import_customers
from archive.schema import customer, customer_merge, own_record
from tests.on_engines import Opened

_ROUNDS = 25
_PATIENCE_S = 120.0


def _merge_all(url: str, is_first: bool, start: Barrier, told: Queue[tuple[int, str]]) -> None:
    """In each round merge a pair, one process the one into the other, the other process the other into the one."""
    catalogue = catalogue_at(url, Path())
    access = system(f"clerk-{is_first}")
    for at in range(_ROUNDS):
        pair = (2 * at + 1, 2 * at + 2)
        one, into = pair if is_first else pair[::-1]
        start.wait(_PATIENCE_S)
        told.put((at, _outcome(lambda one=one, into=into: merging.merge(catalogue, access, one, into, "the same"))))
    catalogue.close()


def _decide_all(url: str, is_first: bool, start: Barrier, told: Queue[tuple[int, str]]) -> None:
    """In each round decide a pair of the review list: one process that the two are one, the other that they are not."""
    catalogue = catalogue_at(url, Path())
    access = system(f"clerk-{is_first}")
    said = Decision("same" if is_first else "different")
    for at in range(_ROUNDS):
        start.wait(_PATIENCE_S)
        told.put((at, _outcome(lambda at=at: decide(catalogue, access, at + 1, said))))
    catalogue.close()


def _outcome(do) -> str:  # type: ignore[no-untyped-def]
    try:
        do()
    except Conflict:
        return "conflict"
    except Exception as error:
        return repr(error)
    return "done"


@pytest.fixture
def directory(opened: Opened, tmp_path: Path) -> Opened:
    path = tmp_path / "customers.csv"
    lines = "".join(f"{n},Poole{n}\n" for n in range(1, 2 * _ROUNDS + 1))
    path.write_text("source_id,surname\n" + lines, encoding="utf-8")
    import_customers(opened.catalogue, path, lambda row: [1], system("test"))
    return opened


@pytest.mark.parametrize("work", [_merge_all, _decide_all])
def test_of_two_at_once_one_is_taken_and_the_other_told(directory: Opened, work) -> None:  # type: ignore[no-untyped-def]
    with directory.catalogue.writing() as connection:
        pairs = [NewDouble(2 * at + 1, 2 * at + 2, "probable", 0.9) for at in range(_ROUNDS)]
        assert doubles.put(connection, pairs) == _ROUNDS
    context = multiprocessing.get_context("spawn")
    start, told = context.Barrier(2), context.Queue()
    workers = [context.Process(target=work, args=(directory.url, first, start, told)) for first in (True, False)]
    for worker in workers:
        worker.start()
    outcomes: dict[int, list[str]] = {}
    for _ in range(2 * _ROUNDS):
        at, outcome = told.get(timeout=_PATIENCE_S)
        outcomes.setdefault(at, []).append(outcome)
    for worker in workers:
        worker.join(timeout=20)
    assert {tuple(sorted(found)) for found in outcomes.values()} == {("conflict", "done")}
    with directory.catalogue.reading() as connection:
        merged = connection.execute(select(func.count()).select_from(customer_merge)).scalar_one()
        held = connection.execute(select(func.count()).where(customer.c.survivor_id.is_not(None))).scalar_one()
        aside = connection.execute(select(func.count()).select_from(own_record)).scalar_one()
        same = len(doubles.entries(connection, doubles.Part("same")))
    assert merged == held == aside == (_ROUNDS if work is _merge_all else same)
