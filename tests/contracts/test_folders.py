"""What a customer's folders hold, as counted and as listed page by page, on each engine of the catalogue."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from sqlalchemy import Connection, insert, update

from archive import documents, filings
from archive.access import Access, Role
from archive.arrivals import NewArrival, ensure_branch, register
from archive.documents import NewLetter, Settlement
from archive.filings import Filed
from archive.proofs.documents import states
from archive.schema import customer, document, filing
from archive.showing import customers
from tests.on_engines import Opened

_ALL = Access("test", frozenset(Role), None, frozenset({"confidential"}))
_UNMARKED = Access("test", frozenset(Role), None)
_OF_63 = Access("test", frozenset(Role), frozenset({"63"}), frozenset({"confidential"}))
_WHY = Filed("hand", "", "test")


@pytest.fixture
def letters(opened: Opened) -> list[int]:
    """Customer 1 with twelve letters in `metering`: every third of branch 64, every fourth confidential; one in `billing`."""
    with opened.catalogue.writing() as connection:
        for number in (1, 2):
            row = {
                "id": number,
                "kind": "person",
                "display_name": f"No {number}",
                "golden": "{}",
                "created_at": "2026-01-01",
            }
            connection.execute(insert(customer).values(row))
        made = [
            _letter(connection, at, "64" if at % 3 == 0 else "63", "confidential" if at % 4 == 0 else "")
            for at in range(13)
        ]
        for key in made[1:]:
            filings.file_in_folder(connection, key, 1, "metering", _WHY)
        filings.file_in_folder(connection, made[0], 1, "billing", _WHY)
    return made[1:]


def _letter(connection: Connection, number: int, branch: str, mark: str) -> int:
    ensure_branch(connection, branch)
    digest = f"{number:064x}"
    new = NewArrival("post", f"letter {number}", branch, "letter.txt", "", digest, 1)
    arrival_id, _receipt = register(connection, new, "test")
    key = documents.enter(connection, arrival_id, NewLetter(1, None, None, "letter.txt", "text/plain", digest, 1, ()))
    connection.execute(update(document).where(document.c.id == key).values(mark=mark))
    how = Settlement("filed", "account", (), "meter_reading", 1.0, 1, 1.0, None, None, {}, {})
    documents.settle(connection, key, how, "test")
    return key


def _counted(opened: Opened, access: Access) -> dict[str, int]:
    with opened.catalogue.reading() as connection:
        return {one.code: one.documents for one in customers.card(connection, access, 1).folders}


def _listed(opened: Opened, access: Access, code: str = "metering", skip: int = 0, limit: int = 50) -> Sequence[int]:
    with opened.catalogue.reading() as connection:
        lines = customers.timeline(connection, access, 1, folder_code=code, skip=skip, limit=limit)
        return [line.id for line in lines]


@pytest.mark.parametrize(("access", "holds"), [(_ALL, 12), (_UNMARKED, 9), (_OF_63, 8)])
def test_a_folder_counts_and_lists_what_the_asker_may_see(
    opened: Opened, letters: list[int], access: Access, holds: int
) -> None:
    assert _counted(opened, access)["metering"] == holds
    assert len(_listed(opened, access)) == holds


def test_pages_by_number_hold_each_letter_once_newest_first(opened: Opened, letters: list[int]) -> None:
    pages = [_listed(opened, _ALL, skip=skip, limit=5) for skip in (0, 5, 10, 15)]
    assert [key for page in pages for key in page] == letters[::-1]


def test_pages_of_all_letters_go_on_over_all_folders(opened: Opened, letters: list[int]) -> None:
    assert [_listed(opened, _ALL, "", skip, 9) for skip in (0, 9)] == [
        letters[:2:-1],
        [*letters[2::-1], letters[0] - 1],
    ]


def test_what_an_older_version_filed_without_branch_and_mark_is_asked_of_the_letter(
    opened: Opened, letters: list[int]
) -> None:
    with opened.catalogue.writing() as connection:
        connection.execute(update(filing).values(branch=None, mark=None))
    assert _counted(opened, _UNMARKED)["metering"] == 9
    assert len(_listed(opened, _OF_63)) == 8


def test_a_merged_customers_folder_lies_in_the_survivors_and_no_letter_counts_twice(
    opened: Opened, letters: list[int]
) -> None:
    with opened.catalogue.writing() as connection:
        filings.file_in_folder(connection, letters[0], 2, "metering", _WHY)
        connection.execute(update(customer).where(customer.c.id == 2).values(survivor_id=1))
    assert _counted(opened, _ALL)["metering"] == 12
    assert _listed(opened, _ALL, skip=10) == letters[1::-1]


def test_a_filing_that_repeats_another_mark_than_its_letters_is_found_out(opened: Opened, letters: list[int]) -> None:
    with opened.catalogue.reading() as connection:
        before = list(states(connection))
    with opened.catalogue.writing() as connection:
        connection.execute(update(document).where(document.c.id == letters[0]).values(mark="confidential"))
    with opened.catalogue.reading() as connection:
        found = {(one.kind, one.subject) for one in states(connection)} - {(one.kind, one.subject) for one in before}
    assert found == {("filing_disagrees", f"document:{letters[0]}")}
