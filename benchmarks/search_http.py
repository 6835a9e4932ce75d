"""Search over an archive through HTTP, open loop: requests leave on a clock, however slow the answers are.

    python benchmarks/search_http.py HOME [--rate 50] [--seconds 60]

Starts `dossier serve` in demo mode on a free loopback port, asks questions made from the archive's own words and
numbers (whole words, beginnings, typing errors, numbers, names), and prints p50, p99 and the worst in ms as JSON.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
from pathlib import Path

from sqlalchemy import select

from archive.adapters.in_sqlite import SqliteCatalogue
from archive.adapters.on_disk import FolderStore
from archive.schema import account, customer, document
from intake.readings import load_reading

ROOT = Path(__file__).resolve().parents[1]


def questions(home: Path, count: int) -> list[str]:
    """Questions as people type them, made from what the archive holds."""
    chance = random.Random(7)
    catalogue, objects = SqliteCatalogue(home / "catalogue.db"), FolderStore(home / "objects")
    words: list[str] = []
    with catalogue.reading() as connection:
        names = list(connection.execute(select(customer.c.display_name)).scalars())
        numbers = list(connection.execute(select(account.c.number)).scalars())
        for digest in connection.execute(select(document.c.reading).where(document.c.reading.is_not(None))).scalars():
            for page in load_reading(objects, str(digest)):
                words += [word for word in page.text.split() if len(word) > 4 and word.isalpha()]
    makers = [
        lambda: " ".join(chance.sample(words, 2)),
        lambda: chance.choice(words)[:4],
        lambda: chance.choice(names),
        lambda: chance.choice(names).split()[0][:-1],
        lambda: chance.choice(numbers),
        lambda: chance.choice(numbers)[2:7],
    ]
    return [chance.choice(makers)() for _ in range(count)]


def ask(port: int, text: str) -> tuple[float, int]:
    """One question on a connection of its own; answers (ms, status)."""
    started = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/api/search?" + urllib.parse.urlencode({"q": text}))
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return (time.perf_counter() - started) * 1000, answer.status


def run(port: int, texts: list[str], rate: float) -> list[tuple[float, int]]:
    """Every question on its beat, each in a thread of its own; the times count from the beat."""
    answers: list[tuple[float, int]] = []
    began = time.perf_counter()

    def one(beat: float, text: str) -> None:
        late = (time.perf_counter() - beat) * 1000
        took, status = ask(port, text)
        answers.append((late + took, status))

    threads = []
    for place, text in enumerate(texts):
        beat = began + place / rate
        time.sleep(max(0.0, beat - time.perf_counter()))
        thread = threading.Thread(target=one, args=(beat, text))
        thread.start()
        threads.append(thread)
    for thread in threads:
        thread.join()
    return answers


def main() -> None:
    """Serve, ask, tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--rate", type=float, default=50.0)
    parser.add_argument("--seconds", type=float, default=60.0)
    options = parser.parse_args()
    texts = questions(options.home, int(options.rate * options.seconds))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-c", "from api.cli import main; main()", "serve", "--workers", "1"]
    environment = {**os.environ, "DOSSIER_DEMO": "1"}
    server = subprocess.Popen(
        [*command, "--port", str(port), "--home", str(options.home)],
        cwd=ROOT,
        env=environment,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(150):
            time.sleep(0.2)
            try:
                ask(port, "warm")
                break
            except OSError:
                continue
        run(port, texts[:100], options.rate)  # caches warm, as they are all day
        answers = run(port, texts, options.rate)
    finally:
        server.terminate()
        server.wait(timeout=20)
    times = sorted(took for took, _ in answers)
    bad = sum(status != 200 for _, status in answers)
    at = lambda share: round(times[min(int(share * len(times)), len(times) - 1)], 2)  # noqa: E731
    print(
        json.dumps(
            {
                "requests": len(times),
                "rate": options.rate,
                "not_200": bad,
                "p50_ms": at(0.5),
                "p99_ms": at(0.99),
                "worst_ms": at(1.0),
            }
        )
    )


if __name__ == "__main__":
    main()
