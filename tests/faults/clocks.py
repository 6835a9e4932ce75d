"""The clock that our modules look at, moved by hand; the machine's own goes on as it is."""

from __future__ import annotations

import sys
import time
from datetime import datetime, timedelta, tzinfo
from typing import Any

import pytest

_ROOMS = frozenset({"api", "archive", "cases", "dedup", "intake", "search"})


class Clock:
    """How far our clock is ahead of the machine's. What a module is loaded after this is made, looks at the machine's."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.ahead = timedelta()
        moved = _moved(self)
        for name, module in list(sys.modules.items()):
            if name.partition(".")[0] in _ROOMS and getattr(module, "datetime", None) is datetime:
                patch.setattr(module, "datetime", moved)
        machine = time.time_ns
        patch.setattr(time, "time_ns", lambda: machine() + int(self.ahead.total_seconds() * 1e9))

    def jump(self, hours: float) -> None:
        """Set it forward, or back."""
        self.ahead += timedelta(hours=hours)


def _moved(clock: Clock) -> type[datetime]:
    class Kind(type):
        def __instancecheck__(cls, one: Any) -> bool:
            return isinstance(one, datetime)

    class Moved(datetime, metaclass=Kind):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return datetime.now(tz) + clock.ahead

    return Moved
