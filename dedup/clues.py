"""What a letter says about who sent it: the data found in it, each with its role and its place on the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

NameRole = Literal["labelled", "subject", "signature", "official", "channel", "letterhead", "mention"]
NumberLabel = Literal["account", "contract", "meter", "point_of_delivery", "tax_id", "phone", "other", ""]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a datum stands: page (from 1) and offsets in that page's text; page 0 = what the channel itself said."""

    page: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class NameClue:
    """A person or organisation named in the letter.

    `labelled`: beside a word that makes it the sender or customer ("Заявитель:", a form's name field); `subject`: whom
    an authority asks about; `signature`: at the end, alone on its line; `official`: signs for an organisation;
    `channel`: a mail's display name; `letterhead`: an organisation at the head; `mention`: anybody else.
    `sure`: False for a stretch that may be an organisation's name though no legal form says so: it speaks for whoever
    bears it, and never against anybody.
    """

    text: str
    role: NameRole
    organisation: bool
    place: Place
    sure: bool = True


@dataclass(frozen=True, slots=True)
class NumberClue:
    """An identifier-like number with what the words before it call it. `joined`: put together over spaces."""

    text: str
    label: NumberLabel
    place: Place
    joined: bool = False


@dataclass(frozen=True, slots=True)
class AddressClue:
    """A stretch of text that reads like an address. `labelled`: the letter calls it the sender's."""

    text: str
    labelled: bool
    place: Place


@dataclass(frozen=True, slots=True)
class ContactClue:
    """A phone or an e-mail address. `channel`: the letter came from it."""

    text: str
    channel: bool
    place: Place


@dataclass(frozen=True, slots=True)
class Clues:
    """All that one letter says about persons and places. Own company's data are left out already."""

    names: tuple[NameClue, ...] = ()
    numbers: tuple[NumberClue, ...] = ()
    addresses: tuple[AddressClue, ...] = ()
    phones: tuple[ContactClue, ...] = ()
    emails: tuple[ContactClue, ...] = ()
    dates: tuple[str, ...] = ()
    """Every date in the letter, ISO: a birth date may be among them."""
    written_on: str = ""
    """The letter's own date, ISO; empty where it has none."""

    def principals(self) -> tuple[NameClue, ...]:
        """The names that say who the customer is: labelled ones and an inquiry's subject; else signature and channel."""
        announced = tuple(n for n in self.names if n.role in ("labelled", "subject"))
        heads = tuple(n for n in self.names if n.role == "letterhead")
        if any(n.sure for n in announced):
            return announced + heads
        return announced + heads + tuple(n for n in self.names if n.role in ("signature", "channel"))
