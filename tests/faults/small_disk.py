"""A disk that can be filled to the last byte, and a process of its own for what is done on it.

The disk is a small tmpfs in a mount namespace of that process alone: nobody else sees it, and it is gone with the
process, however that ends.
"""

from __future__ import annotations

import ctypes
import importlib
import multiprocessing
import os
import traceback
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

_NEW_MOUNTS, _NEW_USER = 0x00020000, 0x10000000
_PRIVATE_ALL = 0x00040000 | 0x4000
_BALLAST = "ballast"
_LONGEST_S = 270
_NOT_ALLOWED = "this system lets nobody mount a small disk"


@dataclass(frozen=True)
class SmallDisk:
    """A folder on a disk of so few bytes."""

    folder: Path

    def fill(self, leave_bytes: int = 0) -> None:
        """Let no byte more be written, or only so many."""
        stand = os.statvfs(self.folder)
        with (self.folder / _BALLAST).open("ab") as file:
            file.write(bytes(max(stand.f_bavail * stand.f_frsize - leave_bytes, 0)))

    def free(self) -> None:
        """Make room again."""
        (self.folder / _BALLAST).unlink(missing_ok=True)


def on_a_small_disk(what: str, folder: Path, **given: Any) -> None:
    """Call `module:function` with a `SmallDisk` at `folder`, in a process of its own. Fails with what went wrong there."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(theirs, what, folder, given))
    process.start()
    theirs.close()
    try:
        told = ours.recv() if ours.poll(_LONGEST_S) else f"no answer in {_LONGEST_S} s"
    except EOFError:
        told = "the process ended without a word"
    finally:
        process.join(10)
        if process.is_alive():
            process.kill()
            process.join()
    if told == _NOT_ALLOWED:
        pytest.skip(_NOT_ALLOWED)
    assert told == "", told


def _run(answer: Connection, what: str, folder: Path, given: dict[str, Any]) -> None:
    try:
        if not _mounted(folder):
            answer.send(_NOT_ALLOWED)
            return
        module, name = what.split(":")
        getattr(importlib.import_module(module), name)(SmallDisk(folder), **given)
        answer.send("")
    except BaseException:
        answer.send(traceback.format_exc())


def _mounted(folder: Path) -> bool:
    """Whether the disk could be made. Before anything heavy is loaded: a process with threads can not leave its user namespace."""
    folder.mkdir(parents=True, exist_ok=True)
    system = ctypes.CDLL(None, use_errno=True)
    user, group = os.getuid(), os.getgid()
    if system.unshare(_NEW_MOUNTS | (0 if user == 0 else _NEW_USER)) != 0:
        return False
    if user != 0:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"0 {user} 1")
        Path("/proc/self/gid_map").write_text(f"0 {group} 1")
    system.mount(b"none", b"/", None, _PRIVATE_ALL, None)
    made = system.mount(b"tmpfs", str(folder).encode(), b"tmpfs", 0, b"size=48m,mode=700")
    return bool(made == 0)
