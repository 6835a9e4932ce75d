"""Why a value of the golden record is the one that is taken, and what lost against it, on each engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive.access import Access, Role, system
from archive.by_hand import CustomerDoor, Given
from archive.customers import show
from archive.importing import import_customers
from archive.merging import merge
from archive.showing.reasons import Why, reasons
from tests.honest_guard import HonestGuard
from tests.on_engines import Opened

BOSS = system("test")
CLERK = Access("anna", frozenset({Role.CLERK}), None)
STAFF = Access("eve", frozenset({Role.STAFF}), None)
FEED = """system,source_id,surname,given_name,birth_date,passport,phones
A,1,Poole,Mary,1961-02-03,AB 1,07700900111
B,1,POOLE,Maria,,AB 2,07700900222
"""


@pytest.fixture
def door(opened: Opened, tmp_path: Path) -> CustomerDoor:
    file = tmp_path / "feed.csv"
    file.write_text(FEED, encoding="utf-8")
    import_customers(opened.catalogue, file, lambda row: [7], BOSS)
    merge(opened.catalogue, BOSS, 2, 1, "one passport")
    return CustomerDoor(opened.catalogue, HonestGuard(), lambda row: [7])


def told(door: CustomerDoor, access: Access = BOSS) -> dict[str, list[Why]]:
    with door.catalogue.reading() as connection:
        view = show(connection, access, 1)
    found: dict[str, list[Why]] = {}
    for one in reasons(view):
        found.setdefault(one.field, []).append(one)
    assert [(one.field, one.value) for one in view.fields] == [(one.field, one.value) for one in reasons(view)]
    return found


def test_each_value_says_by_which_rule_it_is_there_and_what_lost(door: CustomerDoor) -> None:
    found = told(door)
    (name,), (born,), (surname,) = found["given_name"], found["birth_date"], found["surname"]
    assert (name.value, name.rule) == ("Maria", "newest")
    assert [(one.value, one.system, one.source_id) for one in name.lost] == [("Mary", "A", "1")]
    assert (born.rule, born.lost, surname.rule) == ("only", (), "agreed")
    assert [one.rule for one in found["phones"]] == ["each", "each"]
    assert [one.rule for one in found["other_names"]] == ["before"]


def test_what_a_person_said_says_so_and_what_it_stands_above(door: CustomerDoor) -> None:
    door.change(CLERK, 1, Given({"birth_date": "1961-02-04", "phones": "07700900111"}), None)
    found = told(door)
    (born,) = found["birth_date"]
    assert born.rule == "hand" and [one.value for one in born.lost] == ["1961-02-03"]
    assert str(born.told).startswith("said by hand")


def test_what_is_masked_is_masked_in_what_lost_too(door: CustomerDoor) -> None:
    assert [one.value for one in told(door)["passport"][0].lost] == ["AB 1"]
    for every in told(door, STAFF).values():
        assert not any("AB" in one.value or "1961" in one.value for why in every for one in (why, *why.lost))
