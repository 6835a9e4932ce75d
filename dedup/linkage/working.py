"""The same work on many things by as many processes as there are cores, the answers in the things' order.

Never more in hand than a few for each process, so that memory does not grow with the file.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import chain, islice
from typing import TypeVar

_Thing = TypeVar("_Thing")
_Answer = TypeVar("_Answer")
_IN_HAND = 2
Told = Callable[[str, int, int | None], None]
"""Hears how far a step is: its name, done, of how many (None: not known yet)."""


def in_order(
    work: Callable[[_Thing], _Answer], things: Iterable[_Thing], prepare: Callable[..., None], *given: object
) -> Iterator[_Answer]:
    """Answer `work` of each thing. `prepare(*given)` is called first in each process; one thing alone stays in this one.

    Both are functions of a module, and everything that they take and answer can be pickled.
    """
    coming = iter(things)
    first = list(islice(coming, 2))
    cores = len(os.sched_getaffinity(0))
    if len(first) < 2 or cores < 2:
        prepare(*given)
        yield from map(work, chain(first, coming))
        return
    with ProcessPoolExecutor(cores, multiprocessing.get_context("spawn"), _begin, (prepare, given)) as pool:
        waiting: deque[Future[_Answer]] = deque()
        try:
            for thing in chain(first, coming):
                waiting.append(pool.submit(work, thing))
                if len(waiting) > _IN_HAND * cores:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def _begin(prepare: Callable[..., None], given: tuple[object, ...]) -> None:
    # Whoever stops the command stops it once: the process that leads tells the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_leader, daemon=True).start()
    # Rows by the million hold no cycles: looking for some at the usual pace takes a seventh of the time.
    gc.set_threshold(_MADE_BETWEEN_LOOKS)
    prepare(*given)


_MADE_BETWEEN_LOOKS = 500_000


def _end_with_the_leader() -> None:
    """A leader that is killed tells nobody: who waits for its next thing would wait for ever."""
    leader = multiprocessing.parent_process()
    if leader is not None:
        leader.join()
        os._exit(1)
