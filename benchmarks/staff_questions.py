"""What staff ask of a made-up archive: every kind of question, each about a customer or a letter that is there."""

from __future__ import annotations

import json
import random
import urllib.parse
from collections.abc import Callable
from pathlib import Path

import made_up
from made_up_letters import TYPES, letter
from scale_rows import sender_number
from serving import ENGINES_FILE

_ALPHABET = {"ru": "абвгдежзиклмнопрстуя", "en": "abcdefghiklmnoprstuw"}


def made(home: Path) -> bool:
    """Whether this is an archive that `scale.py` made."""
    return (home / "made.json").exists()


def about(home: Path) -> str:
    """The archive in a few words."""
    told = json.loads((home / "made.json").read_text())
    letters = told["documents"] + told["folder"]
    engines = "engines" if (home / ENGINES_FILE).exists() else "embedded"
    return f"{engines}, {told['customers']:,} customers, {letters:,} letters"


def questions(home: Path, count: int, seed: int = 11) -> list[tuple[str, str]]:
    """(kind, address) of so many questions, equally many of each kind, in a random order."""
    told = json.loads((home / "made.json").read_text())
    asking = Asking(told["customers"], told["documents"], random.Random(seed))
    kinds = list(asking.kinds())
    asked = [(kinds[at % len(kinds)], asking.kinds()[kinds[at % len(kinds)]]()) for at in range(count)]
    asking.chance.shuffle(asked)
    return asked


class Asking:
    """Makes questions about made-up customers and letters."""

    def __init__(self, customers: int, documents: int, chance: random.Random) -> None:
        self._customers, self._documents, self.chance = customers, documents, chance

    def kinds(self) -> dict[str, Callable[[], str]]:
        """Kind of question → what makes one, as an address. Of letters only where there are any."""
        return self._of_customers() | (self._of_letters() if self._documents else {})

    def _of_customers(self) -> dict[str, Callable[[], str]]:
        return {
            "account": lambda: _search(self.somebody().account),
            "part of an account": lambda: _search(self._part(self.somebody().account, 6)),
            "part of a phone": lambda: _search(self._part(self._with("phones").phones, 6)),
            "meter": lambda: _search(self._with("meters").meters),
            "name": lambda: _search(self.person().full_name),
            "name with a typing error": lambda: _search(self._mistyped(self.person())),
            "name and street": self._name_and_street,
            "beginning of a name": self._beginning,
        }

    def _of_letters(self) -> dict[str, Callable[[], str]]:
        return {
            "two words of a letter": lambda: _search(self._words(2)),
            "words by type and branch": self._narrowed,
            "words of one year": self._of_a_year,
            "newest of a branch": lambda: _search(
                "", branch=self.chance.choice(made_up.BRANCHES), **{"in": "documents"}
            ),
        }

    def somebody(self) -> made_up.Customer:
        """Any customer."""
        return made_up.customer(self.chance.randint(1, self._customers))

    def person(self) -> made_up.Customer:
        """Any person."""
        while (found := self.somebody()).kind != "person":
            pass
        return found

    def _with(self, what: str) -> made_up.Customer:
        while not getattr(found := self.somebody(), what):
            pass
        return found

    def _part(self, number: str, length: int) -> str:
        start = self.chance.randrange(1, len(number) - length)
        return number[start : start + length]

    def _mistyped(self, one: made_up.Customer) -> str:
        surname, at = one.surname, self.chance.randrange(1, len(one.surname))
        letter_ = self.chance.choice(_ALPHABET[one.language])
        wrong = self.chance.choice((surname[:at] + surname[at + 1 :], surname[:at] + letter_ + surname[at + 1 :]))
        return f"{wrong} {one.given_name}"

    def _name_and_street(self) -> str:
        one = self.person()
        parts = [part.strip() for part in one.address.split(",")]
        street = parts[2].removeprefix("ул. ") if one.language == "ru" else parts[-2].partition(" ")[2]
        return _search(f"{one.surname} {one.given_name} {street}")

    def _beginning(self) -> str:
        return _search(self.person().surname[: self.chance.choice((3, 4, 5))], as_you_type="true")

    def _letter(self) -> tuple[made_up.Customer, list[str], str, int]:
        number = self.chance.randint(1, self._documents)
        sender = made_up.customer(sender_number(number, self._customers))
        one = letter(number, sender)
        body = one.text.split("\n\n", 1)[1]
        return sender, [word.strip(".,:") for word in body.split() if len(word) > 4], one.type, one.received_on.year

    def _words(self, count: int) -> str:
        return " ".join(self.chance.sample(self._letter()[1], count))

    def _narrowed(self) -> str:
        sender, words, kind, _ = self._letter()
        return _search(" ".join(self.chance.sample(words, 2)), type=kind, branch=sender.branch)

    def _of_a_year(self) -> str:
        _, words, kind, year = self._letter()
        return _search(self.chance.choice(words), year=str(year), type=[kind, self.chance.choice(TYPES)])


def _search(q: str, **narrowing: object) -> str:
    return "/api/search?" + urllib.parse.urlencode({"q": q, **narrowing}, doseq=True)
