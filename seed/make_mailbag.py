"""Make the seed: customers.csv, expected.csv and the mailbag, the same every time.

    python seed/make_mailbag.py [--out DIR]

The mailbag is committed, so only whoever changes the seed runs this. It needs the development dependencies and the
package fonts-dejavu.
"""

from __future__ import annotations

import argparse
import csv
import shutil
from pathlib import Path
from random import Random

from correspondence import write_forms, write_hostile, write_mails
from mailbag import EXPECTED_COLUMNS, Mailbag, write_arrival, write_batch
from people import COLUMNS, Directory
from plan import ARRIVALS, BATCHES

SEED = 20260704


def make(out: Path) -> None:
    """Write customers.csv, expected.csv and mailbag/ below `out`; an older mailbag there is replaced."""
    customers = Directory(Random(SEED)).fill()
    shutil.rmtree(out / "mailbag", ignore_errors=True)
    bag = Mailbag(out / "mailbag", customers, Random(SEED + 1))
    for arrival in ARRIVALS:
        write_arrival(bag, arrival)
    for number, batch in enumerate(BATCHES, 1):
        write_batch(bag, number, batch)
    write_mails(bag)
    write_forms(bag)
    write_hostile(bag)
    write_table(out / "customers.csv", COLUMNS, [one.row() for one in customers])
    write_table(out / "expected.csv", EXPECTED_COLUMNS, sorted(bag.expected, key=lambda row: row["file"]))


def write_table(path: Path, columns: tuple[str, ...] | list[str], rows: list[dict[str, str]]) -> None:
    """Rows as CSV in UTF-8 with plain line ends."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Make the seed mailbag.")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="folder to write to (default: seed/)")
    make(parser.parse_args().out)
