"""Progress of long work: how much, how fast, how long still; of work that goes on after a stop too."""

from __future__ import annotations

import io
import time

import pytest

from api.printing import Progress


def test_the_rate_of_work_that_goes_on_is_that_of_what_is_done_now(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    out = io.StringIO()
    progress = Progress("keys", 1000, out, first=800, _started=100.0)
    now[0] = 110.0
    progress.at(900)
    assert out.getvalue() == "keys: 900 of 1,000, 10.0/s, 10.0 s left\n"
