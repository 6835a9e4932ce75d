"""The training wordings: one file a language and type, wordings parted by a line `---`.

A wording holds slots (`{name}`, `{date}`, …) and alternatives (`[прошу|просим|требую]`, which may be empty or nest no
further). `Filler` fills both at random.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from intake.classifying.kinds import FOLDER, codes

LANGUAGES = ("ru", "en")
_CHOICE = re.compile(r"\[([^\[\]\n]*\|[^\[\]\n]*)\]")
_SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Wording:
    """One wording of one type; held out as a whole when the model is measured."""

    language: str
    code: str
    text: str


def wordings() -> list[Wording]:
    """All wordings, in a fixed order."""
    found = []
    for language in LANGUAGES:
        for code in codes():
            path = FOLDER / "wordings" / language / f"{code}.txt"
            if path.exists():
                texts = re.split(r"^---\s*$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
                found += [Wording(language, code, text.strip()) for text in texts if text.strip()]
    return found


@cache
def surroundings(language: str) -> Mapping[str, Any]:
    """What stands around letters in a language: openings, fillers, closings, heads, clauses, and values for slots."""
    path = FOLDER / "surroundings" / f"{language}.yaml"
    loaded: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded


class Filler:
    """Fills slots and alternatives at random, from one seeded generator, in one language."""

    def __init__(self, language: str, rng: random.Random) -> None:
        self._rng = rng
        self._values: Mapping[str, Sequence[str]] = surroundings(language)["values"]
        self._ru = language == "ru"
        self._makers: dict[str, Callable[[], str]] = {
            "name": self._name,
            "address": self._address,
            "date": self._date,
            "amount": self._amount,
            "number": lambda: f"{rng.choice(['', '12-', 'А-'])}{rng.randint(10, 99999)}",
            "contract": lambda: f"{rng.choice(['', 'Д-', 'К'])}{rng.randint(1000, 999999)}",
            "account": lambda: self._digits(rng.choice((8, 9, 10, 11))),
            "meter": lambda: self._digits(8),
            "reading": lambda: str(rng.randint(100, 99999)),
            "kwh": lambda: str(rng.randint(20, 9000)),
            "kw": lambda: str(rng.choice((3, 5, 7, 8, 10, 12, 15, 20, 30, 45, 60, 100, 150))),
            "volts": lambda: str(rng.randint(140, 260)),
            "degrees": lambda: str(rng.randint(8, 22)),
            "count": lambda: str(rng.randint(2, 9)),
            "percent": lambda: str(rng.randint(3, 40)),
            "days": lambda: str(rng.randint(2, 30)),
            "year": lambda: str(rng.randint(1995, 2031)),
            "phone": lambda: f"{'8 9' if self._ru else '07'}{self._digits(9)}",
            "email": lambda: f"{rng.choice(('info', 'olga', 'ivan77', 'office', 'j.smith'))}@mail.example",
            "time": lambda: f"{rng.randint(0, 23)}:{rng.randint(10, 59)}",
        }

    @property
    def slots(self) -> frozenset[str]:
        """The slots it knows how to fill."""
        return frozenset(self._makers) | frozenset(self._values)

    def fill(self, text: str) -> str:
        """The text with each alternative chosen and each slot filled; an unknown slot becomes a number."""
        text = _CHOICE.sub(lambda m: self._rng.choice(m.group(1).split("|")), text)
        return _SLOT.sub(self._value, text)

    def _value(self, match: re.Match[str]) -> str:
        slot = match.group(1)
        if slot in self._makers:
            return self._makers[slot]()
        if slot in self._values:
            return self._rng.choice(self._values[slot])
        return str(self._rng.randint(2, 999))

    def _digits(self, length: int) -> str:
        return "".join(str(self._rng.randint(0, 9)) for _ in range(length))

    def _name(self) -> str:
        first, middle, last = (self._rng.choice(self._values[k]) for k in ("first", "middle", "last"))
        if self._rng.random() < 0.3:
            return f"{last} {first[0]}.{middle[0]}." if self._ru else f"{first[0]}. {last}"
        return f"{last} {first} {middle}" if self._ru else f"{first} {middle} {last}"

    def _address(self) -> str:
        town, street = self._rng.choice(self._values["town"]), self._rng.choice(self._values["street"])
        house, flat = self._rng.randint(1, 160), self._rng.randint(1, 200)
        if not self._ru:
            return f"{house} {street}, {town}"
        return self._rng.choice((f"г. {town}, {street}, д. {house}, кв. {flat}", f"{town}, {street} {house}-{flat}"))

    def _date(self) -> str:
        day, month, year = self._rng.randint(1, 28), self._rng.randint(1, 12), self._rng.randint(2019, 2031)
        named = f"{day} {self._values['month_of'][month - 1]} {year}"
        return self._rng.choice((f"{day:02}.{month:02}.{year}", named, f"{day:02}/{month:02}/{year}"))

    def _amount(self) -> str:
        units, cents = self._rng.randint(90, 90000), self._rng.randint(0, 99)
        if self._ru:
            return f"{units:,},{cents:02}".replace(",", " ", f"{units:,}".count(","))
        return f"£{units / 10:,.2f}"
