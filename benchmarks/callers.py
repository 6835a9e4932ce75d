"""Questions as a caller gives them, over a big made-up directory: is the right customer among the first five?

    python benchmarks/callers.py HOME [--questions 1000] [--seed 5]

HOME is an archive that `scale.py` made, or `scale_engines.py` carried over. Six kinds, equally many: part of a number (side by side,
all but two of its digits, but no fewer than eight: shorter parts are many customers'), a surname with a letter wrong, missing, added or swapped beside the first name and the
street, the same three in the other keyboard layout, the same in the other alphabet, surname with street and house, date of
birth with the first name. The index of customers is asked in this process, as search asks it. Prints one JSON line: the
share found in the first five and the first place by kind, what was missed, and ms a question.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import time
from collections.abc import Callable
from pathlib import Path

import made_up
import staff_questions
from open_loop import told
from serving import environment

from api.settings import read_settings
from api.wiring import open_rooms
from archive.access import system
from search.folding import other_keyboard
from search.ports import Query

_FIRST = 5
_DIGITS = 8
_MISSED_TOLD = 12
# The passport rules of 2014 (ICAO Doc 9303), as names stand on letters and cards.
_LATIN = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        made_up.words("a b v g d e e zh z i i k l m n o p r s t u f kh ts ch sh shch ie y _ e iu ia"),
        strict=True,
    )
)


class Caller:
    """Makes questions about made-up persons."""

    def __init__(self, customers: int, chance: random.Random) -> None:
        self._customers, self._chance = customers, chance

    def kinds(self) -> dict[str, Callable[[made_up.Customer], str]]:
        """Kind of question → what makes one of a person."""
        return {
            "part of a number": self._part,
            "typing error": lambda one: f"{self._slip(one.surname)} {one.given_name} {street(one)}",
            "other keyboard layout": lambda one: other_keyboard(f"{one.surname} {one.given_name} {street(one)}"),
            "other alphabet": lambda one: latin(f"{one.surname} {one.given_name} {street(one)}"),
            "surname and house": lambda one: f"{one.surname} {street(one)} {house(one)}",
            "birth date and first name": lambda one: f"{self._day(one.birth_date)} {one.given_name}",
        }

    def person(self, kind: str) -> made_up.Customer:
        """Any person of whom this can be asked."""
        while True:
            one = made_up.customer(self._chance.randint(1, self._customers))
            if one.kind == "person" and (kind != "other alphabet" or one.language == "ru"):
                return one

    def _part(self, one: made_up.Customer) -> str:
        number = self._chance.choice([cell for cell in (one.account, one.phones, one.meters) if cell])
        length = max(len(number) - 2, _DIGITS)
        start = self._chance.randrange(len(number) - length + 1)
        return number[start : start + length]

    def _slip(self, word: str) -> str:
        at, letter = self._chance.randrange(1, len(word) - 1), self._chance.choice(word.lower())
        return self._chance.choice(
            (
                word[:at] + word[at + 1 :],
                word[:at] + letter + word[at + 1 :],
                word[:at] + letter + word[at:],
                word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            )
        )

    def _day(self, iso: str) -> str:
        year, month, day = iso.split("-")
        return self._chance.choice((f"{day}.{month}.{year}", iso, f"{day}/{month}/{year}"))


def street(one: made_up.Customer) -> str:
    """The street, as one says it."""
    parts = [part.strip() for part in one.address.split(",")]
    return parts[2].removeprefix("ул. ") if one.language == "ru" else parts[-2].partition(" ")[2]


def house(one: made_up.Customer) -> str:
    """The house's number."""
    parts = [part.strip() for part in one.address.split(",")]
    return parts[3].removeprefix("д. ") if one.language == "ru" else parts[-2].partition(" ")[0]


def latin(text: str) -> str:
    """Russian words in Latin letters."""
    return "".join(_LATIN.get(letter, letter) for letter in text.lower()).replace("_", "").title()


def main() -> None:
    """Ask, look, tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path)
    parser.add_argument("--questions", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=5)
    options = parser.parse_args()
    home = options.home.absolute()
    os.environ |= environment(home)
    caller = Caller(json.loads((home / "made.json").read_text())["customers"], random.Random(options.seed))
    rooms, asker = open_rooms(read_settings(home=home)), system("caller")
    kinds = caller.kinds()
    places: dict[str, list[int]] = {kind: [] for kind in kinds}
    missed, took = [], []
    for at in range(options.questions):
        kind = list(kinds)[at % len(kinds)]
        one = caller.person(kind)
        text, began = kinds[kind](one), time.perf_counter()
        hits = rooms.customers_index.search(Query(text, limit=_FIRST, facets=False), asker).hits
        took.append((time.perf_counter() - began) * 1000)
        place = next((n for n, hit in enumerate(hits, 1) if one.account in hit.thing.accounts), 0)
        places[kind].append(place)
        if not place:
            missed.append(f"{kind}: {text} ({one.full_name}, {one.address})")
    rooms.close()
    every = [place for found in places.values() for place in found]
    line = {"on": staff_questions.about(home), "questions": len(every), "in the first five": _share(every)}
    by_kind = {kind: {"in the first five": _share(found), "first": found.count(1)} for kind, found in places.items()}
    print(json.dumps(line | {"by_kind": by_kind, **told(took), "missed": missed[:_MISSED_TOLD]}, ensure_ascii=False))


def _share(places: list[int]) -> float:
    return round(sum(place > 0 for place in places) / max(1, len(places)), 4)


if __name__ == "__main__":
    main()
