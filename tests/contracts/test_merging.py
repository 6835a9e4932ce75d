"""Two customers made one and parted again, on each engine: all is reached through the one, and comes back as it was."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select

from archive import documents, filings, journal_proof, merging, outbox
from archive.access import Access, Role, system
from archive.arrivals import NewArrival, ensure_branch, register
from archive.customers import member_ids, show
from archive.directory_lookup import find_by_identifier
from archive.directory_profiles import candidates, profiles
from archive.documents import NewLetter, Settlement
from archive.errors import BadInput, Conflict, Forbidden, NotFound
from archive.filings import Filed
from archive.importing import import_customers
from archive.ports import Catalogue
from archive.schema import case, customer, customer_merge, holding, journal_entry, metadata, own_record
from archive.showing import cases, customers
from archive.showing.letters import named
from tests.on_engines import Opened

BOSS = system("test")
CLERK = Access("anna", frozenset({Role.CLERK}), None)
HEADER = "source_id,kind,surname,given_name,birth_date,phones,address,accounts,branch"
PEOPLE = 12
_NOT_COMPARED = frozenset(
    {"outbox", "journal_entry", "journal_block", "archive_fact", "access_log", "counter", "directory_size"}
)


def line(number: int, given: str = "", street: str = "") -> str:
    return (
        f"{number},person,Poole{number % 3},{given or f'Given{number}'},196{number % 9}-02-03,0770090012{number % 10},"
        f"{street or f'{number} Mill Lane'},A-10{number},12"
    )


def load(catalogue: Catalogue, folder: Path, *lines: str) -> None:
    path = folder / "customers.csv"
    path.write_text("\n".join((HEADER, *lines)) + "\n", encoding="utf-8")
    import_customers(catalogue, path, lambda row: [int(row["source_id"]), 7], BOSS)


def letter(connection: Connection, number: int, sender: int, why: Filed) -> int:
    digest = f"{number:064x}"
    ensure_branch(connection, "12")
    new = NewArrival("post", f"letter {number}", "12", "letter.txt", "", digest, 1)
    arrival_id, _receipt = register(connection, new, "test")
    key = documents.enter(connection, arrival_id, NewLetter(1, None, None, "letter.txt", "text/plain", digest, 1, ()))
    how = Settlement("filed", "account", (), "meter_reading", 1.0, sender, 1.0, None, None, {}, {})
    documents.settle(connection, key, how, "test")
    filings.file_in_folder(connection, key, sender, "metering", why)
    return key


def matter(connection: Connection, number: int, owner: int) -> int:
    row = {"number": f"C-{number}", "type": "other", "customer_id": owner, "branch": "12", "state": "open"}
    row |= {"opened_on": "2026-01-01", "last_letter_on": "2026-01-01"}
    return int(connection.execute(insert(case).values(row).returning(case.c.id)).scalar_one())


@pytest.fixture
def catalogue(opened: Opened, tmp_path: Path) -> Catalogue:
    """Customers 1 to 12, each with an account, a letter in a folder and in a case."""
    load(opened.catalogue, tmp_path, *(line(number) for number in range(1, PEOPLE + 1)))
    with opened.catalogue.writing() as connection:
        for number in range(1, PEOPLE + 1):
            why = Filed("account", f"A-10{number}", "test")
            filings.file_in_case(
                connection, letter(connection, number, number, why), matter(connection, number, number), why
            )
    return opened.catalogue


def export(catalogue: Catalogue, *others: str) -> bytes:
    """All that the catalogue holds, word for word, without counters of versions and without what merges there once were."""
    told: dict[str, list[Any]] = {}
    with catalogue.reading() as connection:
        for table in metadata.sorted_tables:
            if table.name in _NOT_COMPARED or table.name in others:
                continue
            query = select(*(column for column in table.columns if column.name != "version"))
            if table.name == "customer_merge":
                query = query.where(table.c.undone_at.is_(None))
            rows = connection.execute(query.order_by(*table.primary_key.columns)).mappings()
            told[table.name] = [{name: str(cell) for name, cell in row.items()} for row in rows]
    return json.dumps(told, ensure_ascii=False, sort_keys=True).encode()


def roots(catalogue: Catalogue) -> dict[int, int]:
    with catalogue.reading() as connection:
        rows = connection.execute(select(customer.c.id, customer.c.survivor_id))
        return {row.id: row.survivor_id or row.id for row in rows}


def versions(catalogue: Catalogue) -> Mapping[int, int]:
    with catalogue.reading() as connection:
        return {row.id: row.version for row in connection.execute(select(customer.c.id, customer.c.version))}


def goldens(connection: Connection) -> dict[int, str]:
    return {row.id: row.golden for row in connection.execute(select(customer.c.id, customer.c.golden))}


def waiting(catalogue: Catalogue) -> set[tuple[str, int, int]]:
    with catalogue.writing() as connection:
        changes = outbox.pending(connection)
        outbox.settle(connection, changes)
        return {(change.kind, change.key, change.version) for change in changes}


def test_all_is_reached_through_the_one_that_stands_for_both(catalogue: Catalogue) -> None:
    done = merging.merge(catalogue, BOSS, 2, 1, "the same woman")
    assert (done.customer_id, done.root_id) == (2, 1)
    with catalogue.reading() as connection:
        for asked in (1, 2):
            card = customers.card(connection, BOSS, asked)
            assert card.id == 1
            assert {held.number for held in card.held} == {"A-101", "A-102"}
            assert [(folder.code, folder.documents) for folder in card.folders] == [("metering", 2)]
            assert {one.number for one in card.cases} == {"C-1", "C-2"}
            assert {record.source_id for record in show(connection, BOSS, asked).records} == {"1", "2"}
        assert [one.id for one in customers.timeline(connection, BOSS, 1)] == [2, 1]
        assert [match.customer_id for match in find_by_identifier(connection, BOSS, "A-102")] == [1]
        assert candidates(connection, [2], 10) == [1]
        (profile,) = profiles(connection, [1, 2])
        assert set(profile.accounts) == {"A-101", "A-102"}
        assert named(connection, [2])[2][0] == 1
        assert {number for number, _kind in cases.open_numbers(connection, BOSS, 1)} == {"C-1", "C-2"}
        assert customers.holders(connection, "A-102") == [1]


def test_the_joint_record_follows_the_same_rules_and_the_own_ones_are_untouched(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    load(catalogue, tmp_path, line(2, street="9 New Road"))
    with catalogue.reading() as connection:
        own = goldens(connection)
    merging.merge(catalogue, BOSS, 2, 1, "the same woman")
    with catalogue.reading() as connection:
        aside = connection.execute(select(own_record.c.customer_id, own_record.c.golden))
        assert {row.customer_id: row.golden for row in aside} == {1: own[1]}
        assert goldens(connection)[2] == own[2]
        joint = json.loads(goldens(connection)[1])
    assert joint["address"]["value"] == "9 New Road"
    assert {cell["value"] for cell in joint["former_address"]} == {"1 Mill Lane", "2 Mill Lane"}
    assert {cell["value"]["given_name"] for cell in joint["other_names"]} == {"Given1"}


def test_both_are_told_to_the_index_with_their_letters_and_both_get_a_new_version(catalogue: Catalogue) -> None:
    waiting(catalogue)
    before = versions(catalogue)
    done = merging.merge(catalogue, BOSS, 2, 1, "the same woman")
    now = versions(catalogue)
    assert (now[1], now[2], done.version) == (before[1] + 1, before[2] + 1, before[1] + 1)
    told = waiting(catalogue)
    assert {one for one in told if one[0] == "customer"} == {("customer", 1, now[1]), ("customer", 2, now[2])}
    assert {key for kind, key, _version in told if kind == "document"} == {2}
    merging.unmerge(catalogue, BOSS, 2, "two women after all")
    assert {(kind, key) for kind, key, _version in waiting(catalogue)} == {
        ("customer", 1),
        ("customer", 2),
        ("document", 2),
    }


def test_who_is_stood_for_is_told_by_its_root_and_comes_along(catalogue: Catalogue) -> None:
    merging.merge(catalogue, BOSS, 2, 1, "same")
    merging.merge(catalogue, BOSS, 1, 3, "same")
    assert [roots(catalogue)[one] for one in (1, 2, 3)] == [3, 3, 3]
    merging.unmerge(catalogue, BOSS, 1, "not the same")
    assert [roots(catalogue)[one] for one in (1, 2, 3)] == [1, 1, 3]
    with catalogue.reading() as connection:
        assert member_ids(connection, 1) == [1, 2]
        assert [(one.customer_id, one.into_id) for one in merging.merges(connection, [1, 2])] == [(2, 1)]


def test_who_is_merged_already_brings_the_one_that_stands_for_it(catalogue: Catalogue) -> None:
    merging.merge(catalogue, BOSS, 2, 1, "same")
    assert merging.merge(catalogue, BOSS, 2, 3, "same").root_id == 3
    assert [roots(catalogue)[one] for one in (1, 2, 3)] == [3, 3, 3]


@pytest.mark.parametrize(("one", "into"), [(2, 1), (1, 2), (1, 1)])
def test_who_is_one_already_can_not_be_merged(catalogue: Catalogue, one: int, into: int) -> None:
    merging.merge(catalogue, BOSS, 2, 1, "same")
    before = export(catalogue)
    with pytest.raises(Conflict, match="one already"):
        merging.merge(catalogue, BOSS, one, into, "same")
    assert export(catalogue) == before


def test_what_is_refused_and_why(catalogue: Catalogue) -> None:
    before = export(catalogue)
    with pytest.raises(Forbidden):
        merging.merge(catalogue, CLERK, 2, 1, "same")
    with pytest.raises(BadInput, match="reason"):
        merging.merge(catalogue, BOSS, 2, 1, "  ")
    with pytest.raises(NotFound):
        merging.merge(catalogue, BOSS, 2, 999, "same")
    with pytest.raises(Conflict, match="meanwhile"):
        merging.merge(catalogue, BOSS, 2, 1, "same", seen=17)
    with pytest.raises(Conflict, match="not merged"):
        merging.unmerge(catalogue, BOSS, 1, "not the same")
    assert export(catalogue) == before


def test_merge_and_unmerge_stand_in_the_journal_with_who_and_why(catalogue: Catalogue) -> None:
    merging.merge(catalogue, BOSS, 2, 1, "the same woman")
    merging.unmerge(catalogue, BOSS, 2, "two women after all")
    with catalogue.reading() as connection:
        query = (
            select(journal_entry).where(journal_entry.c.action.like("customers.%merge")).order_by(journal_entry.c.id)
        )
        told = [
            (row.action, row.subject, row.actor, json.loads(row.payload)["after"]) for row in connection.execute(query)
        ]
        assert [(action, subject) for action, subject, _actor, _after in told] == [
            ("customers.merge", "customer:2"),
            ("customers.merge", "customer:1"),
            ("customers.unmerge", "customer:2"),
            ("customers.unmerge", "customer:1"),
        ]
        assert {actor for _action, _subject, actor, _after in told} == {"system:test"}
        assert [after["reason"] for *_rest, after in told] == ["the same woman"] * 2 + ["two women after all"] * 2
        undone = connection.execute(select(customer_merge)).one()
        assert undone.undone_at and undone.undone_by == "system:test"
        assert list(journal_proof.verify(connection)) == []


def test_what_is_filed_on_an_account_while_merged_goes_back_with_its_holder(catalogue: Catalogue) -> None:
    merging.merge(catalogue, BOSS, 2, 1, "same")
    on_account, on_person = Filed("account", "A-102", "test"), Filed("person", "", "test")
    with catalogue.writing() as connection:
        assert filings.whose(connection, 1, on_account, "2026-05-05") == 2
        assert filings.whose(connection, 1, on_person, "2026-05-05") == 1
        assert filings.whose(connection, 1, Filed("account", "A-101", "test"), "2026-05-05") == 1
        for number, why in ((101, on_account), (102, on_person)):
            letter(connection, number, filings.whose(connection, 1, why, "2026-05-05"), why)
        assert len(customers.timeline(connection, BOSS, 1)) == 4
    merging.unmerge(catalogue, BOSS, 2, "two women after all")
    with catalogue.reading() as connection:
        assert len(customers.timeline(connection, BOSS, 1)) == len(customers.timeline(connection, BOSS, 2)) == 2


def test_a_load_onto_merged_customers_renews_both_records(catalogue: Catalogue, tmp_path: Path) -> None:
    merging.merge(catalogue, BOSS, 2, 1, "same")
    waiting(catalogue)
    load(catalogue, tmp_path, line(2, street="9 New Road"))
    with catalogue.reading() as connection:
        card = customers.card(connection, BOSS, 2)
        assert (card.id, customers.address_of(connection, 1)) == (1, "1 Mill Lane")
        assert [field.value for field in card.fields if field.name == "address"] == ["9 New Road"]
    assert ("customer", 1) in {(kind, key) for kind, key, _version in waiting(catalogue)}
    merging.unmerge(catalogue, BOSS, 2, "two women")
    with catalogue.reading() as connection:
        one, two = customers.card(connection, BOSS, 1), customers.card(connection, BOSS, 2)
    assert [field.value for field in one.fields if field.name == "address"] == ["1 Mill Lane"]
    assert [field.value for field in two.fields if field.name == "address"] == ["9 New Road"]


def test_a_load_in_between_leaves_what_it_would_have_left_without_the_merge(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    changed = [line(number, given=f"New{number}", street=f"{number} New Road") for number in range(1, PEOPLE + 1)]
    merging.merge(catalogue, BOSS, 2, 1, "same")
    merging.merge(catalogue, BOSS, 3, 2, "same")
    load(catalogue, tmp_path, *changed)
    load(catalogue, tmp_path, *(line(number) for number in range(1, PEOPLE + 1)))
    merging.unmerge(catalogue, BOSS, 3, "not the same")
    merging.unmerge(catalogue, BOSS, 2, "not the same")
    with catalogue.reading() as connection:
        now = goldens(connection)
    for number in range(1, PEOPLE + 1):
        own = json.loads(now[number])
        assert [cell["value"] for cell in own["former_address"]] == [f"{number} New Road"]
        assert [cell["value"]["given_name"] for cell in own["other_names"]] == [f"New{number}"]


@pytest.mark.parametrize("seed", range(4))
def test_whatever_was_merged_and_parted_nothing_is_another_than_before(catalogue: Catalogue, seed: int) -> None:
    """After each parting the archive is, byte for byte, what it was when the same merges stood before."""
    drawn = random.Random(seed)
    with catalogue.writing() as connection:
        extra = [(drawn.randint(1, PEOPLE), number) for number in range(200, 215)]
        for owner, number in extra:
            letter(connection, number, owner, Filed("person", "", "test"))
            matter(connection, number, owner)
    start = export(catalogue)
    states: list[tuple[int, bytes]] = []  # a stack: who was merged, and all as it was before
    for _ in range(30):
        one, into = drawn.sample(range(1, PEOPLE + 1), 2)
        now = roots(catalogue)
        if states and (drawn.random() < 0.4 or now[one] == now[into]):
            merged, before = states.pop()
            merging.unmerge(catalogue, BOSS, merged, "not the same")
            assert export(catalogue, "customer_merge") == before
        elif now[one] != now[into]:
            states.append((now[one], export(catalogue, "customer_merge")))
            merging.merge(catalogue, BOSS, one, into, "same")
            with catalogue.reading() as connection:
                assert connection.execute(select(holding.c.customer_id)).scalars().all()
    # The rest in any order: what stands after each is told by the merges that are left, not by the way there.
    drawn.shuffle(states)
    for merged, _before in states:
        merging.unmerge(catalogue, BOSS, merged, "not the same")
    assert export(catalogue) == start
