"""Dates, amounts, readings, periods and case numbers in a letter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

_MONTHS = {
    "январ": 1, "феврал": 2, "март": 3, "апрел": 4, "ма": 5, "июн": 6, "июл": 7, "август": 8, "сентябр": 9, "октябр": 10,
    "ноябр": 11, "декабр": 12, "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9,
    "oct": 10, "nov": 11, "dec": 12,
}  # fmt: skip
_MONTH = (
    r"(январ|феврал|март|апрел|ма(?=[яй]\b)|июн|июл|август|сентябр|октябр|ноябр|декабр"
    r"|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[а-яa-z]*"
)
_WRITTEN = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}\.?,?\s+(\d{{4}})", re.IGNORECASE)
_MONTH_FIRST = re.compile(rf"\b{_MONTH}\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})", re.IGNORECASE)
_NUMERIC = re.compile(r"(?<![\d./-])(\d{1,2})\s?[./-]\s?(\d{1,2})\s?[./-]\s?((?:19|20)\d{2})(?!\d)")
_ISO = re.compile(r"(?<!\d)((?:19|20)\d{2})-(\d{2})-(\d{2})(?!\d)")
_PERIOD = re.compile(rf"(?<!\d )(?<!\d){_MONTH}\s+((?:19|20)\d{{2}})", re.IGNORECASE)
_DATE_BEFORE = re.compile(
    r"(?:\bс|\bпо|\bдо|\bот|от\s+даты|\bfrom|\bto|\buntil|\bby|\bon|\bof|\bsince|\bdated|выдан\w*|состав\w+|начиная|\bперид\w+)\s*$",
    re.IGNORECASE,
)
_OUTGOING = re.compile(r"(?:исх\w*|our\s+ref|\bref)\b[^\n]{0,30}(?:от|of|dated)\s*$", re.IGNORECASE)
_AMOUNT = re.compile(
    r"[£€$]\s?(\d{1,3}(?:[, ]\d{3})*(?:\.\d{2})?|\d+(?:\.\d{2})?)"
    r"|(?<![\d,.])(\d{1,3}(?:[   ]\d{3})*(?:[,.]\d{2})?|\d+(?:[,.]\d{2})?)\s*(?:руб|₽|р\.)",
)
_TOTAL = re.compile(r"(?:итого|к\s+оплате|всего|total|to\s+pay|amount\s+due)[^\d\n£]{0,20}$", re.IGNORECASE)
_READING = re.compile(
    r"(?:показани\w*|показывает|\breadings?\b|\bfigures?\b|\bday\b|\bдень\b|closing|opening)(?:[^\n\d]{0,30}?)"
    r"(?:(?:за|for)\s+[^\W\d_]+\s+\d{4}(?:\s+года?)?)?[^\n\d]{0,12}?\b(\d{3,7})\b",
    re.IGNORECASE,
)


def _made(day: str, month: int, year: str) -> date | None:
    try:
        return date(int(year), month, int(day))
    except ValueError:
        return None


def find_dates(text: str) -> list[tuple[int, int, date]]:
    """Answer every date as (start, end, date), in the order of the text; day before month, as in both countries."""
    found = [(m.start(), m.end(), _made(m[1], _MONTHS[m[2].lower()], m[3])) for m in _WRITTEN.finditer(text)]
    found += [(m.start(), m.end(), _made(m[2], _MONTHS[m[1].lower()], m[3])) for m in _MONTH_FIRST.finditer(text)]
    found += [(m.start(), m.end(), _made(m[1], int(m[2]), m[3])) for m in _NUMERIC.finditer(text)]
    found += [(m.start(), m.end(), _made(m[3], int(m[2]), m[1])) for m in _ISO.finditer(text)]
    return sorted((a, b, d) for a, b, d in found if d is not None)


def letter_date(text: str, latest: date | None = None) -> date | None:
    """Answer the date the letter bears: one alone on its line, else an outgoing reference's; `latest` bounds it."""
    dates = [(a, b, d) for a, b, d in find_dates(text) if latest is None or d <= latest]
    alone = [d for a, b, d in dates if _alone(text, a, b)]
    if alone:
        return alone[0]
    outgoing = [d for a, _, d in dates if _OUTGOING.search(text[max(0, a - 60) : a])]
    if outgoing:
        return outgoing[0]
    free = [d for a, _, d in dates if not _DATE_BEFORE.search(text[max(0, a - 16) : a])]
    return free[0] if free else None


def _alone(text: str, start: int, end: int) -> bool:
    line_start = text.rfind("\n", 0, start) + 1
    line_end = text.find("\n", end)
    line = text[line_start:start] + " " + text[end : line_end if line_end >= 0 else len(text)]
    left = re.sub(r"(?i)\b(?:г\.?|года?|date|дата)\b|[\W_]", "", line)
    return len(left) <= 2


def find_amounts(text: str) -> Iterator[tuple[int, str]]:
    """Answer every amount of money as (start, decimal text with two places)."""
    for match in _AMOUNT.finditer(text):
        digits = re.sub(r"[   ]", "", match[1] or match[2])
        digits = digits.replace(",", "") if match[1] else digits.replace(",", ".")
        yield match.start(), digits if "." in digits else digits + ".00"


def main_amount(text: str) -> str | None:
    """Answer the letter's amount: a total where one is named, else the first."""
    amounts = list(find_amounts(text))
    totals = [value for start, value in amounts if _TOTAL.search(text[max(0, start - 40) : start])]
    return totals[-1] if totals else amounts[0][1] if amounts else None


def find_reading(text: str) -> str | None:
    """Answer the first meter reading named as one."""
    match = _READING.search(text)
    return match[1] if match else None


def find_period(text: str) -> str | None:
    """Answer the first month that the letter speaks of, as YYYY-MM."""
    for match in _PERIOD.finditer(text):
        return f"{match[2]}-{_MONTHS[match[1].lower()]:02d}"
    return None


def find_case_numbers(text: str, pattern: str) -> tuple[str, ...]:
    """Answer our own case numbers by the pattern that they are given out with, each once, in order."""
    return tuple(dict.fromkeys(m.group().upper() for m in re.finditer(pattern, text, re.IGNORECASE)))
