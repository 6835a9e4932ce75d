"""Worker processes of this machine: started, watched and stopped together."""

from __future__ import annotations

import contextlib
import ctypes
import dataclasses
import importlib
import logging
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from api import logs
from api.settings import Settings
from api.wiring import Rooms, clients_of, open_rooms
from archive import journal, journal_proof
from archive.errors import EngineAway
from intake.adapters.in_catalogue import this_owner
from intake.working import work

_RENEW_EVERY_S = 60.0
_SEAL_EVERY_S = 5.0
_LIVES_S = 5.0
_LONGEST_PAUSE_S = 60.0
_PR_SET_PDEATHSIG = 1
_log = logging.getLogger("dossier.work")


@contextlib.contextmanager
def workers(settings: Settings, count: int, forever: bool = False) -> Iterator[Crew]:
    """Have `count` workers while the block runs; at its end they are stopped.

    To be entered before the archive is opened: they are ready by the time there is work, and what each needs is loaded
    once, here, and shared. They touch nothing before `Crew.begin`, and stop by themselves when nothing is left to do
    after `Crew.all_is_in`, unless `forever`.
    """
    settings = dataclasses.replace(settings, workers=count)
    if count:
        load_for_work(settings)
    # Forked where that is safe: no thread but this one, so no lock is half-held, and no connection is open yet.
    way = "fork" if sum(1 for _ in Path("/proc/self/task").iterdir()) == 1 else "spawn"
    begun, all_in = _Signal(), _Signal()

    def hired(way: str) -> BaseProcess:
        context: Any = multiprocessing.get_context(way)
        made: BaseProcess = context.Process(target=run_worker, args=(settings, forever, os.getpid(), begun, all_in))
        return made

    places = [_Place(hired(way)) for _ in range(count)]
    with _running(places):
        # One that takes a dead one's place is a fresh interpreter: by then there are threads and connections here.
        yield Crew(places, lambda: hired("spawn"), forever, begun.give, all_in.give)


@dataclass(slots=True)
class _Place:
    """One worker, and after it whoever takes its place: `pause_s` later, longer each time while they die at once."""

    process: BaseProcess
    began_at: float = 0.0
    died_at: float | None = None
    pause_s: float = 0.0

    def begin(self) -> None:
        """Start the worker."""
        self.take(self.process)

    def take(self, process: BaseProcess) -> None:
        """Start this worker here; nothing is changed where that fails. Raises OSError."""
        process.start()
        self.process, self.began_at, self.died_at = process, time.monotonic(), None


@dataclass(frozen=True, slots=True)
class Crew:
    """The workers of a block. `begin`, once the archive is open; `all_is_in`, once no job will be added but by themselves."""

    _places: Sequence[_Place]
    _hire: Callable[[], BaseProcess]
    _forever: bool
    begin: Callable[[], None]
    all_is_in: Callable[[], None]

    def keep_up(self) -> bool:
        """Have another worker wherever one died; whether any is left. To be called now and then, by one thread.

        One killed under a job that asks for too much is not the last: that job's attempts are counted, the others wait.
        """
        manned = [self._is_manned(place) for place in self._places]
        return any(manned)

    def _is_manned(self, place: _Place) -> bool:
        code = place.process.exitcode
        if code is None:
            return True
        # What was not killed told why it ended; a server's engines come back, a command's user reads it.
        if code == 0 or (not self._forever and (code > 0 or place.pause_s >= _LONGEST_PAUSE_S)):
            return False
        now = time.monotonic()
        if place.died_at is None:
            place.died_at = now
            dies_at_once = now - place.began_at < _LIVES_S
            place.pause_s = min(max(2 * place.pause_s, 1.0), _LONGEST_PAUSE_S) if dies_at_once else 0.0
            _log.warning("a worker died (%s); another takes its place in %.0f s", code, place.pause_s)
        if now - place.died_at >= place.pause_s:
            try:
                place.take(self._hire())
            except OSError as error:  # what killed the first may leave no room for another yet
                place.died_at, place.pause_s = now, _LIVES_S
                _log.warning("no worker can be started: %s", error)
        return True


class _Signal:
    """Given once by one process, seen by all that it was handed to at their start."""

    def __init__(self) -> None:
        self._seen, self._giving = multiprocessing.Pipe(duplex=False)

    def give(self) -> None:
        """Let everybody see it."""
        self._giving.send_bytes(b".")

    def is_given(self, within_s: float | None = 0.0) -> bool:
        """Whether it was given, waiting for it that long (None: for ever). Nobody takes the byte, so all see it."""
        return self._seen.poll(within_s)


def load_for_work(settings: Settings) -> None:
    """Load what a worker needs, and what it would read from its own files; safe to repeat."""
    steps = ("dedup.adapters.in_catalogue", "intake.adapters.in_tesseract", "intake.pipeline")
    for module in (*steps, *clients_of(settings)):
        importlib.import_module(module)
    import cv2

    from intake.classifying import decide

    cv2.setNumThreads(1)
    decide("")


@contextlib.contextmanager
def _running(places: Sequence[_Place]) -> Iterator[None]:
    try:
        # A Ctrl-C waits until all are started: one that is half started would be nobody's to stop.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            for place in places:
                place.begin()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        yield
    finally:
        _stop([place.process for place in places if place.process.pid is not None])


def _stop(crew: Sequence[BaseProcess]) -> None:
    for process in crew:
        process.terminate()
    for process in crew:
        process.join(timeout=5)
        if process.is_alive():
            process.kill()
            process.join()


def run_worker(settings: Settings, forever: bool, parent: int, begun: _Signal, all_in: _Signal) -> None:
    """A worker's whole life. It dies with its parent, however that ends."""
    # The parent answers Ctrl-C for all; a worker is told by SIGTERM.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        return
    logs.begin(settings.log)
    load_for_work(settings)
    begun.is_given(within_s=None)
    rooms = open_rooms(settings)
    rooms.sandbox.start()
    stopping = threading.Event()
    renewer = threading.Thread(target=_renew, args=(rooms.jobs.renew, this_owner(), stopping), daemon=True)
    renewer.start()

    def until() -> bool:
        return not forever and all_in.is_given() and rooms.jobs.waiting() == 0

    try:
        keeper = JournalKeeper(rooms)
        work(rooms.jobs, rooms.pipeline, until, keeper.keep)
        journal.seal(rooms.catalogue)
        rooms.retention.keep_up()
    finally:
        stopping.set()
        rooms.close()


class JournalKeeper:
    """What an idle worker does: dates and locks originals, seals the journal, and anchors yesterday's last block once."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._sealed_at = 0.0
        self._anchored: date | None = None

    def keep(self) -> None:
        """Called whenever there is nothing to do; does something at most every few seconds."""
        if time.monotonic() - self._sealed_at < _SEAL_EVERY_S:
            return
        self._sealed_at = time.monotonic()
        journal.seal(self._rooms.catalogue)
        self._rooms.retention.keep_up()
        yesterday = datetime.now(UTC).date() - timedelta(days=1)
        if self._anchored != yesterday:
            journal_proof.anchor(self._rooms.catalogue, self._rooms.objects, yesterday)
            self._anchored = yesterday


def _renew(renew: Callable[[str], None], owner: str, stopping: threading.Event) -> None:
    while not stopping.wait(_RENEW_EVERY_S):
        # An engine that is away now is asked again in a minute; the lease is longer than that.
        with contextlib.suppress(EngineAway):
            renew(owner)
