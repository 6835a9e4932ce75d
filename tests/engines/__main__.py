"""`python -m tests.engines up|down|status [NAME…]`: the real servers, one line each."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.engines.description import EngineError
from tests.engines.environment import DEFAULT_FOLDER
from tests.engines.fleet import ENGINES, Fleet, Running


def main() -> int:
    """0 when everything asked for is as wished; 1, with the reason, when not."""
    parser = argparse.ArgumentParser(prog="python -m tests.engines", description=__doc__)
    parser.add_argument("verb", choices=("up", "down", "status", "kill"))
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(ENGINES) + "; none for all")
    parser.add_argument("--folder", type=Path, default=DEFAULT_FOLDER, help="where everything is kept")
    asked = parser.parse_args()
    fleet = Fleet(asked.folder)
    try:
        return VERBS[asked.verb](fleet, asked.names)
    except EngineError as failure:
        print(failure, file=sys.stderr)
        return 1


def _up(fleet: Fleet, names: list[str]) -> int:
    fleet.up(names)
    return 0


def _down(fleet: Fleet, names: list[str]) -> int:
    print("stopped:", ", ".join(fleet.down(names)) or "nothing ran")
    return 0


def _status(fleet: Fleet, names: list[str]) -> int:
    found = fleet.status(names)
    for one in found:
        if isinstance(one, Running):
            print(f"{one.name:<14}{one.version:<12}port {one.port}")
        else:
            print(f"{one:<14}does not answer")
    return 0 if all(isinstance(one, Running) for one in found) else 1


def _kill(fleet: Fleet, names: list[str]) -> int:
    for name in names:
        fleet.kill(name)
    return 0


VERBS = {"up": _up, "down": _down, "status": _status, "kill": _kill}

if __name__ == "__main__":
    sys.exit(main())
