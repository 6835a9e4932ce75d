"""Kills an intake of the seed mailbag at random moments, the whole process group at once, and compares what came of it.

    python benchmarks/kills.py [--kills 200] [--seed 1]

The short form of 25 kills is a test: `tests/faults/test_killed_at_any_moment.py`.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.faults.killing import ROOT, Final, finish, kill_often, prepare
from tests.story.mailbag import MAILBAG, take_in_mailbag


def main() -> None:
    """Kill, finish, compare; exits 1 where anything differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    started, done, rounds, different = time.monotonic(), 0, 0, 0
    with tempfile.TemporaryDirectory(prefix="dossier-kills-") as name:
        undisturbed = take_in_mailbag(Path(name) / "undisturbed").final
        while done < options.kills:
            home = Path(name) / str(rounds)
            prepare(home, ROOT / "seed" / "customers.csv")
            done += kill_often(home, [MAILBAG], options.kills - done, seed=options.seed + rounds, longest_s=8.0)
            final = finish(home, [MAILBAG])
            rounds += 1
            if final != undisturbed:
                different += 1
                _tell(undisturbed, final)
            sys.stderr.write(f"\r{done} of {options.kills} kills, {rounds} intakes, {different} different")
    print(json.dumps({"kills": done, "intakes": rounds, "different": different,
                      "seconds": round(time.monotonic() - started)}))  # fmt: skip
    sys.exit(bool(different))


def _tell(wanted: Final, final: Final) -> None:
    """What differs, to stderr."""
    missing, extra = set(wanted.answers) - set(final.answers), set(final.answers) - set(wanted.answers)
    for sign, lines in (("-", missing), ("+", extra)):
        for line in sorted(lines, key=repr):
            sys.stderr.write(f"\n{sign} {line}")
    ledger_same, numbers_same = final.ledger == wanted.ledger, final.registration_numbers == wanted.registration_numbers
    sys.stderr.write(f"\nledger same: {ledger_same}; numbers same: {numbers_same}; problems: {final.problems}\n")


if __name__ == "__main__":
    main()
