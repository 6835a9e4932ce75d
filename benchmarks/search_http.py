"""Search over an archive through HTTP, open loop: requests leave on a clock, however slow the answers are.

    python benchmarks/search_http.py HOME [--rate 50] [--seconds 60] [--rounds 3]

HOME is an archive that `scale.py` made, or that `scale_engines.py` carried over to engines: then staff's questions of every
kind are asked (`staff_questions.py`). Any other is the demo's, made where there is none: the seed customers and mailbag,
and questions out of its own words and numbers.

Starts `dossier serve` in demo mode on a free loopback port and prints p50, p99 and the worst in ms as JSON: of the
rounds, the one whose p99 is the median. Each time counts from the request's beat. The client is one thread over kept
connections, as a proxy's are, for it shares the cores; what it and the server burn is told beside the times.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import subprocess
import time
import urllib.parse
from pathlib import Path

import staff_questions
from open_loop import run, told
from serving import COMMAND, ROOT, Server, served
from sqlalchemy import select

from archive.adapters.in_sqlite import SqliteCatalogue
from archive.adapters.on_disk import FolderStore
from archive.schema import account, customer, document
from intake.readings import load_reading

_WARM = 1000


def ensure_demo(home: Path) -> None:
    """Have an archive there: the demo's where there is none."""
    if not (home / "catalogue.db").exists():
        for words in (("customers", "import", "seed/customers.csv"), ("intake", "seed/mailbag")):
            subprocess.run([*COMMAND, *words, "--home", str(home)], cwd=ROOT, stdout=subprocess.DEVNULL, check=True)


def demo_questions(home: Path, count: int) -> list[tuple[str, str]]:
    """(kind, address) of questions as people type them, made from what the archive holds."""
    chance = random.Random(7)
    catalogue, objects = SqliteCatalogue(home / "catalogue.db"), FolderStore(home / "objects")
    words: list[str] = []
    with catalogue.reading() as connection:
        names = list(connection.execute(select(customer.c.display_name)).scalars())
        numbers = list(connection.execute(select(account.c.number)).scalars())
        for digest in connection.execute(select(document.c.reading).where(document.c.reading.is_not(None))).scalars():
            for page in load_reading(objects, str(digest)):
                words += [word for word in page.text.split() if len(word) > 4 and word.isalpha()]
    makers = {
        "two words": lambda: " ".join(chance.sample(words, 2)),
        "beginning": lambda: chance.choice(words)[:4],
        "name": lambda: chance.choice(names),
        "typing error": lambda: chance.choice(names).split()[0][:-1],
        "number": lambda: chance.choice(numbers),
        "part of a number": lambda: chance.choice(numbers)[2:7],
    }
    kinds = [chance.choice(list(makers)) for _ in range(count)]
    return [(kind, "/api/search?" + urllib.parse.urlencode({"q": makers[kind]()})) for kind in kinds]


def measured(server: Server, asked: list[tuple[str, str]], rate: float) -> dict[str, object]:
    """One round's figures."""
    server_cpu, client_cpu = server.cpu_s(), time.process_time()
    answers = asyncio.run(run(server.port, [target for _, target in asked], rate))
    server_cpu, client_cpu = server.cpu_s() - server_cpu, time.process_time() - client_cpu
    by_kind: dict[str, list[float]] = {}
    for one in answers:
        by_kind.setdefault(asked[one.place][0], []).append(one.ms)
    return {
        "requests": len(answers),
        "rate": rate,
        "not_200": sum(one.status != 200 for one in answers),
        **told([one.ms for one in answers]),
        "server_cpu_ms_a_request": round(1000 * server_cpu / len(answers), 2),
        "client_cpu_ms_a_request": round(1000 * client_cpu / len(answers), 2),
        "by_kind": {kind: told(times) for kind, times in sorted(by_kind.items())},
    }


def main() -> None:
    """Serve, ask, tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path)
    parser.add_argument("--rate", type=float, default=50.0)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    home, count = options.home.absolute(), int(options.rate * options.seconds)
    if staff_questions.made(home):
        asked, on = staff_questions.questions(home, count), staff_questions.about(home)
    else:
        ensure_demo(home)
        asked, on = demo_questions(home, count), "demo"
    with served(home) as server:
        asyncio.run(run(server.port, [target for _, target in asked[:_WARM]], options.rate))  # caches warm, as all day
        rounds = [measured(server, asked, options.rate) for _ in range(options.rounds)]
    rounds.sort(key=lambda one: float(str(one["p99_ms"])))
    every = [one["p99_ms"] for one in rounds]
    print(json.dumps({"on": on} | rounds[len(rounds) // 2] | {"p99_ms_of_rounds": every}, ensure_ascii=False))


if __name__ == "__main__":
    main()
