"""A source record's cells in one spelling."""

from __future__ import annotations

import pytest

from archive.directory_record import read_record


@pytest.mark.parametrize(
    ("given", "day"),
    [
        ("1961-02-03", "1961-02-03"),
        ("03.02.1961", "1961-02-03"),
        ("3/2/1961", "1961-02-03"),
        ("19610203", "1961-02-03"),
        ("03021961", "1961-02-03"),
        ("19121912", "1912-12-19"),
        ("20101910", "1910-10-20"),
        ("00000000", ""),
        ("31021961", ""),
    ],
)
def test_a_birth_date_is_read_in_every_spelling(given: str, day: str) -> None:
    record = read_record({"surname": "Poole", "birth_date": given})
    assert record.values["birth_date"] == day
    assert bool(record.problems) is not bool(day)
