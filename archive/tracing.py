"""What the work at hand is about, for whoever writes a log line below it: the arrival, the job, the request.

It follows the thread and the task, not the call: nothing of it is handed on as an argument, and nothing is decided by it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

_about: ContextVar[Mapping[str, str | int]] = ContextVar("about", default={})  # noqa: B039 (never changed in place)


def about() -> Mapping[str, str | int]:
    """What the work at hand is about."""
    return _about.get()


@contextmanager
def following(**values: str | int) -> Iterator[None]:
    """Have the work in this block be about these too (`arrival=17`, `job="read"`)."""
    token = _about.set({**_about.get(), **values})
    try:
        yield
    finally:
        _about.reset(token)
