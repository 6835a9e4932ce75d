"""What every adapter of `search.ports.CustomerIndex` keeps. Another adapter joins by one line in `on_engines.INDEXES`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from archive.access import Access
from search.asking import Effort
from search.ports import CustomerIndex, Gone, IndexedCustomer, Query
from tests.contracts.index_things import CLERK, EVERYBODY, NOBODY, STAFF, customer
from tests.on_engines import INDEXES, opened_indexes

PETR = customer(
    1,
    "Воронцов Пётр Юрьевич",
    addresses=("443000, Самарская обл., г. Самара, ул. Озёрная, д. 7, кв. 16",),
    phones=("9051234567",),
    emails=("petya.v@post.example",),
    accounts=("63221266131", "074760166"),
    contracts=("63-Э-0764921/07",),
    meters=("07444388",),
    points_of_delivery=("1014805268002",),
    tax_ids=("500100732259",),
    birth_date=date(1971, 3, 9),
)
JOAN = customer(
    2, "Whitfield Joan", addresses=("Flat 30, 57 Harbour Street, Derby",), accounts=("H07-396946",), branch="south"
)


@pytest.fixture(params=INDEXES)
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[CustomerIndex]:
    for indexes in opened_indexes(request, tmp_path):
        yield indexes.customers()


@pytest.fixture
def two(index: CustomerIndex) -> CustomerIndex:
    put(index, PETR, JOAN)
    return index


def put(index: CustomerIndex, *customers: IndexedCustomer) -> None:
    index.put_many(customers)
    index.commit()


def found(index: CustomerIndex, text: str, access: Access = EVERYBODY, **changes: object) -> list[int]:
    return sorted(hit.thing.id for hit in index.search(replace(Query(text), **changes), access).hits)


@pytest.mark.parametrize(
    ("text", "effort"),
    [
        ("Воронцов", Effort.AS_TYPED),
        ("петр воронцов", Effort.AS_TYPED),
        ("Vorontsov", Effort.AS_TYPED),
        ("Petr Vorontsov", Effort.AS_TYPED),
        ("Yurievich", Effort.AS_TYPED),
        ("BOPOHЦOB", Effort.AS_TYPED),
        ("воронцов озерная 7 16", Effort.AS_TYPED),
        ("Воронцов улица Озёрная дом 7", Effort.AS_TYPED),
        ("petya.v@post.example", Effort.AS_TYPED),
        ("63221266131", Effort.AS_TYPED),
        ("2126 0764", Effort.AS_TYPED),
        ("63-Э-0764921/07", Effort.AS_TYPED),
        ("63 Э 0764921 07", Effort.AS_TYPED),
        ("444388", Effort.AS_TYPED),
        ("4805268", Effort.AS_TYPED),
        ("+7 905 123-45-67", Effort.AS_TYPED),
        ("8(905)123-45-67", Effort.AS_TYPED),
        ("9051234567", Effort.AS_TYPED),
        ("123-45-67", Effort.AS_TYPED),
        ("Воронцов 09.03.1971", Effort.AS_TYPED),
        ("500100732259", Effort.AS_TYPED),
        ("воро", Effort.BEGINNINGS),
        ("djhjywjd", Effort.OTHER_KEYBOARD),
        ("Ворнцов петр", Effort.ONE_EDIT),
        ("вороцнов", Effort.ONE_EDIT),
        ("Варанцов", Effort.TWO_EDITS),
        ("Воронцов Пётр Несторович", Effort.MOST_WORDS),
    ],
)
def test_a_customer_is_found_however_the_question_is_typed(two: CustomerIndex, text: str, effort: Effort) -> None:
    hits = two.search(Query(text), EVERYBODY)
    assert [hit.thing.id for hit in hits.hits] == [1]
    assert hits.effort == effort


def test_a_latin_name_is_found_by_its_cyrillic_spelling(index: CustomerIndex) -> None:
    put(index, customer(1, "Sergey Mikheev"))
    assert found(index, "Сергей Михеев") == [1]


@pytest.mark.parametrize("text", ["Воронцов П.Ю.", "Воронцов П. Ю.", "п.ю. воронцов озёрная", "Воронцов П"])
def test_initials_stand_for_names(index: CustomerIndex, text: str) -> None:
    put(index, PETR, replace(PETR, id=3, names=("Воронцов Семён Львович",)))
    hits = index.search(Query(text), EVERYBODY)
    assert [hit.thing.id for hit in hits.hits] == [1]
    assert hits.effort == Effort.AS_TYPED


@pytest.mark.parametrize("text", ["O'Hara", "OHara", "o’hara", "Hara", "ЩэРфкф"])
def test_an_apostrophe_makes_no_difference(index: CustomerIndex, text: str) -> None:
    put(index, customer(1, "O'Hara Maeve"), JOAN)
    assert found(index, text) == [1]


def test_as_you_type_each_letter_narrows(two: CustomerIndex) -> None:
    for end in range(2, len("воронцов") + 1):
        assert found(two, "воронцов"[:end], as_you_type=True) == [1]
    assert found(two, "whitfield h", as_you_type=True) == [2]
    assert found(two, "djhj", as_you_type=True) == [1]


def test_a_phone_is_found_while_it_is_typed_with_its_prefix(two: CustomerIndex) -> None:
    for typed in ("8905123", "+7905", "+7 (905) 12", "905123"):
        assert found(two, typed, as_you_type=True) == [1], typed


def test_the_exact_name_ranks_before_longer_and_misspelled_ones(index: CustomerIndex) -> None:
    put(index, customer(1, "Лесновский Иван"), customer(2, "Лесной Иван"), customer(3, "Иванов Лес"))
    hits = index.search(Query("лес", as_you_type=True), EVERYBODY)
    assert hits.hits[0].thing.id == 3
    assert hits.total == 3


def test_customers_are_visible_company_wide(two: CustomerIndex) -> None:
    assert found(two, "", CLERK) == found(two, "", NOBODY) == [1, 2]
    assert found(two, "Whitfield", CLERK) == [2]


@pytest.mark.parametrize("text", ["500100732259", "5001007", "09.03.1971", "1971-03-09", "1971"])
def test_sensitive_data_neither_finds_nor_shows_for_those_who_may_not_see_it(two: CustomerIndex, text: str) -> None:
    assert found(two, text, CLERK) == [1]
    assert found(two, text, STAFF) == []
    assert two.count(Query(text), STAFF) == 0
    assert two.suggest(text, STAFF) == ()
    shown = two.search(Query("Воронцов"), STAFF).hits[0]
    assert (shown.thing.tax_ids, shown.thing.birth_date) == ((), None)
    assert shown.thing.accounts == PETR.accounts


def test_highlights_name_the_datum_that_answers(two: CustomerIndex) -> None:
    (hit,) = two.search(Query("воронцов озёрная 2126"), EVERYBODY).hits
    marked = {one.field: [one.text[start:end] for start, end in one.spans] for one in hit.highlights}
    assert marked == {"name": ["Воронцов"], "address": ["Озёрная"], "accounts": ["2126"]}


def test_suggestions_are_names(index: CustomerIndex) -> None:
    put(index, PETR, JOAN, replace(JOAN, id=3))
    assert [(one.text, one.count) for one in index.suggest("whi", EVERYBODY)] == [("Whitfield Joan", 2)]
    assert [one.text for one in index.suggest("djhj", EVERYBODY)] == ["Воронцов Пётр Юрьевич"]
    assert index.suggest("whitfield ", EVERYBODY) == ()


def test_facets_and_filters_by_branch_and_kind(two: CustomerIndex) -> None:
    hits = two.search(Query(), EVERYBODY)
    assert dict(hits.facets["branch"]) == {"north": 1, "south": 1}
    assert dict(hits.facets["kind"]) == {"person": 2}
    assert found(two, "", branches=frozenset({"south"})) == found(two, "branch:south") == [2]
    assert found(two, "", kinds=frozenset({"organisation"})) == []


def test_a_changed_customer_is_found_by_the_new_data_only_and_a_deleted_one_not_at_all(two: CustomerIndex) -> None:
    put(two, replace(PETR, version=2, names=("Морозов Пётр Юрьевич",)))
    assert found(two, "морозов") == [1]
    assert found(two, "воронцов") == []
    two.delete_many([Gone(1, 2)])
    two.commit()
    put(two, replace(PETR, version=2))
    assert found(two, "") == [2]


def test_a_hit_carries_what_was_put(two: CustomerIndex) -> None:
    assert two.search(Query("Воронцов"), EVERYBODY).hits[0].thing == PETR


def _misspellings(word: str) -> Iterator[str]:
    for at in range(1, len(word)):
        yield word[:at] + word[at + 1 :]
        yield word[:at] + "ы" + word[at:]
        yield word[:at] + "ы" + word[at + 1 :]
        if at + 1 < len(word):
            yield word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def test_every_single_slip_of_the_finger_in_a_surname_is_forgiven(two: CustomerIndex) -> None:
    missed = [typo for typo in _misspellings("воронцов") if found(two, f"{typo} петр") != [1]]
    assert missed == []
