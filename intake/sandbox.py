"""A cell for parsers: `Sandbox.run` calls a named function on a stranger's file in a child process of its own.

The child has no network, no programs, no privileges, may write into its scratch folder only, and has limits on time,
memory and file sizes. Its answer comes back as JSON. What goes wrong in it goes wrong for that call only.
"""

from __future__ import annotations

import atexit
import contextlib
import dataclasses
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from archive.disk_space import no_space
from archive.errors import Damaged, EngineAway, EngineFailed, LimitExceeded, Unreadable
from intake.limits import DEFAULT_LIMITS, Limits

_QUIET_THREADS = {"OMP_NUM_THREADS": "1", "OMP_THREAD_LIMIT": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
_PASSED_ON = frozenset({"PATH", "LANG", "TZ", "HOME", "LD_LIBRARY_PATH", "TESSDATA_PREFIX", "VIRTUAL_ENV"})
_LEAST_FREE_BYTES = 1 << 20
"""With less on the disk of its scratch folder, no verdict of a parser is believed: it may have run into the end of it."""
_open_sandboxes: weakref.WeakSet[Sandbox] = weakref.WeakSet()


class Sandbox:
    """Runs parser functions in confined child processes, forked from one preloaded server process.

    Safe to use from many threads; a process that forks gets a sandbox of its own at its first call. The server starts
    with the first call and dies with this process, however that ends. Calls cost 5–20 ms above the parsing itself.
    """

    def __init__(self, limits: Limits = DEFAULT_LIMITS) -> None:
        self.limits = limits
        self._lock = threading.Lock()
        self._control: socket.socket | None = None
        self._server: subprocess.Popen[bytes] | None = None
        _open_sandboxes.add(self)

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def run(
        self,
        function: str,
        *,
        scratch: Path,
        source: Path | None = None,
        limits: Limits | None = None,
        pass_limits: bool = False,
        **arguments: Any,
    ) -> Any:
        """Call `function` ("package.module:name") in a child and answer its JSON-able result.

        The function is called with `scratch` and, if given, `source` as `Path`, with the limits as `limits` if
        `pass_limits`, and with `arguments`, which must be JSON-able. Files it leaves behind are in `scratch`, which must exist. Safe to repeat.
        Raises: Unreadable (`crashed`, `parser_failed`, or what the reader said), LimitExceeded (`time`, `cpu_time`,
        `memory`, `result_size`, or what the reader said), EngineAway when no process can be started or the disk of `scratch` is full, Damaged where the function proved a loss.
        """
        allowed = limits or self.limits
        passed: dict[str, Any] = {**arguments, "scratch": str(scratch.resolve())}
        if source is not None:
            passed["source"] = str(source.resolve())
        request = {
            "function": function,
            "arguments": passed,
            "scratch": str(scratch.resolve()),
            "limits": dataclasses.asdict(allowed),
            "pass_limits": pass_limits,
        }
        with self._call(request) as stream:
            answers = _Answers(stream, allowed)
        if (answers.answer or {}).get("error") == "no_space" or shutil.disk_usage(scratch).free < _LEAST_FREE_BYTES:
            raise no_space(scratch)
        return _outcome(answers, function, source)

    def start(self) -> None:
        """Start the server now, so that it is ready when the first call comes. Returns at once; safe to repeat."""
        self._started()

    def close(self) -> None:
        """End the server and whatever it still runs. A later `run` starts another."""
        with self._lock:
            if self._control is not None:
                self._control.close()
                self._control = None
            if self._server is not None:
                _wait_or_kill(self._server)
                self._server = None

    def __del__(self) -> None:
        self.close()

    def _call(self, request: Mapping[str, Any]) -> socket.socket:
        ours, theirs = socket.socketpair()
        try:
            self._hand_over(theirs.fileno())
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            ours.sendall(json.dumps(request).encode() + b"\n")
        return ours

    def _hand_over(self, handle: int) -> None:
        for _attempt in (1, 2):
            control = self._started()
            try:
                socket.send_fds(control, [b"call"], [handle])
                return
            except OSError:
                self.close()
        raise EngineAway("the parser process cannot be started; look at the machine's process and memory limits")

    def _started(self) -> socket.socket:
        with self._lock:
            if self._control is not None and self._server is not None and self._server.poll() is None:
                return self._control
            if self._control is not None:
                self._control.close()
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            self._server = subprocess.Popen(
                [sys.executable, "-m", "intake.sandbox_server", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                start_new_session=True,
            )
            theirs.close()
            self._control = ours
            return ours

    def _forget(self) -> None:
        """In a forked child: let go of the parent's server without ending it."""
        self._lock = threading.Lock()
        if self._control is not None:
            self._control.close()
        self._control = None
        if self._server is not None:
            self._server.returncode = 0
        self._server = None


def _environment() -> dict[str, str]:
    """What a parser may know of our environment: no secret of ours, whatever settings stand in it."""
    passed = {name: value for name, value in os.environ.items() if name in _PASSED_ON or name.startswith("LC_")}
    return {**passed, **_QUIET_THREADS, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


def _wait_or_kill(server: subprocess.Popen[bytes]) -> None:
    try:
        server.wait(5)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _forget_all() -> None:
    for box in list(_open_sandboxes):
        box._forget()


def _close_all() -> None:
    for box in list(_open_sandboxes):
        box.close()


os.register_at_fork(after_in_child=_forget_all)
atexit.register(_close_all)


class _Answers:
    """What came over one call's stream: the child's pid, its answer, how it ended."""

    def __init__(self, stream: socket.socket, limits: Limits) -> None:
        self.pid: int | None = None
        self.answer: dict[str, Any] | None = None
        self.exit: int | None = None
        self.over: str | None = None
        self._collect(stream, limits)

    def _collect(self, stream: socket.socket, limits: Limits) -> None:
        ends_at = time.monotonic() + limits.wall_s
        pending, size_bytes = bytearray(), 0
        while True:
            stream.settimeout(max(0.01, ends_at - time.monotonic()) if self.over is None else 5)
            try:
                chunk = stream.recv(1 << 20)
            except TimeoutError:
                if self.over is not None:
                    return
                self._kill("time")
                continue
            except ConnectionResetError:
                return
            if not chunk:
                return
            size_bytes += len(chunk)
            if self.over is None and size_bytes > limits.result_bytes:
                self._kill("result_size")
            if self.over != "result_size":
                pending += chunk
                self._take_lines(pending)

    def _take_lines(self, pending: bytearray) -> None:
        while (end := pending.find(b"\n")) >= 0:
            line = json.loads(bytes(pending[:end]))
            del pending[: end + 1]
            if "pid" in line:
                self.pid = line["pid"]
            elif "exit" in line:
                self.exit = line["exit"]
            else:
                self.answer = line

    def _kill(self, over: str) -> None:
        self.over = over
        if self.pid is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(self.pid, signal.SIGKILL)


def _outcome(answers: _Answers, function: str, source: Path | None) -> Any:
    what = source.name if source is not None else function
    if answers.over is not None:
        raise LimitExceeded(answers.over, f"{what}: the parser went over its limit of {answers.over} and was ended")
    if answers.answer is None:
        raise _ended_without_answer(answers.exit, what)
    answer = answers.answer
    if "result" in answer:
        return answer["result"]
    message = f"{what}: {answer.get('message', '')}"
    if answer.get("error") == "limit":
        raise LimitExceeded(str(answer.get("reason")), message)
    if answer.get("error") == "damaged":
        raise Damaged(message)
    raise Unreadable(str(answer.get("reason")), message)


def _ended_without_answer(status: int | None, what: str) -> Exception:
    if status is None:
        return EngineFailed(f"{what}: the parser process went away before it answered; the call may be repeated")
    if status in (-signal.SIGXCPU, -signal.SIGKILL):
        reason = "cpu_time" if status == -signal.SIGXCPU else "memory"
        return LimitExceeded(reason, f"{what}: the system ended the parser for its use of {reason}")
    return Unreadable("crashed", f"{what}: the parser crashed (status {status}); the file is probably malformed")
