"""The parser process that a `Sandbox` keeps ready: heavy libraries loaded once, one fork a call.

Run as `python -m intake.sandbox_server FD`. FD is a seqpacket socket: each message carries one descriptor, the call's
own stream. The forked child reads its request there (one JSON line), answers on it (one JSON line); when the child
has ended, the server adds one line with its exit status and closes. The server parses nothing of a stranger's.
"""

from __future__ import annotations

import contextlib
import dataclasses
import gc
import importlib
import json
import os
import selectors
import signal
import socket
import sys
import tempfile
import traceback
import types
from pathlib import Path
from typing import Any, NoReturn

from archive.disk_space import is_no_space
from archive.errors import BadInput, Damaged, LimitExceeded, Unreadable
from intake import confinement
from intake.limits import Limits

PRELOADED = (
    "cv2",
    "lxml.etree",
    "lxml.html",
    "numpy",
    "PIL.Image",
    "PIL.ImageOps",
    "PIL.TiffImagePlugin",
    "pikepdf",
    "pypdfium2",
    "zxingcpp",
    "charset_normalizer",
    "email.policy",
    "yaml",
    "intake.readers.docx",
    "intake.readers.door",
    "intake.readers.image",
    "intake.readers.mail",
    "intake.readers.pdf",
    "intake.readers.tiff",
    "intake.opening.looking",
    "intake.opening.splitting",
)


def preload() -> None:
    """Import what the readers need; a library that is missing shows up in the call that needs it."""
    for name in PRELOADED:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    with contextlib.suppress(ImportError):
        importlib.import_module("PIL.Image").init()
        importlib.import_module("cv2").setNumThreads(1)


def jsonable(value: Any) -> Any:
    """Dataclasses as dictionaries, for the answer."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    raise TypeError(f"a sandboxed function answered {type(value).__name__}, which is not JSON")


def answer_of(function: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Call `module:function` and turn whatever happens into an answer."""
    try:
        module, name = function.split(":")
        called = getattr(importlib.import_module(module), name)
        return {"result": called(**arguments)}
    except Exception as error:
        # First of all: on a full disk, what a reader makes of its own failure is not the file's fault.
        return {"error": "no_space"} if is_no_space(error) else _refusal(error)


def _refusal(error: Exception) -> dict[str, Any]:
    if isinstance(error, Unreadable):
        return {"error": "unreadable", "reason": error.reason, "message": str(error)}
    if isinstance(error, LimitExceeded):
        return {"error": "limit", "reason": error.reason, "message": str(error)}
    if isinstance(error, Damaged):
        return {"error": "damaged", "reason": error.code, "message": str(error)}
    if isinstance(error, BadInput):
        return {"error": "unreadable", "reason": error.code, "message": str(error)}
    if isinstance(error, MemoryError):
        return {"error": "limit", "reason": "memory", "message": "the parser needed more memory than it may have"}
    if isinstance(error, RecursionError):
        return {"error": "limit", "reason": "depth", "message": "the file nests deeper than a parser may go"}
    return {"error": "unreadable", "reason": "parser_failed", "message": _what_failed(error)}


def _what_failed(error: Exception) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {str(error)[:300]} ({Path(last.filename).name}:{last.lineno})"


def _enter_cell(limits: dict[str, Any], scratch: str) -> None:
    os.chdir(scratch)
    os.environ["TMPDIR"] = tempfile.tempdir = scratch
    confinement.limit_resources(
        cpu_s=limits["cpu_s"],
        memory_bytes=limits["memory_bytes"],
        file_bytes=limits["file_bytes"],
        open_files=limits["open_files"],
    )
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    confinement.confine_writing(Path(scratch))
    confinement.drop_privileges()
    confinement.filter_system_calls(programs=limits["programs"])


def run_call(stream: socket.socket, server_pid: int) -> NoReturn:
    """The child: read the request, enter the cell, call, answer, end. Never returns."""
    status = 1
    try:
        confinement.die_with_parent(server_pid)
        os.setpgid(0, 0)
        stream.sendall(json.dumps({"pid": os.getpid()}).encode() + b"\n")
        with stream.makefile("rb") as lines:
            request = json.loads(lines.readline())
        arguments = request["arguments"]
        for name in ("source", "scratch"):
            if arguments.get(name) is not None:
                arguments[name] = Path(arguments[name])
        if request["pass_limits"]:
            arguments["limits"] = Limits(**request["limits"])
        _enter_cell(request["limits"], request["scratch"])
        answer = answer_of(request["function"], arguments)
        stream.sendall(json.dumps(answer, default=jsonable, ensure_ascii=True).encode() + b"\n")
        status = 0
    except MemoryError:
        stream.sendall(b'{"error":"limit","reason":"memory","message":"the answer did not fit into memory"}\n')
    except BaseException as error:
        message = f"{type(error).__name__}: {str(error)[:300]}"
        with contextlib.suppress(OSError):
            stream.sendall(
                json.dumps({"error": "unreadable", "reason": "parser_failed", "message": message}).encode() + b"\n"
            )
    finally:
        os._exit(status)


class Server:
    """Forks a child for each call that comes over `control`, and tells each call how its child ended."""

    def __init__(self, control: socket.socket) -> None:
        self.control = control
        self.calls: dict[int, tuple[int, socket.socket]] = {}
        self.ready = selectors.DefaultSelector()
        self.ready.register(control, selectors.EVENT_READ)

    def serve(self) -> None:
        """Until the owner of the other end closes it or dies; then every child still running is killed."""
        while True:
            for key, _ in self.ready.select():
                if key.fileobj is not self.control:
                    self.finish(key.data)
                elif not self.accept():
                    self.kill_all()
                    return

    def accept(self) -> bool:
        """Take one call; False at the end of the line."""
        message, handles, _, _ = socket.recv_fds(self.control, 16, 1)
        if not message:
            return False
        for handle in handles:
            self.start(socket.socket(fileno=handle))
        return True

    def start(self, stream: socket.socket) -> None:
        """Fork the child of one call, and watch it."""
        server_pid = os.getpid()
        try:
            pid = os.fork()
        except OSError as error:
            stream.sendall(json.dumps({"exit": None, "message": str(error)}).encode() + b"\n")
            stream.close()
            return
        if pid == 0:
            self.control.close()
            for _, other in self.calls.values():
                other.close()
            run_call(stream, server_pid)
        self.calls[pid] = (os.pidfd_open(pid), stream)
        self.ready.register(self.calls[pid][0], selectors.EVENT_READ, pid)

    def finish(self, pid: int) -> None:
        """Reap a child that ended, kill what it may have left behind, report, close."""
        handle, stream = self.calls.pop(pid)
        self.ready.unregister(handle)
        os.close(handle)
        _kill_group(pid)
        _, status = os.waitpid(pid, 0)
        stream.settimeout(5)
        with contextlib.suppress(OSError):
            stream.sendall(json.dumps({"exit": os.waitstatus_to_exitcode(status)}).encode() + b"\n")
        stream.close()

    def kill_all(self) -> None:
        """End every child still running, with its process group."""
        for pid in self.calls:
            _kill_group(pid)
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _ignore(_signal: int, _frame: types.FrameType | None) -> None:
    """The owner decides when to end; a Ctrl-C at the terminal is his."""


def main() -> None:
    """Serve on the descriptor named on the command line."""
    signal.signal(signal.SIGINT, _ignore)
    control = socket.socket(fileno=int(sys.argv[1]))
    preload()
    confinement.leave_network()
    gc.collect()
    gc.freeze()
    Server(control).serve()


if __name__ == "__main__":
    main()
