"""Is it the same letter, come by another way? Pure: two texts in, how alike they are and whether it is one letter.

A scan and a mail of one letter share their sentences, but not their letterhead and not every character; two letters
of one printed form share their sentences, but not their figures. So most of the shorter one's word runs must be in
the other, and every figure of its body too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

RUN_WORDS = 4
SAME_SHARE = 0.7
"""Share of the shorter text's word runs that the longer one has. Two readings of one page share .8 and more."""
LEAST_RUNS = 8
"""Fewer runs of words say nothing: a greeting and a signature are alike in all letters."""
_WORD = re.compile(r"[^\W\d_]+")
_FIGURE = re.compile(r"\d[\d.,/:-]*\d|\d")


def same_letter(one: str, other: str) -> bool:
    """Whether two texts are one letter. Symmetric."""
    ours, theirs = _runs(one), _runs(other)
    shorter, longer, text, against = (
        (ours, theirs, one, other) if len(ours) <= len(theirs) else (theirs, ours, other, one)
    )
    if len(shorter) < LEAST_RUNS or len(shorter & longer) < SAME_SHARE * len(shorter):
        return False
    return _figures_within_runs(text, shorter & longer) <= _figures(against)


def _words(text: str) -> list[str]:
    return [word.casefold().replace("ё", "е") for word in _WORD.findall(text)]


def _runs(text: str) -> set[tuple[str, ...]]:
    words = _words(text)
    return {tuple(words[at : at + RUN_WORDS]) for at in range(len(words) - RUN_WORDS + 1)}


def _figures(text: str) -> set[str]:
    return {"".join(filter(str.isdigit, figure)) for figure in _FIGURE.findall(text)}


def _figures_within_runs(text: str, shared: Iterable[tuple[str, ...]]) -> set[str]:
    """The figures of the stretch that the two texts share: what stands in the head or foot alone is left aside."""
    first = {run[0] for run in shared}
    places = [match.span() for match in _WORD.finditer(text) if match[0].casefold().replace("ё", "е") in first]
    if not places:
        return set()
    return _figures(text[places[0][0] : places[-1][1]])
