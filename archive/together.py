"""What several threads enter at the same moment goes into one transaction: one wait for the disk, one for the counter.

Nobody waits for company: whoever finds nobody at it begins at once, and what comes meanwhile is the next batch.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Given = TypeVar("Given")
Got = TypeVar("Got")
_MOST = 64


class _Waiting(Generic[Given, Got]):
    """One caller's wait."""

    __slots__ = ("failed", "given", "got", "leads", "woken")

    def __init__(self, given: Given) -> None:
        self.given = given
        self.got: list[Got] = []
        self.failed = self.leads = False
        self.woken = threading.Event()


class Together(Generic[Given, Got]):
    """Calls `enter`, which enters all of what it is given or nothing, with what waits. Safe to use from many threads."""

    def __init__(self, enter: Callable[[Sequence[Given]], Sequence[Got]]) -> None:
        self._enter = enter
        self._guard = threading.Lock()
        self._is_led = False
        self._waiting: list[_Waiting[Given, Got]] = []

    def enter(self, given: Given) -> Got:
        """What `enter` answers for this one. Raises what it raises for this one alone, whoever else was entered with it."""
        mine: _Waiting[Given, Got] = _Waiting(given)
        with self._guard:
            self._waiting.append(mine)
            leads, self._is_led = not self._is_led, True
        if not leads:
            mine.woken.wait()
            leads = mine.leads
        if leads:
            self._lead()
        # Of several that fail together, each is tried by itself: one's trouble is not another's.
        return self._enter([given])[0] if mine.failed else mine.got[0]

    def _lead(self) -> None:
        """Enter what waits, the caller's first, and let the first of those that came meanwhile lead on."""
        with self._guard:
            batch, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
        try:
            for one, got in zip(batch, self._enter([one.given for one in batch]), strict=True):
                one.got.append(got)
        except BaseException as error:
            for one in batch:
                one.failed = True
            if len(batch) == 1 or not isinstance(error, Exception):
                raise
        finally:
            with self._guard:
                self._is_led = bool(self._waiting)
                if self._waiting:
                    self._waiting[0].leads = True
                    self._waiting[0].woken.set()
            for one in batch[1:]:
                one.woken.set()
