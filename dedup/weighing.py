"""What each agreement says, in bits: log2 of how much likelier it is if this customer wrote than if somebody unknown did.

Source: Fellegi and Sunter (1969), with the chance of a random agreement taken from the directory itself: how many
customers carry the same key among how many. So a common name says little, and the larger the directory, the less a
near number says.
"""

from __future__ import annotations

from math import log2

from dedup.comparing import Dwelling, Name, Number
from dedup.normalising import squash

# Fewer customers than this say nothing about how common a name is.
_SMALLEST_POPULATION = 1000
_KNOWN_SENDER = 0.9
"""Share of letters whose sender is in the directory."""

# log2 of P(level | this customer wrote): from hand-made letters; the order matters more than the figures.
_NAME_LOSS = {Name.FULL: -0.2, Name.FUZZY: -5.0, Name.INITIALS: -3.0, Name.SURNAME: -7.0}
_NAME_AGAINST = {Name.RELATIVE: -6.0, Name.DIFFERS: -8.0, Name.UNKNOWN: 0.0}
_DWELLING_LOSS = {Dwelling.FULL: -0.3, Dwelling.FORMER: -4.0, Dwelling.HOUSE: -5.0}
_NUMBER_LOSS = {Number.EXACT: -0.2, Number.CONFUSABLE: -3.0, Number.ONE_EDIT: -5.0, Number.TWO_EDITS: -8.0}
_MOST_BITS = 34.0


def prior_bits(customers: int) -> float:
    """Answer the bits of any one customer before the letter is read, against "nobody in the directory"."""
    return log2(_KNOWN_SENDER / (1 - _KNOWN_SENDER)) - log2(max(customers, 1))


def rarity_bits(carriers: int, customers: int) -> float:
    """Answer what sharing a key says that so many of so many customers carry."""
    return log2(max(customers, _SMALLEST_POPULATION) / max(carriers, 1))


def name_bits(level: Name, carriers: int, customers: int) -> float:
    """Answer a name's weight; `carriers` bear the same name, or the same surname and initial where only that is written."""
    if level in _NAME_AGAINST:
        return _NAME_AGAINST[level]
    return max(0.0, rarity_bits(carriers, customers) + _NAME_LOSS[level])


def dwelling_bits(level: Dwelling, carriers: int, customers: int) -> float:
    """Answer an address's weight; `carriers` live at the same one."""
    if level == Dwelling.DIFFERS:
        return -3.0
    if level == Dwelling.UNKNOWN:
        return 0.0
    return max(0.0, rarity_bits(carriers, customers) + _DWELLING_LOSS[level])


def number_bits(level: Number, number: str, carriers: int) -> float:
    """Answer an identifier's weight: how unlikely a random number of its length is to be this one or that near."""
    if level == Number.DIFFERS:
        return 0.0
    sign = squash(number)
    space = sum(log2(10) if c.isdigit() else 1.0 for c in sign)
    near = {Number.EXACT: 0.0, Number.CONFUSABLE: 1.0, Number.ONE_EDIT: log2(20 * len(sign))}
    near[Number.TWO_EDITS] = 2 * near[Number.ONE_EDIT]
    return max(0.0, min(_MOST_BITS, space) - near[level] - log2(max(carriers, 1)) + _NUMBER_LOSS[level])


def contact_bits(carriers: int, customers: int, channel: bool) -> float:
    """Answer the weight of a shared phone or mailbox; families share them, old ones find new owners."""
    return max(0.0, rarity_bits(carriers, customers) - (1.0 if channel else 2.0))
