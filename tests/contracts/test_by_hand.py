"""Customers made and changed by hand, on each engine: past the guard, above every feed, with every version kept."""

from __future__ import annotations

import ast
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from archive import journal_proof, merging, outbox, pair_words
from archive.access import Access, Role, system
from archive.by_hand import CustomerDoor, Given, Saved
from archive.customers import CustomerView, show
from archive.customers_then import history, show_on
from archive.directory_lookup import find_by_identifier
from archive.errors import BadInput, Conflict, Forbidden, GuardRefused, GuardWarned, NotFound
from archive.importing import import_customers
from archive.overriding import Nevertheless
from archive.ports import Catalogue
from archive.schema import customer_key, directory_size, journal_entry, source_past
from archive.showing import customers as showing
from tests.honest_guard import ODD, HonestGuard
from tests.on_engines import Opened

BOSS = system("test")
CLERK = Access("anna", frozenset({Role.CLERK}), None)
STAFF = Access("eve", frozenset({Role.STAFF}), None)
MARY = {
    "surname": "Poole",
    "given_name": "Mary",
    "birth_date": "03.02.1961",
    "tax_id": "7707083893",
    "phones": "07700900123",
    "address": "1 Mill Lane",
    "accounts": "A-100",
    "branch": "12",
}


@pytest.fixture
def guard() -> HonestGuard:
    return HonestGuard()


@pytest.fixture
def door(opened: Opened, guard: HonestGuard) -> CustomerDoor:
    return CustomerDoor(opened.catalogue, guard, lambda row: [len(row["surname"]), 7])


def feed(catalogue: Catalogue, folder: Path, **cells: str) -> None:
    path = folder / "feed.csv"
    path.write_text(",".join(cells) + "\n" + ",".join(cells.values()) + "\n", encoding="utf-8")
    import_customers(catalogue, path, lambda row: [7], BOSS)


def seen(door: CustomerDoor, one: int) -> CustomerView:
    with door.catalogue.reading() as connection:
        return show(connection, BOSS, one)


def then(door: CustomerDoor, one: int, day: str) -> CustomerView:
    with door.catalogue.reading() as connection:
        return show_on(connection, BOSS, one, day)


def fields(view: CustomerView, name: str) -> list[str]:
    return [cell.value for cell in view.fields if cell.field == name]


def change(door: CustomerDoor, one: int, valid_from: str = "", **cells: str) -> Saved:
    return door.change(CLERK, one, Given(cells, valid_from), seen(door, one).version)


def test_a_customer_made_by_hand_is_there_with_all_that_hangs_on_it(door: CustomerDoor, guard: HonestGuard) -> None:
    made = door.add(CLERK, Given(MARY))
    view = seen(door, made.customer_id)
    assert (view.display_name, view.kind, view.branch, view.version) == ("Poole Mary", "person", "12", 1)
    assert fields(view, "birth_date") == ["1961-02-03"]
    assert {(cell.system, cell.source_id) for cell in view.fields} == {("hand", f"desk-{made.customer_id}")}
    assert [(held.kind, held.number) for held in view.holdings] == [("account", "A-100")]
    with door.catalogue.reading() as connection:
        for number in ("7707083893", "A-100", "07700 900123"):
            assert {one.customer_id for one in find_by_identifier(connection, BOSS, number)} == {made.customer_id}
        keys = select(customer_key.c.key).where(customer_key.c.customer_id == made.customer_id)
        assert sorted(connection.execute(keys).scalars()) == [5, 7]
        assert connection.execute(select(directory_size.c.customers)).scalar() == 1
        assert [(one.kind, one.key) for one in outbox.pending(connection)] == [("customer", made.customer_id)]
        entry = connection.execute(select(journal_entry).where(journal_entry.c.action == "customers.add")).one()
    assert (entry.actor, entry.subject) == ("anna", f"customer:{made.customer_id}")
    assert json.loads(entry.payload)["after"]["fields"]["surname"] == "Poole"
    assert guard.kept == [made.customer_id]


@pytest.mark.parametrize(
    "cells",
    [
        {},
        {"phones": "07700900123"},
        {**MARY, "birth_date": "31.02.1961"},
        {**MARY, "shoe": "41"},
        {**MARY, "kind": "cat"},
    ],
)
def test_what_names_no_one_or_can_not_be_is_not_taken(door: CustomerDoor, cells: dict[str, str]) -> None:
    with pytest.raises(BadInput):
        door.add(CLERK, Given(cells))
    with door.catalogue.reading() as connection:
        assert connection.execute(select(journal_entry)).first() is None


def test_a_tax_id_whose_check_digit_fails_is_not_taken_and_an_old_one_keeps_nobody_from_a_change(
    door: CustomerDoor, tmp_path: Path
) -> None:
    with pytest.raises(BadInput, match="no tax number"):
        door.add(CLERK, Given({**MARY, "tax_id": ODD}))
    feed(door.catalogue, tmp_path, source_id="1", surname="Marsh", tax_id=ODD)
    assert change(door, 1, phones="07700900999").changed == {"phones": ("", "07700900999")}
    assert change(door, 1, tax_id=ODD, surname="Hall").changed == {"surname": ("Marsh", "Hall")}
    feed(door.catalogue, tmp_path, source_id="2", surname="Marsh")
    with pytest.raises(BadInput, match="no tax number"):
        change(door, 2, tax_id=ODD)


def test_only_those_who_decide_may_change_a_customer(door: CustomerDoor) -> None:
    with pytest.raises(Forbidden):
        door.add(STAFF, Given(MARY))
    one = door.add(CLERK, Given(MARY)).customer_id
    with pytest.raises(Forbidden):
        door.change(STAFF, one, Given({"surname": "Marsh"}), 1)
    with pytest.raises(Forbidden):
        door.likely(STAFF, MARY)
    with pytest.raises(NotFound):
        door.change(CLERK, 99, Given({"surname": "Marsh"}), 1)


# ---- the guard ---------------------------------------------------------------------------------------------------


def test_whom_the_guard_knows_is_refused_and_nothing_is_written(door: CustomerDoor) -> None:
    first = door.add(CLERK, Given(MARY)).customer_id
    before = journalled(door)
    with pytest.raises(GuardRefused, match=f"customer {first}") as refused:
        door.add(CLERK, Given({**MARY, "surname": "Marsh"}))
    assert [(one.customer_id, one.strong_key) for one in refused.value.findings] == [(first, "tax_id")]
    assert journalled(door) == before


def test_a_warned_save_is_let_in_with_what_was_looked_at_and_nothing_else(door: CustomerDoor) -> None:
    first = door.add(CLERK, Given(MARY)).customer_id
    peter = {"surname": "Poole", "given_name": "Peter", "phones": "07700900123"}
    with pytest.raises(GuardWarned, match="relative") as warned:
        door.add(CLERK, Given(peter))
    answer = Nevertheless(frozenset(one.id for one in warned.value.findings))
    with pytest.raises(GuardWarned):
        door.add(CLERK, Given(peter, nevertheless=Nevertheless(frozenset({"another"}))))
    saved = door.add(CLERK, Given(peter, nevertheless=answer))
    assert [one.customer_id for one in saved.known] == [first]
    # Another one came meanwhile: what was looked at does not cover it.
    with pytest.raises(GuardWarned):
        door.add(CLERK, Given({**peter, "given_name": "Paul"}, nevertheless=answer))


def test_a_supervisors_reason_lets_in_what_was_refused_and_is_kept(door: CustomerDoor, guard: HonestGuard) -> None:
    first = door.add(CLERK, Given(MARY)).customer_id
    again = {"surname": "Marsh", "tax_id": MARY["tax_id"]}
    with pytest.raises(GuardRefused) as refused:
        door.add(BOSS, Given(again))
    ids = frozenset(one.id for one in refused.value.findings)
    with pytest.raises(Forbidden):
        door.add(CLERK, Given(again, nevertheless=Nevertheless(ids, "two passports")))
    for answer in (Nevertheless(ids), Nevertheless(frozenset(), "two passports")):
        with pytest.raises(GuardRefused):
            door.add(BOSS, Given(again, nevertheless=answer))
    made = door.add(BOSS, Given(again, nevertheless=Nevertheless(ids, "two passports")))
    assert [(one, finding.customer_id) for one, finding, _ in guard.learnt] == [(made.customer_id, first)]
    with door.catalogue.reading() as connection:
        assert [(word.word, word.reason) for word in pair_words.words(connection, [first])] == [
            ("distinct", "two passports")
        ]
        assert "customers.override" in set(connection.execute(select(journal_entry.c.action)).scalars())
    # Told apart: nobody is asked about the two again.
    assert change(door, made.customer_id, surname="Marsh-Hall").version == 2
    assert change(door, first, surname="Poole-Hall").version == 2


def test_a_change_that_makes_a_double_is_refused_and_one_that_was_there_keeps_nobody_from_mending(
    door: CustomerDoor, tmp_path: Path
) -> None:
    first = door.add(CLERK, Given(MARY)).customer_id
    other = door.add(CLERK, Given({"surname": "Marsh"})).customer_id
    with pytest.raises(GuardRefused, match=f"customer {first}"):
        change(door, other, tax_id=MARY["tax_id"])
    feed(door.catalogue, tmp_path, source_id="1", surname="Poole", tax_id=MARY["tax_id"])
    assert change(door, other + 1, address="2 Far Street").changed == {"address": ("", "2 Far Street")}


def test_whoever_still_types_is_shown_the_likely_ones_and_nothing_is_written(door: CustomerDoor) -> None:
    first = door.add(CLERK, Given(MARY)).customer_id
    before = journalled(door)
    typed = {"phones": " 07700900123", "birth_date": "03.0", "surname": ""}
    assert [one.customer_id for one in door.likely(CLERK, typed)] == [first]
    assert door.likely(CLERK, typed, first) == ()
    assert journalled(door) == before


# ---- changes -----------------------------------------------------------------------------------------------------


def test_a_change_is_field_by_field_and_holds_for_the_version_that_was_seen(door: CustomerDoor) -> None:
    one = door.add(CLERK, Given(MARY)).customer_id
    saved = door.change(CLERK, one, Given({"address": "2 Far Street", "surname": "Poole"}), 1)
    assert saved.changed == {
        "address": ("1 Mill Lane", "2 Far Street"),
        "former_address": ("", "1 Mill Lane"),
    }
    with pytest.raises(Conflict):
        door.change(CLERK, one, Given({"address": "3 Near Street"}), 1)
    view = seen(door, one)
    assert (fields(view, "address"), fields(view, "former_address")) == (["2 Far Street"], ["1 Mill Lane"])
    assert [(place.value, bool(place.valid_to)) for place in view.addresses] == [
        ("1 Mill Lane", True),
        ("2 Far Street", False),
    ]
    assert change(door, one, address="2 Far Street") == Saved(one, 2, {})


def test_the_record_by_hand_holds_only_what_was_said(door: CustomerDoor, tmp_path: Path) -> None:
    feed(door.catalogue, tmp_path, source_id="1", kind="organisation", full_name="Brick Ltd", phones="1111111")
    change(door, 1, phones="1111111;2222222")
    (by_hand,) = (one for one in seen(door, 1).records if one.system == "hand")
    assert {name: cell for name, cell in by_hand.payload.items() if name != "Withdrawn"} == {"phones": "2222222"}
    view = seen(door, 1)
    assert (view.kind, view.display_name) == ("organisation", "Brick Ltd")


def test_a_feed_does_not_wipe_or_bring_back_what_a_person_said(door: CustomerDoor, tmp_path: Path) -> None:
    row = {
        "source_id": "1",
        "surname": "Pool",
        "given_name": "Mary",
        "phones": "111-11-11;2222222",
        "address": "1 Mill Lane",
    }
    feed(door.catalogue, tmp_path, **row, tax_id="T1")
    change(door, 1, surname="Poole", phones="2222222", address="", tax_id="")
    for count, street in enumerate(("1 Mill Lane", "1  MILL lane")):
        feed(
            door.catalogue,
            tmp_path,
            **(row | {"address": street, "phones": "1111111;2222222"}),
            tax_id="T1",
            emails=f"{count}@p.example",
        )
        view = seen(door, 1)
        assert view.display_name == "Poole Mary"
        assert (fields(view, "phones"), fields(view, "address"), fields(view, "tax_id")) == (["2222222"], [], [])
        assert fields(view, "emails") == [f"{count}@p.example"]
        assert [one.value for one in view.addresses if not one.valid_to] == []
        assert [one.value for one in view.contacts if not one.valid_to and one.kind == "phone"] == ["2222222"]
    # Another value is news.
    feed(door.catalogue, tmp_path, **(row | {"address": "9 New Road"}), tax_id="T1")
    assert fields(seen(door, 1), "address") == ["9 New Road"]
    # And a person may say it again.
    change(door, 1, address="1 Mill Lane", phones="2222222;1111111")
    view = seen(door, 1)
    assert (fields(view, "address"), sorted(fields(view, "phones"))) == (["1 Mill Lane"], ["1111111", "2222222"])


def test_a_name_is_changed_as_a_whole(door: CustomerDoor, tmp_path: Path) -> None:
    feed(door.catalogue, tmp_path, source_id="1", kind="person", full_name="Poole Mary Ann")
    change(door, 1, surname="Marsh")
    feed(door.catalogue, tmp_path, source_id="1", kind="person", full_name="Poole Mary Jane")
    view = seen(door, 1)
    assert view.display_name == "Marsh Mary Ann"
    assert fields(view, "full_name") == []
    with pytest.raises(BadInput):
        change(door, 1, surname="", given_name="", patronymic="")


# ---- over time ---------------------------------------------------------------------------------------------------


def test_a_customer_is_told_as_of_a_day_by_when_a_change_is_so(door: CustomerDoor) -> None:
    one = door.add(CLERK, Given(MARY)).customer_id
    change(door, one, "2026-03-01", address="2 Far Street")
    change(door, one, "01.02.2026", surname="Marsh")  # told later, so from earlier
    told = {
        day: (view.display_name, fields(view, "address"), [place.value for place in view.addresses])
        for day in ("2026-01-31", "2026-02-01", "2026-03-01")
        for view in [then(door, one, day)]
    }
    assert told == {
        "2026-01-31": ("Poole Mary", ["1 Mill Lane"], ["1 Mill Lane"]),
        "2026-02-01": ("Marsh Mary", ["1 Mill Lane"], ["1 Mill Lane"]),
        "2026-03-01": ("Marsh Mary", ["2 Far Street"], ["2 Far Street"]),
    }
    now, last = seen(door, one), then(door, one, "2031-01-01")
    assert (set(now.fields), now.display_name) == (set(last.fields), last.display_name)
    with pytest.raises(BadInput):
        change(door, one, "2090-01-01", surname="Hall")
    with pytest.raises(BadInput):
        then(door, one, "yesterday")


def test_every_version_is_kept_and_the_history_says_who_said_what_and_when(door: CustomerDoor, tmp_path: Path) -> None:
    feed(door.catalogue, tmp_path, source_id="1", surname="Pool", phones="1111111")
    feed(door.catalogue, tmp_path, source_id="1", surname="Pole", phones="1111111")
    change(door, 1, "2026-01-02", surname="Poole")
    change(door, 1, phones="")
    with door.catalogue.reading() as connection:
        kept = connection.execute(select(source_past).order_by(source_past.c.record_id)).all()
        told = history(connection, BOSS, 1)
    assert [(row.record_id, row.version, json.loads(row.payload)["surname"]) for row in kept] == [
        (1, 1, "Pool"),
        (2, 1, "Poole"),
    ]
    assert [(one.field, one.before, one.after, one.system, one.actor) for one in told[:4]] == [
        ("phones", "1111111", "", "hand", "anna"),
        ("surname", "Pole", "Poole", "hand", "anna"),
        ("surname", "Pool", "Pole", "directory", ""),
        ("phones", "", "1111111", "directory", ""),
    ]
    assert [one.valid_from for one in told[1:2]] == ["2026-01-02"]
    assert all(one.at for one in told)


def test_the_history_hides_what_the_asker_may_not_see(door: CustomerDoor) -> None:
    one = door.add(CLERK, Given(MARY)).customer_id
    with door.catalogue.reading() as connection:
        told = {change.field: change.after for change in history(connection, STAFF, one)}
        shown = {cell.field: cell.value for cell in show_on(connection, STAFF, one, "2026-01-01").fields}
    assert (told["tax_id"], shown["tax_id"]) == ("••••••••93", "••••••••93")


# ---- two sources, one customer -----------------------------------------------------------------------------------


def test_made_by_hand_and_confirmed_by_billing_later(door: CustomerDoor, tmp_path: Path) -> None:
    one = door.add(CLERK, Given(MARY)).customer_id
    feed(
        door.catalogue,
        tmp_path,
        system="billing",
        source_id="b-7",
        surname="POOL",
        given_name="M",
        tax_id=MARY["tax_id"],
        accounts="A-100;A-200",
        contracts="C-1",
    )
    merging.merge(door.catalogue, BOSS, one + 1, one, "the same tax id")
    view = seen(door, one)
    assert view.display_name == "Poole Mary"
    assert sorted(fields(view, "accounts")) == ["A-100", "A-200"]
    assert fields(view, "contracts") == ["C-1"]
    assert {record.system for record in view.records} == {"hand", "billing"}
    change(door, one, address="2 Far Street")
    feed(
        door.catalogue,
        tmp_path,
        system="billing",
        source_id="b-7",
        surname="POOL",
        given_name="M",
        address="9 Old Road",
    )
    assert fields(seen(door, one), "address") == ["2 Far Street"]
    merging.unmerge(door.catalogue, BOSS, one + 1, "two after all")
    assert (seen(door, one).display_name, seen(door, one + 1).display_name) == ("Poole Mary", "POOL M")


def test_what_is_given_up_ends_with_the_identity_that_held_it_and_comes_back_to_none(
    door: CustomerDoor, tmp_path: Path
) -> None:
    feed(
        door.catalogue, tmp_path, system="billing", source_id="1", surname="Poole", accounts="A-1;A-2", address="1 Mill"
    )
    feed(door.catalogue, tmp_path, system="billing", source_id="2", surname="Pool", accounts="A-3;A-4", address="2 Far")
    merging.merge(door.catalogue, BOSS, 2, 1, "one")
    change(door, 1, accounts="A-1;A-4", address="3 New")
    assert {held.number: bool(held.valid_to) for held in seen(door, 1).holdings} == {
        "A-1": False,
        "A-2": True,
        "A-3": True,
        "A-4": False,
    }
    merging.unmerge(door.catalogue, BOSS, 2, "two after all")
    assert (fields(seen(door, 1), "address"), fields(seen(door, 2), "address")) == (["3 New"], ["2 Far"])
    assert (fields(seen(door, 1), "accounts"), fields(seen(door, 2), "accounts")) == (["A-1"], ["A-4"])


def test_billing_first_and_then_by_hand(door: CustomerDoor, tmp_path: Path) -> None:
    feed(
        door.catalogue,
        tmp_path,
        system="billing",
        source_id="b-7",
        surname="POOL",
        tax_id=MARY["tax_id"],
        accounts="A-100",
    )
    with pytest.raises(GuardRefused) as refused:
        door.add(CLERK, Given(MARY))
    (known,) = refused.value.findings
    saved = door.change(CLERK, known.customer_id, Given(MARY), seen(door, known.customer_id).version)
    view = seen(door, saved.customer_id)
    assert (view.display_name, fields(view, "accounts")) == ("Poole Mary", ["A-100"])
    assert [(cell.system, cell.value) for cell in view.fields if cell.field == "accounts"] == [("billing", "A-100")]
    with door.catalogue.reading() as connection:
        card = showing.card(connection, CLERK, saved.customer_id)
    assert [held.number for held in card.held] == ["A-100"]


def test_an_account_said_at_the_desk_is_the_one_that_a_system_knows_by_that_number(
    door: CustomerDoor, tmp_path: Path
) -> None:
    feed(door.catalogue, tmp_path, system="billing", source_id="b-7", surname="Marsh", accounts="A-100")
    one = door.add(CLERK, Given(MARY)).customer_id
    with door.catalogue.reading() as connection:
        found = {(match.customer_id, match.issuer) for match in find_by_identifier(connection, BOSS, "A-100")}
    assert found == {(1, "billing"), (one, "billing")}


def test_the_journal_holds_after_all_of_it(door: CustomerDoor) -> None:
    one = door.add(CLERK, Given(MARY)).customer_id
    change(door, one, surname="Marsh")
    with door.catalogue.reading() as connection:
        assert list(journal_proof.verify(connection)) == []


# ---- no other way in ---------------------------------------------------------------------------------------------

WRITERS = {"archive/standing.py", "archive/directory_writing.py"}
"""Whoever writes the table `customer`: what is told of a customer, and new ones, for the bulk door and the one by hand."""
ENTERING = {"archive/directory_writing.py", "archive/by_hand.py", "archive/feed_events.py"}
"""Whoever may call `enter` of the second: the bulk door itself, and the guarded ones."""
_ROOT = Path(__file__).parents[2]


def _named(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _calls(name: str) -> set[str]:
    found = set()
    for room in ("archive", "dedup", "search", "cases", "intake", "api"):
        for path in sorted((_ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and _writes(node, name):
                    found.add(str(path.relative_to(_ROOT)))
    return found


def _writes(call: ast.Call, name: str) -> bool:
    if name == "enter":
        return _named(call.func) == "enter" and len(call.args) == 4
    verbs = {"insert", "update", "delete", "upsert", "insert_rows"}
    given = {_named(one) for one in call.args}
    of_table = isinstance(call.func, ast.Attribute) and _named(call.func.value) == "customer"
    return _named(call.func) in verbs and ("customer" in given or of_table)


def test_no_other_statement_writes_a_customer() -> None:
    assert _calls("customer") == WRITERS
    assert _calls("enter") == ENTERING


def test_the_door_does_not_open_without_a_guard(opened: Opened) -> None:
    make: Any = CustomerDoor
    with pytest.raises(TypeError):
        make(opened.catalogue)


def journalled(door: CustomerDoor) -> list[str]:
    with door.catalogue.reading() as connection:
        return list(connection.execute(select(journal_entry.c.action)).scalars())


def test_of_clerks_who_save_the_same_person_at_the_same_moment_one_gets_in(opened: Opened) -> None:
    door = CustomerDoor(opened.catalogue, HonestGuard(), lambda row: [7])

    def save(clerk: int) -> bool:
        try:
            door.add(CLERK, Given({**MARY, "surname": f"Poole{clerk}", "tax_id": f"{clerk % 3}"}))
        except (GuardRefused, GuardWarned):
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(save, range(24))) == 1


def test_no_file_passes_for_what_was_said_at_the_desk(door: CustomerDoor, tmp_path: Path) -> None:
    made = door.add(CLERK, Given(MARY))
    feed(door.catalogue, tmp_path, system="hand", source_id=f"desk-{made.customer_id}", kind="person", surname="Other")
    assert seen(door, made.customer_id).display_name == "Poole Mary"
