"""Search over an archive through HTTP, open loop: requests leave on a clock, however slow the answers are.

    python benchmarks/search_http.py HOME [--rate 50] [--seconds 60] [--rounds 3]

Where HOME holds no archive, the demo's is made there first: the seed customers and the seed mailbag. Starts `dossier serve`
in demo mode on a free loopback port, asks questions made from the archive's own words and numbers (whole words,
beginnings, typing errors, numbers, names), and prints p50, p99 and the worst in ms as JSON: of the rounds, the one
whose p99 is the median. Each time counts from the request's beat. The client is one thread over kept connections, as a
proxy's are, for it shares the cores; what it and the server burn is told beside the times.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from archive.adapters.in_sqlite import SqliteCatalogue
from archive.adapters.on_disk import FolderStore
from archive.schema import account, customer, document
from intake.readings import load_reading

ROOT = Path(__file__).resolve().parents[1]
COMMAND = [sys.executable, "-c", "from api.cli import main; main()"]
_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
_READY_S = 60.0


@dataclass(frozen=True)
class Server:
    """A running `dossier serve`."""

    pid: int
    port: int

    def cpu_s(self) -> float:
        """CPU seconds of the serving process so far, without its workers."""
        told = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(told[11]) + int(told[12])) / _TICKS_A_SECOND


@contextmanager
def served(home: Path, workers: int = 1) -> Iterator[Server]:
    """`dossier serve` in demo mode over this archive while the block runs."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [*COMMAND, "serve", "--workers", str(workers), "--port", str(port), "--home", str(home)],
        cwd=ROOT,
        env={**os.environ, "DOSSIER_DEMO": "1"},
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_until_ready(port)
        yield Server(process.pid, port)
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_until_ready(port: int) -> None:
    until = time.monotonic() + _READY_S
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/api/search?q=warm", timeout=5).close()
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def ensure_demo(home: Path) -> None:
    """Have an archive there: the demo's where there is none."""
    if not (home / "catalogue.db").exists():
        for words in (("customers", "import", "seed/customers.csv"), ("intake", "seed/mailbag")):
            subprocess.run([*COMMAND, *words, "--home", str(home)], cwd=ROOT, stdout=subprocess.DEVNULL, check=True)


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


class Client:
    """Asks over kept connections: a free one where there is one, else a new one."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def ask(self, text: str) -> int:
        """One question; answers the status once the whole answer is here."""
        reader, writer = await self._connection()
        target = "/api/search?" + urllib.parse.urlencode({"q": text})
        writer.write(f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(int(length.partition(b":")[2]))
        self._free.append((reader, writer))
        return int(head.split(b" ", 2)[1])

    async def _connection(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        while self._free:
            reader, writer = self._free.pop()
            if not reader.at_eof():  # the server closes what was idle for some seconds
                return reader, writer
        return await asyncio.open_connection("127.0.0.1", self._port)

    def close(self) -> None:
        """Let the connections go."""
        for _, writer in self._free:
            writer.close()


async def run(port: int, texts: list[str], rate: float) -> list[tuple[float, int]]:
    """Every question on its beat, whether those before it are answered or not; (ms from the beat, status) of each."""
    client, answers = Client(port), []
    began = time.perf_counter()

    async def one(beat: float, text: str) -> None:
        status = await client.ask(text)
        answers.append(((time.perf_counter() - beat) * 1000, status))

    async with asyncio.TaskGroup() as asking:
        for place, text in enumerate(texts):
            beat = began + place / rate
            await asyncio.sleep(max(0.0, beat - time.perf_counter()))
            asking.create_task(one(beat, text))
    client.close()
    return answers


def measured(server: Server, texts: list[str], rate: float) -> dict[str, object]:
    """One round's figures."""
    server_cpu, client_cpu = server.cpu_s(), time.process_time()
    answers = asyncio.run(run(server.port, texts, rate))
    server_cpu, client_cpu = server.cpu_s() - server_cpu, time.process_time() - client_cpu
    times = sorted(took for took, _ in answers)
    at = lambda share: round(times[min(int(share * len(times)), len(times) - 1)], 2)  # noqa: E731
    return {
        "requests": len(times),
        "rate": rate,
        "not_200": sum(status != 200 for _, status in answers),
        "p50_ms": at(0.5),
        "p99_ms": at(0.99),
        "worst_ms": at(1.0),
        "server_cpu_ms_a_request": round(1000 * server_cpu / len(times), 2),
        "client_cpu_ms_a_request": round(1000 * client_cpu / len(times), 2),
    }


def main() -> None:
    """Serve, ask, tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--rate", type=float, default=50.0)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    ensure_demo(options.home)
    texts = questions(options.home, int(options.rate * options.seconds))
    with served(options.home) as server:
        asyncio.run(run(server.port, texts[:100], options.rate))  # caches warm, as they are all day
        rounds = [measured(server, texts, options.rate) for _ in range(options.rounds)]
    rounds.sort(key=lambda one: float(str(one["p99_ms"])))
    every = [one["p99_ms"] for one in rounds]
    print(json.dumps(rounds[len(rounds) // 2] | {"p99_ms_of_rounds": every}))


if __name__ == "__main__":
    main()
