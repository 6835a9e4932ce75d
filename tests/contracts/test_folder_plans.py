"""Another folder plan: where letters show by it, at once, and what the dry run says of it, on each engine of the catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select, update

from archive import documents, filings
from archive.access import Access, Role
from archive.arrivals import NewArrival, ensure_branch, register
from archive.documents import NewLetter, Settlement
from archive.errors import Forbidden
from archive.filings import Filed
from archive.folder_plan import FolderPlan, load_plan, put_in_force
from archive.placing import places_of
from archive.replanning import Move, moves
from archive.schema import account, customer, filing, folder, holding
from archive.showing import customers, letters
from intake.answering import answers
from tests.on_engines import Opened

_BOSS = Access("boss", frozenset(Role), None, frozenset({"confidential"}))
_OF_63 = Access("other", frozenset({Role.CLERK}), frozenset({"63"}))
_NUMBERS = count(1)
_PLAN = """
services: {heat: [heat_billing, old_heat]}
folders:
  - {code: heating, names: {en: Heating}, types: [invoice, meter_reading], services: [heat]}
  - {code: southern, names: {en: Of the south}, types: [meter_reading], branches: [S]}
  - {code: bills, names: {en: Bills}, types: [invoice, meter_reading], kinds: [person]}
  - {code: offices, names: {en: Offices}, types: [invoice, authority_inquiry], kinds: [organisation]}
  - {code: all_else, names: {en: All else}, rest: true}
"""


@pytest.fixture
def plan(tmp_path: Path) -> FolderPlan:
    """Another plan, with every criterion."""
    path = tmp_path / "plan.yaml"
    path.write_text(_PLAN)
    return load_plan(path)


@pytest.fixture(autouse=True)
def _put_back() -> Iterator[None]:
    yield
    put_in_force(load_plan())


def _customer(connection: Connection, key: int, kind: str = "person", branch: str = "", system: str = "") -> None:
    row = {"id": key, "kind": kind, "display_name": f"No {key}", "branch": branch, "golden": "{}", "created_at": "2026"}
    connection.execute(insert(customer).values(row))
    if system:
        number = {"issuer": system, "number": f"A{key}", "folded": f"A{key}"}
        held = connection.execute(insert(account).values(number).returning(account.c.id)).scalar_one()
        past = {"customer_id": key, "kind": "account", "held_id": held, "valid_from": "", "valid_to": "2020-01-01"}
        connection.execute(insert(holding).values(past))


def _letter(connection: Connection, owner: int, type_: str, branch: str = "63", filed: str = "") -> int:
    ensure_branch(connection, branch)
    number = next(_NUMBERS)
    new = NewArrival("post", f"letter {number}", branch, "letter.txt", "", f"{number:064x}", 1)
    arrival_id, _ = register(connection, new, "test")
    name = NewLetter(1, None, None, "letter.txt", "text/plain", f"{number:064x}", 1, ())
    key = documents.enter(connection, arrival_id, name)
    how = Settlement("filed", "account", (), type_, 1.0, owner, 1.0, None, None, {}, {})
    documents.settle(connection, key, how, "test")
    kind = connection.execute(select(customer.c.kind).where(customer.c.id == owner)).scalar_one()
    code = filed or load_plan().place_of(type_, kind).code
    filings.file_in_folder(connection, key, owner, code, Filed("hand", "", "test"))
    return key


def _counted(connection: Connection, owner: int, access: Access = _BOSS) -> dict[str, int]:
    return {one.code: one.documents for one in customers.card(connection, access, owner).folders}


def _listed(connection: Connection, owner: int, code: str, **paging: int) -> list[int]:
    lines = customers.timeline(connection, _BOSS, owner, folder_code=code, **paging)
    assert not code or {line.folder for line in lines} <= {code}
    return [line.id for line in lines]


@pytest.mark.parametrize(
    ("kind", "branch", "system", "shown"),
    [
        ("person", "", "", {"bills": 2, "all_else": 1}),
        ("person", "S", "", {"southern": 1, "bills": 1, "all_else": 1}),
        ("person", "S", "old_heat", {"heating": 2, "all_else": 1}),
        ("person", "", "power_billing", {"bills": 2, "all_else": 1}),
        ("organisation", "", "", {"offices": 2, "all_else": 1}),
    ],
)
def test_letters_show_by_kind_branch_and_service(
    opened: Opened, plan: FolderPlan, kind: str, branch: str, system: str, shown: dict[str, int]
) -> None:
    with opened.catalogue.writing() as connection:
        _customer(connection, 1, kind, branch, system)
        keys = [_letter(connection, 1, type_) for type_ in ("invoice", "meter_reading", "authority_inquiry")]
    put_in_force(plan)
    with opened.catalogue.reading() as connection:
        assert _counted(connection, 1) == shown
        listed = {code: _listed(connection, 1, code) for code in shown}
        assert {code: len(some) for code, some in listed.items()} == shown
        assert sorted(key for some in listed.values() for key in some) == keys
        set_ = {one.code for one in places_of(connection, 1).folders}
    assert set_ >= set(shown) and ("heating" in set_) == (system == "old_heat")


def test_a_plan_shows_at_once_and_nothing_is_written(opened: Opened, plan: FolderPlan) -> None:
    with opened.catalogue.writing() as connection:
        _customer(connection, 1)
        key = _letter(connection, 1, "invoice")
    everything = select(filing, folder).join(folder, filing.c.folder_id == folder.c.id)
    for in_force, code in ((load_plan(), "billing"), (plan, "bills"), (load_plan(), "billing")):
        put_in_force(in_force)
        with opened.catalogue.reading() as connection:
            letter = letters.card(connection, _BOSS, key)
            assert [place.folder for place in letter.places] == [code]
            assert [one["folder"] for one in answers(connection, letter.row.arrival_id)] == [code]
            assert _listed(connection, 1, code) == [key]
            assert connection.execute(everything).one().code == "billing"


def test_a_place_that_is_parted_is_counted_and_paged_as_its_letters_are(opened: Opened, plan: FolderPlan) -> None:
    with opened.catalogue.writing() as connection:
        _customer(connection, 1)
        types = ("invoice", "payment_dispute", "something of tomorrow")
        keys = [_letter(connection, 1, types[at % 3], "64" if at % 2 else "63") for at in range(12)]
    put_in_force(plan)
    with opened.catalogue.reading() as connection:
        assert _counted(connection, 1) == {"bills": 4, "all_else": 8}
        assert _counted(connection, 1, _OF_63) == {"bills": 2, "all_else": 4}
        pages = [_listed(connection, 1, "all_else", skip=skip, limit=3) for skip in (0, 3, 6, 9)]
        assert [key for page in pages for key in page] == [key for at, key in enumerate(keys) if at % 3][::-1]
        assert _listed(connection, 1, "bills", before=keys[9], limit=2) == [keys[6], keys[3]]


def test_merged_customers_have_the_survivors_set_and_the_services_of_all(opened: Opened, plan: FolderPlan) -> None:
    with opened.catalogue.writing() as connection:
        _customer(connection, 1, branch="S")
        _customer(connection, 2, system="heat_billing")
        first, second = _letter(connection, 1, "invoice"), _letter(connection, 2, "quality_complaint")
        filings.file_in_folder(connection, first, 2, "billing", Filed("hand", "", "test"))
        connection.execute(update(customer).where(customer.c.id == 2).values(survivor_id=1))
    put_in_force(plan)
    with opened.catalogue.reading() as connection:
        assert _counted(connection, 1) == {"heating": 1, "all_else": 1}
        assert (_listed(connection, 1, "heating"), _listed(connection, 1, "all_else")) == ([first], [second])
        assert {move.customer for move in moves(connection, _BOSS, load_plan(), plan)} == {1}


def test_a_folder_that_the_set_has_no_more_says_where_its_letters_show(opened: Opened, plan: FolderPlan) -> None:
    with opened.catalogue.writing() as connection:
        _customer(connection, 1)
    put_in_force(plan)
    with opened.catalogue.reading() as connection:
        places = places_of(connection, 1)
    asked = ("bills", "quality", "billing", "metering", "nothing of the kind", "")
    assert [places.now(code) for code in asked] == ["bills", "all_else", "", "", "", ""]


def test_a_place_that_no_plan_of_ours_ever_had_shows_by_its_letters(opened: Opened) -> None:
    with opened.catalogue.writing() as connection:
        _customer(connection, 1)
        _letter(connection, 1, "invoice", filed="a place of somebody's own")
    with opened.catalogue.reading() as connection:
        assert _counted(connection, 1) == {"billing": 1}


@pytest.mark.parametrize("at_a_time", [1, 2, 400])
def test_the_dry_run_lists_what_then_moves_and_nothing_else(opened: Opened, plan: FolderPlan, at_a_time: int) -> None:
    with opened.catalogue.writing() as connection:
        _customer(connection, 1)
        _customer(connection, 2, branch="S", system="heat_billing")
        _customer(connection, 3, kind="organisation")
        for type_ in ("invoice", "debt_answer", "invoice", "meter_reading", "other"):
            for owner in (1, 2, 3):
                _letter(connection, owner, type_)
    with opened.catalogue.reading() as connection:
        told = list(moves(connection, _BOSS, load_plan(), plan, places=at_a_time, letters=at_a_time))
        assert list(moves(connection, _BOSS, plan, plan, places=at_a_time)) == []
    before, after = _shown(opened, load_plan()), _shown(opened, plan)
    really = {(key, owner, was, after[key, owner]) for (key, owner), was in before.items() if was != after[key, owner]}
    assert {(one.document, one.customer, one.was, one.now) for one in told} == really and len(told) == len(really) == 15
    assert all(isinstance(one, Move) and one.registration_number for one in told)
    with opened.catalogue.reading() as connection:
        back = list(moves(connection, _BOSS, plan, load_plan()))
    assert {(one.document, one.customer, one.now, one.was) for one in back} == really


def _shown(opened: Opened, plan: FolderPlan) -> dict[tuple[int, int], str]:
    put_in_force(plan)
    with opened.catalogue.reading() as connection:
        lines = {owner: customers.timeline(connection, _BOSS, owner) for owner in (1, 2, 3)}
    return {(line.id, owner): line.folder for owner, some in lines.items() for line in some}


@pytest.mark.parametrize(
    "access",
    [
        Access("clerk", frozenset({Role.CLERK, Role.ENGINEER}), None),
        Access("admin of one", frozenset({Role.ADMIN}), frozenset({"63"})),
    ],
)
def test_only_an_admin_of_every_branch_may_try_a_plan(opened: Opened, plan: FolderPlan, access: Access) -> None:
    with opened.catalogue.reading() as connection, pytest.raises(Forbidden):
        moves(connection, access, load_plan(), plan)
