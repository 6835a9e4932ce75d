"""Promise 1, by the kernel's own word: what one acceptance asks of the system, in which order.

The acceptance runs under strace. The file's bytes are synced, it gets its name, the folder is synced, the catalogue's
log is synced, and only then does the answer go out. Each of these taken out is seen.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ACCEPT = """
import os, stat, sys
from pathlib import Path
import archive.adapters.on_disk as on_disk
from archive import arrivals
from archive.access import system
from archive.adapters.in_sqlite import SqliteCatalogue
from intake.acceptance import Door
from intake.adapters.in_catalogue import CatalogueQueue

home, missing = Path(sys.argv[1]), sys.argv[2]
really_sync = os.fsync
def fsync(handle):
    is_folder = stat.S_ISDIR(os.fstat(handle).st_mode)
    if missing != ("folder" if is_folder else "file"):
        really_sync(handle)
os.fsync = fsync
catalogue = SqliteCatalogue(home / "catalogue.db")
catalogue.upgrade()
with catalogue.writing() as connection:
    arrivals.ensure_branch(connection, "HQ")
if missing == "commit":
    from sqlalchemy import event
    event.listen(catalogue._engine, "connect", lambda c, _: c.execute("PRAGMA synchronous=OFF"))
    catalogue._engine.dispose()
door = Door(catalogue, on_disk.FolderStore(home / "objects"), CatalogueQueue(catalogue))
os.write(1, b"BEGIN\\n")
accepted = door.accept_file(home / "letter.txt", "letter.txt", "post", "HQ", system("test"))
os.write(1, f"ANSWER {accepted.receipt_number}\\n".encode())
"""

_CALL = re.compile(r"^(?:\[pid +\d+\] )?(?:\d+ +)?(\w+)\((.*)\) += (-?\d+)")


def traced(home: Path, missing: str = "nothing") -> list[tuple[str, str]]:
    """The (system call, arguments with paths) between BEGIN and ANSWER, in order."""
    (home / "letter.txt").write_text("Dear Sirs")
    script, trace = home / "accept.py", home / "trace"
    script.write_text(ACCEPT)
    calls = "openat,write,pwrite64,fsync,fdatasync,rename,renameat,renameat2"
    subprocess.run(
        [
            "strace",
            "-f",
            "-y",
            "-s",
            "64",
            "-e",
            f"trace={calls}",
            "-o",
            str(trace),
            sys.executable,
            str(script),
            str(home),
            missing,
        ],
        cwd=Path(__file__).resolve().parents[2],
        check=True,
        capture_output=True,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
    )
    found = [_CALL.match(line) for line in trace.read_text().splitlines()]
    named = [(match[1], match[2]) for match in found if match and match[3] != "-1"]
    start = next(at for at, (name, words) in enumerate(named) if name == "write" and "BEGIN" in words)
    end = next(at for at, (name, words) in enumerate(named) if name == "write" and "ANSWER" in words)
    return named[start + 1 : end]


def steps(calls: list[tuple[str, str]]) -> list[str]:
    """The calls told as the promise's steps."""
    told = []
    for name, words in calls:
        if name in {"fsync", "fdatasync"}:
            place = "log" if "catalogue.db" in words else "file" if "/incoming/" in words else "folder"
            told.append(f"sync {place}")
        elif name.startswith("rename"):
            told.append("name")
    return told


def is_durable(told: list[str]) -> bool:
    """Whether file, name, folder and log were made safe in this order, before the answer."""
    wanted = iter(told)
    return all(step in wanted for step in ("sync file", "name", "sync folder", "sync log"))


def test_bytes_then_name_then_folder_then_commit_then_answer(tmp_path: Path) -> None:
    told = steps(traced(tmp_path))
    assert is_durable(told), told


@pytest.mark.parametrize("missing", ["file", "folder", "commit"])
def test_each_sync_taken_out_is_seen(tmp_path: Path, missing: str) -> None:
    assert not is_durable(steps(traced(tmp_path, missing)))
