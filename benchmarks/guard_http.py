"""Saving customers through HTTP past the guard, the write and its fsync included: so many clients, in a large directory.

    python -m benchmarks.guard PERSONS --catalogue sqlite:///HOME/catalogue.db --queries 1000
    dossier reindex --home HOME
    python -m benchmarks.guard_http HOME PERSONS [--clients 8] [--seconds 30] [--rate SAVES_A_SECOND]

The first makes the directory (on PostgreSQL: `--catalogue URL`, and `DOSSIER_CATALOGUE_URL=URL` in HOME/engines.env). Each
client is a thread that saves the next customer when the last is answered for: half of them new, half second records of
who is there, of whom the guard warns or whom it refuses. Told first is the pace of people: so many saves a second by all
clients together, each counted from the moment at which it was due; then as fast as the clients can.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from itertools import chain, count, islice, repeat
from pathlib import Path

from archive.hand_record import EDITABLE
from benchmarks.made_customers import World, households, records_of
from benchmarks.open_loop import told
from benchmarks.serving import environment, served

_CATALOGUE = "DOSSIER_CATALOGUE_URL"
_WARM_S = 3.0
_WARM = 400
_MOST = 12_000
Fields = dict[str, str]


def main() -> None:
    """Serve, save, tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path)
    parser.add_argument("persons", type=int, help="as the directory was made with")
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--rate", type=float, default=50.0)
    asked = parser.parse_args()
    known, strangers = _people(asked.persons, asked.seed), _people(asked.persons, random.randrange(10**6, 10**9))
    every = list(chain.from_iterable(zip(known, strangers, strict=False)))
    with served(asked.home, workers=0) as server:
        saved(server.port, every[:_WARM], asked.clients, _WARM_S, 0)
        paced, every = every[_WARM : _WARM + len(every) // 2], every[_WARM + len(every) // 2 :]
        for rate, people in ((asked.rate, paced), (0.0, every)):
            cpu = server.cpu_s()
            clients = saved(server.port, people, asked.clients, asked.seconds, rate)
            _tell(asked, rate, clients, server.cpu_s() - cpu)


def _tell(asked: argparse.Namespace, rate: float, clients: list[Client], cpu_s: float) -> None:
    took = {name: [ms for one in clients for ms in one.took[name]] for name in ("saved", "held")}
    many = sum(map(len, took.values()))
    line = {"persons": asked.persons, "clients": asked.clients, "rate": rate or "as fast as they can"}
    line |= {"on": "PostgreSQL" if "postgresql" in environment(asked.home).get(_CATALOGUE, "") else "SQLite"}
    line |= {"requests": many, "answers": dict(sum((one.answers for one in clients), Counter[str]()))}
    line |= {"a_second": round(many / asked.seconds, 1), "server_cpu_ms_each": round(1000 * cpu_s / max(many, 1), 2)}
    print(json.dumps(line | {name: told(times) for name, times in took.items() if times}), flush=True)


def _people(persons: int, seed: int) -> list[Fields]:
    """A later record of each of the first people of a world."""
    world = World(persons, random.Random(seed))
    rows = (records_of(person, world)[-1] for family in households(world) for person in family)
    return [{name: row[name] for name in EDITABLE if row.get(name)} for row in islice(rows, _MOST // 2)]


class Client(threading.Thread):
    """Saves one customer after the other until the time is up."""

    def __init__(self, port: int, people: list[Fields], due: Iterator[float], until: float) -> None:
        super().__init__()
        self._port, self._people, self._due, self._until = port, people, due, until
        self.took: dict[str, list[float]] = {"saved": [], "held": []}
        self.answers: Counter[str] = Counter()

    def run(self) -> None:
        """The customers, on one connection."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        for fields, due in zip(self._people, self._due, strict=False):
            if max(time.monotonic(), due) > self._until:
                return
            sent = json.dumps({"fields": fields}).encode()
            if due:
                time.sleep(max(due - time.monotonic(), 0))
            began = due or time.monotonic()
            connection.request("POST", "/api/customers", sent, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            told_ = answer.read()
            took = (time.monotonic() - began) * 1000
            self.took["saved" if answer.status == 201 else "held"].append(took)
            self.answers["201" if answer.status == 201 else f"{answer.status} {json.loads(told_).get('code')}"] += 1


def saved(port: int, people: list[Fields], clients: int, seconds: float, rate: float) -> list[Client]:
    """So many clients for so long, each with people of its own. `rate`: saves a second of all together, 0 = no pause."""
    began = time.monotonic()
    dues = [count(began + at / rate, clients / rate) if rate else repeat(0.0) for at in range(clients)]
    every = [Client(port, people[at::clients], due, began + seconds) for at, due in enumerate(dues)]
    for one in every:
        one.start()
    for one in every:
        one.join()
    return every


if __name__ == "__main__":
    main()
