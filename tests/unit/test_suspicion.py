"""Another letter is suspected by how letters are built, in any words and either language."""

from __future__ import annotations

import pytest

from intake.opening.suspicion import reasons_by_page, suspect_starts

LETTER_EN = """To the Head of Customer Care
Harbour Power plc
From: Olive Tanner
12 Mill Lane, Whitby, YO21 3AB
Customer ref 5520183344
Noise from the substation
3 May 2025
Dear team,
For three weeks the substation behind our garden hums all night and we cannot sleep any more.
Kindly send somebody to measure it.
O. Tanner"""
LETTER_RU = """Руководителю ПАО «Свет»
от Лыткина Егора Петровича
проживающего: 163000, г. Архангельск, ул. Садовая, д. 5, кв. 9
Жалоба
Добрый день!
Третью неделю подстанция за нашим домом гудит по ночам, спать невозможно ни взрослым, ни детям.
Прошу направить специалиста и измерить уровень шума в квартире.
03.05.2025 Лыткин Е.П."""
OFFICIAL_EN = """County Trading Standards
Our ref: TS/881-20 of 4 June 2025
Harbour Power plc
We are looking into the prices charged in the market hall and ask for the contracts of its tenants.
They should reach us within ten working days.
Head of section P. Orwell"""
ENCLOSURE_EN = """Annex B. Terms
1) The reader may be inspected by the company at any hour that suits both sides.
2) Payment falls due on the tenth day.
3) Complaints are answered within a month."""
ENCLOSURE_RU = """Приложение 2. Перечень документов
1. Копия паспорта владельца помещения.
2. Выписка из реестра прав на недвижимость.
3. Акт сверки взаимных расчётов."""
GOES_ON_EN = """and that is why nobody could be reached on the telephone for the rest of that week either.
We therefore ask for a deduction from the next bill.
O. Tanner"""
CLAUSES_ONE = "SERVICE TERMS\nBuyer: Olive Tanner\n2 May 2025\n" + "\n".join(
    f"{n}. The parties keep to clause {n} of these terms at all times." for n in range(1, 9)
)
CLAUSES_TWO = "\n".join(f"{n}. The parties keep to clause {n} of these terms at all times." for n in range(9, 15))


@pytest.mark.parametrize("first", [LETTER_EN, LETTER_RU, ENCLOSURE_EN, ENCLOSURE_RU, CLAUSES_ONE])
@pytest.mark.parametrize("second", [LETTER_EN, LETTER_RU, OFFICIAL_EN])
def test_a_new_letter_is_found_at_its_page(first: str, second: str) -> None:
    if first == second:
        return
    assert [found.page for found in suspect_starts([first, second])] == [2]


@pytest.mark.parametrize(
    "pages",
    [
        [LETTER_EN, ENCLOSURE_EN],
        [LETTER_RU, ENCLOSURE_RU],
        [LETTER_EN, GOES_ON_EN],
        [CLAUSES_ONE, CLAUSES_TWO],
        [OFFICIAL_EN, ENCLOSURE_EN],
        [LETTER_EN + "\n- 1 -", LETTER_EN.replace("O. Tanner", "") + "\n- 2 -"],
        [LETTER_EN, ""],
        [LETTER_EN, "O. Tanner"],
        [LETTER_EN],
        [],
    ],
)
def test_pages_of_one_letter_are_not_suspected(pages: list[str]) -> None:
    assert suspect_starts(pages) == []


def test_three_letters_run_together_are_two_suspicions() -> None:
    found = suspect_starts([LETTER_EN, ENCLOSURE_EN, LETTER_RU, OFFICIAL_EN, ENCLOSURE_EN])
    assert [suspicion.page for suspicion in found] == [3, 4]


def test_less_evidence_is_enough_where_a_separators_number_is_missing() -> None:
    bare = "Harbour Power plc\nMeter reading\n4 June 2025\nPlease take down 20118 for our flat as of today and correct the estimate on the bill."
    before = "It has been like this since the winter and no one has answered any of our calls about it.\nYours"
    assert suspect_starts([before, bare]) == []
    assert [found.page for found in suspect_starts([before, bare], separator_missing=True)] == [2]


def test_reasons_carry_the_files_own_page_numbers() -> None:
    found = suspect_starts([LETTER_EN, LETTER_RU])
    assert list(reasons_by_page(found, [7, 9])) == [9]
    assert 0.5 < found[0].score <= 1
