"""Where letters begin and end in a file, from what its pages are. Pure: decides, touches nothing.

Every page is in a letter, a separator or a blank: pages in = pages in letters + separators + blanks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from archive.sentences import Told, say
from intake.opening.results import PageLook


@dataclass(frozen=True, slots=True)
class Segment:
    """One letter's pages, both ends included; `blanks` are those among them that say nothing.

    `suspicion`: why a person must look at the cut, naming the page. `separator_missing`: the numbers on the batch's
    separators run on by one but for a jump right behind this segment.
    """

    page_from: int
    page_to: int
    blanks: tuple[int, ...] = ()
    suspicion: Told = ()
    separator_missing: bool = False

    @property
    def pages(self) -> tuple[int, ...]:
        """The pages that say something."""
        return tuple(page for page in range(self.page_from, self.page_to + 1) if page not in self.blanks)


@dataclass(frozen=True, slots=True)
class Cut:
    """A file cut into letters. `blanks` holds all of the file's, within letters or between them."""

    pages: int
    segments: tuple[Segment, ...]
    separators: tuple[int, ...]
    blanks: tuple[int, ...]

    @property
    def is_batch(self) -> bool:
        """Whether separators part it."""
        return bool(self.separators)

    @property
    def balances(self) -> bool:
        """Whether every page is accounted for, once."""
        counted = [page for segment in self.segments for page in segment.pages]
        return sorted([*counted, *self.separators, *self.blanks]) == list(range(1, self.pages + 1))


def cut(looks: Sequence[PageLook]) -> Cut:
    """The file's letters. Without a separator it is one letter, all its pages included, blank backs too.

    A file of nothing but blanks and separators holds no letter: `segments` is empty.
    """
    separators = {look.number: look.separator for look in looks if look.separator is not None}
    blanks = tuple(look.number for look in looks if look.blank)
    if not separators:
        whole = (Segment(1, len(looks), blanks),) if len(blanks) < len(looks) else ()
        return Cut(len(looks), whole, (), blanks)
    gaps = _gaps(separators)
    segments = tuple(_segments(looks, gaps))
    return Cut(len(looks), segments, tuple(separators), blanks)


def _segments(looks: Sequence[PageLook], gaps: frozenset[int]) -> Iterator[Segment]:
    run: list[PageLook] = []
    behind = 0
    for look in [*looks, PageLook(len(looks) + 1, separator="")]:
        if look.separator is None:
            run.append(look)
            continue
        written = [page.number for page in run if not page.blank]
        if written:
            kept = [page for page in run if page.number >= written[0]]
            inner = tuple(page.number for page in kept if page.blank)
            yield Segment(kept[0].number, kept[-1].number, inner, separator_missing=behind in gaps)
        run, behind = [], look.number


def _gaps(separators: Mapping[int, str]) -> frozenset[int]:
    """Separators (their pages) behind which the batch's own numbering jumps, where it otherwise runs on by one."""
    numbered = [(page, found) for page, payload in separators.items() if (found := _number_of(payload)) is not None]
    steps = [(page, after[1] - before) for (page, before), after in pairwise(numbered)]
    regular = [page for page, step in steps if step == 1]
    jumps = [page for page, step in steps if step in (2, 3)]
    if len(regular) + len(jumps) != len(steps) or len(jumps) > max(1, len(regular)):
        return frozenset()
    return frozenset(jumps)


def _number_of(payload: str) -> int | None:
    found = re.search(r"(\d{1,6})\s*$", payload)
    return int(found.group(1)) if found else None


def cut_again(whole: Cut, starts: Mapping[int, Told]) -> Cut:
    """The same with further letters beginning at the pages named; `starts` gives the reason for each.

    Both letters at such a cut carry the suspicion, which names the page.
    """
    segments = [piece for segment in whole.segments for piece in _again(segment, starts)]
    return replace(whole, segments=tuple(segments))


def _again(segment: Segment, starts: Mapping[int, Told]) -> Iterable[Segment]:
    cuts = sorted(page for page in starts if segment.page_from < page <= segment.page_to)
    if not cuts:
        return [segment]
    edges = [segment.page_from, *cuts, segment.page_to + 1]
    pieces = []
    for number, (first, after) in enumerate(pairwise(edges)):
        page = first if number else cuts[0]
        inner = tuple(blank for blank in segment.blanks if first <= blank < after)
        why = say("page {page}: a separator seems to be missing before it", page=page)
        told = (why, *starts[page])
        pieces.append(replace(segment, page_from=first, page_to=after - 1, blanks=inner, suspicion=told))
    return pieces
