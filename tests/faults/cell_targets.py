"""What a hostile parser might do, for the tests of the sandbox: each function runs inside the cell."""

from __future__ import annotations

import ctypes
import os
import socket
import threading
import time
from pathlib import Path

from archive.errors import LimitExceeded, Unreadable


def echo(scratch: Path, source: Path | None = None, **said: object) -> dict[str, object]:
    return {"said": said, "source": None if source is None else source.read_text(), "scratch": str(scratch)}


def sleep_for_ever(scratch: Path) -> None:
    (scratch / "pid").write_text(str(os.getpid()))
    time.sleep(600)


def burn(scratch: Path) -> None:
    while True:
        pass


def eat_memory(scratch: Path) -> int:
    return len(bytearray(3 << 30))


def crash(scratch: Path) -> None:
    ctypes.string_at(0)


def leave(scratch: Path) -> None:
    os._exit(0)


def raise_unreadable(scratch: Path) -> None:
    raise Unreadable("encrypted", "a password is needed")


def raise_limit(scratch: Path) -> None:
    raise LimitExceeded("pages", "too many pages")


def raise_bug(scratch: Path) -> None:
    raise ZeroDivisionError("a mistake of ours")


def recurse(scratch: Path) -> None:
    recurse(scratch)


def answer_much(scratch: Path, size: int) -> str:
    return "x" * size


def environment(scratch: Path) -> list[str]:
    return sorted(os.environ)


def fill_up(scratch: Path) -> None:
    with (scratch / "much").open("wb") as file:
        while True:
            file.write(bytes(1 << 16))


def fill_up_and_tidy(scratch: Path) -> None:
    try:
        fill_up(scratch)
    except OSError as error:
        (scratch / "much").unlink()
        raise Unreadable("undecodable_picture", "the file is bad") from error


def fill_up_and_say_nothing(scratch: Path) -> str:
    try:
        fill_up(scratch)
    except OSError:
        return "there is nothing in this file"
    return "never"


def try_everything(scratch: Path, outside: str) -> dict[str, str]:
    """Answers, by attempt, `allowed` or the name of the error."""

    def connect() -> None:
        socket.create_connection(("127.0.0.1", 9), timeout=1)

    def open_unix() -> None:
        socket.socket(socket.AF_UNIX)

    def fork() -> None:
        if os.fork() == 0:
            os._exit(0)

    def execute() -> None:
        os.execv("/bin/true", ["true"])

    def kill_parent() -> None:
        os.kill(os.getppid(), 0)

    def write_outside() -> None:
        Path(outside).write_text("I was here")

    def write_inside() -> None:
        (scratch / "inside").write_text("fine")

    def start_thread() -> None:
        thread = threading.Thread(target=int)
        thread.start()
        thread.join()

    def write_huge_file() -> None:
        with (scratch / "huge").open("wb") as file:
            file.truncate(1 << 40)

    attempts = (
        connect,
        open_unix,
        fork,
        write_outside,
        write_inside,
        start_thread,
        write_huge_file,
        kill_parent,
        execute,
    )
    answers: dict[str, str] = {}
    for attempt in attempts:
        try:
            attempt()
            answers[attempt.__name__] = "allowed"
        except OSError as error:
            answers[attempt.__name__] = type(error).__name__
    return answers
