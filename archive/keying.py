"""Blocking keys of many rows, made in a process beside the one that writes: they cost as much as everything else."""

from __future__ import annotations

import multiprocessing
import pickle
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager

from archive.errors import EngineAway

KeysOf = Callable[[Mapping[str, str]], Iterable[int]]
"""Blocking keys (signed 64-bit) of one record's columns, the same in every process; `dedup` gives it, wiring joins them."""
Keys = Sequence[Sequence[int]]
"""The keys of each row, in the rows' order."""
Keying = Callable[[Sequence[Mapping[str, str]]], Callable[[], Keys]]
"""Takes rows and at once answers a question; asked, that waits for the keys."""


def keys_of_all(keys_of: KeysOf, rows: Sequence[Mapping[str, str]]) -> list[list[int]]:
    """The keys of each row, each key once."""
    return [list(dict.fromkeys(keys_of(row))) for row in rows]


def here(keys_of: KeysOf) -> Keying:
    """Keys made in this process, when they are asked for: right for a few rows."""
    return lambda rows: lambda: keys_of_all(keys_of, rows)


@contextmanager
def beside(keys_of: KeysOf) -> Iterator[Keying]:
    """Keys made in a process beside this one; in this one where `keys_of` can not be handed over.

    Asking raises `EngineAway` where that process died.
    """
    if not _can_be_sent(keys_of):
        yield here(keys_of)
        return
    # spawn: a copy of a process with threads and open databases (fork) may hang or corrupt them.
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:

        def keying(rows: Sequence[Mapping[str, str]]) -> Callable[[], Keys]:
            if not rows:
                return list  # the process begins with the first row that needs it
            future = pool.submit(keys_of_all, keys_of, rows)

            def asked() -> Keys:
                try:
                    return future.result()
                except BrokenProcessPool as error:
                    raise EngineAway("the process that makes blocking keys died; import the file again") from error

            return asked

        yield keying


def _can_be_sent(keys_of: KeysOf) -> bool:
    try:
        pickle.dumps(keys_of)
    except (pickle.PicklingError, AttributeError, TypeError):
        return False
    return True
