"""Processes that outlive the command that started them, and are known again without mistake.

A process id alone is not enough: after a crash or a reboot the number may belong to a stranger. So the record also
holds when the process started, in ticks since boot, and which boot that was.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.engines.description import Command, EngineError

PROC = Path("/proc")
CLEAN_END_S = 25.0
KILLED_END_S = 5.0
DEAD = ("Z", "X")  # A zombie, and one that is just leaving.
KEPT_VARIABLES = ("PATH", "HOME", "LANG", "TMPDIR")


@dataclass(frozen=True)
class Started:
    """One process, told apart from every other that had or will have its number."""

    pid: int
    start_ticks: int
    boot: str

    @property
    def is_alive(self) -> bool:
        """Whether this very process still runs; a zombie does not."""
        found = _state_and_start(self.pid)
        return found is not None and found[1] == self.start_ticks and found[0] not in DEAD and self.boot == boot_id()


def boot_id() -> str:
    """What this boot of the machine is called."""
    return (PROC / "sys/kernel/random/boot_id").read_text().strip()


def identify(pid: int) -> Started:
    """The process that has this number now. Raises `EngineError` where there is none."""
    found = _state_and_start(pid)
    if found is None:
        raise EngineError(f"Process {pid} is gone already.")
    return Started(pid, found[1], boot_id())


def launch(command: Command, work_folder: Path, log: Path) -> Started:
    """Start a process in a session of its own, its output appended to `log`.

    Raises `EngineError` when it cannot be started; one that ends at once is known by `is_alive`.
    """
    environment = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ} | dict(command.environment)
    try:
        with log.open("ab") as output:
            process = subprocess.Popen(
                command.argv,
                cwd=work_folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
    except OSError as failure:
        raise EngineError(f"{command.argv[0]} cannot be started: {failure}") from failure
    # Popen complains about a child that was never waited for; this one is meant to stay.
    process.returncode = 0
    return identify(process.pid)


def write_record(path: Path, processes: list[Started]) -> None:
    """Keep the processes of an engine, replacing the file in one step."""
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps([asdict(process) for process in processes]) + "\n")
    fresh.replace(path)


def read_record(path: Path) -> list[Started]:
    """The processes that were kept; none where there is no record or half of one."""
    try:
        return [Started(**row) for row in json.loads(path.read_text())]
    except (FileNotFoundError, json.JSONDecodeError, TypeError):
        return []


def stop(processes: list[Started], stop_signal: signal.Signals) -> None:
    """End the processes, last started first: asked, waited for, then killed. Those that are gone are left alone."""
    for process in reversed(processes):
        _signal(process, stop_signal)
        if not _wait_for_end(process, CLEAN_END_S):
            kill(process)


def kill(process: Started) -> None:
    """End a process and what it started in its session's group, without asking. Raises `EngineError` if it stays."""
    if process.is_alive:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        _signal(process, signal.SIGKILL)
    if not _wait_for_end(process, KILLED_END_S):
        raise EngineError(f"Process {process.pid} does not end, even killed.")


def end_leftovers(work_folder: Path, program_names: frozenset[str]) -> list[int]:
    """Kill what still runs one of these programs in this folder, and say which processes that were.

    Children of a killed server live on for a while, in sessions of their own, under another parent. What they keep is
    the folder they were started in. The program's name is asked too, so that a shell standing there is left alone.
    """
    found = list(_running_in(work_folder, program_names))
    for process in found:
        _signal(process, signal.SIGKILL)
    for process in found:
        _wait_for_end(process, KILLED_END_S)
    return [process.pid for process in found]


def _running_in(work_folder: Path, program_names: frozenset[str]) -> Iterator[Started]:
    for entry in PROC.iterdir():
        if not entry.name.isdigit():
            continue
        try:
            folder = (entry / "cwd").readlink()
            program = (entry / "exe").readlink().name.removesuffix(" (deleted)")
        except OSError:  # Gone meanwhile, a kernel thread, or not ours to look at.
            continue
        if program in program_names and folder.is_relative_to(work_folder):
            with contextlib.suppress(EngineError):
                yield identify(int(entry.name))


def _signal(process: Started, number: signal.Signals) -> None:
    if process.is_alive:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, number)


def _wait_for_end(process: Started, timeout_s: float) -> bool:
    deadline = time.monotonic() + timeout_s
    while process.is_alive:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(process.pid, os.WNOHANG)  # Ours if this same run started it.
    return True


def _state_and_start(pid: int) -> tuple[str, int] | None:
    """Fields 3 and 22 of /proc/PID/stat; none where there is no such process. Source: proc(5)."""
    try:
        line = (PROC / str(pid) / "stat").read_text()
    except OSError:
        return None
    # The program's name, in brackets, may hold spaces and brackets itself.
    fields = line[line.rindex(")") + 2 :].split()
    return fields[0], int(fields[19])
