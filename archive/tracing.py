"""What the work at hand is about, for whoever writes a log line below it: the arrival, the job, the request; and a span
of it for whoever records traces.

It follows the thread and the task, not the call: nothing of it is handed on as an argument, and nothing is decided by it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")
Note = Callable[..., None]
"""Notes more of what a span is about: `note(arrival=17)`."""
Recorder = Callable[[str, Mapping[str, str | int]], AbstractContextManager[Note]]
"""Records what happens in a block as a span of this name, about these."""

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


def _forget(**_values: str | int) -> None:
    """Nobody records."""


_recorder: list[Recorder] = []


def record_by(recorder: Recorder | None) -> None:
    """Have this process record spans from now on; None: no longer."""
    _recorder[:] = [recorder] if recorder else []


def span(name: str) -> AbstractContextManager[Note]:
    """A span of what happens in the block, about what the work is about; costs next to nothing where nobody records."""
    return _recorder[0](name, about()) if _recorder else nullcontext(_forget)


def spanned(name: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Record each call of a function as a span."""

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def called(*given: P.args, **named: P.kwargs) -> R:
            with span(name):
                return function(*given, **named)

        return called

    return decorate
