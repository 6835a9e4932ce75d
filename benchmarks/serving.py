"""`dossier serve` for benchmarks: in demo mode on a free loopback port, over an archive on one machine or on engines."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COMMAND = [sys.executable, "-c", "from api.cli import main; main()"]
ENGINES_FILE = "engines.env"
"""A home that holds this file is an archive on engines: `DOSSIER_…_URL=…` a line."""
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


def environment(home: Path) -> dict[str, str]:
    """The variables under which every command opens this archive."""
    file = home / ENGINES_FILE
    lines = file.read_text(encoding="utf-8").split() if file.exists() else []
    return {**os.environ, "DOSSIER_DEMO": "1", **dict(line.split("=", 1) for line in lines)}


@contextmanager
def served(home: Path, workers: int = 1, more: Mapping[str, str] | None = None) -> Iterator[Server]:
    """`dossier serve` in demo mode over this archive while the block runs; with `workers` 0, none works here."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    crew = ["--workers", str(workers)] if workers else ["--no-work"]
    process = subprocess.Popen(
        [*COMMAND, "serve", *crew, "--port", str(port), "--home", str(home)],
        cwd=ROOT,
        env={**environment(home), **(more or {})},
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
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).close()
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
