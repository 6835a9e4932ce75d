"""Promise 2: two balances for each channel, branch and day, and whoever asks sees only their own."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from archive.access import Access, Role, system
from archive.ledger import LedgerRow, Period, balance, received_again_list, total
from tests.small_archive import REVIEWED, SCAN, SmallArchive


def rows(archive: SmallArchive, access: Access = system("test"), period: Period = Period()) -> dict[str, LedgerRow]:  # noqa: B008
    with archive.catalogue.reading() as connection:
        return {row.channel: row for row in balance(connection, access, period)}


def test_arrivals_and_letters_balance_by_channel(archive: SmallArchive) -> None:
    found = rows(archive)
    assert set(found) == {"post", "email", "upload"}
    assert all(row.balanced for row in found.values())
    post = found["post"]
    assert (post.received, post.opened, post.letters, post.filed, post.review) == (1, 1, 2, 1, 1)
    assert (post.pages_in, post.pages_in_letters, post.separators, post.blanks) == (5, 3, 1, 1)
    assert post.received_again == 1
    assert (found["email"].duplicate, found["upload"].rejected, found["upload"].rejected_whole) == (1, 1, 1)


def test_an_arrival_that_waits_is_counted_as_waiting(archive: SmallArchive) -> None:
    archive.receive("late.pdf", b"late", "post")
    post = rows(archive)["post"]
    assert (post.received, post.opened, post.waiting, post.balanced) == (2, 1, 1, True)


def test_a_letter_in_work_is_counted_as_in_work(archive: SmallArchive) -> None:
    archive.enter(archive.receive("late.txt", b"late", "form"), 1, b"late", None)
    assert rows(archive)["form"].in_work == 1


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param(f"UPDATE document SET page_to = 4 WHERE id = {REVIEWED}", id="a page that is lost"),
        pytest.param(f"UPDATE arrival SET separators = '[]' WHERE id = {SCAN}", id="a separator that is not noted"),
    ],
)
def test_the_pages_of_a_scan_do_not_balance_with(archive: SmallArchive, statement: str) -> None:
    with archive.catalogue.writing() as connection:
        connection.execute(text(statement))
    assert not rows(archive)["post"].balanced


def test_an_opened_arrival_that_gave_no_letter_does_not_balance(archive: SmallArchive) -> None:
    with archive.catalogue.writing() as connection:
        connection.execute(text("DELETE FROM document WHERE id = 4"))
    assert [str(fault) for fault in rows(archive)["upload"].faults] == ["1 opened arrivals gave no letter"]


def test_an_employee_of_another_branch_sees_no_row(archive: SmallArchive) -> None:
    assert rows(archive, Access("eve", frozenset({Role.ADMIN}), frozenset({"99"}))) == {}
    with archive.catalogue.reading() as connection:
        assert received_again_list(connection, Access("eve", frozenset({Role.ADMIN}), frozenset({"99"}))) == []


def test_a_marked_letter_is_not_counted_for_who_may_not_see_it_and_the_balance_still_holds(
    archive: SmallArchive,
) -> None:
    with archive.catalogue.writing() as connection:
        connection.execute(text(f"UPDATE document SET mark = 'confidential' WHERE id = {REVIEWED}"))
    clerk = rows(archive, Access("anna", frozenset({Role.CLERK}), frozenset({"12"})))["post"]
    assert (clerk.letters, clerk.filed, clerk.review, clerk.balanced) == (1, 1, 0, True)
    assert rows(archive)["post"].letters == 2


def test_a_period_and_a_channel_narrow_the_ledger(archive: SmallArchive) -> None:
    assert set(rows(archive, period=Period(channel="email"))) == {"email"}
    assert rows(archive, period=Period(until="2000-01-01")) == {}
    assert rows(archive, period=Period(since="2000-01-01", branch="99")) == {}


def test_the_total_adds_up_and_what_came_again_is_listed(archive: SmallArchive) -> None:
    with archive.catalogue.reading() as connection:
        summed = total(balance(connection, system("test")))
        again = received_again_list(connection, system("test"))
    assert (summed.received, summed.letters, summed.balanced) == (4, 4, True)
    assert [one.source_path for one in again] == ["elsewhere/scan.pdf"]
