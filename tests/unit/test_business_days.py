"""Deadlines count in business days, by the calendar of the branch."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from archive.errors import BadInput
from cases.calendar import calendar_of


@pytest.mark.parametrize(
    ("name", "day", "works"),
    [
        pytest.param("RU", date(2026, 3, 2), True, id="a Monday"),
        pytest.param("RU", date(2026, 3, 1), False, id="a Sunday"),
        pytest.param("RU", date(2026, 1, 8), False, id="the New Year holidays"),
        pytest.param(
            "RU", date(2026, 1, 9), True, id="the Friday after the New Year holidays, unless a decree says more"
        ),
        pytest.param("RU", date(2026, 3, 9), False, id="the Monday for a 8 March on a Sunday"),
        pytest.param("RU", date(2026, 5, 11), False, id="the Monday for a 9 May on a Saturday"),
        pytest.param("GB", date(2026, 4, 3), False, id="Good Friday"),
        pytest.param("GB", date(2026, 4, 6), False, id="Easter Monday"),
        pytest.param("GB", date(2025, 4, 21), False, id="Easter Monday of another year"),
        pytest.param("GB", date(2026, 5, 4), False, id="the first Monday of May"),
        pytest.param("GB", date(2026, 5, 25), False, id="the last Monday of May"),
        pytest.param("GB", date(2026, 8, 31), False, id="the last Monday of August"),
        pytest.param("GB", date(2026, 12, 28), False, id="the Monday for a Boxing Day on a Saturday"),
        pytest.param(
            "GB", date(2022, 12, 27), False, id="the Tuesday for a Christmas Day on a Sunday before Boxing Day"
        ),
        pytest.param("GB", date(2026, 3, 9), True, id="another country's holiday"),
    ],
)
def test_whether_a_day_counts(name: str, day: date, works: bool) -> None:
    assert calendar_of(name).is_business_day(day) is works


@pytest.mark.parametrize(
    ("start", "business_days", "due"),
    [
        pytest.param(date(2026, 3, 2), 0, date(2026, 3, 2), id="none is the day itself"),
        pytest.param(date(2026, 3, 2), 1, date(2026, 3, 3), id="the day of receipt does not count"),
        pytest.param(date(2026, 3, 6), 1, date(2026, 3, 10), id="over a weekend and a moved holiday"),
        pytest.param(date(2026, 3, 7), 1, date(2026, 3, 10), id="from a Saturday"),
        pytest.param(date(2025, 12, 30), 2, date(2026, 1, 9), id="over the New Year holidays"),
        pytest.param(date(2026, 2, 2), 10, date(2026, 2, 16), id="two weeks"),
    ],
)
def test_when_an_answer_is_due(start: date, business_days: int, due: date) -> None:
    assert calendar_of("RU").after(start, business_days) == due


def test_single_days_off_and_worked_weekends_are_configured(tmp_path: Path) -> None:
    path = tmp_path / "calendar.yaml"
    path.write_text("X: {dates: [2026-03-03, '2026-03-04'], working: [2026-03-07], yearly: ['02-29']}")
    own = calendar_of("X", path)
    days = [date(2026, 3, day) for day in range(2, 9)]
    assert [own.is_business_day(day) for day in days] == [True, False, False, True, True, True, False]
    assert not own.is_business_day(date(2028, 2, 29))


@pytest.mark.parametrize(
    "text", ["", "Y: {}", "X: {yearly: ['13-01']}", "X: {dates: [soon]}", "X: {weekdays: [{month: 5}]}", "X: ["]
)
def test_a_calendar_that_is_not_there_or_makes_no_sense_is_refused_with_its_file(tmp_path: Path, text: str) -> None:
    path = tmp_path / "calendar.yaml"
    path.write_text(text)
    with pytest.raises(BadInput, match=r"calendar\.yaml"):
        calendar_of("X", path)
