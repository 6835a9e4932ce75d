"""Amounts of money in a letter's running text; those of a bill's table are found in `table_amounts`."""

from __future__ import annotations

import re
from collections.abc import Iterator

_AMOUNT = re.compile(
    r"[£€$]\s?(\d{1,3}(?:[, ]\d{3})*(?:\.\d{2})?|\d+(?:\.\d{2})?)"
    r"|(?<![\d,.])(\d{1,3}(?:[   ]\d{3})*(?:[,.]\d{2})?|\d+(?:[,.]\d{2})?)\s*(?:руб|₽|р\.)",
)
# Without a currency, kopecks and pence tell money from other figures; a unit or a date beside it does not.
_PLAIN = re.compile(
    r"(?<![\d,./:-])(?<!\d )(\d{1,3}(?:[   ]\d{3})+[,.]\d{2}|\d{1,6}[,.]\d{2})(?![\d.,/]\d|\d)"
    r"(?!\s*(?:квт|мвт|гкал|куб|м[²³23]|%|кг|км|м\b|ч\b|kwh|mwh|kw|kv|кв\b|cu|sq|kg|km|p\b|v\b|в\b))",
    re.IGNORECASE,
)
_TIME_OR_PRICE = re.compile(
    r"\b(?:at|from|till|until|в|с|до|ставк\w*|тариф\w*|цен\w*|price|rate)\s*[:=]?\s*$|\d\s*;\s*$", re.IGNORECASE
)
_TOTAL = re.compile(r"(?:итого|к\s+оплате|всего|total|to\s+pay|amount\s+due)[^\d\n£]{0,20}$", re.IGNORECASE)


def find_amounts(text: str) -> Iterator[tuple[int, str]]:
    """Answer every amount of money as (start, decimal text with two places)."""
    for match in _AMOUNT.finditer(text):
        digits = re.sub(r"[   ]", "", match[1] or match[2])
        digits = digits.replace(",", "") if match[1] else digits.replace(",", ".")
        yield match.start(), digits if "." in digits else digits + ".00"


def main_amount(text: str) -> str | None:
    """Answer the letter's amount: a total where one is named, else the first; figures without currency where none has one."""
    amounts = list(find_amounts(text)) or list(_without_currency(text))
    totals = [value for start, value in amounts if _TOTAL.search(text[max(0, start - 40) : start])]
    return totals[-1] if totals else amounts[0][1] if amounts else None


def _without_currency(text: str) -> Iterator[tuple[int, str]]:
    for match in _PLAIN.finditer(text):
        if not _TIME_OR_PRICE.search(text[max(0, match.start() - 24) : match.start()]):
            yield match.start(), re.sub(r"[   ]", "", match[1]).replace(",", ".")
