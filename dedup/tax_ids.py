"""Check digits of tax numbers: Russian INN of ten and twelve digits, British VAT in both of its variants. Pure.

Source: INN, order ED-7-14/559@ of the Federal Tax Service (2012), annex on the structure of the number; VAT, HMRC's
VAT registration manual on the modulus 97 check and its later variant, which adds 55 ("9755"); UTR, HMRC's specification of
its modulus 11 check.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from math import log2
from operator import mul

from dedup.normalising import digit_like, squash

_FIRM = (2, 4, 10, 3, 5, 9, 4, 6, 8)
_PERSON_FIRST = (7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
_PERSON_SECOND = (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
_VAT = (8, 7, 6, 5, 4, 3, 2, 10, 1)
_VAT_LATER = 55
_UTR, _UTR_CHECKS = (6, 7, 8, 9, 10, 5, 4, 3, 2), "21987654321"
_COUNTRY = "GB"
_PERSON_BRITISH = re.compile(r"[A-Z]{2}\d{6}[A-D]")
"""A National Insurance number has letters of its own and no check digit."""
_LOOK_ALIKE = {
    "0": "689",
    "1": "47",
    "2": "7",
    "3": "589",
    "4": "19",
    "5": "368",
    "6": "058",
    "7": "12",
    "8": "03569",
    "9": "0348",
}
"""Digits that a reader of pictures takes for one another."""


def inn_holds(digits: str) -> bool:
    """Answer whether ten or twelve digits are a sound INN.

    One wrong digit always fails in twelve digits; in ten unless it turns the remainder 0 into 10 or back.
    """
    if len(digits) == 10:
        return _inn_digit(digits[:9], _FIRM) == digits[9]
    if len(digits) != 12:
        return False
    return digits[10:] == _inn_digit(digits[:10], _PERSON_FIRST) + _inn_digit(digits[:11], _PERSON_SECOND)


def vat_holds(digits: str, *, later: bool) -> bool:
    """Answer whether nine digits are a sound British VAT number of one variant; one wrong digit always fails."""
    return len(digits) == 9 and (_weighed(digits, _VAT) + (_VAT_LATER if later else 0)) % 97 == 0


def utr_holds(digits: str) -> bool:
    """Answer whether ten digits are a sound British unique taxpayer reference, whose first digit checks the others."""
    return len(digits) == 10 and _UTR_CHECKS[_weighed(digits[1:], _UTR) % 11] == digits[0]


def tax_id_holds(number: str) -> bool | None:
    """Answer whether a tax number's check digits hold; None where it has the form of none that we know."""
    plain = plain_tax_id(number)
    return _CHECKS[len(plain)](plain) if len(plain) in _CHECKS else None


def plain_tax_id(number: str) -> str:
    """Answer a tax number's digits without its country, letters that look like digits as digits; empty if it is none."""
    if len(number) in _CHECKS and number.isdecimal() and number.isascii():
        return number
    sign = squash(number)
    if len(sign) == 11 and digit_like(sign[:2]) == digit_like(_COUNTRY):
        sign = sign[2:]
    plain = digit_like(sign)
    return plain if plain.isdecimal() and not _PERSON_BRITISH.fullmatch(sign) else ""


def repairs(number: str) -> tuple[str, ...]:
    """Answer the tax numbers that a failing one may be a misreading of: one look-alike digit put right, the check holds."""
    plain = plain_tax_id(number)
    if tax_id_holds(plain) is not False:
        return ()
    changed = (plain[:i] + to + plain[i + 1 :] for i, digit in enumerate(plain) for to in _LOOK_ALIKE[digit])
    return tuple(dict.fromkeys(c for c in changed if tax_id_holds(c)))


def spellings(number: str) -> tuple[str, ...]:
    """Answer how a directory may hold this tax number: as it is, and a VAT number with and without its country."""
    plain = plain_tax_id(number)
    return (plain, _COUNTRY + plain) if len(plain) == 9 else (plain,)


def check_bits(number: str) -> float:
    """Answer what the check digits say of a number that agrees: a misread one passes by chance once in 11, 121 or 97.

    So much more where they hold, so much less where they fail, nothing where the form is not known.
    """
    holds = tax_id_holds(number)
    if holds is None:
        return 0.0
    bits = log2({10: 11.0, 12: 121.0, 9: 97.0}[len(plain_tax_id(number))])
    return bits if holds else -bits


def _weighed(digits: str, weights: tuple[int, ...]) -> int:
    if len(digits) != len(weights):
        raise ValueError(f"{len(digits)} digits, {len(weights)} weights")
    return sum(map(mul, map(int, digits), weights))


def _inn_digit(digits: str, weights: tuple[int, ...]) -> str:
    return str(_weighed(digits, weights) % 11 % 10)


def _either_vat(digits: str) -> bool:
    return vat_holds(digits, later=False) or vat_holds(digits, later=True)


_CHECKS: dict[int, Callable[[str], bool]] = {9: _either_vat, 10: inn_holds, 12: inn_holds}
