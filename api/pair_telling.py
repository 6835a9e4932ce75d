"""What the fields of a pair say, in words: a sentence for each and how much it weighs, for pages, programs and terminals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from archive.doubles import Entry
from archive.sentences import Sentence
from dedup.guard_words import agreed
from dedup.linkage.likeness import Agreement
from dedup.linkage.records import ORGANISATION, PERSON

_STRONG, _CLEAR, _LITTLE = 8.0, 3.0, 0.5
"""Bits: 250 to 1, 8 to 1, less than 3 to 2."""
_OF_FIELD = {
    "name": "surname",
    "given": "given_name",
    "middle": "patronymic",
    "birth": "birth_date",
    "tax_id": "tax_id",
    "phone": "phones",
    "email": "emails",
    "account": "account",
    "contract": "contract",
    "premises": "meter",
    "dwelling": "address",
    "place": "address",
}


@dataclass(frozen=True, slots=True)
class Weighed:
    """One thing that speaks for one customer or against it. `field`: the record's, '' where it is about none;
    `strength`: a stable word, from `strongly_for` to `strongly_against`."""

    field: str
    told: Sentence
    bits: float
    strength: str


def weighed(entry: Entry) -> tuple[Weighed, ...]:
    """What was said of the pair's fields when it was found, the heaviest first."""
    firm = entry.party == "organisation"
    said = [Agreement(one.field, one.level, one.bits, one.bits_of_kin) for one in entry.said]
    found = agreed(ORGANISATION if firm else PERSON, said, "same")
    return tuple(Weighed(_field(one.field, firm), one.told, one.weight, _strength(one.weight)) for one in found)


def of_field(lines: Sequence[Weighed], field: str) -> tuple[Weighed, ...]:
    """What is said of one field of the record."""
    return tuple(one for one in lines if one.field == field)


def _field(name: str, firm: bool) -> str:
    """A firm has one name, with its legal form and number in it."""
    return "full_name" if firm and name in ("name", "given", "middle") else _OF_FIELD.get(name, "")


def _strength(bits: float) -> str:
    size = abs(bits)
    if size < _LITTLE:
        return "nothing"
    how = "strongly_" if size >= _STRONG else "" if size >= _CLEAR else "little_"
    return how + ("for" if bits > 0 else "against")
