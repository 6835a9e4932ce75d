"""The records of all six exports of a made-up utility: what is merged without a person, against the world's truth.

    python -m benchmarks.matching_exports SHARED WORLD [WORLD …]

Writes nothing; prints what `scoring.score_linkage` says of the clusters, a line of JSON for each world.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from archive.directory_file import COLUMNS
from benchmarks.exports import read_world
from dedup.linkage.matching import run


def main() -> None:
    """A line of JSON for each world."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", type=Path)
    parser.add_argument("worlds", nargs="+")
    asked = parser.parse_args()
    for world in asked.worlds:
        print(json.dumps({"world": world} | measure(asked.shared, world), ensure_ascii=False), flush=True)


def measure(shared: Path, world: str) -> dict[str, object]:
    """Match one world's rows, those that an import has to refuse left out, and have them scored."""
    truth = shared / "corpus" / world / "truth" / "records.csv"
    with truth.open(encoding="utf-8", newline="") as lines:
        wanted = {(r["system"], r["source_id"]) for r in csv.DictReader(lines) if r["expected"] == "accept"}
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        with (place / "people.csv").open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, COLUMNS, restval="", extrasaction="ignore")
            writer.writeheader()
            writer.writerows(r for r in read_world(truth.parents[1]) if (r["system"], r["source_id"]) in wanted)
        report = run(place / "people.csv", place / "clusters.csv", place / "work", None, lambda what, done, total: None)
        scorer = [sys.executable, "-m", "scoring.score_linkage", str(truth.resolve()), str(place / "clusters.csv")]
        said = subprocess.run(
            [*scorer, "--systems", "A,B,C,D,E,F"], cwd=shared, capture_output=True, check=True, text=True
        )
    scored = json.loads(said.stdout)
    kept = ("records", "records_lost", "entities", "clusters", "pairwise", "entities_split", "clusters_mixed")
    return {k: scored[k] for k in kept} | {"hard_negatives": scored["hard_negatives"], "review": report.review}


if __name__ == "__main__":
    main()
