"""What every catalogue keeps to, whatever its engine. A second adapter joins with one line in `CATALOGUES`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, insert, select
from sqlalchemy.exc import IntegrityError

from archive import numbers, outbox
from archive.adapters.in_sqlite import SqliteCatalogue
from archive.arrivals import NewArrival, ensure_branch, register
from archive.bulk import insert_rows, reserve_ids
from archive.errors import EngineAway
from archive.ports import Catalogue
from archive.schema import account, arrival, branch, counter

CATALOGUES: list[Callable[[Path], Catalogue]] = [lambda folder: SqliteCatalogue(folder / "catalogue.sqlite")]


@pytest.fixture(params=CATALOGUES, ids=["in_sqlite"])
def held(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Catalogue]:
    catalogue: Catalogue = request.param(tmp_path)
    catalogue.upgrade()
    yield catalogue
    catalogue.close()


def codes(catalogue: Catalogue) -> list[str]:
    with catalogue.reading() as connection:
        return list(connection.execute(select(branch.c.code).order_by(branch.c.code)).scalars())


def add(connection: Connection, code: str) -> None:
    connection.execute(insert(branch).values(code=code, name=code))


def test_what_is_written_is_read(held: Catalogue) -> None:
    with held.writing() as connection:
        add(connection, "63")
    assert codes(held) == ["63"]


def test_an_error_takes_everything_back(held: Catalogue) -> None:
    def fail() -> None:
        with held.writing() as connection:
            add(connection, "63")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert codes(held) == []


def test_nothing_written_through_reading_stays(held: Catalogue) -> None:
    with held.reading() as connection:
        add(connection, "63")
    assert codes(held) == []


def test_a_reader_keeps_its_snapshot_while_another_writes(held: Catalogue) -> None:
    with held.reading() as reader:
        assert reader.execute(select(func.count()).select_from(branch)).scalar_one() == 0
        with held.writing() as writer:
            add(writer, "63")
        assert reader.execute(select(func.count()).select_from(branch)).scalar_one() == 0
    assert codes(held) == ["63"]


def test_upgrading_again_changes_nothing(held: Catalogue) -> None:
    with held.writing() as connection:
        add(connection, "63")
    held.upgrade()
    assert codes(held) == ["63"]


def test_a_unique_constraint_decides_a_race(held: Catalogue) -> None:
    with held.writing() as connection:
        ensure_branch(connection, "63")
    gate, won, lost = threading.Barrier(4), [], []

    def receive() -> None:
        gate.wait()
        try:
            with held.writing() as connection:
                won.append(register(connection, NewArrival("post", "same", "63", "a", "a", "d" * 64, 1), "test"))
        except IntegrityError:
            lost.append(1)

    racers = [threading.Thread(target=receive) for _ in range(4)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert (len(won), len(lost)) == (1, 3)
    with held.reading() as connection:
        assert connection.execute(select(arrival.c.receipt_number)).scalars().all() == [won[0][1]]
        assert connection.execute(select(counter.c.last)).scalar_one() == 1, "the losers' numbers were taken back"


def test_a_row_that_points_nowhere_is_refused(held: Catalogue) -> None:
    def receive() -> None:
        with held.writing() as connection:
            row = {
                "number": "C-1",
                "type": "x",
                "branch": "none",
                "state": "open",
                "opened_on": "",
                "last_letter_on": "",
            }
            connection.exec_driver_sql(
                f"INSERT INTO case_ ({', '.join(row)}) VALUES ({', '.join(repr(v) for v in row.values())})"
            )

    with pytest.raises(IntegrityError):
        receive()


def test_reserved_ids_are_free_and_rows_in_bulk_take_them(held: Catalogue) -> None:
    for _ in range(2):
        with held.writing() as connection:
            ids = reserve_ids(connection, account, 3)
            insert_rows(connection, account, ("id", "number", "folded"), [(n, f"A-{n}", f"A{n}") for n in ids])
    with held.reading() as connection:
        assert connection.execute(select(func.count(func.distinct(account.c.id)))).scalar_one() == 6
        assert reserve_ids(connection, account, 0) == []


def test_a_change_announced_twice_waits_once_with_the_newer_version(held: Catalogue) -> None:
    with held.writing() as connection:
        outbox.announce(connection, "document", [(1, 1), (2, 1)])
        taken = outbox.pending(connection)
        outbox.announce(connection, "document", [(1, 2)])
        outbox.announce(connection, "document", [(1, 1)])
    with held.writing() as connection:
        outbox.settle(connection, taken)
        assert [(change.key, change.version) for change in outbox.pending(connection)] == [(1, 2)]


def test_numbers_are_counted_by_branch_register_and_year(held: Catalogue) -> None:
    with held.writing() as connection:
        given = [
            numbers.next_number(connection, "63", "incoming", 2026),
            numbers.next_number(connection, "63", "incoming", 2026),
            numbers.next_number(connection, "63", "case", 2026),
            numbers.next_number(connection, "02", "incoming", 2026),
            numbers.next_number(connection, "63", "incoming", 2027),
        ]
    assert [number[-7:] for number in given] == ["0000001", "0000002", "0000001", "0000001", "0000001"]
    assert len(set(given)) == 5


def test_the_description_names_the_engine(held: Catalogue) -> None:
    assert any(engine in held.description for engine in ("SQLite", "PostgreSQL"))


def test_an_engine_that_does_not_answer_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "folder.sqlite").mkdir()
    catalogue = SqliteCatalogue(tmp_path / "folder.sqlite")
    with pytest.raises(EngineAway), catalogue.reading():
        pass
