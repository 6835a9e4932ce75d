"""Blocking keys of many rows, made in a process beside the one that writes: they cost as much as everything else."""

from __future__ import annotations

import multiprocessing
import pickle
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass

from archive.errors import EngineAway
from archive.guard_keys import Likened
from archive.likening import NOTHING, LikenedRecords, Likening

KeysOf = Callable[[Mapping[str, str]], Iterable[int]]
"""Blocking keys (signed 64-bit) of one record's columns, the same in every process; `dedup` gives it, wiring joins them."""
Keys = Sequence[Sequence[int]]
"""The keys of each row, in the rows' order."""


@dataclass(frozen=True, slots=True)
class Made:
    """The keys of rows, and what the guard keeps of them."""

    keys: Keys
    likened: LikenedRecords


Keying = Callable[[Sequence[Mapping[str, str]]], Callable[[], Made]]
"""Takes rows and at once answers a question; asked, that waits for what is made of them."""


def keys_of_all(keys_of: KeysOf, rows: Sequence[Mapping[str, str]]) -> list[list[int]]:
    """The keys of each row, each key once."""
    return [list(dict.fromkeys(keys_of(row))) for row in rows]


def here(keys_of: KeysOf, likening: Likening | None = None) -> Keying:
    """Keys made in this process, when they are asked for: right for a few rows."""
    return lambda rows: lambda: Made(keys_of_all(keys_of, rows), _likened(likening, rows))


def _likened(likening: Likening | None, rows: Sequence[Mapping[str, str]]) -> LikenedRecords:
    return NOTHING if likening is None else LikenedRecords(likening, likening(rows))


@contextmanager
def beside(keys_of: KeysOf, likening: Likening | None = None) -> Iterator[Keying]:
    """Keys made in a process beside this one; in this one where `keys_of` can not be handed over.

    Asking raises `EngineAway` where that process died.
    """
    if not _can_be_sent(keys_of):
        yield here(keys_of, likening)
        return
    # spawn: a copy of a process with threads and open databases (fork) may hang or corrupt them.
    spawn = multiprocessing.get_context("spawn")
    # Once a process: a model of likeness is large.
    with ProcessPoolExecutor(1, spawn, _receive, (keys_of, likening)) as pool:

        def keying(rows: Sequence[Mapping[str, str]]) -> Callable[[], Made]:
            if not rows:
                return lambda: Made(
                    (), LikenedRecords(likening, ())
                )  # the process begins with the first row that needs it
            future = pool.submit(_make, rows)

            def asked() -> Made:
                try:
                    keys, records = future.result()
                    return Made(keys, LikenedRecords(likening, records))
                except BrokenProcessPool as error:
                    raise EngineAway("the process that makes blocking keys died; import the file again") from error

            return asked

        yield keying


_received: list[Keying] = []


def _receive(keys_of: KeysOf, likening: Likening | None) -> None:
    _received[:] = [here(keys_of, likening)]


def _make(rows: Sequence[Mapping[str, str]]) -> tuple[Keys, Sequence[Sequence[Likened]]]:
    made = _received[0](rows)()
    return made.keys, made.likened.records


def _can_be_sent(keys_of: KeysOf) -> bool:
    try:
        pickle.dumps(keys_of)
    except (pickle.PicklingError, AttributeError, TypeError):
        return False
    return True
