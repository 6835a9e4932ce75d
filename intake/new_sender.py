"""A letter from somebody whom the directory does not know: who it says it is from, and the decision that makes the customer.

The customer is made past the guard like any other, in the same transaction as the letter's filing and its case: either all
of it stands, or the clerk is told whom the guard knows and nothing was done.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from archive.access import Access
from archive.by_hand import CustomerDoor, Given, Saved
from dedup.clues import Clues, ContactClue, NameClue
from dedup.normalising import digits
from dedup.own_company import NOBODY, OwnCompany
from intake.deciding import Correction, correct_within
from intake.decision import Decided
from intake.engines import Engines
from intake.finding import find
from intake.letters import read_letter
from intake.stages import ReadLetter

_SAYS_WHO = ("labelled", "signature", "subject", "channel")
"""The roles of names that are a sender's own, the plainest first; a letterhead comes before them for a firm."""
_HELD = {"account": "accounts", "contract": "contracts", "meter": "meters", "point_of_delivery": "points_of_delivery"}
_PATRONYMIC = re.compile(r"(?:вич|вна|чна|оглы|кызы)$", re.IGNORECASE)
_CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)
_TITLES = frozenset({"mr", "mrs", "ms", "miss", "dr", "sir", "madam", "mx", "г", "гр", "гражданин", "гражданка"})
_WORD = re.compile(r"[^\W\d_][^\s,;]*")


@dataclass(frozen=True, slots=True)
class NewSender:
    """The customer to be made, and how the letter is to be filed with it: as `Correction`."""

    given: Given
    document_type: str
    case_number: str = ""


def correct_with_new(
    door: CustomerDoor, access: Access, document_id: int, version: int, what: NewSender
) -> tuple[Decided, Saved]:
    """Make the customer and file the letter with it. Undone, the letter waits again and the customer stays.

    Raises: as `CustomerDoor.add` (GuardWarned, GuardRefused with whom the guard knows) and as `deciding.correct`.
    """

    def work(connection: Connection) -> tuple[Decided, Saved]:
        # First the customer: what the guard holds must be held before any row is.
        saved = door.add_within(connection, access, what.given)
        correction = Correction(what.document_type, saved.customer_id, what.case_number)
        return correct_within(connection, access, document_id, version, correction), saved

    return door.catalogue.written(work)


def says(engines: Engines, document_id: int) -> dict[str, str]:
    """`says_of_sender` of a letter as it was read. Raises: NotFound, Damaged, EngineAway."""
    return says_of_sender(read_letter(engines, document_id), engines.company)


def says_of_sender(read: ReadLetter, own: OwnCompany = NOBODY) -> dict[str, str]:
    """What a letter says of its sender, as the columns of a customer; lists joined by `;`. For a person to look over."""
    clues = find(read, own).clues
    names = [one.text for one in clues.names if not one.organisation]
    cells = _name(clues) | {"address": _first((_behind(one.text, names), one.labelled) for one in clues.addresses)}
    numbers = {digits(one.text) for one in clues.numbers if one.label not in ("phone", "")}
    phones = [one for one in clues.phones if digits(one.text) not in numbers]
    cells |= {"phones": _contacts(phones), "emails": _contacts(clues.emails)}
    for label, column in _HELD.items():
        cells[column] = ";".join(dict.fromkeys(one.text for one in clues.numbers if one.label == label))
    cells["tax_id"] = next((one.text for one in clues.numbers if one.label == "tax_id"), "")
    return {column: cell for column, cell in cells.items() if cell}


def _name(clues: Clues) -> dict[str, str]:
    firm = _best(clues, lambda one: one.organisation and one.sure, ("labelled", "letterhead", *_SAYS_WHO[1:]))
    person = _best(clues, lambda one: not one.organisation, _SAYS_WHO)
    # Who signs for a firm is not the sender.
    if firm is not None and (person is None or firm.role in ("labelled", "letterhead") or person.role == "channel"):
        return {"kind": "organisation", "full_name": firm.text.strip()}
    return {"kind": "person"} | (name_parts(person.text) if person else {})


def _best(clues: Clues, wanted: Callable[[NameClue], bool], roles: Sequence[str]) -> NameClue | None:
    found = [one for one in clues.names if one.role in roles and wanted(one)]
    # Of two alike, the one that says more: initials stand for a name, and are none.
    return min(found, key=lambda one: (roles.index(one.role), -len(name_parts(one.text)), -len(one.text)), default=None)


def name_parts(text: str) -> dict[str, str]:
    """A person's name as the columns of a name, by the order that people write: a patronymic tells the Russian order, a comma
    or the last word the other. What is left out is not known."""
    before, comma, after = text.partition(",")
    words = [word.rstrip(".") if len(word) > 2 else word for word in _WORD.findall(before if comma else text)]
    words = [word for word in words if word.casefold().rstrip(".") not in _TITLES]
    if comma and words and (rest := _WORD.findall(after)):
        return _columns(" ".join(words), rest[0], " ".join(rest[1:]))
    if len(words) < 2:
        return _columns(" ".join(words), "", "")
    if not _CYRILLIC.search(text):
        return _columns(words[-1], words[0], " ".join(words[1:-1]))
    if len(words) > 2 and _PATRONYMIC.search(words[1]):
        return _columns(words[2], words[0], words[1])
    if "." in words[0]:  # И. П. Сидоров
        return _columns(words[-1], *_initials(words[:-1]))
    if "." in words[1]:  # Сидоров И.П.
        return _columns(words[0], *_initials(words[1:]))
    return _columns(words[0], words[1], " ".join(words[2:]))


def _initials(words: Iterable[str]) -> tuple[str, str]:
    letters = [f"{one}." for one in re.findall(r"[^\W\d_]+", " ".join(words))]
    return letters[0] if letters else "", letters[1] if len(letters) > 1 else ""


def _columns(surname: str, given: str, middle: str) -> dict[str, str]:
    parts = {"surname": surname, "given_name": given, "patronymic": middle}
    return {column: part.strip(" .") if len(part) > 2 else part for column, part in parts.items() if part}


def _first(told: Iterable[tuple[str, bool]]) -> str:
    """What is labelled as the sender's, else the only one there is: of several, one may be anybody's."""
    every = list(told)
    labelled = [text for text, is_labelled in every if is_labelled]
    chosen = labelled[:1] or [text for text, _ in every][: len(every) == 1]
    return " ".join(chosen[0].split()) if chosen else ""


def _behind(text: str, names: Iterable[str]) -> str:
    """An address without the name that stands on its line before it."""
    before = max((name for name in names if text.startswith(name)), key=len, default="")
    return text.removeprefix(before).lstrip(" ,;")


def _contacts(clues: Sequence[ContactClue]) -> str:
    own = [one.text for one in clues if one.channel]
    return ";".join(dict.fromkeys(own or [one.text for one in clues]))
