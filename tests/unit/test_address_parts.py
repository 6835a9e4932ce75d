"""Addresses taken apart: by the words that say what a piece is, else by where it stands; what is not told stays empty."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.directory_record import read_record
from dedup.address_parts import AddressParts, address_parts_of, with_given

RUSSIAN = {
    "г. Верхний, ул. Садовая, д. 4, кв. 12": {"settlement": "г. Верхний", "street": "ул. Садовая", "house": "4", "flat": "12"},
    "443001, Самарская обл., г. Верхний, ул. Садовая, д. 4, корп. 2, кв. 12": {
        "postcode": "443001", "region": "Самарская обл", "settlement": "г. Верхний", "street": "ул. Садовая",
        "house": "4", "building": "2", "flat": "12",
    },
    "Россия, Омская область, Тарский район, с. Екатерининское, ул. 3-я Лесная, 9-17": {
        "country": "Россия", "region": "Омская область", "district": "Тарский район", "settlement": "с. Екатерининское",
        "street": "ул. 3-я Лесная", "house": "9", "flat": "17",
    },
    "г Верхний ул Садовая д 4 кв 12": {"settlement": "г Верхний", "street": "ул Садовая", "house": "4", "flat": "12"},
    "Верхний, Лесная ул., 9, 17": {"settlement": "Верхний", "street": "Лесная ул", "house": "9", "flat": "17"},
    "д. Малиновка, д. 5": {"settlement": "д. Малиновка", "house": "5"},
    "ул.Мира 12к2 кв.5": {"street": "ул. Мира", "house": "12", "building": "2", "flat": "5"},
    "пр-т Ленина, д. 7А, стр. 1, оф. 301": {"street": "пр-т Ленина", "house": "7А", "building": "1", "flat": "301"},
}  # fmt: skip
ENGLISH = {
    "14 Tanner Row, Northbridge": {"street": "Tanner Row", "house": "14", "settlement": "Northbridge"},
    "Flat 3, 21 Main Rd, Leeds LS1 4AP": {
        "flat": "3", "house": "21", "street": "Main Rd", "settlement": "Leeds", "postcode": "LS14AP",
    },
    "Unit 4, 12 The Avenue, York, YO1 7HH": {
        "flat": "4", "house": "12", "street": "The Avenue", "settlement": "York", "postcode": "YO17HH",
    },
    "Rose Cottage, Mill Lane, Otley, Kent, England": {
        "house": "Rose Cottage", "street": "Mill Lane", "settlement": "Otley", "region": "Kent", "country": "England",
    },
    "7 Quay Street Southport": {"house": "7", "street": "Quay Street", "settlement": "Southport"},
}  # fmt: skip


@pytest.mark.parametrize(("text", "parts"), [*RUSSIAN.items(), *ENGLISH.items()])
def test_each_piece_is_what_it_says_or_where_it_stands(text: str, parts: dict[str, str]) -> None:
    assert dict(address_parts_of(text).told) == parts


@pytest.mark.parametrize("text", ["", "нет", "-", "unknown", "???"])
def test_what_tells_nothing_has_no_parts(text: str) -> None:
    assert address_parts_of(text) == AddressParts()


@given(st.text(alphabet="гулдквкорп. ,;-0123456789АБабStreetRd\n/№", max_size=60))
def test_nothing_is_told_that_was_not_given(text: str) -> None:
    told = address_parts_of(text).told
    # A postcode is told in its one spelling.
    for value in (value for name, value in told.items() if name != "postcode"):
        assert [word for word in value.split() if word.strip(".") not in text] == []


@pytest.mark.parametrize(
    ("cells", "address"),
    [
        (
            {"postcode": "443001", "settlement": "Верхний", "street": "Садовая ул.", "house": "4", "flat": "12"},
            "443001, Верхний, Садовая ул., д. 4, кв. 12",
        ),
        ({"flat": "3", "house": "21", "street": "Main Rd", "settlement": "Leeds"}, "Flat 3, 21 Main Rd, Leeds"),
        ({"country": "Россия"}, ""),
        ({"address": "as it came", "house": "4"}, "as it came"),
    ],
)
def test_an_address_given_apart_is_written_as_people_write_it(cells: dict[str, str], address: str) -> None:
    assert read_record(cells | {"surname": "Poole"}).values["address"] == address


def test_what_is_given_apart_stands_above_what_is_read() -> None:
    read = address_parts_of("Верхний, Лесная 9")
    assert with_given(read, {"region": "Самарская обл.", "house": "9А", "odd": "x"}).told == {
        "region": "Самарская обл.", "settlement": "Верхний", "street": "Лесная", "house": "9А",
    }  # fmt: skip
