"""Worker processes of this machine: started, watched and stopped together."""

from __future__ import annotations

import contextlib
import ctypes
import logging
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from multiprocessing.process import BaseProcess

from api.settings import Settings
from api.wiring import Rooms, open_rooms
from archive import journal, journal_proof
from intake.adapters.in_catalogue import this_owner
from intake.working import work

_RENEW_EVERY_S = 60.0
_SEAL_EVERY_S = 5.0
_PR_SET_PDEATHSIG = 1


def worker_count(settings: Settings) -> int:
    """How many workers: what the settings say, else one a core that this process may use."""
    return settings.workers or len(os.sched_getaffinity(0))


@contextlib.contextmanager
def workers(settings: Settings, count: int, forever: bool) -> Iterator[Callable[[], bool]]:
    """Have `count` workers while the block runs; gives a function that says whether any is alive.

    Workers stop by themselves when nothing is left to do, unless `forever`. At the end of the block they are stopped.
    """
    # A fresh interpreter each: no lock, connection or thread of ours is inherited half-held, and each is our own child,
    # so that it dies with us.
    spawn = multiprocessing.get_context("spawn")
    crew = [spawn.Process(target=run_worker, args=(settings, forever, os.getpid())) for _ in range(count)]
    for process in crew:
        process.start()
    try:
        yield lambda: any(process.is_alive() for process in crew)
    finally:
        _stop(crew)


def _stop(crew: Sequence[BaseProcess]) -> None:
    for process in crew:
        process.terminate()
    for process in crew:
        process.join(timeout=5)
        if process.is_alive():
            process.kill()
            process.join()


def run_worker(settings: Settings, forever: bool, parent: int) -> None:
    """A worker's whole life. It dies with its parent, however that ends."""
    # The parent answers Ctrl-C for all; a worker is told by SIGTERM.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        return
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    rooms = open_rooms(settings)
    stopping = threading.Event()
    renewer = threading.Thread(target=_renew, args=(rooms.jobs.renew, this_owner(), stopping), daemon=True)
    renewer.start()
    try:
        keeper = _JournalKeeper(rooms)
        work(rooms.jobs, rooms.pipeline, lambda: not forever and rooms.jobs.waiting() == 0, keeper.keep)
        journal.seal(rooms.catalogue)
    finally:
        stopping.set()
        rooms.close()


class _JournalKeeper:
    """What an idle worker does for the journal: seals what is pending, and anchors yesterday's last block once."""

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
        yesterday = datetime.now(UTC).date() - timedelta(days=1)
        if self._anchored != yesterday:
            journal_proof.anchor(self._rooms.catalogue, self._rooms.objects, yesterday)
            self._anchored = yesterday


def _renew(renew: Callable[[str], None], owner: str, stopping: threading.Event) -> None:
    while not stopping.wait(_RENEW_EVERY_S):
        renew(owner)
