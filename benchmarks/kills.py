"""Kills one intake at random moments, again and again, and compares what came of it with an undisturbed one.

    python benchmarks/kills.py [--on embedded|engines] [--kills 500] [--arrivals 2000] [--of-all 0.2] [--minutes M] [--keep DIR]

The mail is `kills_world.py`'s, handed in over HTTP by a client that repeats what was not acknowledged, all the while that
`dossier serve` and its workers are killed with SIGKILL: all at once, or a single worker that is at a job. On engines the
catalogue is in PostgreSQL, the originals in MinIO, the index in Elasticsearch (those of `make engines`), and two workers
run by Celery over a RabbitMQ of their own; there the API alone and the workers alone are killed too.

The undisturbed intake is embedded in both cases, so that engines are held to the same answers; with `--keep` it is kept
for the next run of the same world. Prints one JSON line; what differs goes to stderr, and then the exit code is 1.
The short form is a test: `tests/faults/test_killed_service.py`.
"""

from __future__ import annotations

import argparse
import json
import pickle
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from kills_world import World, make_world

from tests.faults.killed_outcome import Outcome, differences
from tests.faults.killed_service import Kills, TakenIn, embedded, engines, taken_in


def undisturbed(world: World, keep: Path | None, name: str) -> Outcome:
    """What the mail comes to where nothing happens."""
    kept = keep / f"{name}.pickle" if keep else None
    if kept and kept.exists():
        found: Outcome = pickle.loads(kept.read_bytes())
        return found
    with tempfile.TemporaryDirectory(prefix="dossier-kills-") as folder, embedded(Path(folder)) as environment:
        done = taken_in(environment, Path(folder), world, Kills(0, 0), _tell("undisturbed"))
    if kept:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(pickle.dumps(done.outcome))
    return done.outcome


def _tell(what: str) -> Callable[[str], None]:
    began = time.monotonic()
    return lambda words: print(f"{what} {time.monotonic() - began:6.0f} s  {words}", file=sys.stderr, flush=True)


def main() -> None:
    """Take in killed, take in undisturbed, compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--on", choices=("embedded", "engines"), default="embedded")
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--arrivals", type=int, default=2000)
    parser.add_argument("--of-all", type=float, default=Kills.of_all, help="share of the kills that take everything")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="kill no longer than so many minutes")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="folder for the undisturbed outcome")
    options = parser.parse_args()
    began, world = time.monotonic(), make_world(options.arrivals, options.seed)
    on = {"embedded": embedded, "engines": engines}[options.on]
    with tempfile.TemporaryDirectory(prefix="dossier-kills-") as name, on(Path(name)) as environment:
        kills = Kills(options.kills, options.seed, options.of_all, within_s=60 * options.minutes)
        got = taken_in(environment, Path(name), world, kills, _tell(options.on))
    wanted = undisturbed(world, options.keep, f"undisturbed-{options.arrivals}-{options.seed}")
    found = differences(wanted, got.outcome, got.receipts)
    print("\n".join(found), file=sys.stderr)
    print(json.dumps(_figures(options, got, found) | {"seconds": round(time.monotonic() - began)}))
    sys.exit(bool(found))


def _figures(options: argparse.Namespace, got: TakenIn, found: list[str]) -> dict[str, Any]:
    states = Counter(line[3] for line in got.outcome.answers)
    return {
        "on": options.on,
        "kills": len(got.kills),
        "killed": dict(Counter(one.what for one in got.kills)),
        "while_accepting": sum(one.is_accepting for one in got.kills),
        "with_jobs_in_hand": sum(one.in_hand > 0 for one in got.kills),
        "arrivals": len(got.outcome.receipt_numbers),
        "sent_again": got.sent_again,
        "letters": dict(sorted(states.items())),
        "different": len(found),
    }


if __name__ == "__main__":
    main()
