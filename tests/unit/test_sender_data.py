"""Finding and normalising the data of a letter: names, addresses, numbers, dates, amounts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.addresses import parse_address
from dedup.comparing import Dwelling, Name, Number, compare_addresses, compare_numbers, compare_person
from dedup.keys import name_pair_key
from dedup.normalising import digit_like, name_words, phone, squash
from dedup.own_company import OwnCompany
from dedup.ports import PersonName
from intake.finding import find
from intake.finding.addresses import find_addresses
from intake.finding.amounts import main_amount
from intake.finding.dates import find_case_numbers, find_period, letter_date
from intake.finding.numbers import find_numbers, label_before
from intake.finding.people import find_names
from intake.finding.readings import find_readings
from intake.stages import Letter, PageReading, ReadLetter, TypeDecision
from intake.steps.recognise import read_fields

HELD = "170001, Тверская область, г. Тверь, ул. Садовая, д. 12, корп. 2, кв. 8"


@pytest.mark.parametrize(
    "written",
    ["170001 Тверь, улица Садовая, 12к2, 8", "г.Тверь ул.Садовая 12-2-8", "Г. ТВЕРЬ, УЛ. САДОВАЯ, ДОМ 12, КОРПУС 2, КВАРТИРА 8",
     "Тверь, Садовая ул., д.12 корп.2 кв.8", "г. Тверь, ул. Садовоя, д. 12, корп. 2, кв. 8"],
)  # fmt: skip
def test_one_dwelling_in_many_spellings(written: str) -> None:
    assert compare_addresses(parse_address(written), parse_address(HELD)) == Dwelling.FULL


@pytest.mark.parametrize(
    ("written", "level"),
    [("г. Тверь, ул. Садовая, д. 12, корп. 2, кв. 9", Dwelling.HOUSE), ("г. Тверь, ул. Лесная, д. 12, корп. 2, кв. 8", Dwelling.DIFFERS),
     ("г. Омск, ул. Садовая, д. 12, корп. 2, кв. 8", Dwelling.DIFFERS)],
)  # fmt: skip
def test_another_flat_street_or_town_is_another_dwelling(written: str, level: Dwelling) -> None:
    assert compare_addresses(parse_address(written), parse_address(HELD)) == level


@pytest.mark.parametrize(
    "written",
    [
        "Flat 4, 17 Quarry Ln, Ludlow SY8 9ZZ",
        "17 Quarry Lane\nFlat 4\nLudlow\nSY8 9ZZ",
        "17, Flat 4 Quarry Lane, SY8 9ZZ",
    ],
)
def test_british_flats_stand_where_they_like(written: str) -> None:
    held = parse_address("Flat 4, 17 Quarry Lane, Ludlow, Shropshire, SY8 9ZZ")
    assert compare_addresses(parse_address(written), held) == Dwelling.FULL


def test_a_misread_digit_of_a_postcode_is_mended() -> None:
    assert parse_address("8 Quarry Lane, SY8 SAB").postcode == "SY85AB"


@pytest.mark.parametrize(
    ("written", "level"),
    [("Иванова Анна Петровна", Name.FULL), ("Анна Петровна Иванова", Name.FULL), ("Ивановой Анны Петровны", Name.FULL),
     ("Iванова Анна", Name.FUZZY), ("Иванова А.П.", Name.INITIALS), ("Иванова Анна Сергеевна", Name.RELATIVE),
     ("Иванова Ольга Петровна", Name.RELATIVE), ("Петрова Анна Петровна", Name.DIFFERS), ("Ivanova Anna Petrovna", Name.FULL)],
)  # fmt: skip
def test_a_persons_name_in_many_spellings(written: str, level: Name) -> None:
    assert compare_person(name_words(written), PersonName("Иванова", "Анна", "Петровна"))[0] == level


def test_a_patronymic_tells_man_from_woman() -> None:
    held = PersonName("Иванов", "Александр", "Иванович")
    assert compare_person(name_words("Иванова Александра Ивановна"), held)[0] == Name.RELATIVE
    assert compare_person(name_words("Иванова Александра Ивановича"), held)[0] == Name.FULL


def test_what_stands_before_the_given_name_is_the_given_name() -> None:
    assert compare_person(("Ann", "Craig", "Walker"), PersonName("Walker", "Craig"))[0] == Name.RELATIVE


def test_titles_are_no_names() -> None:
    assert name_words("Mr Ian Scott") == ("Ian", "Scott")


def test_inflected_and_transliterated_names_share_a_key() -> None:
    assert name_pair_key("Юрьева", "Анна") == name_pair_key("Анной", "Юрьевой") == name_pair_key("Iureva", "Anna")


@pytest.mark.parametrize(
    ("written", "held", "level"),
    [("т-56 024 478", "Т-56024478", Number.EXACT), ("FAО6518785", "FA06518785", Number.CONFUSABLE), ("63-3-0764921/07", "63-Э-0764921/07", Number.CONFUSABLE),
     ("107087498", "107087298", Number.ONE_EDIT), ("60833365797", "66833365779", Number.TWO_EDITS), ("12345", "12346", Number.DIFFERS)],
)  # fmt: skip
def test_numbers_agree_by_degrees(written: str, held: str, level: Number) -> None:
    assert compare_numbers(written, held) == level


@given(st.text(max_size=40))
def test_normalising_takes_anything_and_is_stable(text: str) -> None:
    assert squash(squash(text)) == squash(text)
    assert len(digit_like(text)) == len(squash(text))
    assert len(phone(text)) in (0, 10)


@given(st.text(alphabet="абвг Иванов12 .,:\n№/-«»ОООАдресул", max_size=120))
def test_finding_takes_anything_and_stays_within_the_text(text: str) -> None:
    clues = find(_letter(text)).clues
    for clue in (*clues.names, *clues.numbers, *clues.addresses, *clues.phones):
        assert 0 <= clue.place.start < clue.place.end <= len(text)


def _letter(text: str) -> ReadLetter:
    return ReadLetter(Letter(1, 1, 1, None, None, ()), (PageReading(1, text, (), "markup", 1.0),))


@pytest.mark.parametrize(
    ("before", "label"),
    [("лиц. счёт № ", "account"), ("абонентский номер: ", "account"), ("Our ref: a/c ", "account"), ("по договору ", "contract"), ("Прибор учёта № ", "meter"),
     ("Supply point ", "point_of_delivery"), ("расчётный счёт ", "other"), ("Исх. № ", "other"), ("я видел ", "")],
)  # fmt: skip
def test_words_before_a_number_name_it(before: str, label: str) -> None:
    assert label_before(before + "12345678", len(before)) == label


def test_dates_and_money_are_no_identifiers() -> None:
    text = "С 13.01.2026 начислено 1 071 234,19 руб. и £12,345.00 по счёту 70511223344"
    assert [n.text for n in find_numbers(text, 1) if not n.joined] == ["70511223344"]


def test_parted_numbers_are_put_together() -> None:
    assert "705 1122 3344" in {n.text for n in find_numbers("счёт 705 1122 3344", 1) if n.joined}


def test_an_address_goes_on_over_lines_and_ends_with_its_sentence() -> None:
    text = "Адрес: 170001, Тверская область, г.\nТверь, ул. Садовая, д. 12,\nкв. 8\nОбслуживаюсь по счёту 70511223344"
    (address,) = find_addresses(text, 1)
    assert address.labelled
    assert parse_address(address.text).numbers == ("12", "8")


def test_roles_of_names() -> None:
    text = "ООО «Рябина»\nЗаявитель: Котова Зоя Ильинична\nДоверяю Галкин Пётр Юрьевич подписать.\nКотова З.И.\n"
    found = {(n.role, n.text) for n in find_names(text, 1, first=True, last=True)}
    assert ("letterhead", "ООО «Рябина»") in found
    assert ("labelled", "Котова Зоя Ильинична") in found
    assert ("signature", "Котова З.И.") in found
    assert not any(role == "labelled" and "Галкин" in name for role, name in found)


def test_who_signs_for_a_company_is_an_official() -> None:
    text = "Rowan Ltd\nPlease send the meter man.\nWe are open daily.\nDirector\nP. Elm\n"
    assert ("official", "P. Elm") in {(n.role, n.text) for n in find_names(text, 1, first=True, last=True)}


def test_our_own_data_are_not_the_senders() -> None:
    own = OwnCompany(
        names=("ПАО «Свет»",), phones=("8 800 555-00-11",), numbers=("6950999999",), email_domains=("ours.example",),
        addresses=("170000, г. Тверь, ул. Главная, д. 1",),
    )  # fmt: skip
    text = "ПАО «Свет»\nИНН 6950999999, 170000, г. Тверь, ул. Главная, д. 1\nтел. 8 800 555-00-11, info@ours.example\n"
    clues = find(_letter(text), own).clues
    assert not [n for n in clues.names if n.organisation]
    assert not clues.phones
    assert not clues.emails
    assert not clues.addresses
    assert "6950999999" not in {n.text for n in clues.numbers}


@pytest.mark.parametrize(
    ("text", "expected"),
    [("С 01.02.2026 по 03.03.2026 нас не было.\n14 марта 2026 г.\nКотова", date(2026, 3, 14)), ("Our ref. 9-2 of 6 Sep 2026\nreply by 17 Oct 2026", date(2026, 9, 6)),
     ("Dated nothing", None), ("32.13.2026", None)],
)  # fmt: skip
def test_the_letters_own_date_is_the_one_that_stands_alone(text: str, expected: date | None) -> None:
    assert letter_date(text) == expected


def test_amount_reading_and_period() -> None:
    text = "За август 2026 года: показания 11291.\nОтопление 4 782,08\nК оплате 14 671,19 руб."
    assert (main_amount(text), find_readings(text).reading, find_period(text)) == ("14671.19", "11291", "2026-08")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Readings for June 2027\nMeter 94233068 - 14826", "14826"),
        ("Ведомость показаний приборов учёта за май 2024 г.\n№ 28251051 начальные 56681", "56681"),
        ("Показания на 12 февраля 2029: 2882.", "2882"),
        ("Показания переданы в 2026 году. Спасибо.", None),
        ("The register stood at 2026 on 3 May 2026.", "2026"),
        ("Previous reading 67155, present reading 68845, used 1690 kWh.", "68845"),
        ("Предыдущие показания 92281, текущие 93001, расход 720.", "93001"),
        ("The display in my kitchen reads 198 at the socket, it ought to be 230 V.", None),
        ("Показания счётчика не сходятся, начислено 4 782,08 руб. по договору 77510.", None),
        ("I read the meter at 151 Park Avenue: 97002.", "97002"),
    ],
)
def test_a_reading_is_neither_a_date_nor_money_nor_an_identifier(text: str, expected: str | None) -> None:
    assert find_readings(text).reading == expected


def test_what_a_meter_shows_is_not_its_number() -> None:
    fields = find(_letter("The meter by the gate shows 91223.\nSerial number 26390736.")).fields
    assert (fields["reading"], fields["meter"]) == ("91223", "26390736")


def test_a_bare_number_is_a_likely_reading_and_no_more() -> None:
    found = find(_letter("Gas 59667, electric 54156. Regards from number 14."))
    assert (found.fields.get("reading"), found.likely_reading) == (None, "59667")
    a_reading = TypeDecision("meter_reading", 0.9, "other", 0.8, True, ())
    assert read_fields(found, a_reading, "700") == {"reading": "59667", "account": "700"}
    assert read_fields(found, replace(a_reading, document_type="other"), None) == {}
    assert read_fields(found, replace(a_reading, certain=False), None) == {}


def test_a_letter_bears_the_day_it_was_sent_rather_than_one_it_tells_of() -> None:
    told = "Снято 12.05.2026 в присутствии старшей по подъезду."
    assert letter_date(told, sent=date(2026, 5, 15)) == date(2026, 5, 15)
    assert letter_date(told) == date(2026, 5, 12)
    assert letter_date("14 мая 2026 г.\n" + told, sent=date(2026, 5, 15)) == date(2026, 5, 14)


def test_a_contracts_date_wrapped_to_a_line_of_its_own_is_not_the_letters() -> None:
    assert letter_date("Основание: договор 7 от\n14.09.2009.\nУведомление\n17.02.2026\n") == date(2026, 2, 17)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("долг 87 414,36. я уже все оплатила", "87414.36"),
        ("отопление 35 734,00, пени 8 507,21, итого 44 241,21", "44241.21"),
        ("Indications at 24.00 on the last day: 80631", None),
        ("Напряжение 0,23 кВ, длина 12,50 м", None),
    ],
)
def test_an_amount_without_currency_counts_where_no_other_has_one(text: str, expected: str | None) -> None:
    assert main_amount(text) == expected


def test_case_numbers_have_the_shape_that_is_asked_for() -> None:
    assert find_case_numbers("по делу c-2026-0000123 и Д-1", r"\bC-\d{4}-\d{7}\b") == ("C-2026-0000123",)


def _signatures(text: str) -> set[str]:
    return {n.text for n in find_names(text, 1, first=True, last=True) if n.role == "signature" and not n.organisation}


def test_a_signature_in_initials_is_spelled_out_by_the_one_name_at_the_head_that_it_shortens() -> None:
    body = "\n3 Mill Street\n\nThe lamps flicker.\nThey do so daily.\nPlease look.\nYours,\nA. Elm"
    assert _signatures("Anna Elm" + body) == {"Anna Elm"}
    assert _signatures("Bruno Elm" + body) == {"A. Elm"}
    assert _signatures("Anna Elm and Alan Elm" + body) == {"A. Elm"}
    assert _signatures("The former owner Anna Elm" + body) == {"A. Elm"}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Bill payer: Kevin Baxter. A/C 20304050607", "Kevin Baxter."),
        ("Customer: Dr. Kevin S. Baxter, A/C 20304050607", "Dr. Kevin S. Baxter"),
    ],
)
def test_a_full_stop_after_a_whole_word_ends_a_name(text: str, name: str) -> None:
    clues = find_names(text, 1, first=True, last=True)
    assert [n.text for n in clues if n.role == "labelled" and not n.organisation] == [name]


def test_a_word_that_is_no_name_before_the_name_takes_nothing_from_the_signature() -> None:
    body = "\nReference 70512.\nThe lamps flicker.\nThey do so daily.\nPlease look.\nYours,\n"
    assert _signatures("Customer Anna Elm" + body + "A. Elm") == {"A. Elm"}
    assert _signatures("Customer Clara Elm" + body + "C. Elm") == {"Customer Clara Elm", "C. Elm"}
