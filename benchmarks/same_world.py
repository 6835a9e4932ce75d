"""A whole world taken in twice, on one machine and on engines: the letters that ended differently, if any.

    python benchmarks/same_world.py WORLD [WORLD…] [--folders letters,batches,emails,forms,hostile] [--mix minio,elasticsearch]

WORLD is a folder with `truth/directory.csv` and the post in folders, e.g. ../shared/corpus/utility_en. The engines are
those of `make engines`; what is made there is gone at the end. Each letter is compared by the file and pages it came
from: outcome, reason, type, customer, folder, case and, digit by digit, what explains it. Prints
each difference on a line of its own, then one JSON line a world.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from serving import COMMAND, ROOT

sys.path.insert(0, str(ROOT))
from tests.on_engines import fresh_bucket, fresh_database, fresh_prefix

_NOT_COMPARED = frozenset({"document", "arrival", "job", "registration_number"})
"""They tell in which order rows were made, nothing of a letter: arrivals are opened side by side, and a letter has its
number from then on, so that two intakes on one machine differ in them as well."""


def dossier(home: Path, engines: dict[str, str], *words: str) -> list[dict[str, Any]]:
    """One command; its JSON lines."""
    done = subprocess.run(
        [*COMMAND, *words, "--home", str(home), "--json"],
        cwd=ROOT,
        env={**os.environ, **engines},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def taken_in(world: Path, folders: list[str], engines: dict[str, str]) -> tuple[dict[str, dict[str, Any]], float]:
    """Letter → how it ended, and the seconds it all took."""
    with tempfile.TemporaryDirectory(prefix="dossier-same-") as name:
        home, began = Path(name), time.perf_counter()
        dossier(home, engines, "customers", "import", str(world / "truth" / "directory.csv"))
        sources = [str(path) for folder in folders if (path := world / folder).is_dir()]
        lines = dossier(home, engines, "intake", *sources)
        names = {line["document"]: _place(line) for line in lines if line["document"]}
        ended = {_place(line): _ending(line, names) for line in lines}
        return ended, time.perf_counter() - began


def _place(line: dict[str, Any]) -> str:
    return f"{line['file']}, pages {line['page_from'] or '–'} to {line['page_to'] or '–'}"


def _ending(line: dict[str, Any], names: dict[int, str]) -> dict[str, Any]:
    repeats = line.get("duplicate_of")
    return {key: value for key, value in line.items() if key not in _NOT_COMPARED} | {
        "duplicate_of": names.get(repeats)
    }


def differences(one: dict[str, dict[str, Any]], other: dict[str, dict[str, Any]]) -> list[str]:
    """Letter, what, and both answers."""
    found = []
    for place in sorted({*one, *other}):
        here, there = one.get(place, {}), other.get(place, {})
        found += [
            f"{place}: {what}: {here.get(what)!r} on one machine, {there.get(what)!r} on engines"
            for what in sorted({*here, *there})
            if here.get(what) != there.get(what)
        ]
    return found


def main() -> None:
    """Take in, compare, tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("worlds", type=Path, nargs="+")
    parser.add_argument("--folders", default="letters,batches,emails,forms,hostile")
    parser.add_argument("--mix", default="minio,elasticsearch")
    options = parser.parse_args()
    store, index = options.mix.split(",")
    different = 0
    for world in options.worlds:
        folders = options.folders.split(",")
        here, here_s = taken_in(world.resolve(), folders, {})
        with ExitStack() as stack:
            engines = {
                "DOSSIER_CATALOGUE_URL": stack.enter_context(fresh_database()),
                "DOSSIER_OBJECTS_URL": stack.enter_context(fresh_bucket(store)),
                "DOSSIER_SEARCH_URL": stack.enter_context(fresh_prefix(index)),
            }
            there, there_s = taken_in(world.resolve(), folders, engines)
        found = differences(here, there)
        print("\n".join(found), file=sys.stderr)
        different += len(found)
        line = {
            "world": world.name,
            "engines": f"postgresql,{options.mix}",
            "letters": len(here),
            "differences": len(found),
        }
        print(json.dumps(line | {"embedded_s": round(here_s), "engines_s": round(there_s)}), flush=True)
    sys.exit(bool(different))


if __name__ == "__main__":
    main()
