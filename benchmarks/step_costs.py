"""What a letter costs, step by step: CPU of this process and of all that it started, over a folder of post.

    python benchmarks/step_costs.py FOLDER CUSTOMERS.csv

FOLDER holds the post, e.g. seed/mailbag or a world's letters. One worker in this process does every job. Prints one JSON
line: letters, and CPU milliseconds a letter of each step.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

import intake.pipeline
from api.settings import read_settings
from api.wiring import open_rooms
from archive.access import system
from archive.arrivals import ensure_branch
from archive.importing import import_customers
from archive.schema import document
from dedup.rows import keys_of_row
from intake.acceptance import channel_of
from intake.adapters.in_catalogue import this_owner
from intake.working import Worker

_STEPS = ("preserve", "cut", "read", "recognise", "compare", "file")
_TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")


def cpu_ms() -> float:
    """CPU of this process, of those that it started, and of those that they have outlived."""
    own, ticks = os.getpid(), 0
    parents: dict[int, int] = {}
    spent: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            told = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has just ended
        parents[int(folder.name)] = int(told[1])
        spent[int(folder.name)] = sum(map(int, told[11:15]))
    for process, used in spent.items():
        ancestor = process
        while ancestor not in (own, 0, 1):
            ancestor = parents.get(ancestor, 0)
        ticks += used if ancestor == own else 0
    return (time.process_time() * 1000) + ticks * _TICK_MS - spent[own] * _TICK_MS + _reaped_ms()


def _reaped_ms() -> float:
    times = os.times()
    return (times.children_user + times.children_system) * 1000


class Costs:
    """CPU by step."""

    def __init__(self) -> None:
        self.ms: Counter[str] = Counter()

    def of(self, name: str, step: Callable[..., Any]) -> Callable[..., Any]:
        """The step, its cost noted."""

        def noted(*arguments: Any, **named: Any) -> Any:
            began = cpu_ms()
            try:
                return step(*arguments, **named)
            finally:
                self.ms[name] += cpu_ms() - began

        return noted


def main() -> None:
    """Take in, tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("customers", type=Path)
    options = parser.parse_args()
    costs, access = Costs(), system("benchmark")
    for name in _STEPS:
        setattr(intake.pipeline, name, costs.of(name, getattr(intake.pipeline, name)))
    with tempfile.TemporaryDirectory(prefix="dossier-costs-") as name:
        rooms = open_rooms(read_settings(home=Path(name)))
        with rooms.catalogue.writing() as connection:
            ensure_branch(connection, rooms.settings.branch)
        import_customers(rooms.catalogue, options.customers, keys_of_row, access)
        rooms.feed_all()
        accept = costs.of("accept", rooms.door.accept_file)
        for path in sorted(path for path in options.folder.rglob("*") if path.is_file()):
            accept(path, path.name, channel_of(path), rooms.settings.branch, access)
        worker, began = Worker(rooms.jobs, rooms.pipeline, this_owner()), cpu_ms()
        while worker.do_one():
            pass
        jobs_ms = cpu_ms() - began
        costs.of("index", rooms.feed_all)()
        with rooms.catalogue.reading() as connection:
            letters = connection.execute(select(func.count()).where(document.c.part == 0)).scalar_one()
        rooms.close()
    each = {step: round(costs.ms[step] / letters, 2) for step in ("accept", *_STEPS, "index")}
    each["jobs, rows and commits"] = round((jobs_ms - sum(costs.ms[step] for step in _STEPS)) / letters, 2)
    print(json.dumps({"folder": options.folder.name, "letters": letters, "cpu_ms_a_letter": each}))


if __name__ == "__main__":
    main()
