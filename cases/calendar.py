"""Business days, by the calendar that a branch follows. Pure but for reading `calendar.yaml` once; no network."""

from __future__ import annotations

import calendar as months
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

from archive.errors import BadInput

SHIPPED = Path(__file__).with_name("calendar.yaml")
_DAY = timedelta(days=1)
_SATURDAY = 5


@dataclass(frozen=True)
class Calendar:
    """The days off beside the weekends. See the head of `calendar.yaml` for what each field means."""

    yearly: frozenset[str] = frozenset()
    observed: frozenset[str] = frozenset()
    easter: tuple[int, ...] = ()
    weekdays: tuple[tuple[int, int, int], ...] = ()
    dates: frozenset[date] = frozenset()
    working: frozenset[date] = frozenset()

    def is_business_day(self, day: date) -> bool:
        """Whether deadlines count on this day."""
        return day in self.working or (day.weekday() < _SATURDAY and day not in _days_off(self, day.year))

    def after(self, start: date, business_days: int) -> date:
        """The last of so many business days that follow `start`; the first counted is the one after it."""
        day, left = start, business_days
        while left > 0:
            day += _DAY
            left -= self.is_business_day(day)
        return day


@lru_cache(maxsize=512)
def _days_off(rules: Calendar, year: int) -> frozenset[date]:
    yearly = {_on(year, month_day): month_day for month_day in rules.yearly if _is_day(year, month_day)}
    off = set(yearly) | {day for day in rules.dates if day.year == year}
    off |= {_easter(year) + _DAY * days for days in rules.easter}
    off |= {_nth_weekday(year, *rule) for rule in rules.weekdays}
    for day, month_day in sorted(yearly.items()):
        if month_day in rules.observed and day.weekday() >= _SATURDAY:
            off.add(_next_free(day, off))
    return frozenset(off)


def _next_free(day: date, off: set[date]) -> date:
    while day.weekday() >= _SATURDAY or day in off:
        day += _DAY
    return day


def _is_day(year: int, month_day: str) -> bool:
    return month_day != "02-29" or months.isleap(year)


def _on(year: int, month_day: str) -> date:
    month, day = month_day.split("-")
    return date(year, int(month), int(day))


def _nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    days = [date(year, month, day) for day in range(1, months.monthrange(year, month)[1] + 1)]
    return [day for day in days if day.weekday() == weekday][nth if nth < 0 else nth - 1]


def _easter(year: int) -> date:
    """Western Easter Sunday. Source: J. Meeus, Astronomical Algorithms (1991), chapter 8."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    offset = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * offset) // 451
    month, day = divmod(h + offset - 7 * m + 114, 31)
    return date(year, month, day + 1)


@cache
def calendar_of(name: str, path: Path = SHIPPED) -> Calendar:
    """The calendar of this name (`branch.calendar`).

    Raises:
        BadInput: it is not configured, or badly: a deadline must not be counted by a calendar that nobody chose.
    """
    try:
        rows: Mapping[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        if name not in rows:
            raise BadInput(
                f"{path}: there is no calendar {name!r}; it has {', '.join(rows)}: add it or name one of them"
            )
        return _calendar(rows[name] or {})
    except (OSError, yaml.YAMLError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise BadInput(f"{path}: the calendar {name!r} can not be read ({error}); see the head of the file") from error


def _calendar(row: Mapping[str, Any]) -> Calendar:
    read = Calendar(
        frozenset(row.get("yearly") or ()),
        frozenset(row.get("observed") or ()),
        tuple(row.get("easter") or ()),
        tuple((rule["month"], rule["weekday"], rule["nth"]) for rule in row.get("weekdays") or ()),
        frozenset(_date(day) for day in row.get("dates") or ()),
        frozenset(_date(day) for day in row.get("working") or ()),
    )
    _days_off(read, 2000)  # a leap year: every month-day must be a day
    return read


def _date(day: date | str) -> date:
    return day if isinstance(day, date) else date.fromisoformat(day)
