"""One model file, two engines: the same records matched by this program on one machine, and by Splink on Spark.

    python -m benchmarks.on_spark [--records 20000] [--seed N] [--model FILE] [--master local[2]] [--work FOLDER]

Makes the records (seeded, families of `made_customers`), learns a model from them unless one is given, runs both, and says
whether every record is in the same cluster with the same probability, whether the lists for review are the same line by line,
how far Splink's weights are from ours at the most (bits), and how long each took. Ends with 1 where anything differs.
Needs the extra `spark` and Java.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path

import numpy as np

from benchmarks.made_customers import write
from dedup.adapters import in_spark, splink_odds
from dedup.linkage import matching
from dedup.linkage.levels import Codes
from dedup.linkage.model import Model, from_json
from dedup.linkage.scoring import Floats, log_odds

_RECORDS_A_PERSON = 1.7


def main() -> None:
    """Print a row."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--model", type=Path, help="a model file, as `dossier dedup train` keeps them")
    parser.add_argument("--master", default="local[2]")
    parser.add_argument("--work", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.work) as folder:
        file = made(asked.records, Path(folder), asked.seed)
        told = measure(file, Path(folder), asked.model, asked.master)
    print(json.dumps(told), flush=True)
    sys.exit(0 if told["same_clusters"] and told["same_review"] else 1)


def made(records: int, folder: Path, seed: int) -> Path:
    """Write a file of so many records; answer where."""
    write(int(records / _RECORDS_A_PERSON) + 100, folder / "people.csv", seed)
    file = folder / "records.csv"
    with (folder / "people.csv").open(encoding="utf-8") as every, file.open("w", encoding="utf-8") as some:
        some.writelines(islice(every, records + 1))
    return file


def measure(file: Path, folder: Path, model_file: Path | None, master: str) -> dict[str, object]:
    """Match the file both ways, and compare the answers byte for byte."""
    model = from_json(model_file.read_text()) if model_file else matching.train([file], folder / "training", _hear)
    duckdb, spark = folder / "duckdb.csv", folder / "spark.csv"
    started = time.monotonic()
    ours = matching.run(file, duckdb, folder / "duckdb", model, _hear)
    between = time.monotonic()
    apart = _measuring_weights()
    theirs = in_spark.run(file, spark, folder / "spark", model, _hear, master)
    ended = time.monotonic()
    return {
        "records": ours.records,
        "pairs": ours.pairs,
        "customers": ours.clusters,
        "review": ours.review,
        "same_report": ours == theirs,
        "same_clusters": duckdb.read_bytes() == spark.read_bytes(),
        "same_review": _review(duckdb) == _review(spark),
        "weights_apart_bits": max(apart, default=math.nan),
        "duckdb_s": round(between - started, 1),
        "spark_s": round(ended - between, 1),
        "model": model.version,
    }


def _review(output: Path) -> bytes:
    return output.with_name(f"{output.stem}.review.csv").read_bytes()


def _hear(what: str, done: int, total: int | None) -> None:
    if done == total:
        print(f"{time.strftime('%H:%M:%S')} {what}: {done:,}", file=sys.stderr, flush=True)


def _measuring_weights() -> list[float]:
    """From here on, how far each weight of Splink's is from ours at the most goes into the list."""
    found: list[float] = []

    class Measured(splink_odds.SplinkOdds):
        def __call__(self, kind: int, codes: Codes) -> Floats:
            model: Model = self._model
            said, ours = super().__call__(kind, codes), log_odds(codes, model.kind(kind), self._records[kind])
            found.append(float(np.abs(said - ours).max(initial=0.0) / math.log(2)))
            return said

    splink_odds.SplinkOdds = Measured  # type: ignore[misc]
    return found


if __name__ == "__main__":
    main()
