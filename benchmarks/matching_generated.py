"""How well, how fast and in how much memory a generated directory with families is matched.

    python -m benchmarks.matching_generated PERSONS [--seed N] [--work FOLDER] [--file FILE] [--rival PYTHON]

Pairwise precision, recall and F1 of what is merged without a person; recall at 99.9 % precision over pairs by probability;
relatives merged; CPU-seconds, wall, peak memory.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import duckdb
import numpy as np

from benchmarks.made_customers import write
from dedup.linkage import matching
from dedup.linkage.deciding_pairs import Decided, decide
from dedup.linkage.patterns import unpacked
from dedup.linkage.scoring import score

_RANKED = 2_000_000
"""Up to so many persons are pairs ranked: beyond, the ranking would want more memory than the matching."""


def main() -> None:
    """Match one generated directory and print a row."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("persons", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--work", type=Path)
    parser.add_argument("--file", type=Path, help="made by benchmarks.made_customers before")
    parser.add_argument("--rival", metavar="PYTHON", help="a Python that has Splink: match the same file with it too")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.work) as folder:
        file = asked.file or Path(folder) / "people.csv"
        if asked.file is None:
            write(asked.persons, file, asked.seed)
        print(json.dumps(measure(asked.persons, file, Path(folder))), flush=True)
        if asked.rival:
            subprocess.run([asked.rival, str(Path(__file__).with_name("rival_splink.py")), str(file)], check=True)


def measure(persons: int, file: Path, folder: Path) -> dict[str, object]:
    """Match, and compare with the truth beside the file."""
    kept: dict[str, object] = {}

    def keep(pairs, counts, model) -> Decided:  # type: ignore[no-untyped-def]
        kept.update(pairs=pairs, counts=counts, model=model)
        return decide(pairs, counts, model)

    steps: dict[str, float] = {}

    def told(what: str, done: int, total: int | None) -> None:
        steps[what] = _cpu_s()

    matching.decide = keep  # type: ignore[attr-defined]
    with Memory() as memory:
        started, cpu = time.monotonic(), _cpu_s()
        report = matching.run(file, folder / "clusters.csv", folder / "work", None, told)
        wall, used = time.monotonic() - started, _cpu_s() - cpu
    truth = file.with_suffix(".truth.csv")
    return (
        {"persons": persons, "records": report.records, "cpu_s": round(used, 1), "wall_s": round(wall, 1)}
        | {"peak_gib": round(memory.peak_gib, 2), "pairs": report.pairs, "review": report.review}
        | {"review_share": round(report.review / report.records, 5)}
        | {f"cpu_s_till_{n}": round(t - cpu, 1) for n, t in steps.items()}
        | {"left_out": {p.name: p.records_left_out for p in report.passes if p.left_out}}
        | (_ranked(kept, np.array(_column(truth, "person"), dtype=np.int64)) if persons <= _RANKED else {})
        | held_to_the_truth(folder / "clusters.csv", truth)
    )


def _cpu_s() -> float:
    """Of this process and of those that it started and that have ended."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


class Memory:
    """The most that this process and those under it hold together, what they share counted once. Source: smaps_rollup, Pss."""

    def __init__(self) -> None:
        self.peak_gib = 0.0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Memory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(1.0):
            self.peak_gib = max(self.peak_gib, sum(map(_held_kib, _family(os.getpid()))) / 2**20)


def _family(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:
        children = []
    return [pid, *(one for child in children for one in _family(int(child)))]


def _held_kib(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def _column(path: Path, name: str) -> list[str]:
    with path.open(encoding="utf-8", newline="") as lines:
        return [row[name] for row in csv.DictReader(lines)]


def _pairs(values) -> int:  # type: ignore[no-untyped-def]
    return sum(n * (n - 1) // 2 for n in Counter(values).values())


def held_to_the_truth(clusters: Path, truth: Path) -> dict[str, object]:
    """Pairs of records that were joined and that should be; pairs of people of one household, and how many became one."""
    with duckdb.connect() as connection:
        connection.execute("set memory_limit = '4GB'")
        connection.execute("set temp_directory = ?", [str(clusters.parent / "truth.spill")])
        connection.execute(_SAID, [str(clusters), str(truth)])
        right, said, true = (_pairs_by(connection, columns) for columns in ("person, label", "label", "person"))
        precision, recall = right / max(said, 1), right / true
        f1 = 2 * precision * recall / (precision + recall)
        [(total,)] = connection.execute(_RELATIVES).fetchall()
        merged = dict(connection.execute(_MERGED).fetchall())
    wrong = sum(merged.values())
    return (
        {"precision": round(precision, 5), "recall": round(recall, 5), "f1": round(f1, 5)}
        | {"relatives": total, "relatives_merged": wrong, "share": round(wrong / max(total, 1), 6)}
        | {"merged": merged}
    )


_SAID = """
    create temp table said as
    select person::bigint as person, household::bigint as household, relation, hash(cluster_id) as label
    from read_csv(?, all_varchar = true, header = true) join read_csv(?, all_varchar = true, header = true)
    using (system, source_id)
"""
_RELATIVES = """
    select sum(n * (n - 1) // 2)::bigint from (select count(distinct person) as n from said group by household)
"""
_MERGED = """
    with one as (select distinct person, household, relation, label from said),
    pairs as (
        select distinct x.person, y.person, least(x.relation, y.relation) || '+' || greatest(x.relation, y.relation) as kin
        from one x join one y on x.household = y.household and x.label = y.label and x.person < y.person
    )
    select kin, count(*) from pairs group by kin order by kin
"""


def _pairs_by(connection: duckdb.DuckDBPyConnection, columns: str) -> int:
    query = f"select sum(n * (n - 1) // 2)::bigint from (select count(*) as n from said group by {columns})"
    [(pairs,)] = connection.execute(query).fetchall()
    return int(pairs)


def _ranked(kept: dict[str, object], person: np.ndarray) -> dict[str, float]:
    """Pairs by probability: recall where 999 of 1,000 are right, and how much of the truth the passes found at all."""
    pairs, model = kept["pairs"], kept["model"]
    same = score(unpacked(pairs.patterns), model.persons, kept["counts"][0]).same[pairs.at]  # type: ignore[attr-defined, index]
    right = person[pairs.rows >> 32] == person[pairs.rows & 0xFFFFFFFF]  # type: ignore[attr-defined]
    order = np.argsort(-same, kind="stable")
    good = np.cumsum(right[order])
    precise = np.flatnonzero(good / np.arange(1, len(order) + 1) >= 0.999)
    total = _pairs(person.tolist())
    at = int(good[precise[-1]]) if len(precise) else 0
    return {"recall_at_999": round(at / total, 5), "candidate_recall": round(int(right.sum()) / total, 5)}


if __name__ == "__main__":
    main()
