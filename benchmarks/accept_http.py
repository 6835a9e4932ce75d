"""Handing letters in through HTTP: how long until one is durable, and how many a second, by so many clients at once.

    python benchmarks/accept_http.py [--on embedded|engines] [--clients 8] [--seconds 30] [--kilobytes 60] [--work]

Each client is a thread of one process beside the server's; it sends the next letter when the last is answered for with 202,
which is after the bytes are safe in the object store and the arrival and its job are committed. `--on engines`: a
PostgreSQL database and a MinIO bucket of their own on what `make engines ONLY="postgres minio"` started, gone at the end.
Without `--work` no worker takes the letters up meanwhile: what is measured is the door. `disk_fsync_ms` is what one file
of that size with its fsync, rename and the folder's fsync costs on this disk, alone.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from open_loop import told
from serving import ENGINES_FILE, ROOT, Server, served

sys.path.insert(0, str(ROOT))
from tests.on_engines import fresh_bucket, fresh_database

_EDGE = "a-line-that-no-letter-holds"
_WARM_S = 3.0


@contextmanager
def home_of(on: str) -> Iterator[Path]:
    """An empty archive, gone at the end."""
    engines = on == "engines"
    with (
        tempfile.TemporaryDirectory(prefix="dossier-accept-") as name,
        fresh_database() if engines else nullcontext("") as catalogue,
        fresh_bucket("minio") if engines else nullcontext("") as objects,
    ):
        if engines:
            lines = f"DOSSIER_CATALOGUE_URL={catalogue}\nDOSSIER_OBJECTS_URL={objects}\n"
            Path(name, ENGINES_FILE).write_text(lines)
        yield Path(name)


def body(chance: random.Random, size: int) -> bytes:
    """A form with one file of random bytes, as a browser sends it."""
    head = f'--{_EDGE}\r\nContent-Disposition: form-data; name="file"; filename="letter.pdf"\r\n'
    return (
        head.encode()
        + b"Content-Type: application/pdf\r\n\r\n"
        + chance.randbytes(size)
        + f"\r\n--{_EDGE}--\r\n".encode()
    )


class Client(threading.Thread):
    """Hands in one letter after the other until the time is up."""

    def __init__(self, number: int, port: int, size: int, until: float) -> None:
        super().__init__()
        self._chance = random.Random(number)
        self._port, self._size, self._until = port, size, until
        self.took_ms: list[float] = []
        self.refused = 0

    def run(self) -> None:
        """The letters, on one connection."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        headers = {"Content-Type": f"multipart/form-data; boundary={_EDGE}"}
        while time.monotonic() < self._until:
            sent = body(self._chance, self._size)
            began = time.perf_counter()
            connection.request("POST", "/api/arrivals", sent, headers)
            answer = connection.getresponse()
            answer.read()
            self.took_ms.append((time.perf_counter() - began) * 1000)
            self.refused += answer.status != 202


def handed_in(server: Server, clients: int, seconds: float, size: int, seed: int) -> list[Client]:
    """So many clients for so long."""
    until = time.monotonic() + seconds
    every = [Client(seed * 1000 + number, server.port, size, until) for number in range(clients)]
    for one in every:
        one.start()
    for one in every:
        one.join()
    return every


def disk_ms(folder: Path, size: int, count: int = 50) -> dict[str, float]:
    """Files laid down durably, one after the other."""
    took = []
    for number in range(count):
        began = time.perf_counter()
        path = folder / f"{number}.new"
        with path.open("wb") as sink:
            sink.write(os.urandom(size))
            sink.flush()
            os.fsync(sink.fileno())
        path.rename(folder / f"{number}.done")
        handle = os.open(folder, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)
        took.append((time.perf_counter() - began) * 1000)
    return told(took)


def main() -> None:
    """Serve, hand in, tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--on", choices=("embedded", "engines"), default="embedded")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--kilobytes", type=int, default=60)
    parser.add_argument("--work", action="store_true")
    options = parser.parse_args()
    size = options.kilobytes * 1024
    with home_of(options.on) as home:
        with tempfile.TemporaryDirectory(dir=home) as folder:
            disk = disk_ms(Path(folder), size)
        with served(home, workers=1 if options.work else 0) as server:
            handed_in(server, options.clients, _WARM_S, size, seed=1)
            cpu, began = server.cpu_s(), time.perf_counter()
            every = handed_in(server, options.clients, options.seconds, size, seed=2)
            took_s, cpu = time.perf_counter() - began, server.cpu_s() - cpu
    times = [took for one in every for took in one.took_ms]
    line = {
        "on": options.on,
        "clients": options.clients,
        "kilobytes": options.kilobytes,
        "worked_meanwhile": options.work,
    }
    line |= {
        "letters": len(times),
        "not_202": sum(one.refused for one in every),
        "a_second": round(len(times) / took_s, 1),
    }
    line |= {**told(times), "server_cpu_ms_a_letter": round(1000 * cpu / len(times), 2), "disk_fsync_ms": disk}
    print(json.dumps(line))


if __name__ == "__main__":
    main()
