"""The seed mailbag taken in once, for every test that looks at what came of it."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.faults.killing import ROOT, Final, dossier, finish, prepare

MAILBAG = "seed/mailbag"


@dataclass(frozen=True)
class TakenIn:
    """An archive after the mailbag, what the intake answered, and what the seed says is right."""

    home: Path
    lines: list[dict[str, Any]]
    final: Final
    expected: list[dict[str, str]]

    def line_of(self, row: dict[str, str]) -> dict[str, Any]:
        """The answer for a row of the truth: the letter of that file that begins at its page."""
        of_file = [line for line in self.lines if line["file"] == f"{MAILBAG}/{row['file']}"]
        page = int(row["page_from"]) if row["page_from"] else None
        return next(line for line in of_file if len(of_file) == 1 or line["page_from"] == page)


def take_in_mailbag(home: Path) -> TakenIn:
    """Customers, then the whole mailbag."""
    prepare(home, ROOT / "seed" / "customers.csv")
    final = finish(home, [MAILBAG])
    lines = dossier(home, "intake", MAILBAG)  # nothing is left to do: it only tells once more
    with (ROOT / "seed" / "expected.csv").open(encoding="utf-8", newline="") as source:
        return TakenIn(home, lines, final, list(csv.DictReader(source)))
