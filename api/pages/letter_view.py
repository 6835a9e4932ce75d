"""A letter as a page shows it: pages with evidence and hits drawn on them, the proposal in plain words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from api.document_answer import decision_shown, fields_shown
from api.pages.rendering import Pieces, pieces
from api.reading_pages import LetterPage
from archive.access import Access
from archive.sentences import Sentence, Told, from_row, quoted
from archive.showing.letters import Card
from intake.stages import Box, PageReading, Table
from search.folding import fold

PAGES_AT_ONCE = 60
MOST_WORDINGS = 4
"""Of the wordings that told the kind of letter, only the weightiest help a clerk; the rest is noise on the page."""
LEAST_WORDING_BITS = 1.0
TOLD_BY_EVIDENCE = frozenset(
    {"nobody_known", "two_are_close", "name_only", "name_missing", "data_contradict", "number_unreadable"}
)
"""Reasons whose explanation says in a sentence what the evidence says line by line."""
STRONG_BITS, FAIR_BITS = 10.0, 3.0
"""Evidence of 10 bits makes a thing a thousand times likelier; below 3 bits it says little alone."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A rectangle drawn over a page, in fractions of its width and height."""

    id: str
    kind: str
    x: float
    y: float
    width: float
    height: float
    words: Sentence


@dataclass(frozen=True, slots=True)
class Evidence:
    """One datum for or against the proposal; `mark` is the id of its rectangle, '' where it has none."""

    datum: str
    value: str
    words: Sentence
    weight_bits: float
    strength: str
    page: int | None
    mark: str


@dataclass(frozen=True, slots=True)
class PageView:
    """One page with what is drawn over it."""

    number: int
    part_name: str
    has_picture: bool
    text: str
    pieces: Pieces
    marks: Sequence[Mark]
    tables: Sequence[Table] = ()


@dataclass(frozen=True, slots=True)
class LetterView:
    """Everything that the document page and the desk show of a letter. `card` gives the rest."""

    card: Card
    pages: Sequence[PageView]
    pages_left_out: int
    type_evidence: Sequence[Evidence]
    customer_evidence: Sequence[Evidence]
    type_runner_up: str
    type_margin: float | None
    runner_up_id: int | None
    margin_bits: float
    fields: Sequence[tuple[str, str]]
    runner_up_name: str = ""
    customer_address: str = ""

    def __getattr__(self, name: str) -> Any:
        """The document's own columns, and the card's members, under their names."""
        card = object.__getattribute__(self, "card")
        return getattr(card, name) if hasattr(card, name) else getattr(card.row, name)

    @property
    def told(self) -> Told:
        """The explanation, where it says more than the reason and the evidence."""
        row = self.card.row
        return () if row.state == "filed" or row.reason in TOLD_BY_EVIDENCE else self.card.explanation

    @property
    def own_name(self) -> str:
        """The file's name without the folders that it came from."""
        return str(self.card.file_name).replace("\\", "/").rpartition("/")[2]

    @property
    def margin_words(self) -> str:
        """How far the runner-up is behind, as the name of a text."""
        if self.margin_bits < FAIR_BITS:
            return "margin.close"
        return "margin.clear" if self.margin_bits >= STRONG_BITS else "margin.fair"


def letter_view(card: Card, pages: Sequence[LetterPage], access: Access, words: str = "") -> LetterView:
    """The letter, with evidence lit and the words of a question marked."""
    decision = decision_shown(card.decision, access)
    shown = pages[:PAGES_AT_ONCE]
    what, whose = decision.get("type", {}), decision.get("customer", {})
    on_type, type_marks = _evidence("t", what | {"evidence": _weighty(what.get("evidence") or ())}, shown)
    on_customer, customer_marks = _evidence("c", whose, shown)
    asked = _stems(words)
    return LetterView(
        card=card,
        pages=[_page(page, [*type_marks, *customer_marks], asked) for page in shown],
        pages_left_out=len(pages) - len(shown),
        type_evidence=on_type,
        customer_evidence=on_customer,
        type_runner_up=what.get("runner_up") or "",
        type_margin=what.get("margin"),
        runner_up_id=whose.get("runner_up_id"),
        margin_bits=float(whose.get("margin_bits") or 0.0),
        fields=list(fields_shown(card.fields, access).items()),
    )


def with_names(view: LetterView, runner_up_name: str, customer_address: str) -> LetterView:
    """The view with what only the directory knows."""
    return replace(view, runner_up_name=runner_up_name, customer_address=customer_address)


def _weighty(evidence: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    heaviest = sorted(evidence, key=lambda one: -abs(float(one.get("weight_bits") or 0.0)))[:MOST_WORDINGS]
    return [one for one in heaviest if abs(float(one.get("weight_bits") or 0.0)) >= LEAST_WORDING_BITS]


def _evidence(
    prefix: str, told: Mapping[str, Any], pages: Sequence[LetterPage]
) -> tuple[list[Evidence], list[tuple[int, Mark]]]:
    found, marks = [], []
    for place, one in enumerate(told.get("evidence") or ()):
        weight, number, words = float(one.get("weight_bits") or 0.0), one.get("page"), from_row(one["words"])
        box = _box(one, pages)
        mark = f"{prefix}{place}" if box is not None and number else ""
        if mark and box is not None:
            marks.append((int(number), _mark(mark, _kind(prefix, weight), box, words)))
        found.append(
            Evidence(
                one.get("datum", ""),
                one.get("value", ""),
                words,
                weight,
                strength(weight),
                number,
                mark,
            )
        )
    return sorted(found, key=lambda evidence: -abs(evidence.weight_bits)), marks


def _box(one: Mapping[str, Any], pages: Sequence[LetterPage]) -> Box | None:
    if box := one.get("box"):
        return Box(box["x0"], box["y0"], box["x1"], box["y1"])
    number = one.get("page")
    reading = pages[number - 1].reading if number and 1 <= number <= len(pages) else None
    return box_of_text(reading, str(one.get("value", ""))) if reading else None


def box_of_text(reading: PageReading, value: str) -> Box | None:
    """The smallest box around the first place on the page where this text stands; None where there is none."""
    parts = value.split()
    found = re.search(r"\s+".join(map(re.escape, parts)), reading.text, re.IGNORECASE) if parts else None
    if found is None:
        return None
    boxes = [
        word.box
        for word in reading.words
        if word.box and word.start < found.end() and found.start() < word.start + len(word.text)
    ]
    if not boxes:
        return None
    return Box(min(b.x0 for b in boxes), min(b.y0 for b in boxes), max(b.x1 for b in boxes), max(b.y1 for b in boxes))


_MARGIN = 0.004


def _mark(key: str, kind: str, box: Box, words: Sentence) -> Mark:
    x, y = max(0.0, box.x0 - _MARGIN), max(0.0, box.y0 - _MARGIN)
    return Mark(
        key,
        kind,
        round(x, 4),
        round(y, 4),
        round(min(1.0, box.x1 + _MARGIN) - x, 4),
        round(min(1.0, box.y1 + _MARGIN) - y, 4),
        words,
    )


def _kind(prefix: str, weight: float) -> str:
    if prefix == "t":
        return "wording"
    return "against" if weight < 0 else "for"


def strength(weight: float) -> str:
    """How strongly a weight (bits) speaks, as the name of its text."""
    if weight < 0:
        return "evidence.against"
    if weight >= STRONG_BITS:
        return "evidence.strong"
    return "evidence.fair" if weight >= FAIR_BITS else "evidence.weak"


def _page(page: LetterPage, marks: Sequence[tuple[int, Mark]], asked: Sequence[str]) -> PageView:
    own = [mark for number, mark in marks if number == page.number]
    spans = _hits(page, asked)
    return PageView(
        page.number,
        page.part_name,
        page.has_picture,
        page.text,
        pieces(page.text, spans),
        [*_hit_marks(page, spans), *own],
        page.reading.tables if page.reading else (),
    )


_WORD = re.compile(r"\w+")


def _stems(words: str) -> list[str]:
    """Beginnings that stand for the words asked, long enough to leave endings out and short enough to meet them."""
    folded = _WORD.findall(fold(words))
    return [word[: max(4, len(word) - 2)] if not word.isdigit() else word for word in folded if len(word) > 2]


def _hits(page: LetterPage, asked: Sequence[str]) -> list[tuple[int, int]]:
    if not asked:
        return []
    return [
        (found.start(), found.end())
        for found in _WORD.finditer(page.text)
        if any(fold(found[0]).startswith(stem) for stem in asked)
    ]


def _hit_marks(page: LetterPage, spans: Sequence[tuple[int, int]]) -> list[Mark]:
    if not spans or page.reading is None:
        return []
    starts = {start for start, _end in spans}
    return [
        _mark(f"h{page.number}-{word.start}", "hit", word.box, quoted(word.text))
        for word in page.reading.words
        if word.box and any(start in starts for start in range(word.start, word.start + len(word.text)))
    ]
