"""An address on the customer's form: the line, or the parts in its place, and what nobody touched says nothing."""

from __future__ import annotations

from api.pages import address_form
from archive.directory_file import ADDRESS_PARTS

LINE = "г. Верхний, ул. Садовая, д. 4, кв. 12"
SHOWN = address_form.shown({"surname": "Чижов", "address": LINE})


def test_the_parts_are_filled_in_as_they_are_read_or_as_they_were_given() -> None:
    assert (SHOWN["settlement"], SHOWN["flat"], SHOWN["address_as"]) == ("г. Верхний", "12", "line")
    given = address_form.shown({"address": LINE}, {"settlement": "Верхний"})
    assert given["settlement"] == "Верхний" and "flat" not in given
    assert address_form.shown(SHOWN | {"flat": "13"})["flat"] == "13", "what was typed stays"


def test_the_line_is_said_where_it_is_meant() -> None:
    assert address_form.said(SHOWN | {"flat": "13"}) == {"surname": "Чижов", "address": LINE}


def test_parts_that_nobody_touched_leave_the_line_as_it_was_given() -> None:
    assert address_form.said(SHOWN | {"address_as": "parts"}) == {"surname": "Чижов", "address": LINE}


def test_parts_are_said_in_place_of_the_line() -> None:
    said = address_form.said(SHOWN | {"address_as": "parts", "flat": "13", "house": " 4А "})
    assert said["address"] == "" and said["house"] == "4А" and said["flat"] == "13" and said["region"] == ""
    assert set(ADDRESS_PARTS) < set(said) and not {"address_as", "parts_were", "parts_of"} & set(said)


def test_a_form_that_was_tampered_with_is_still_a_form() -> None:
    for were in ("[1]", "{", "7"):
        assert (
            address_form.said({"address": LINE, "address_as": "parts", "parts_were": were, "house": "1"})["house"]
            == "1"
        )
