"""What a bill's table says: its total, and how many lines it charges for. Pure; knows no letter."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from intake.stages import Table

_CURRENCY = r"(?:[£€$₽]|руб(?:\.|лей|ля|ль)?|р\.|rs\b\.?|eur\b|usd\b|gbp\b|rub\b)"
_FIGURE = r"-?[1-9]\d{0,2}(?:[\s,.'’]\d{3})+(?:[.,]\d{2})?|-?\d{1,9}(?:[.,]\d{2})?"
_MONEY = re.compile(rf"({_CURRENCY}\s*)?(?<![\d.,])({_FIGURE})(?![\d%])(\s*{_CURRENCY})?\s*$", re.IGNORECASE)
_WITH_PENCE = re.compile(r"[.,]\d{2}$")
_DUE = re.compile(
    r"к\s+(?:опла|упла|перечисл)\w*|(?:amount|total|balance|sum)\s+(?:now\s+)?(?:due|payable|owing)|(?:now|please|to)\s+pay\b"
    r"|payment\s+due|due\s+for\s+payment",
    re.IGNORECASE,
)
_TOTAL = re.compile(r"\b(?:итог\w*|всего|total)\b", re.IGNORECASE)
_PARTIAL = re.compile(
    r"под[ыи]тог|промежуточ|без\s+(?:уч[её]та\s+)?ндс|sub\s?-?\s?total|\bnet\b|(?:excl|before|without)\w*\.?\s+(?:of\s+)?(?:vat|tax)"
    r"|(?:итого|всего|сумма|total)\s+(?:ндс|vat|tax)\b|\b(?:ндс|vat|tax)\s+(?:итого|всего|total)|total\s+(?:paid|received)|(?:всего|итого)\s+(?:оплач|получ|поступ)\w*",
    re.IGNORECASE,
)
_TAX = re.compile(r"\b(?:ндс|vat|tax)\b", re.IGNORECASE)
_MEASURED = re.compile(
    r"площад|объ[её]м|расход|потреблен|количеств|к?вт|м[²³23]\b|гкал|\barea\b|consum|usage|quantity|\bunits?\b|kwh|m[²³23]\b",
    re.IGNORECASE,
)
_MONEY_COLUMN = re.compile(
    r"сумм|стоимост|начислен|к\s+оплат|\bруб|итого|всего|amount|total|charge|\bcost|[£€$₽]", re.IGNORECASE
)
_FEWEST_COLUMNS = 3
_LABEL_CHARS, _MONEY_CHARS = 200, 40
"""As much of a cell as is looked at: from its beginning for words, from its end for money."""


@dataclass(frozen=True, slots=True)
class TableAmounts:
    """`total`: decimal text with two places, None where no row is one. `lines`: rows charged for, 0 where there are none."""

    total: str | None = None
    lines: int = 0


def amounts_in_tables(tables: Sequence[Table]) -> TableAmounts:
    """The total to be paid (what is due before a mere total, the last of several) and the number of charge lines.

    A charge line has a name and money, stands in a table of three columns or more that is headed as one of money,
    and is neither a total, a part of one nor tax.
    """
    totals = [ranked for table in tables for ranked in _totals(table)]
    best = max((rank for rank, _ in totals), default=0)
    last = next((amount for rank, amount in reversed(totals) if rank == best), None)
    return TableAmounts(last, sum(_charge_lines(table) for table in tables))


def _totals(table: Table) -> Iterator[tuple[int, str]]:
    """Rows that are totals: how surely (2: due, 1: total), and the last money in them."""
    headed = any(_heads_money(row) for row in table.rows)
    for row in table.rows:
        label = " ".join(_without_money(cell) for cell in row)
        rank = 2 if _DUE.search(label) else 1 if _TOTAL.search(label) else 0
        if rank == 0 or _PARTIAL.search(label) or _MEASURED.search(label):
            continue
        amounts = [amount for cell in row if (amount := money(cell)) is not None]
        whole = [amount for cell in row if headed and (amount := money(cell, bare=True)) is not None]
        if amounts or whole:
            yield rank, (amounts or whole)[-1]


def _charge_lines(table: Table) -> int:
    if len(table.rows[0]) < _FEWEST_COLUMNS:
        return 0
    headed = next((i for i, row in enumerate(table.rows) if _heads_money(row)), None)
    return 0 if headed is None else sum(_is_charge(row) for row in table.rows[headed + 1 :])


def _heads_money(row: Sequence[str]) -> bool:
    return any(_MONEY_COLUMN.search(cell) for cell in row) and all(money(cell, bare=True) is None for cell in row)


def _is_charge(row: Sequence[str]) -> bool:
    label = next((cell[:_LABEL_CHARS] for cell in row if re.search(r"[^\W\d_]{2}", cell)), "")
    named = bool(label) and not any(kind.search(label) for kind in (_DUE, _TOTAL, _PARTIAL))
    is_tax = bool(_TAX.search(label)) and sum(bool(cell) for cell in row) < _FEWEST_COLUMNS
    return named and not is_tax and any(money(cell, bare=True) for cell in row if not cell.startswith(label))


def _without_money(cell: str) -> str:
    return (cell[:-_MONEY_CHARS] + _MONEY.sub("", cell[-_MONEY_CHARS:]))[:_LABEL_CHARS]


def money(cell: str, bare: bool = False) -> str | None:
    """The sum of money that a cell is or ends in, as decimal text with two places; None where there is none.

    A figure counts with a currency beside it or with pence; `bare` takes a whole number alone in its cell too.
    """
    cell = cell[-_MONEY_CHARS:]
    found = _MONEY.search(cell)
    if found is None:
        return None
    figure = re.sub(r"[\s'’]", "", found[2])
    has_pence = bool(_WITH_PENCE.search(figure))
    if not (has_pence or found[1] or found[3] or (bare and not cell[: found.start()].strip())):
        return None
    whole, pence = (figure[:-3], figure[-2:]) if has_pence else (figure, "00")
    return re.sub(r"[.,]", "", whole) + "." + pence
