"""What every directory that matching reads keeps. Another adapter joins by one line in `DIRECTORIES`."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from archive.access import Access, Role
from archive.importing import import_customers
from archive.ports import Catalogue
from dedup.adapters.in_catalogue import DirectoryInCatalogue
from dedup.adapters.in_memory import DirectoryInMemory, load_profiles
from dedup.keys import email_key, name_pair_key, number_key
from dedup.ports import Directory
from dedup.rows import keys_of_row
from tests.on_engines import Opened
from tests.sender_directory import COLUMNS, rows


def _in_memory(file: Path, _catalogue: Catalogue) -> Directory:
    return DirectoryInMemory(load_profiles(file))


def _in_catalogue(file: Path, catalogue: Catalogue) -> Directory:
    import_customers(catalogue, file, keys_of_row, Access("test", frozenset(Role), None))
    return DirectoryInCatalogue(catalogue)


DIRECTORIES: list[Callable[[Path, Catalogue], Directory]] = [_in_memory, _in_catalogue]


@pytest.fixture(params=DIRECTORIES, ids=lambda make: make.__name__.strip("_"))
def directory(request: pytest.FixtureRequest, opened: Opened, tmp_path: Path) -> Directory:
    file = _file(tmp_path / "customers.csv", list(rows()))
    made: Directory = request.param(file, opened.catalogue)
    return made


def test_it_knows_how_many_customers_there_are(directory: Directory) -> None:
    assert directory.size() == 11


def test_keys_are_counted_and_those_of_nobody_left_out(directory: Directory) -> None:
    both, nobody = name_pair_key("Тарасенко", "Олег"), number_key("99999999999")
    assert directory.key_counts([both, nobody]) == {both: 2}


def test_customers_are_found_by_any_key_each_once(directory: Directory) -> None:
    mailbox = email_key("U.Shcherbinina@post.example")
    assert mailbox is not None
    keys = [number_key("К-40506070"), number_key("K 40506070"), mailbox]
    found = directory.profiles(directory.candidates(keys, 10))
    assert [p.label for p in found] == ["Щербинина Ульяна Марковна"]


def test_no_more_candidates_than_asked_for(directory: Directory) -> None:
    assert len(directory.candidates([name_pair_key("Тарасенко", "Олег")], 1)) == 1


def test_a_profile_holds_all_that_identifies(directory: Directory) -> None:
    (profile,) = directory.profiles(directory.candidates([number_key("20311122233")], 10))
    assert profile.persons[0].surname == "Ashdown"
    assert profile.addresses == ("8 Quarry Lane, Ludlow, Shropshire, SY8 9ZY",)
    assert profile.former_addresses == ("3 Mill Street, Ludlow, Shropshire, SY8 9ZX",)
    assert profile.accounts == ("20311122233",)


def test_nobody_is_asked_for_and_nobody_found(directory: Directory) -> None:
    assert not directory.key_counts([])
    assert not directory.candidates([], 10)
    assert not directory.profiles([])


def test_the_shapes_of_accounts_are_learnt(directory: Directory) -> None:
    assert directory.account_shapes() == {"99999999999", "A99999999"}


def test_an_account_that_changed_hands_is_matched_as_of_the_letters_day(opened: Opened, tmp_path: Path) -> None:
    before, after = list(rows()), list(rows())
    after[8] |= {"accounts": ""}
    after[7] |= {"accounts": "20304050607;20311122233"}
    for number, some in enumerate((before, after)):
        directory = _in_catalogue(_file(tmp_path / f"{number}.csv", some), opened.catalogue)
    asked = directory.candidates([number_key("20311122233")], 10)
    seller, buyer = sorted(directory.profiles(asked), key=lambda p: p.id, reverse=True)
    ((sold, end),) = seller.ended_accounts
    assert (sold, seller.accounts, buyer.ended_accounts) == ("20311122233", (), ())
    assert seller.as_of("2001-01-01").accounts == ("20311122233",)
    assert seller.as_of(end).accounts == seller.as_of("").accounts == ()
    assert buyer.as_of(end).accounts == ("20304050607", "20311122233")
    assert buyer.as_of("2001-01-01").accounts == ("20304050607",)


def _file(path: Path, some: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, COLUMNS)
        writer.writeheader()
        writer.writerows(some)
    return path
