"""Hits with their places marked, whatever engine found them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from search.marking import Marker
from search.ports import Highlight, Hit, Thing


def marked_hits(
    shown: Sequence[tuple[float, Thing, str]],
    marks: Marker | None,
    highlights: Callable[[Thing, str, Marker], tuple[Highlight, ...]],
) -> tuple[Hit[Thing], ...]:
    """Hits of (score, thing, its text) in their order; `highlights` of each where `marks` are wanted."""
    if marks is None:
        return tuple(Hit(thing, score) for score, thing, _ in shown)
    marks.read_ahead(text for _, _, text in shown)
    return tuple(Hit(thing, score, highlights(thing, text, marks)) for score, thing, text in shown)
