"""The steps of a letter's way by name, so that something can be done in the middle of each."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import pytest

STEPS: dict[str, tuple[str, str]] = {
    "accept": ("archive.arrivals", "register_many"),
    "preserve": ("intake.pipeline", "preserve"),
    "cut": ("intake.pipeline", "cut"),
    "enter": ("archive.documents", "enter"),
    "read": ("intake.pipeline", "read"),
    "keep": ("archive.documents", "keep_reading"),
    "recognise": ("intake.pipeline", "recognise"),
    "compare": ("intake.pipeline", "compare"),
    "file": ("intake.pipeline", "file"),
    "index": ("archive.outbox", "settle"),
    "seal": ("archive.journal", "_add_block"),
}
"""Step → the function that does its work: what is done after it is done before any of it is committed.

The bytes are in the store when `accept` is done, and the index is durable when `index` takes its changes out of the outbox.
"""


def in_the_middle_of(patch: pytest.MonkeyPatch, what: Callable[[str], None], *steps: str) -> None:
    """Have `what(step)` called each time when a step has done its work, and nothing of it stands yet."""
    for step in steps or STEPS:
        module, name = STEPS[step]
        patch.setattr(f"{module}.{name}", _followed(getattr(importlib.import_module(module), name), step, what))


def _followed(work: Callable[..., Any], step: str, what: Callable[[str], None]) -> Callable[..., Any]:
    def done(*given: Any, **named: Any) -> Any:
        result = work(*given, **named)
        what(step)
        return result

    return done
