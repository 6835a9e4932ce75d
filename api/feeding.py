"""An event of another system as the archive takes it, whichever door it comes through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from archive.errors import BadInput
from archive.feed_events import Event
from archive.feed_marks import mark_of
from archive.sentences import say

ORDER = ("version", "at")
"""Columns of a file of events that say in which order they came."""


def event_of(system: str, source_id: str, version: str, at: str, fields: Mapping[str, str | Sequence[str]]) -> Event:
    """The event. Raises: BadInput where its order, or a value of a list, can not be read."""
    known = (*ORDER, "system", "source_id")
    cells = {name.strip().casefold(): _cell(value) for name, value in fields.items()}
    kept = {name: cell for name, cell in cells.items() if name and name not in known}
    return Event(system, source_id, mark_of(version, at), kept)


def _cell(value: str | Sequence[str]) -> str:
    if isinstance(value, str):
        return value.replace("\x00", "").strip()
    if any(";" in one for one in value):
        raise BadInput(say("a value of a list holds no semicolon: give each value by itself"))
    return ";".join(one.replace("\x00", "").strip() for one in value)
