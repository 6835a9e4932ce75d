"""The golden record: which source wins which field, and what is kept of those that lost."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from archive.directory_file import COLUMNS
from archive.directory_record import BY_HAND, read_record
from archive.survivorship import Golden, Witness, golden


def witness(record_id: int, at: str = "2026-01-01", system: str = "billing", **cells: str) -> Witness:
    return Witness(record_id, system, at, read_record(cells))


def value(record: Golden, name: str) -> Any:
    return record[name]["value"] if name in record else None


def test_the_newest_record_that_has_a_value_wins_the_field() -> None:
    older = witness(1, "2026-01-01", surname="Poole", birth_date="1960-01-02", tax_id="AB1")
    newer = witness(2, "2026-02-01", surname="Poole", tax_id="AB2")
    record = golden([older, newer])
    assert (value(record, "tax_id"), value(record, "birth_date")) == ("AB2", "1960-01-02")
    assert (record["tax_id"]["record"], record["birth_date"]["record"]) == (2, 1)


def test_what_a_person_entered_stands_above_a_newer_feed() -> None:
    by_hand = witness(1, "2026-01-01", BY_HAND, surname="Poole")
    assert value(golden([by_hand, witness(2, "2026-02-01", surname="Pool")]), "surname") == "Poole"


def test_a_name_is_never_mixed_from_two_records() -> None:
    older = witness(1, "2026-01-01", surname="Poole", given_name="Mary", patronymic="Ann")
    newer = witness(2, "2026-02-01", surname="Marsh", given_name="Mary")
    record = golden([older, newer])
    assert (value(record, "surname"), value(record, "patronymic")) == ("Marsh", None)
    assert [cell["value"]["patronymic"] for cell in record["other_names"]] == ["Ann"]


def test_lists_are_joined_and_each_value_keeps_its_first_source() -> None:
    record = golden(
        [witness(1, surname="Poole", phones="1;2"), witness(2, "2026-02-01", surname="Poole", phones="2;3")]
    )
    assert record["phones"] == [
        {"value": "2", "record": 2},
        {"value": "3", "record": 2},
        {"value": "1", "record": 1},
    ]


def test_a_losing_address_becomes_a_former_one() -> None:
    record = golden(
        [witness(1, surname="P", address="1 Old Road"), witness(2, "2026-02-01", surname="P", address="2 New")]
    )
    assert (value(record, "address"), [cell["value"] for cell in record["former_address"]]) == ("2 New", ["1 Old Road"])


def test_what_a_newer_version_replaced_is_kept_and_comes_back_when_it_is_said_again() -> None:
    first = golden([witness(1, surname="Poole", address="1 Old Road")])
    second = golden([witness(1, surname="Marsh", address="2 New")], first)
    assert [cell["value"]["surname"] for cell in second["other_names"]] == ["Poole"]
    third = golden([witness(1, surname="Poole", address="1 Old Road")], second)
    assert (value(third, "surname"), value(third, "address")) == ("Poole", "1 Old Road")
    assert [cell["value"]["surname"] for cell in third["other_names"]] == ["Marsh"]
    assert [cell["value"] for cell in third["former_address"]] == ["2 New"]


def test_the_current_address_is_no_former_one() -> None:
    record = golden([witness(1, surname="P", address="1 Mill Lane", former_address="1 Mill Lane;2 Old")])
    assert [cell["value"] for cell in record["former_address"]] == ["2 Old"]


@given(st.dictionaries(st.sampled_from(COLUMNS), st.text("AB12;. ", max_size=8)))
def test_one_record_gives_the_same_as_the_same_record_twice(cells: dict[str, str]) -> None:
    only = witness(1, **{name: cell for name, cell in cells.items() if name not in ("system",)})
    assert golden([only]) == golden([only, only])
