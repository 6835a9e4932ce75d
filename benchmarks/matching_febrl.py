"""FEBRL 1 and 3 without the social security number: pairwise F1 of the clusters. A regression gate, not a race.

python -m benchmarks.matching_febrl CORPUS/people_febrl
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import tempfile
from collections import Counter
from pathlib import Path

from archive.directory_file import COLUMNS
from dedup.linkage.matching import run

_PERSON = re.compile(r"rec-(\d+)-")


def main() -> None:
    """A line of JSON for each set."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    for number in (1, 3):
        print(json.dumps(measure(parser.parse_args().folder / f"dataset{number}.csv")), flush=True)


def measure(path: Path) -> dict[str, object]:
    """Match one set, each row an address in one line, and compare with the numbers in its record ids."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        with path.open(encoding="utf-8", newline="") as lines:
            rows = [_row(r) for r in csv.DictReader(lines, skipinitialspace=True)]
        with (place / "people.csv").open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, COLUMNS, restval="")
            writer.writeheader()
            writer.writerows(rows)
        run(place / "people.csv", place / "clusters.csv", place / "work", None, lambda what, done, total: None)
        with (place / "clusters.csv").open(encoding="utf-8", newline="") as lines:
            labels = [(r["cluster_id"], _PERSON.match(r["source_id"])[1]) for r in csv.DictReader(lines)]  # type: ignore[index]
    right, said, true = (_pairs(values) for values in (labels, [x for x, _ in labels], [y for _, y in labels]))
    precision, recall = right / max(said, 1), right / true
    f1 = 2 * precision * recall / (precision + recall)
    return {"set": path.stem, "precision": round(precision, 5), "recall": round(recall, 5), "f1": round(f1, 5)}


def _row(r: dict[str, str]) -> dict[str, str]:
    line = f"{r['street_number']} {r['address_1']}".strip()
    address = ", ".join(p for p in (line, r["address_2"], r["suburb"], r["postcode"], r["state"]) if p)
    return {
        "system": "febrl", "source_id": r["rec_id"], "kind": "person", "surname": r["surname"],
        "given_name": r["given_name"], "birth_date": r["date_of_birth"], "address": address,
    }  # fmt: skip


def _pairs(values: list[object]) -> int:
    return sum(n * (n - 1) // 2 for n in Counter(values).values())


if __name__ == "__main__":
    main()
