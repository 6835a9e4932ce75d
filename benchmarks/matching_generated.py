"""How well, how fast and in how much memory a generated directory with families is matched.

    python -m benchmarks.matching_generated PERSONS [--seed N] [--work FOLDER]

Pairwise precision, recall and F1 of what is merged without a person; recall at 99.9 % precision over pairs by probability;
relatives merged; CPU-seconds, wall, peak memory.
"""

from __future__ import annotations

import argparse
import csv
import json
import resource
import tempfile
import time
from collections import Counter, defaultdict
from itertools import combinations
from pathlib import Path

import numpy as np

from benchmarks.made_customers import write
from dedup.linkage import matching
from dedup.linkage.deciding_pairs import Decided, decide


def main() -> None:
    """Match one generated directory and print a row."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("persons", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--work", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.work) as folder:
        print(json.dumps(measure(asked.persons, asked.seed, Path(folder)), indent=1))


def measure(persons: int, seed: int, folder: Path) -> dict[str, object]:
    """Generate, match, and compare with the truth."""
    file = folder / "people.csv"
    records = write(persons, file, seed)
    kept: dict[str, object] = {}

    def keep(pairs, counts, model) -> Decided:  # type: ignore[no-untyped-def]
        kept.update(
            pairs=np.array(pairs.rows), at=np.array(pairs.at), patterns=pairs.patterns, counts=counts, model=model
        )
        return decide(pairs, counts, model)

    steps: dict[str, float] = {}

    def told(what: str, done: int, total: int | None) -> None:
        steps[what] = time.process_time()

    matching.decide = keep  # type: ignore[attr-defined]
    started, cpu = time.monotonic(), time.process_time()
    report = matching.run(file, folder / "clusters.csv", folder / "work", None, told)
    wall, used = time.monotonic() - started, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    truth = _column(file.with_suffix(".truth.csv"), "person")
    labels = _column(folder / "clusters.csv", "cluster_id")
    return (
        {"persons": persons, "records": records, "cpu_s": round(used, 1), "wall_s": round(wall, 1)}
        | {"peak_gib": round(peak, 2), "pairs": report.pairs, "review": report.review}
        | {f"cpu_s_till_{n}": round(t - cpu, 1) for n, t in steps.items()}
        | _clustered(labels, truth)
        | _ranked(kept, truth)
        | _relatives(labels, truth, file.with_suffix(".truth.csv"))
    )


def _column(path: Path, name: str) -> list[str]:
    with path.open(encoding="utf-8", newline="") as lines:
        return [row[name] for row in csv.DictReader(lines)]


def _pairs(values) -> int:  # type: ignore[no-untyped-def]
    return sum(n * (n - 1) // 2 for n in Counter(values).values())


def _clustered(labels: list[str], truth: list[str]) -> dict[str, float]:
    right, said, true = _pairs(zip(labels, truth, strict=True)), _pairs(labels), _pairs(truth)
    precision, recall = right / max(said, 1), right / true
    f1 = 2 * precision * recall / (precision + recall)
    return {"precision": round(precision, 5), "recall": round(recall, 5), "f1": round(f1, 5)}


def _ranked(kept: dict[str, object], truth: list[str]) -> dict[str, float]:
    """Pairs by probability: recall where 999 of 1,000 are right, and how much of the truth the passes found at all."""
    from dedup.linkage.patterns import unpacked
    from dedup.linkage.scoring import score

    pairs, patterns, model = kept["pairs"], kept["patterns"], kept["model"]
    same = score(unpacked(patterns), model.persons, kept["counts"][0]).same[kept["at"]]  # type: ignore[arg-type, attr-defined, index]
    person = np.array([int(t) for t in truth])
    right = person[pairs >> 32] == person[pairs & 0xFFFFFFFF]  # type: ignore[operator]
    order = np.argsort(-same, kind="stable")
    good = np.cumsum(right[order])
    precise = np.flatnonzero(good / np.arange(1, len(order) + 1) >= 0.999)
    total = _pairs(truth)
    at = int(good[precise[-1]]) if len(precise) else 0
    return {"recall_at_999": round(at / total, 5), "candidate_recall": round(int(right.sum()) / total, 5)}


def _relatives(labels: list[str], truth: list[str], path: Path) -> dict[str, object]:
    """Pairs of people of one household, and how many of them ended in one cluster."""
    homes: dict[str, dict[str, str]] = defaultdict(dict)
    clusters: dict[str, set[str]] = defaultdict(set)
    with path.open(encoding="utf-8", newline="") as lines:
        for row, label in zip(csv.DictReader(lines), labels, strict=True):
            homes[row["household"]][row["person"]] = row["relation"]
            clusters[row["person"]].add(label)
    total, merged = 0, Counter()  # type: ignore[var-annotated]
    for members in homes.values():
        for x, y in combinations(sorted(members), 2):
            total += 1
            if clusters[x] & clusters[y]:
                merged["+".join(sorted((members[x], members[y])))] += 1
    wrong = sum(merged.values())
    return {
        "relatives": total,
        "relatives_merged": wrong,
        "share": round(wrong / max(total, 1), 6),
        "merged": dict(merged),
    }


if __name__ == "__main__":
    main()
