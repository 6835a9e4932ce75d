"""An error that nobody foresaw is one line with an id at the command line; the traceback is in a file, or shown when asked for."""

from __future__ import annotations

import contextlib
import re
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.faults.killing import COMMAND, ROOT

_BREAKS = """
import api.cli, api.cli_upkeep
def breaks(rooms):
    raise RuntimeError("a fault\\nof two lines")
    yield
api.cli_upkeep.examine = breaks
api.cli.main()
"""


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """`dossier doctor` in a process of its own, broken on purpose."""
    return subprocess.run(
        [sys.executable, "-c", _BREAKS, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_a_surprise_is_one_line_with_an_id_and_the_file_of_its_traceback(tmp_path: Path) -> None:
    done = run("doctor", "--home", str(tmp_path))
    assert done.returncode == 1 and done.stdout == ""
    (line,) = done.stderr.splitlines()
    found = re.fullmatch(
        r"dossier: .*RuntimeError: a fault of two lines.* id ([0-9a-f]{8}); the traceback is in (.+)", line
    )
    assert found, line
    kept = Path(found[2])
    assert kept == tmp_path / "trouble" / f"{found[1]}.txt"
    text = kept.read_text()
    assert found[1] in text and "Traceback" in text and "in breaks" in text
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_the_traceback_is_shown_where_it_is_asked_for(tmp_path: Path) -> None:
    done = run("doctor", "--debug", "--home", str(tmp_path))
    assert done.returncode == 1 and "Traceback" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("dossier: ")


def test_where_the_archive_s_folder_takes_nothing_it_is_kept_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "trouble").write_text("in the way")
    done = run("doctor", "--home", str(tmp_path))
    (line,) = done.stderr.splitlines()
    kept = Path(line.rpartition("is in ")[2])
    assert "Traceback" in kept.read_text() and tmp_path not in kept.parents
    kept.unlink()


@pytest.mark.timeout(120)
def test_ctrl_c_ends_the_server_without_a_traceback(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    command = [*COMMAND, "serve", "--port", port, "--no-work", "--home", str(tmp_path)]
    # A test run in the background of a shell ignores SIGINT, and so would all that it starts.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        running = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    finally:
        signal.signal(signal.SIGINT, before)
    try:
        _answers(f"http://127.0.0.1:{port}/healthz")
        running.send_signal(signal.SIGINT)
        told = running.communicate(timeout=60)[1]
    finally:
        running.kill()
        running.communicate()
    assert "Traceback" not in told, told
    assert running.returncode == 0


def _answers(url: str) -> None:
    for _ in range(300):
        with contextlib.suppress(httpx.TransportError):
            httpx.get(url, timeout=5)
            return
        time.sleep(0.2)
    pytest.fail(f"{url} never answered")
