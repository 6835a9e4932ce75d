"""What every catalogue keeps to, whatever its engine. Another adapter joins by one line in `on_engines.CATALOGUES`."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from archive import journal, journal_proof, numbers, outbox
from archive.adapters.in_postgresql import PostgresqlCatalogue
from archive.adapters.in_sqlite import SqliteCatalogue
from archive.after_commit import after_commit
from archive.arrivals import NewArrival, ensure_branch, register
from archive.bulk import insert_rows, reserve_ids
from archive.errors import EngineAway
from archive.ports import Catalogue
from archive.schema import account, arrival, branch, counter
from tests.on_engines import Opened


@pytest.fixture
def held(opened: Opened) -> Catalogue:
    return opened.catalogue


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


def test_only_what_need_not_be_durable_does_not_wait_for_the_disk(held: Catalogue) -> None:
    def waits() -> bool:
        ask = "PRAGMA synchronous" if connection.dialect.name == "sqlite" else "SHOW synchronous_commit"
        return str(connection.execute(text(ask)).scalar_one()) in {"2", "on"}

    for durable in (True, False, True, False, True):
        with held.writing(durable=durable) as connection:
            assert waits() is durable
    with held.writing() as connection:
        assert waits()


def test_what_threads_write_together_stands_and_one_that_fails_takes_nothing_with_it(held: Catalogue) -> None:
    told: list[str] = []

    def write(code: str) -> str:
        def work(connection: Connection) -> str:
            add(connection, code)
            after_commit(connection, lambda: told.append(code))
            if code.startswith("x"):
                raise ValueError(code)
            return f"written {code}"

        return held.written(work)

    wanted = [f"{'x' if at % 3 == 0 else 'b'}{at}" for at in range(30)]
    with ThreadPoolExecutor(10) as pool:
        futures = {code: pool.submit(write, code) for code in wanted}
        for code, one in futures.items():
            if code.startswith("x"):
                with pytest.raises(ValueError, match=code):
                    one.result(60)
            else:
                assert one.result(60) == f"written {code}"
    stands = sorted(code for code in wanted if code.startswith("b"))
    assert codes(held) == stands
    assert sorted(told) == stands


def test_what_a_shared_transaction_can_not_commit_is_tried_alone(held: Catalogue) -> None:
    add_held_up, begun = threading.Event(), threading.Event()

    def first(connection: Connection) -> None:
        begun.set()
        add_held_up.wait(60)

    def spoils(connection: Connection) -> None:
        add(connection, "69")
        connection.rollback()  # as an engine does that gives up a whole transaction
        raise ValueError("69")

    with ThreadPoolExecutor(4) as pool:
        leading = pool.submit(held.written, first)
        assert begun.wait(60)
        good = pool.submit(held.written, lambda connection: add(connection, "63"))
        bad = pool.submit(held.written, spoils)
        other = pool.submit(held.written, lambda connection: add(connection, "77"))
        add_held_up.set()
        with pytest.raises(ValueError, match="69"):
            bad.result(60)
        for one in (leading, good, other):
            one.result(60)
    assert codes(held) == ["63", "77"]


def test_nothing_written_through_reading_stays(held: Catalogue) -> None:
    # Refused at once or taken back at the end: either way nothing of it is there.
    with suppress(DBAPIError), held.reading() as connection:
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


@pytest.mark.parametrize("racers", [8, 16])
def test_numbers_have_no_gap_and_no_repeat_under_many_writers(held: Catalogue, racers: int) -> None:
    with held.writing() as connection:
        ensure_branch(connection, "63")
    gate, given = threading.Barrier(racers), list[str]()

    def number(who: int) -> None:
        gate.wait()
        for turn in range(6):
            with suppress(KeyError), held.writing() as connection:
                mine = numbers.next_number(connection, "63", "incoming", 2026)
                journal.write(connection, f"writer {who}", "number", mine)
                if turn == 3:
                    raise KeyError  # taken back: its number goes to somebody else
                given.append(mine)

    in_threads(number, racers)
    wanted = [f"IN-63-2026-{place:07d}" for place in range(1, racers * 5 + 1)]
    assert sorted(given) == wanted


def test_many_sealers_make_one_chain(held: Catalogue) -> None:
    for place in range(5):
        with held.writing() as connection:
            for entry in range(20):
                journal.write(connection, "somebody", "change", f"thing:{place}-{entry}")
    gate, sealed = threading.Barrier(8), list[int]()

    def seal(_who: int) -> None:
        gate.wait()
        sealed.append(journal.seal(held))

    in_threads(seal, 8)
    assert sum(sealed) == 100
    with held.reading() as connection:
        assert list(journal_proof.verify(connection)) == []


def in_threads(do: Callable[[int], None], count: int) -> None:
    """Do it in so many threads at once; their errors are the test's."""
    errors: list[BaseException] = []

    def guarded(who: int) -> None:
        try:
            do(who)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(who,)) for who in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def a_folder_instead_of_a_file(folder: Path) -> Catalogue:
    (folder / "folder.sqlite").mkdir()
    return SqliteCatalogue(folder / "folder.sqlite")


def nobody_on_the_port(_folder: Path) -> Catalogue:
    return PostgresqlCatalogue("postgresql://dossier:secret@127.0.0.1:1/dossier")


@pytest.mark.parametrize("away", [a_folder_instead_of_a_file, nobody_on_the_port])
def test_an_engine_that_does_not_answer_is_an_error(away: Callable[[Path], Catalogue], tmp_path: Path) -> None:
    catalogue = away(tmp_path)
    with pytest.raises(EngineAway) as told, catalogue.reading():
        pass
    assert "secret" not in str(told.value)
