"""Eight processes save one person in two spellings that share no strong key, in the same moment, a thousand times.

    python -m benchmarks.guard_race [--on sqlite|postgres] [--rounds 1000] [--processes 8] [--seed N]

On PostgreSQL the server is that of `make engines`, with a database of its own. Prints one JSON line; every round must end
with one saved and the rest warned or refused, or the exit code is 1.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.wiring import catalogue_at
from tests.guard_racing import race
from tests.on_engines import fresh_database


def main() -> None:
    """Race, and tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--on", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--rounds", type=int, default=1000)
    parser.add_argument("--processes", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with _place(asked.on) as url:
        begun = time.monotonic()
        found = race(url, asked.rounds, asked.processes, asked.seed)
        took = time.monotonic() - begun
    rest = asked.processes - 1
    right = sum(one["saved"] == 1 and one["warned"] + one["refused"] == rest for one in found)
    total: Counter[str] = sum(found, Counter())
    told = {
        "on": asked.on,
        "rounds": len(found),
        "one saved, the rest warned or refused": right,
        "seconds": round(took, 1),
    }
    print(json.dumps(told | {"processes": asked.processes, "outcomes": dict(total.most_common(8))}, ensure_ascii=False))
    sys.exit(right != len(found))


@contextmanager
def _place(on: str) -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="dossier-race-") as folder:
        if on == "postgres":
            with fresh_database() as url:
                yield _upgraded(url)
        else:
            yield _upgraded(f"sqlite:///{folder}/catalogue.sqlite")


def _upgraded(url: str) -> str:
    catalogue = catalogue_at(url, Path())
    catalogue.upgrade()
    catalogue.close()
    return url


if __name__ == "__main__":
    main()
