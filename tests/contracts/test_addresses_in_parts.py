"""An address said in parts at the desk, on each engine: the parts are kept as given, and people and matching have one text."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.structured import StructuredAddress, addresses_of
from archive.access import Access, Role, system
from archive.by_hand import CustomerDoor, Given, Saved
from archive.customers import show
from archive.errors import BadInput, GuardRefused
from archive.importing import import_customers
from dedup.guard_models import likening_of
from dedup.guarding import DirectoryGuard
from dedup.rows import keys_of_row
from tests.on_engines import Opened

BOSS = system("test")
CLERK = Access("anna", frozenset({Role.CLERK}), None)
NAMED = {"surname": "Снегирёв", "given_name": "Олег", "patronymic": "Ильич", "birth_date": "1961-02-03"}
PARTS = {"settlement": "Рябинск", "street": "Лесная ул.", "house": "4", "flat": "9"}
WRITTEN = "Рябинск, Лесная ул., д. 4, кв. 9"


@pytest.fixture
def door(opened: Opened) -> CustomerDoor:
    return CustomerDoor(opened.catalogue, DirectoryGuard(), keys_of_row)


def add(door: CustomerDoor, **cells: str) -> int:
    return door.add(CLERK, Given(NAMED | cells)).customer_id


def change(door: CustomerDoor, one: int, **cells: str) -> Saved:
    return door.change(CLERK, one, Given(cells), None)


def told(door: CustomerDoor, one: int) -> list[StructuredAddress]:
    """The address that is so now, in a list; an empty one where there is none."""
    with door.catalogue.reading() as connection:
        found = addresses_of(show(connection, BOSS, one))
    return [one for one in found if one.kind == "current" and not one.valid_to]


def test_parts_are_kept_as_given_and_written_as_people_write_them(door: CustomerDoor) -> None:
    one = add(door, **PARTS)
    (now,) = told(door, one)
    assert (now.as_given, dict(now.parts), set(now.given)) == (WRITTEN, PARTS, set(PARTS))
    with pytest.raises(GuardRefused):
        add(door, address="Рябинск ул. Лесная 4-9")


def test_who_says_a_part_says_the_whole_and_another_line_takes_the_parts_along(door: CustomerDoor) -> None:
    one = add(door, **PARTS)
    saved = change(door, one, settlement="Кленовск", street="Мира ул.", house="1")
    assert saved.changed == {"address": (WRITTEN, "Кленовск, Мира ул., д. 1"), "former_address": ("", WRITTEN)}
    assert dict(told(door, one)[0].parts) == {"settlement": "Кленовск", "street": "Мира ул.", "house": "1"}
    change(door, one, address="г. Кленовск, ул. Мира, д. 2")
    now = told(door, one)[0]
    assert (now.given, now.parts["house"]) == ((), "2")
    change(door, one, phones="9161112233")
    assert told(door, one)[0] == now
    change(door, one, address="", **dict.fromkeys(PARTS, ""))
    assert told(door, one) == []


def test_a_line_and_its_parts_may_be_given_together(door: CustomerDoor) -> None:
    one = add(door, address="Лесная 4-9", settlement="Рябинск")
    (now,) = told(door, one)
    assert (now.as_given, now.given) == ("Лесная 4-9", ("settlement",))
    assert dict(now.parts) == {"settlement": "Рябинск", "street": "Лесная", "house": "4", "flat": "9"}
    change(door, one, address="Лесная 4-9", settlement="Рябинск", district="Северный")
    assert told(door, one)[0].parts["district"] == "Северный"
    assert change(door, one, address="Лесная 4-9", settlement="Рябинск", district="Северный").version == 2


def test_parts_said_of_what_a_feed_gives_stand_above_it(door: CustomerDoor, tmp_path: Path) -> None:
    file = tmp_path / "feed.csv"
    file.write_text("source_id,surname,street,house\n1,Чижов,Лесная ул.,4\n", encoding="utf-8")
    import_customers(door.catalogue, file, keys_of_row, BOSS, likening=likening_of)
    change(door, 1, street="Лесная ул.", house="4", flat="9")
    assert told(door, 1)[0].as_given == "Лесная ул., д. 4, кв. 9"


@pytest.mark.parametrize("cells", [{"flat": "9"}, {"flat": ""}, {"country": "Россия"}])
def test_parts_that_are_no_address_are_not_taken(door: CustomerDoor, cells: dict[str, str]) -> None:
    one = add(door, **PARTS)
    with pytest.raises(BadInput, match="at the least"):
        change(door, one, **cells)
    assert told(door, one)[0].as_given == WRITTEN
