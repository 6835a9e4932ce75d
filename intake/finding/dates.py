"""Dates, periods and case numbers in a letter."""

from __future__ import annotations

import re
from datetime import date

_MONTHS = {
    "январ": 1, "феврал": 2, "март": 3, "апрел": 4, "ма": 5, "июн": 6, "июл": 7, "август": 8, "сентябр": 9, "октябр": 10,
    "ноябр": 11, "декабр": 12, "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9,
    "oct": 10, "nov": 11, "dec": 12,
}  # fmt: skip
MONTH = (
    r"(январ|феврал|март|апрел|ма(?=[яй]\b)|июн|июл|август|сентябр|октябр|ноябр|декабр"
    r"|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[а-яa-z]*"
)
_WRITTEN = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?{MONTH}\.?,?\s+(\d{{4}})", re.IGNORECASE)
_MONTH_FIRST = re.compile(rf"\b{MONTH}\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})", re.IGNORECASE)
_NUMERIC = re.compile(r"(?<![\d./-])(\d{1,2})\s?[./-]\s?(\d{1,2})\s?[./-]\s?((?:19|20)\d{2})(?!\d)")
_ISO = re.compile(r"(?<!\d)((?:19|20)\d{2})-(\d{2})-(\d{2})(?!\d)")
_PERIOD = re.compile(rf"(?<!\d )(?<!\d){MONTH}\s+((?:19|20)\d{{2}})", re.IGNORECASE)
_DATE_BEFORE = re.compile(
    r"(?:\bс|\bпо|\bдо|\bот|от\s+даты|\bfrom|\bto|\buntil|\bby|\bon|\bof|\bsince|\bdated|выдан\w*|состав\w+|начиная|\bперид\w+)\s*$",
    re.IGNORECASE,
)
_OUTGOING = re.compile(r"(?:исх\w*|our\s+ref|\bref)\b[^\n]{0,30}(?:от|of|dated)\s*$", re.IGNORECASE)


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


def letter_date(text: str, sent: date | None = None) -> date | None:
    """Answer the date the letter bears: one alone on its line, else an outgoing reference's.

    Else the day it was `sent` where the channel tells it, else the first date of which no word makes something else.
    """
    dates = find_dates(text)
    free = [(a, b, d) for a, b, d in dates if not _DATE_BEFORE.search(text[max(0, a - 16) : a])]
    alone = [d for a, b, d in free if _alone(text, a, b)]
    if alone:
        return alone[0]
    outgoing = [d for a, _, d in dates if _OUTGOING.search(text[max(0, a - 60) : a])]
    if outgoing:
        return outgoing[0]
    return sent or (free[0][2] if free else None)


def _alone(text: str, start: int, end: int) -> bool:
    line_start = text.rfind("\n", 0, start) + 1
    line_end = text.find("\n", end)
    line = text[line_start:start] + " " + text[end : line_end if line_end >= 0 else len(text)]
    left = re.sub(r"(?i)\b(?:г\.?|года?|date|дата)\b|[\W_]", "", line)
    return len(left) <= 2


def find_period(text: str) -> str | None:
    """Answer the first month that the letter speaks of, as YYYY-MM."""
    for match in _PERIOD.finditer(text):
        return f"{match[2]}-{_MONTHS[match[1].lower()]:02d}"
    return None


def find_case_numbers(text: str, pattern: str) -> tuple[str, ...]:
    """Answer our own case numbers by the pattern that they are given out with, each once, in order."""
    return tuple(dict.fromkeys(m.group().upper() for m in re.finditer(pattern, text, re.IGNORECASE)))
