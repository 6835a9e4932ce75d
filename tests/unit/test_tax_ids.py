"""Check digits of tax numbers, and what they mend."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dedup.adapters.in_memory import DirectoryInMemory
from dedup.comparing import Number, compare_numbers, compare_tax_ids
from dedup.ports import Profile
from dedup.tax_ids import check_bits, inn_holds, plain_tax_id, repairs, tax_id_holds, utr_holds, vat_holds
from intake.stages import CustomerDecision, Letter, PageReading, ReadLetter
from intake.steps.recognise import recognise_customer

DIGIT = st.sampled_from("0123456789")
NUMBERS = st.text(DIGIT, min_size=12, max_size=12)


def completed(digits: str, check: int, *, later: bool = False) -> str:
    """The only ending of `check` digits that makes a sound number, found by trying them all."""
    endings = (f"{n:0{check}d}" for n in range(10**check))
    sound = (lambda d: vat_holds(d, later=later)) if len(digits) == 7 else inn_holds
    return next(digits + e for e in endings if sound(digits + e))


def spoiled(number: str, at: int, digit: str) -> str:
    assume(number[at % len(number)] != digit)
    return number[: at % len(number)] + digit + number[at % len(number) + 1 :]


@pytest.mark.parametrize("number", ["7830002293", "500100732259", "GB 980 7806 84", "980780684", "5OO1OO732259"])
def test_known_sound_numbers_hold(number: str) -> None:
    assert tax_id_holds(number) is True


@pytest.mark.parametrize("number", ["QQ123456C", "SB123456B", "12345", "", "нет", "12345678901", "BW1234567X"])
def test_of_other_forms_nothing_is_said(number: str) -> None:
    assert tax_id_holds(number) is None
    assert check_bits(number) == 0.0


@given(NUMBERS, st.integers(0, 11), DIGIT)
def test_one_wrong_digit_of_a_persons_inn_always_fails(digits: str, at: int, digit: str) -> None:
    assert not inn_holds(spoiled(completed(digits[:10], 2), at, digit))


@given(NUMBERS, st.integers(0, 9), DIGIT)
def test_one_wrong_digit_of_a_firms_inn_fails_unless_its_check_digit_is_nought(
    digits: str, at: int, digit: str
) -> None:
    number = completed(digits[:9], 1)
    assume(number[9] != "0")
    assert not inn_holds(spoiled(number, at, digit))


@given(NUMBERS, st.integers(0, 8), DIGIT, st.booleans())
def test_one_wrong_digit_of_a_vat_number_always_fails_its_variant(
    digits: str, at: int, digit: str, later: bool
) -> None:
    assert not vat_holds(spoiled(completed(digits[:7], 2, later=later), at, digit), later=later)


@given(NUMBERS, st.integers(0, 11))
def test_a_look_alike_digit_is_put_right(digits: str, at: int) -> None:
    number = completed(digits[:10], 2)
    alike = {"3": "8", "8": "3", "1": "7", "7": "1", "5": "6", "6": "5", "0": "6", "4": "9", "9": "4"}
    assume(number[at] in alike)
    assert number in repairs(spoiled(number, at, alike[number[at]]))


@given(NUMBERS)
def test_a_sound_number_needs_no_repair(digits: str) -> None:
    assert repairs(completed(digits[:9], 1)) == ()
    assert all(tax_id_holds(r) for r in repairs(digits[:10]))


def test_a_number_that_holds_weighs_more_and_one_that_fails_less() -> None:
    assert check_bits("7830002293") > 0 > check_bits("7830002294")
    assert check_bits("500100732259") > check_bits("7830002293")


def test_a_country_is_not_read_as_digits() -> None:
    assert plain_tax_id("6B980780684") == plain_tax_id("GB980780684") == "980780684"


DIRECTORY = DirectoryInMemory(
    [
        Profile(1, "organisation", organisations=("Прядильня Заря",), tax_ids=("7830002293",), label="Прядильня Заря"),
        Profile(
            2, "organisation", organisations=("Larkspur Dairies",), tax_ids=("GB980780684",), label="Larkspur Dairies"
        ),
    ]
)


def decided(text: str) -> CustomerDecision:
    read = ReadLetter(Letter(1, 1, 1, None, None, (), None, {}), (PageReading(1, text, (), "markup", 1.0),))
    return recognise_customer(read, DIRECTORY)


@pytest.mark.parametrize(
    ("text", "customer"),
    [("ООО «Прядильня Заря»\nИНН 7830002293", 1), ("ООО «Прядильня Заря»\nИНН 78З0002293", 1), ("ООО «Прядильня Заря»\nИНН 7330002293", 1),
     ("ООО «Прядильня Заря»\nИНН/КПП 7830002293/783001001", 1), ("ООО «Прядильня Заря»\nИНН 7830002298", 1),
     ("Larkspur Dairies Ltd\nVAT no. 980 7806 84", 2), ("Larkspur Dairies Ltd\nVAT reg. GB930780684", 2)],
)  # fmt: skip
def test_a_tax_number_finds_its_holder_though_misread(text: str, customer: int) -> None:
    decision = decided(text)
    assert (decision.customer_id, decision.certain, decision.ground) == (customer, True, "tax_id")


def test_a_sound_number_two_signs_away_is_anothers() -> None:
    other = completed("783000239", 1)
    assert compare_numbers(other, "7830002293") == Number.TWO_EDITS
    assert compare_tax_ids(other, "7830002293") == Number.DIFFERS


def test_a_failing_number_that_no_look_alike_mends_is_only_near() -> None:
    assert compare_tax_ids("7831002293", "7830002293") == Number.ONE_EDIT


def test_a_taxpayer_reference_is_checked_by_its_first_digit() -> None:
    assert utr_holds("1123456789")
    assert not any(utr_holds(f"{digit}123456789") for digit in "023456789")
    assert not utr_holds("123456789")
