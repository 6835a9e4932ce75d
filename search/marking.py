"""Where in a text the answer stands: spans in plain text, and the piece of a long text worth showing.

Pure: the engine's stemmer comes in as a function. Highlights are places, never markup.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from search.asking import Asked, Effort, edits_allowed, may_be_beginning, readings
from search.folding import GRAM, WORD, fold, roughly, sound
from search.ports import Highlight

PIECE_CHARACTERS = 240
_BEFORE = 60
_MOST_PLACES = 200
MOST_SCANNED = 100_000
_MOST_FOLDED = 20_000
_WORD = re.compile(WORD)
_CONTROLS = dict.fromkeys((*range(32), 127, 8232, 8233), " ")

Stem = Callable[[str], str]
"""A folded word → its stem."""


@dataclass(frozen=True)
class Marker:
    """What a question wants to see marked. Made once a question, used on every hit."""

    stems: frozenset[str]
    beginnings: tuple[str, ...]
    near: tuple[tuple[str, int], ...]
    sounds: frozenset[str]
    numbers: re.Pattern[str] | None
    stem: Stem
    _wanted: dict[str, bool] = field(default_factory=dict, compare=False, repr=False)
    _near: dict[str, bool] = field(default_factory=dict, compare=False, repr=False)
    _beginning_near: dict[str, bool] = field(default_factory=dict, compare=False, repr=False)

    def read_ahead(self, texts: Iterable[str]) -> None:
        """Compare the words of these texts with what they may be misspellings of, all at once: a tenth of the cost."""
        if not self.near:
            return
        words: set[str] = set()
        for text in texts:
            words.update(_WORD.findall(roughly(text[:MOST_SCANNED])))
        every = sorted(words)
        _all_looked_up(every, self._beginning_near, self.near, begun=True)
        _all_looked_up(every, self._near, self.near, begun=False)

    def spans(self, folded: str) -> tuple[tuple[int, int], ...]:
        """The places in a folded text that answer the question, in order, none overlapping."""
        if not (self.stems or self.numbers or self.beginnings):
            return ()
        found = [] if self.numbers is None else [match.span() for match in self.numbers.finditer(folded)]
        found += [match.span() for match in _WORD.finditer(folded) if self._is_wanted(match[0])]
        return _joined(found)

    def _is_wanted(self, word: str) -> bool:
        """Kept for each word: the hits of one question share most of theirs."""
        known = self._wanted.get(word)
        if known is None:
            known = self._wanted[word] = self._answers(word)
        return known

    def _answers(self, word: str) -> bool:
        stem = self.stem(word)
        return (
            stem in self.stems
            or word.startswith(self.beginnings)
            or (bool(self.sounds) and sound(word) in self.sounds)
            or (bool(self.near) and (self._is_near(word) or self._is_near(stem)))
        )

    def _is_near(self, word: str) -> bool:
        return _looked_up(word, self._near, self.near, begun=False)

    def probes(self, folded: str) -> list[str]:
        """Strings whose places in this text are worth looking at."""
        sure = [stem[:-1] if len(stem) > 3 and stem[-1] in "iy" else stem for stem in self.stems]
        near = {word for word in set(_WORD.findall(folded)) if self._begins_near(word)} if self.near else set()
        return [*sure, *self.beginnings, *near]

    def _begins_near(self, word: str) -> bool:
        """Whether the word may turn out near: its beginning stands for its stem, which would cost too much."""
        return _looked_up(word, self._beginning_near, self.near, begun=True)


_Near = Sequence[tuple[str, int]]
"""(what was asked for, how many letters may differ)."""


def _looked_up(word: str, known: dict[str, bool], near: _Near, begun: bool) -> bool:
    answer = known.get(word)
    if answer is None:
        answer = known[word] = any(
            abs(len(one) - len(wanted)) <= edits and OSA.distance(one, wanted, score_cutoff=edits) <= edits
            for wanted, edits in near
            for one in (word[: len(wanted)] if begun else word,)
        )
    return answer


def _all_looked_up(words: Sequence[str], known: dict[str, bool], near: _Near, begun: bool) -> None:
    """`_looked_up` of many words, each of what was asked for compared with all of them in one call."""
    if not words:
        return
    found = np.zeros(len(words), dtype=bool)
    for wanted, edits in near:
        compared = [word[: len(wanted)] for word in words] if begun else words
        # What is farther than allowed comes out as one more.
        found |= cdist([wanted], compared, scorer=OSA.distance, score_cutoff=edits, dtype=np.uint8)[0] <= edits
    known.update(zip(words, found.tolist(), strict=True))


def marker(asked: Asked, effort: Effort, stem: Stem, by_sound: bool = False) -> Marker:
    """What the question wants to see marked when it was answered with this effort."""
    stems: set[str] = set()
    beginnings: set[str] = set()
    near: set[tuple[str, int]] = set()
    for term in asked.terms:
        for words in readings(term, effort):
            if term.in_any_order:
                words = tuple(word for word in words if len(word) >= GRAM)
            stems.update(stem(word) for word in words)
            if words and may_be_beginning(term, effort):
                beginnings.add(words[-1])
            for word in words:
                if edits := edits_allowed(word, effort):
                    near.update((form, edits) for form in (word, stem(word)))
    names = {sound(word) for word in stems if len(word) > 2 and word.isalpha()} if by_sound else set()
    keys = tuple(key for term in asked.terms for key in term.numbers)
    return Marker(frozenset(stems), tuple(beginnings), tuple(near), frozenset(names), _number_pattern(keys), stem)


@lru_cache(maxsize=64)
def _number_pattern(keys: tuple[str, ...]) -> re.Pattern[str] | None:
    """Finds any of the numbers however it is grouped. Keys are letters and digits only.

    Kept for the other index, which is asked the same: to make one takes longer than to find the number.
    """
    alternatives = [r"[ \-./()]{0,3}".join(map(_any_spelling, key)) for key in keys]
    return re.compile("|".join(alternatives)) if alternatives else None


def _any_spelling(letter: str) -> str:
    """A letter of a number's key, as any of the letters that give it."""
    spellings = {"0": "[0oо]", "1": "[1il]", "3": "[3з]"}
    latin, cyrillic = "abekmhpctyx", "авекмнрстух"
    at = latin.find(letter)
    return spellings.get(letter) or (f"[{letter}{cyrillic[at]}]" if at >= 0 else re.escape(letter))


def _joined(spans: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


def whole(field: str, text: str, wanted: Marker) -> Highlight | None:
    """A short text with its places, or None where nothing in it answers the question."""
    shown = unicodedata.normalize("NFC", text)
    spans = wanted.spans(fold(shown))
    return Highlight(field, shown, spans) if spans else None


def piece(field: str, text: str, wanted: Marker) -> Highlight | None:
    """The piece of a long text (NFC) where most of what was asked for stands together; its beginning where nothing does.

    Of very long texts only the first 100,000 characters are looked at.
    """
    if not text:
        return None
    text = text[:MOST_SCANNED]
    folded = roughly(text)
    places = _places(folded, wanted)
    if not places and wanted.stems:  # what answers may be written with look-alike letters
        folded = fold(text[:_MOST_FOLDED])
        places = _places(folded, wanted)
    start, end = _best_window(folded, places)
    shown = text[start:end]
    if not shown.isprintable():
        shown = shown.translate(_CONTROLS)
    return Highlight(field, shown, wanted.spans(fold(shown)))


def _best_window(folded: str, places: list[tuple[int, str]]) -> tuple[int, int]:
    starts = [place for place, _ in places]
    best, most = 0, 0
    for at, (place, _) in enumerate(places):
        until = bisect_right(starts, place + PIECE_CHARACTERS - _BEFORE)
        different = len({probe for _, probe in places[at:until]})
        if different > most:
            best, most = place, different
    start = _word_start(folded, max(best - _BEFORE, 0))
    return start, _word_end(folded, start + PIECE_CHARACTERS)


def _places(folded: str, wanted: Marker) -> list[tuple[int, str]]:
    """(place, what stands there) in order; a probe counts only where a word begins with it."""
    found: list[tuple[int, str]] = []
    for probe in wanted.probes(folded):
        place = folded.find(probe)
        while place >= 0 and len(found) < _MOST_PLACES:
            if place == 0 or not folded[place - 1].isalnum():
                found.append((place, probe))
            place = folded.find(probe, place + 1)
    for match in wanted.numbers.finditer(folded) if wanted.numbers else ():
        found.append((match.start(), "number"))
        if len(found) >= 2 * _MOST_PLACES:
            break
    return sorted(found)


def _word_start(folded: str, at: int) -> int:
    """The nearest beginning of a word at or before `at`; `at` itself inside a very long one."""
    for back in range(at, max(at - 30, -1), -1):
        if back == 0 or not folded[back - 1].isalnum():
            return back
    return at


def _word_end(folded: str, at: int) -> int:
    for forth in range(at, min(at + 30, len(folded))):
        if not folded[forth].isalnum():
            return forth
    return min(at, len(folded))
