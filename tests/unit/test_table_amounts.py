"""A bill's total and its charge lines, out of tables as the reader gives them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.finding import find
from intake.finding.table_amounts import TableAmounts, amounts_in_tables, money
from intake.stages import Box, Letter, PageReading, ReadLetter, Table

HEAD_RU = ("№", "Услуга", "Объём", "Сумма, руб.")
HEAD_EN = ("Item", "Qty", "Price", "Amount")


def table(*rows: tuple[str, ...]) -> Table:
    return Table(Box(0.1, 0.1, 0.9, 0.5), rows)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("1 234,56 руб.", "1234.56"), ("£1,234.50", "1234.50"), ("1.234,56 €", "1234.56"), ("₽ 1500", "1500.00"),
        ("12 345,00", "12345.00"), ("-15,20", "-15.20"), ("Итого: 2 345,00 руб", "2345.00"), ("0,00", "0.00"),
        ("1'000.00", "1000.00"), ("1500", None), ("20%", None), ("12.03.2026", None), ("0.025", None), ("", None),
        ("45 m2", None), ("40702810900000001234,56", None),
    ],
)  # fmt: skip
def test_money_is_told_from_other_figures(cell: str, expected: str | None) -> None:
    assert money(cell) == expected


def test_what_is_due_goes_before_a_mere_total() -> None:
    bill = table(HEAD_RU, ("1", "Вода", "3", "300,10"), ("2", "Свет", "50", "250,00"), ("", "Итого", "", "550,10"),
                 ("", "Долг", "", "100,00"), ("", "К оплате", "", "650,10"))  # fmt: skip
    assert amounts_in_tables([bill]).total == "650.10"
    above = table(("Всего к оплате", "650,10 руб."), ("Срок", "10.03.2026"))
    assert amounts_in_tables([above, bill, table(HEAD_RU, ("", "Итого", "", "9,00"))]).total == "650.10"
    assert amounts_in_tables([above, table(HEAD_RU, ("", "Итого", "", "9,00"))]).total == "650.10"


@pytest.mark.parametrize(
    "label",
    ["Subtotal", "Sub-total", "VAT total", "Total VAT", "Итого без НДС", "Итого НДС", "Подытог", "Total area", "Итого расход, кВт·ч",
     "Total paid", "Total excl. VAT"],
)  # fmt: skip
def test_a_part_of_the_sum_or_a_measured_total_is_no_total(label: str) -> None:
    assert amounts_in_tables([table(HEAD_EN, ("Water", "1", "5.00", "5.00"), (label, "", "", "4.00"))]).total is None


@pytest.mark.parametrize(
    "label", ["Total", "Grand total incl. VAT", "Amount due", "Total to pay", "Итого", "Всего с НДС", "Сумма к оплате"]
)
def test_a_total_is_known_by_its_words(label: str) -> None:
    assert amounts_in_tables([table(("Charge", ""), ("Supply", "10.00"), (label, "£12.00"))]).total == "12.00"


def test_a_total_joined_into_one_cell_is_read() -> None:
    bill = table(HEAD_EN, ("Supply", "1", "8.00", "8.00"), ("Total due: £1,008.00", "", "", ""))
    assert amounts_in_tables([bill]).total == "1008.00"


def test_a_whole_number_is_money_only_under_a_heading_of_money() -> None:
    row = ("Итого", "", "", "1500")
    assert amounts_in_tables([table(HEAD_RU, row)]).total == "1500.00"
    assert amounts_in_tables([table(("День", "Ночь", "", ""), row)]).total is None


def test_charge_lines_are_counted_over_all_pages_without_totals() -> None:
    first = table(HEAD_RU, ("1", "Вода", "3", "300,10"), ("2", "Свет", "50", "250,00"))
    second = table(HEAD_RU, ("3", "Тепло", "1", "900"), ("", "Итого", "", "1 450,10"))
    assert amounts_in_tables([first, second]) == TableAmounts("1450.10", 3)


def test_tables_of_other_things_charge_nothing() -> None:
    readings = table(("Meter", "Before", "Now", "Used"), ("A", "100.10", "140.20", "40.10"))
    rates = table(("Charge", "Amount"), ("VAT", "2.00"))
    assert amounts_in_tables([readings, rates]) == TableAmounts(None, 0)


def test_the_tables_total_goes_before_one_in_the_text() -> None:
    tables = (table(HEAD_EN, ("Supply", "2", "4.00", "8.00"), ("Amount due", "", "", "8.00")),)
    page = PageReading(1, "Total for last year: £999.00", (), "text_layer", 1.0, tables=tables)
    fields = find(ReadLetter(Letter(1, 1, 1, None, None, ()), (page,))).fields
    assert (fields["amount"], fields["lines"]) == ("8.00", "1")


def test_a_letter_without_tables_keeps_the_amount_in_its_text() -> None:
    page = PageReading(1, "Total: £99.00", (), "text_layer", 1.0)
    fields = find(ReadLetter(Letter(1, 1, 1, None, None, ()), (page,))).fields
    assert fields["amount"] == "99.00"
    assert "lines" not in fields


@given(
    st.lists(
        st.lists(st.text(alphabet="Итогоtal due 0123456789.,£%руб", max_size=60), min_size=1, max_size=5), min_size=1
    )
)
def test_any_cells_are_taken(rows: list[list[str]]) -> None:
    said = amounts_in_tables([table(*map(tuple, rows))])
    assert said.lines <= len(rows)
    assert said.total is None or float(said.total) is not None
