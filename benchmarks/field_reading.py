"""How well the data of a letter are read: dates, amounts, readings, periods, numbers.

    python benchmarks/field_reading.py [WORLD …] [--errors]

A WORLD's truth names each letter's date, amount and the account or contract quoted. It names no readings and periods:
those, and all others anew, are measured on the training wordings of the letter types, whose slots are filled with
values that are known. A field is right where it is one of the letter's own values of that kind. Prints a JSON line
a source: for each field how many letters have one, how many answers there were, precision and recall.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import re
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from sender_matching import letter_of_row

from dedup.normalising import squash
from intake.classifying.wordings import Filler, Wording, surroundings, wordings
from intake.finding import find
from intake.stages import Letter, PageReading, ReadLetter

_CHOICE = re.compile(r"\[([^\[\]\n]*\|[^\[\]\n]*)\]")
_SLOT = re.compile(r"\{(\w+)\}")
_SLOT_FIELDS = ("reading", "amount", "account", "contract", "meter")
_WORLD_FIELDS = {"account": ("account",), "contract": ("contract",)}
"""Field → the ways of naming a sender in which the letter quotes it."""


class Tally:
    """Of one field: letters that have it, answers, right answers."""

    def __init__(self) -> None:
        self.there = self.said = self.right = 0

    def count(self, true: set[str], said: str | None) -> bool:
        """Count one letter; answers whether it was right."""
        right = said is not None and said in true
        self.there += bool(true)
        self.said += said is not None
        self.right += right
        return right or (not true and said is None)

    def figures(self) -> dict[str, object]:
        """Its row."""
        return {
            "letters": self.there,
            "answers": self.said,
            "precision": round(self.right / max(1, self.said), 3),
            "recall": round(self.right / max(1, self.there), 3),
        }


_ANY_NUMBER = "number"
"""A slot for a number of any kind: what is read from one is not judged."""

Case = tuple[str, ReadLetter, Mapping[str, set[str]]]
"""Where from (ends in the letter's type, if known), the letter, the true values of each field that is asked for."""


def of_world(world: Path) -> Iterator[Case]:
    """A world's letters with their date, amount and quoted number; only what its truth names is asked for."""
    with (world / "truth" / "documents.csv").open(encoding="utf-8", newline="") as source:
        rows = [r for r in csv.DictReader(source) if r["is_request"] == "1" and r["expected_outcome"] != "rejected"]
    for row in rows:
        read = letter_of_row(world, row)
        if read is None:
            continue
        true = {"date": {row["letter_date"]}}
        if row["amount"]:
            true["amount"] = {f"{float(row['amount']):.2f}"}
        true |= {f: {squash(row[f])} for f, modes in _WORLD_FIELDS.items() if row["ref_mode"] in modes and row[f]}
        yield row["id"], read, true


def of_wordings() -> Iterator[Case]:
    """A letter a wording, with the values that its slots were filled with."""
    for wording in wordings():
        text, values = filled(wording)
        letter = Letter(1, 1, 1, None, None, ())
        yield (
            f"{wording.language}/{wording.code}",
            ReadLetter(letter, (PageReading(1, text, (), "markup", 1.0),)),
            values,
        )


def filled(wording: Wording) -> tuple[str, dict[str, set[str]]]:
    """The wording with its slots filled, and the values of each field, an empty set where it has no such slot."""
    rng = random.Random(zlib.crc32(wording.text.encode()))
    filler = Filler(wording.language, rng)
    values: dict[str, set[str]] = {field: set() for field in (*_SLOT_FIELDS, "period", _ANY_NUMBER)}
    text = _CHOICE.sub(lambda m: rng.choice(m.group(1).split("|")), wording.text)
    months = list(surroundings(wording.language)["values"]["month"])

    def put(match: re.Match[str]) -> str:
        value = filler.fill(match.group())
        if match.group(1) in values:
            plain = _plain_amount(value) if match.group(1) == "amount" else squash(value)
            values[match.group(1)].add(plain)
        return value

    text = re.sub(r"\{month\}(,? )\{year\}", lambda m: _period(m.group(1), months, rng, values), text)
    return _SLOT.sub(put, text), values


def _period(between: str, months: list[str], rng: random.Random, values: dict[str, set[str]]) -> str:
    month, year = rng.randint(1, 12), rng.randint(2019, 2031)
    values["period"].add(f"{year}-{month:02}")
    return f"{months[month - 1]}{between}{year}"


def _plain_amount(value: str) -> str:
    return value.lstrip("£").replace(" ", "").replace(",", "." if "£" not in value else "")


def measure(name: str, cases: Iterator[Case], show: Callable[[str], None]) -> dict[str, object]:
    """The tallies of one source of letters."""
    tallies: dict[str, Tally] = defaultdict(Tally)
    for id_, read, true in cases:
        found = find(read)
        likely = {"reading": found.likely_reading} if id_.endswith("/meter_reading") and found.likely_reading else {}
        said = {**likely, **found.fields, "date": found.letter_date.isoformat() if found.letter_date else None}
        for field, values in true.items():
            answer = said.get(field)
            if field == _ANY_NUMBER or (answer and squash(answer) in true.get(_ANY_NUMBER, ())):
                continue
            plain = squash(answer) if answer and field not in ("amount", "date", "period") else answer
            if not tallies[field].count(values, plain):
                show(f"{id_} {field}: {sorted(values)} but {answer}\n{read.text[:600]}\n")
    return {"source": name, **{field: tally.figures() for field, tally in sorted(tallies.items())}}


def main() -> None:
    """Parse the command line, measure, print a JSON line a source."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("worlds", nargs="*", type=Path)
    parser.add_argument("--errors", action="store_true", help="print every letter with a wrong or missing field")
    asked = parser.parse_args()

    def show(text: str) -> None:
        if asked.errors:
            print(text)

    for world in asked.worlds:
        print(json.dumps(measure(world.name, of_world(world), show)))
    print(json.dumps(measure("wordings", of_wordings(), show)))


if __name__ == "__main__":
    main()
