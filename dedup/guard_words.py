"""What a clerk reads of a finding: each field that agrees or speaks against it, in a sentence, with its weight. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from archive.clock import last_day_anywhere
from archive.directory_record import DirectoryRecord
from archive.guarding import Agreed, Fault, Relation
from archive.sentences import say
from dedup.linkage.likeness import Agreement
from dedup.linkage.records import ORGANISATION
from dedup.tax_ids import plain_tax_id, tax_id_holds, utr_holds

_OLDEST = 1880
_PERSON = {
    ("name", "differs"): say("the surname is another one"),
    ("name", "other form"): say("the surname is the other gender's form of it"),
    ("name", "near"): say("the surname is similar"),
    ("name", "slip"): say("the surname is the same but for a slip of the pen"),
    ("name", "common"): say("the surname is the same, a common one"),
    ("name", "known"): say("the surname is the same"),
    ("name", "rare"): say("the surname is the same, a rare one"),
    ("name", "unique"): say("the surname is the same, and hardly anybody else bears it"),
    ("given", "differs"): say("the given name is another one"),
    ("given", "initial"): say("the initial of the given name fits"),
    ("given", "near"): say("the given name is similar"),
    ("given", "slip"): say("the given name is the same but for a slip of the pen"),
    ("given", "common"): say("the given name is the same, a common one"),
    ("given", "known"): say("the given name is the same"),
    ("given", "rare"): say("the given name is the same, a rare one"),
    ("middle", "differs"): say("the middle name is another one"),
    ("middle", "initial"): say("the initial of the middle name fits"),
    ("middle", "near"): say("the middle name is similar"),
    ("middle", "slip"): say("the middle name is the same but for a slip of the pen"),
    ("middle", "common"): say("the middle name is the same, a common one"),
    ("middle", "known"): say("the middle name is the same"),
    ("middle", "rare"): say("the middle name is the same, a rare one"),
    ("birth", "differs"): say("the birth date is another one"),
    ("birth", "part"): say("two of day, month and year of the birth date agree"),
    ("birth", "slip"): say("the birth date is the same but for a slip of the pen"),
    ("birth", "equal"): say("the birth date is the same"),
    ("tax_id", "differs"): say("the tax id is another one"),
    ("tax_id", "slip"): say("the tax id is the same but for one digit"),
    ("tax_id", "equal"): say("the tax id is the same"),
    ("phone", "differs"): say("the phone is another one"),
    ("phone", "slip"): say("the phone is the same but for one digit"),
    ("phone", "equal"): say("the phone is the same"),
    ("email", "differs"): say("the e-mail address is another one"),
    ("email", "equal"): say("the e-mail address is the same"),
    ("account", "differs"): say("the account is another one"),
    ("account", "slip"): say("the account is the same but for one digit"),
    ("account", "equal"): say("the account is the same"),
    ("contract", "differs"): say("the contract is another one"),
    ("contract", "slip"): say("the contract is the same but for one digit"),
    ("contract", "equal"): say("the contract is the same"),
    ("premises", "differs"): say("the meter or point of delivery is another one"),
    ("premises", "equal"): say("the meter or point of delivery is the same"),
    ("dwelling", "differs"): say("the address is another one"),
    ("dwelling", "street"): say("the street is the same, the house is another one"),
    ("dwelling", "house"): say("the house is the same, the flat is another one"),
    ("dwelling", "numbers"): say("street, house and flat are the same, the town is not said or another one"),
    ("dwelling", "equal"): say("the address is the same"),
    ("place", "differs"): say("the town is another one"),
    ("place", "near"): say("the postcode is the same but for one digit"),
    ("place", "town"): say("the town is the same"),
    ("place", "postcode"): say("the postcode is the same"),
    ("place", "both"): say("town and postcode are the same"),
    ("namesake", "unlikely"): say("by this name, it is hardly a father and a son"),
    ("namesake", "possible"): say("father and son may bear one name"),
    ("namesake", "named so"): say("by this name, there may be a father and a son of one name"),
}
_FIRM = _PERSON | {
    ("name", "differs"): say("the firm's name is another one"),
    ("name", "other form"): say("the firm's name is another form of it"),
    ("name", "near"): say("the firm's name is similar"),
    ("name", "slip"): say("the firm's name is the same but for a slip of the pen"),
    ("name", "common"): say("the firm's name is the same, a common one"),
    ("name", "known"): say("the firm's name is the same"),
    ("name", "rare"): say("the firm's name is the same, a rare one"),
    ("name", "unique"): say("the firm's name is the same, and hardly any other bears it"),
    ("given", "differs"): say("the legal form is another one"),
    ("given", "common"): say("the legal form is the same, a common one"),
    ("given", "known"): say("the legal form is the same"),
    ("given", "rare"): say("the legal form is the same, a rare one"),
    ("middle", "differs"): say("the number in the name is another one: it may be a branch"),
    ("middle", "common"): say("the name has the same number, or none"),
    ("middle", "known"): say("the name has the same number"),
    ("middle", "rare"): say("the name has the same number, a rare one"),
}
"""By field and level; of an organisation the surname is its name, the given name its legal form, the middle name its numbers."""


def told_of(kind: int, one: Agreement) -> str:
    """What a field says of a pair, as a clerk reads it; its level where there are no words for it."""
    return str((_FIRM if kind == ORGANISATION else _PERSON).get((one.field, one.level), one.level))


def agreed(kind: int, said: Sequence[Agreement], relation: Relation) -> tuple[Agreed, ...]:
    """What each field says of a pair of one kind, the heaviest first; weights are bits for the relation against strangers."""
    words = _FIRM if kind == ORGANISATION else _PERSON
    found = []
    for one in said:
        told = words.get((one.field, one.level))
        # A relative's weight is what is left of the double's once a relative explains it as well.
        weight = one.bits if relation == "same" else round(one.bits - one.bits_of_kin, 2)
        if told is not None:
            found.append(Agreed(one.field, weight, told))
    return tuple(sorted(found, key=lambda one: (-abs(one.weight), one.field)))


def faults_of(record: DirectoryRecord) -> tuple[Fault, ...]:
    """What of a record can not be so, whatever else is known."""
    faults = []
    number, day = record.values.get("tax_id", ""), record.values.get("birth_date", "")
    # Ten digits may be a firm's in one country and a person's in another: wrong is what is neither.
    if number and tax_id_holds(number) is False and not utr_holds(plain_tax_id(number)):
        told = say("the check digits of tax id {number} do not fit: one of its digits is wrong", number=number)
        faults.append(Fault("tax_id", told))
    if day and day[:4].isdecimal() and int(day[:4]) < _OLDEST:
        faults.append(Fault("birth_date", say("nobody alive was born on {day}", day=day)))
    if day > last_day_anywhere():
        faults.append(Fault("birth_date", say("{day} is still to come: nobody was born then", day=day)))
    return tuple(faults)
