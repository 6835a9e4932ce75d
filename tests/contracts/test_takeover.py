"""Another takes a supply over, on each engine: what is held passes on its day, and each holder's letters stay."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import select

from archive import filings, journal_proof, merging
from archive.access import Access, Role, system
from archive.by_hand import CustomerDoor, Given
from archive.clock import utc_now
from archive.customers import show
from archive.customers_then import show_on
from archive.directory_profiles import profiles
from archive.errors import BadInput, Conflict, Forbidden, NotFound
from archive.filings import Filed
from archive.holders import holders_on
from archive.importing import import_customers
from archive.schema import contract, journal_entry
from archive.showing import customers as showing
from archive.takeover import TakenOver, Takeover, take_over
from dedup.guarding import DirectoryGuard
from dedup.rows import keys_of_row
from tests.contracts.test_guard import HUGH, OLEG
from tests.contracts.test_merging import letter
from tests.honest_guard import HonestGuard
from tests.on_engines import Opened

BOSS = system("test")
CLERK = Access("anna", frozenset({Role.CLERK}), None)
HEADER = "system,source_id,surname,accounts,contracts,points_of_delivery,meters,branch"
SELLER = "billing,1,Poole,A-100,C-1,P-1,M-1,12"
DAY = "2026-03-01"


@pytest.fixture
def door(opened: Opened, tmp_path: Path) -> CustomerDoor:
    """Customer 1 has one supply, customer 2 two of them, customer 3 none."""
    door = CustomerDoor(opened.catalogue, HonestGuard(), lambda row: [7])
    feed(door, tmp_path, SELLER, "billing,2,Marsh,A-200;A-201,C-2;C-3,P-2;P-3,M-2;M-3,12", "billing,3,Hall,,,,,12")
    return door


def feed(door: CustomerDoor, folder: Path, *lines: str) -> None:
    path = folder / "feed.csv"
    path.write_text("\n".join((HEADER, *lines)) + "\n", encoding="utf-8")
    import_customers(door.catalogue, path, lambda row: [7], BOSS)


def held_on(door: CustomerDoor, number: str, day: str) -> list[int]:
    with door.catalogue.reading() as connection:
        return [one.customer_id for one in holders_on(connection, number, day)]


def take(door: CustomerDoor, number: str, to: int = 3, day: str = DAY, **more: object) -> TakenOver:
    return take_over(door, CLERK, Takeover(number, to, day, **more))  # type: ignore[arg-type]


@pytest.mark.parametrize("number", ["A-100", "a 100", "P-1", "C-1", "M-1"])
def test_account_and_supply_pass_on_the_day_and_the_contract_is_duplicated(door: CustomerDoor, number: str) -> None:
    done = take(door, number)
    assert (done.before_id, done.accounts, done.points_of_delivery, done.meters) == (1, ("A-100",), ("P-1",), ("M-1",))
    assert done.contracts == {"C-1": "C-1/2"}
    for held in ("A-100", "P-1", "M-1"):
        assert [held_on(door, held, day) for day in ("2026-02-28", DAY, "2031-01-01")] == [[1], [3], [3]]
    assert [held_on(door, "C-1", day) for day in ("2026-02-28", DAY)] == [[1], []]
    assert [held_on(door, "C-1/2", day) for day in ("2026-02-28", DAY)] == [[], [3]]
    with door.catalogue.reading() as connection:
        rows = connection.execute(select(contract).order_by(contract.c.id)).all()
        old, new = rows[0], rows[-1]
        assert (new.continues_id, new.issuer, new.number) == (old.id, "billing", "C-1/2")
        entries = select(journal_entry.c.subject).where(journal_entry.c.action == "customers.takeover")
        assert sorted(connection.execute(entries).scalars()) == ["customer:1", "customer:3"]
        assert list(journal_proof.verify(connection)) == []
        then = [show_on(connection, BOSS, 1, day).holdings for day in ("2026-02-28", DAY)]
    assert [sorted(held.number for held in holdings) for holdings in then] == [["A-100", "C-1", "M-1", "P-1"], []]


def test_each_holders_letters_stay_and_the_day_decides_whose_a_letter_is(door: CustomerDoor) -> None:
    why = Filed("account", "A-100", "test")
    with door.catalogue.writing() as connection:
        before = letter(connection, 1, 1, why)
    done = take(door, "A-100")
    assert done.later_letters == 1  # received after the day, filed when nobody knew
    with door.catalogue.writing() as connection:
        after = letter(connection, 2, 3, why)
    with door.catalogue.reading() as connection:
        lines = {one: [line.id for line in showing.timeline(connection, BOSS, one)] for one in (1, 3)}
        seller, buyer = sorted(profiles(connection, [1, 3]), key=lambda profile: profile.id)
    assert lines == {1: [before], 3: [after]}
    assert (seller.accounts, seller.ended_accounts) == ((), (("A-100", DAY),))
    assert (buyer.accounts, buyer.begun_accounts) == (("A-100",), (("A-100", DAY),))
    merging.merge(door.catalogue, BOSS, 3, 1, "one after all")
    with door.catalogue.reading() as connection:
        assert [filings.whose(connection, 1, why, day) for day in ("2026-02-28", DAY)] == [1, 3]


def test_a_feed_that_has_not_heard_of_it_gives_nothing_back(door: CustomerDoor, tmp_path: Path) -> None:
    take(door, "A-100")
    feed(door, tmp_path, SELLER.replace("Poole", "Pool"))
    assert [held_on(door, "A-100", day) for day in ("2026-02-28", DAY, "2031-01-01")] == [[1], [3], [3]]
    feed(door, tmp_path, "billing,9,Hall,A-100,C-9,P-1,M-1,12")
    # Billing knows the new holder too, and not since ever.
    assert [held_on(door, "A-100", day) for day in ("2026-02-28", DAY)] == [[1], [3, 4]]
    merging.merge(door.catalogue, BOSS, 4, 3, "the same")
    with door.catalogue.reading() as connection:
        assert {one.customer_id for one in holders_on(connection, "A-100", "2031-01-01")} == {3}


def test_it_may_come_back_and_each_time_has_its_days(door: CustomerDoor) -> None:
    take(door, "A-100")
    assert take(door, "A-100", to=1, day="2026-04-01").contracts == {"C-1/2": "C-1/3"}
    take(door, "A-100", day="2026-05-01", contract="NEW-1")
    days = ("2026-02-28", DAY, "2026-03-31", "2026-04-01", "2026-04-30", "2026-05-01")
    assert [held_on(door, "A-100", day) for day in days] == [[1], [3], [3], [1], [1], [3]]
    assert held_on(door, "new 1", "2026-05-01") == [3]


def test_of_several_supplies_it_must_be_said_what_goes_along(door: CustomerDoor) -> None:
    with pytest.raises(BadInput, match="several supplies"):
        take(door, "A-200")
    with pytest.raises(BadInput, match="P-1"):
        take(door, "A-200", along=("P-1",))
    done = take(door, "A-200", along=("p-2", "M-2", "C-2"))
    assert (done.accounts, done.points_of_delivery, done.contracts) == (("A-200",), ("P-2",), {"C-2": "C-2/2"})
    assert [held_on(door, number, DAY) for number in ("A-201", "P-3", "M-3", "C-3")] == [[2]] * 4


def test_what_was_merged_gives_it_up_with_all_its_identities(door: CustomerDoor, tmp_path: Path) -> None:
    feed(door, tmp_path, "crm,7,Poole,,,P-1,,12")
    merging.merge(door.catalogue, BOSS, 4, 1, "the same")
    take(door, "P-1")
    assert held_on(door, "P-1", DAY) == [3]
    merging.unmerge(door.catalogue, BOSS, 4, "not the same")
    assert held_on(door, "P-1", DAY) == [3]


def test_what_can_not_be_taken_over_is_refused_with_the_reason(door: CustomerDoor) -> None:
    with pytest.raises(NotFound, match="nobody holds"):
        take(door, "A-999")
    with pytest.raises(NotFound):
        take(door, "A-100", to=99)
    with pytest.raises(BadInput, match="already"):
        take(door, "A-100", to=1)
    with pytest.raises(BadInput, match="no day"):
        take(door, "A-100", day="soon")
    with pytest.raises(BadInput, match="still to come"):
        take(door, "A-100", day="2090-01-01")
    with pytest.raises(Conflict, match="contract"):
        take(door, "A-100", contract="C-2")
    with pytest.raises(Forbidden):
        take_over(door, Access("eve", frozenset({Role.STAFF}), None), Takeover("A-100", 3, DAY))
    with pytest.raises(Conflict, match="meanwhile"):
        take_over(door, CLERK, Takeover("A-100", 3, DAY), seen=7)
    with door.catalogue.reading() as connection:
        assert [show(connection, BOSS, one).version for one in (1, 3)] == [1, 1]


def test_what_two_hold_at_once_is_for_a_person_first(door: CustomerDoor) -> None:
    door.change(CLERK, 3, Given({"accounts": "A-100"}), 1)
    with pytest.raises(Conflict, match="several customers"):
        take(door, "A-100", to=2, day=utc_now()[:10])


def test_two_who_hand_over_to_one_another_at_once_do_not_wait_in_a_ring(opened: Opened) -> None:
    """With the real guard: its locks are taken in one call, before any row is held."""
    door = CustomerDoor(opened.catalogue, DirectoryGuard(), keys_of_row)
    for nth, who in enumerate((OLEG, HUGH), 1):
        held = {
            "accounts": f"A-{nth}00",
            "contracts": f"C-{nth}",
            "points_of_delivery": f"P-{nth}",
            "meters": f"M-{nth}",
        }
        door.add(CLERK, Given(who | held))
    start = Barrier(2)

    def hand_over(number: str, ends: tuple[int, int]) -> list[str]:
        """Back and forth, each time at the same moment as the other."""
        told = []
        for turn in range(6):
            start.wait(60)
            told += _until_done(door, number, ends[turn % 2], f"2026-03-{turn + 2:02}")
        return told

    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(hand_over, "A-100", (2, 1)), pool.submit(hand_over, "A-200", (1, 2))]
        told = [word for one in both for word in one.result(timeout=240)]
    assert told.count("done") == 12 and set(told) <= {"done", "conflict"}
    assert [held_on(door, number, "2031-01-01") for number in ("A-100", "A-200")] == [[1], [2]]


def _until_done(door: CustomerDoor, number: str, to: int, day: str) -> list[str]:
    """A clerk who is told that the customer was changed meanwhile looks again, and repeats."""
    for attempt in range(20):
        with door.catalogue.reading() as connection:
            held = [one.number for one in show(connection, BOSS, 3 - to).holdings if not one.valid_to]
        along = tuple(one for one in held if one[2] == number[2])
        try:
            take(door, number, to, day, along=along)
        except Conflict:
            continue
        return ["conflict"] * attempt + ["done"]
    return ["never"]
