"""One letter by two ways is one; two letters of one form are two."""

from __future__ import annotations

import pytest

from dedup.letters import same_letter

BODY = (
    "On the evening of 12 March the lights in our kitchen began to flicker and at ten o'clock the whole street went "
    "dark. The refrigerator has not worked since. Kindly send somebody to look at the cable and tell us when the "
    "repair will be done, as we have small children in the house. The meter showed 48213 at that moment."
)
SCAN = "Brightwater Energy Ltd\nFrom: Ann Other\n1 April 2026\n" + BODY.replace("flicker", "fl1cker") + "\nA. Other"


def test_a_scan_and_a_mail_of_one_letter_are_one() -> None:
    assert same_letter(SCAN, BODY + "\n\nKind regards,\nAnn Other, tel. 0808 157 0010")


def test_it_does_not_matter_which_came_first() -> None:
    assert same_letter(BODY, SCAN) and same_letter(SCAN, BODY)


def test_the_same_form_with_another_figure_is_another_letter() -> None:
    assert not same_letter(SCAN, BODY.replace("48213", "48399"))


def test_letters_of_other_words_are_two() -> None:
    other = (
        "I enclose the certificate of my late husband and ask you to put the account into my name from now on, please."
    )
    assert not same_letter(BODY, other)


@pytest.mark.parametrize("short", ["", "Thank you.", "See attached, kind regards, Ann Other"])
def test_a_few_words_are_never_the_same_letter(short: str) -> None:
    assert not same_letter(short, short)
