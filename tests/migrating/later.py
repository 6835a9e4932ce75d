"""A version later than this one: our own steps and those that a test adds, run by a process of its own.

`python -m tests.migrating.later FOLDER URL` is that process; it tells how much memory it took at most.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from api import logs
from api.wiring import catalogue_at
from archive import migrations

_ROOT = Path(__file__).parents[2]
_HEAD = """
import os, signal
import sqlalchemy as sa
from alembic import op
from archive.migrations import big_tables

revision = {name!r}
down_revision = {before!r}
"""


@dataclass(frozen=True)
class Later:
    """The steps of a later version, in a folder of their own."""

    folder: Path

    @classmethod
    def made(cls, folder: Path, steps: Mapping[str, str]) -> Later:
        """Our steps, then these: name → the body of the file."""
        here = folder / "migrations"
        shutil.copytree(Path(migrations.__file__).parent, here, ignore=shutil.ignore_patterns("__pycache__"))
        before = migrations.newest()
        for name, body in steps.items():
            (here / "versions" / f"{name}.py").write_text(_HEAD.format(name=name, before=before) + body)
            before = name
        return cls(here)

    def start(self, url: str, environment: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
        """Open the catalogue there as that version would."""
        command = [sys.executable, "-m", "tests.migrating.later", str(self.folder), url]
        return subprocess.Popen(command, cwd=_ROOT, stdout=-1, stderr=-1, text=True, env=environment)

    def upgrade(self, url: str, environment: Mapping[str, str] | None = None) -> tuple[int, str]:
        """The same, to its end: the memory in bytes, and what it logged."""
        with self.start(url, environment) as process:
            memory, logged = process.communicate()
        assert process.returncode == 0, logged
        return int(memory) * 1024, logged


def _upgrade(folder: str, url: str) -> None:
    logs.begin("text")
    migrations.FOLDER = Path(folder)
    catalogue = catalogue_at(url, Path())
    catalogue.upgrade()
    catalogue.close()
    # Not what `getrusage` tells: that counts what the parent had when it forked.
    print(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1])  # type: ignore[index]


if __name__ == "__main__":
    _upgrade(*sys.argv[1:])
