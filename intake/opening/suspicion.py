"""Where a separator seems to be missing: at which page of a segment does another letter begin?

Judged by how letters are built, not by what they say: a letter opens with short lines (whose it is, to whom, from when,
a salutation, a title) and closes with a name; its further pages go on in the middle of something. Pure.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from archive.sentences import Sentence, Told, say

THRESHOLD = 2.4
"""Sum of weights from which a page is suspected; at least two kinds of evidence must agree."""
THRESHOLD_WITH_GAP = 1.2
"""The same where the numbers on the separators say that one is missing in this very segment."""

_NUMBERED = re.compile(r"^\s*(?:№\s*)?(\d{1,3})(?:[.)]|\.\d+[.)]?)\s+\S")
_LABELLED = re.compile(r"^\s*[^\W\d_][^\W\d_.-]*(?:[ \-][^\W\d_][^\W\d_-]*){0,3}\.?\s?:\s*\S")
_YEAR = r"(?:19|20)\d{2}"
_DATE = re.compile(
    rf"\b\d{{1,2}}[./-]\d{{1,2}}[./-](?:{_YEAR}|\d{{2}})\b|\b{_YEAR}-\d\d-\d\d\b|\b\d{{1,2}}(?:st|nd|rd|th)?\s+[^\W\d_]{{3,9}}\.?,?\s+{_YEAR}\b|\b[^\W\d_]{{3,9}}\s+\d{{1,2}},\s*{_YEAR}\b"
)
_POSTCODE = re.compile(r"\b\d{6}\b(?=.*,)|\b[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}\b|\b[A-Z]{2}\s\d{5}\b")
_CONTACT = re.compile(r"[\w.+-]+@[\w-]+\.\w+|(?:\+?\d[\s()-]{0,2}){10,12}(?!\d)")
_REFERENCE = re.compile(r"(?:№|\bN[o°]?\b\.?|\b[Rr]ef\b\.?|#)\s*:?\s*\S*\d")
_INITIALS = r"(?:[A-ZА-ЯЁ]\.\s?){1,2}"
_SURNAME = r"[A-ZА-ЯЁ][\w’'-]+"
_SIGNED = re.compile(rf"(?:{_INITIALS}\s?({_SURNAME})|({_SURNAME})\s+{_INITIALS})(?=\W*$)")
_PAGE_NUMBER = re.compile(
    r"^\W*(?:[^\W\d_]{1,8}\.?\s{0,2})?(\d{1,3})(?:\s*(?:of|из|/|\|)\s*\d{1,3})?\W*$", re.IGNORECASE
)
_LONG_NUMBER = re.compile(r"\b[A-ZА-ЯЁ]{0,2}-?\d(?:[\d\s/-]{4,16})\d\b")
_ZONE_LINES = 12
_RUNNING_WORDS = 9


@dataclass(frozen=True, slots=True)
class Suspicion:
    """`page`: the place in the list of texts (from 1) where another letter seems to begin; `score` 0…1."""

    page: int
    why: Told
    score: float


@dataclass(frozen=True, slots=True)
class _Page:
    """A page as lines; `zone`: the short lines that it opens with."""

    lines: tuple[str, ...]
    zone: tuple[str, ...]
    number: int | None


@dataclass
class _Evidence:
    weights: dict[Sentence, float] = field(default_factory=dict)

    def add(self, what: Sentence, weight: float) -> None:
        if weight:
            self.weights[what] = weight

    @property
    def total(self) -> float:
        return sum(self.weights.values())

    @property
    def kinds_for(self) -> list[Sentence]:
        return [what for what, weight in self.weights.items() if weight > 0]


def suspect_starts(page_texts: Sequence[str], separator_missing: bool = False) -> list[Suspicion]:
    """The pages of one segment at which another letter seems to begin, never the first.

    `page_texts`: what each page of the segment says, in order; blank pages as empty texts. With `separator_missing`
    (the separators' own numbers jump here) the likeliest page is named on less evidence.
    """
    pages = [_read(text) for text in page_texts]
    judged: list[tuple[int, _Evidence]] = []
    before: list[_Page] = []
    for place, page in enumerate(pages, 1):
        if page.lines and before:
            judged.append((place, _evidence(page, before)))
            if _is_start(judged[-1][1], THRESHOLD):
                before = []
        if page.lines:
            before.append(page)
    found = [(place, evidence) for place, evidence in judged if _is_start(evidence, THRESHOLD)]
    if not found and separator_missing and judged:
        place, evidence = max(judged, key=lambda item: item[1].total)
        if evidence.total >= THRESHOLD_WITH_GAP:
            evidence.add(say("the separators' numbers jump here"), 1.0)
            found = [(place, evidence)]
    return [_said(place, evidence) for place, evidence in found]


def _is_start(evidence: _Evidence, threshold: float) -> bool:
    return evidence.total >= threshold and len(evidence.kinds_for) >= 2


def _said(place: int, evidence: _Evidence) -> Suspicion:
    why = sorted(evidence.kinds_for, key=lambda what: -evidence.weights[what])[:3]
    return Suspicion(place, tuple(why), round(1 / (1 + math.exp(THRESHOLD - 0.5 - evidence.total)), 3))


def _read(text: str) -> _Page:
    lines = [line.strip() for line in text.replace("\f", "\n").split("\n")]
    kept = [line for line in lines if sum(letter.isalnum() for letter in line) >= 2 or _PAGE_NUMBER.match(line)]
    number = None
    for edge in (-1, 0):
        if kept and (found := _PAGE_NUMBER.match(kept[edge])) and len(kept[edge]) <= 16:
            number = int(found.group(1))
            kept.pop(edge)
            break
    return _Page(tuple(kept), _zone(kept), number)


def _zone(lines: Sequence[str]) -> tuple[str, ...]:
    """The lines before the running text: up to the first line that is a sentence's length, or numbered."""
    zone: list[str] = []
    for line in lines[:_ZONE_LINES]:
        if _NUMBERED.match(line) and not _DATE.match(line):
            break
        if len(line.split()) >= _RUNNING_WORDS and not (_LABELLED.match(line) or _POSTCODE.search(line)):
            break
        zone.append(line)
    return tuple(zone)


def _evidence(page: _Page, before: Sequence[_Page]) -> _Evidence:
    evidence = _Evidence()
    _opening_evidence(page, evidence)
    _person_evidence(page, before, evidence)
    _going_on_evidence(page, before[-1], evidence)
    if page.number is not None:
        follows = page.number == (before[-1].number or -1) + 1
        told = say("its page number goes on") if page.number > 1 else say("it is numbered page 1")
        evidence.add(told, _page_weight(page, follows))
    return evidence


def _page_weight(page: _Page, follows: bool) -> float:
    if page.number == 1:
        return 2.0
    return -3.0 if follows else -1.5


def _opening_evidence(page: _Page, evidence: _Evidence) -> None:
    """What a letter opens with: somebody's particulars, a date or reference, a salutation, a title."""
    zone = page.zone
    labels = sum(bool(_LABELLED.match(line)) for line in zone)
    people = sum(_names_person(line) for line in zone)
    particulars = min(1.5, 0.8 * labels + 0.5 * people)
    if any(_POSTCODE.search(line) for line in zone):
        particulars += 0.7
    if any(_CONTACT.search(line) for line in zone):
        particulars += 0.5
    if _long_numbers(zone):
        particulars += 0.4
    evidence.add(say("it opens with short lines"), 0.6 if len(zone) >= 3 else 0.0)
    evidence.add(say("an addressee's or sender's particulars stand at its top"), min(2.2, particulars))
    dated = any(_DATE.search(line) and len(line.split()) <= 8 for line in zone)
    referenced = any(_REFERENCE.search(line) and _DATE.search(line) for line in zone)
    evidence.add(say("a date or reference stands at its top"), 1.2 if referenced else 1.0 if dated else 0.0)
    if any(_is_salutation(line) for line in page.lines[:_ZONE_LINES]):
        evidence.add(say("it greets somebody"), 0.8)
    if len(zone) >= 2 and any(_is_title(line) for line in zone[1:]):
        evidence.add(say("it has a title of its own"), 0.5)


def _names_person(line: str) -> bool:
    """Two or three words with capitals, at most one short word before them: `от Иванова Петра`, `From Ann Lee`."""
    words = line.strip(" .,:").split()
    if not 2 <= len(words) <= 6 or any(letter.isdigit() for letter in line):
        return False
    capital = [word[:1].isupper() and word[1:].islower() for word in words]
    return sum(capital) >= 2 and all(capital[1:])


def _is_salutation(line: str) -> bool:
    words = line.split()
    return (
        1 <= len(words) <= 6
        and line[:1].isupper()
        and line.rstrip().endswith(("!", ","))
        and not _POSTCODE.search(line)
        and not any(letter.isdigit() for letter in line)
    )


def _is_title(line: str) -> bool:
    """One to six words without a full stop or label; in capitals, or standing alone with one capital only."""
    words = line.split()
    if not 1 <= len(words) <= 6 or line.rstrip().endswith((".", ",", ":", ";", "!")) or ":" in line:
        return False
    if any(letter.isdigit() for letter in line):
        return False
    letters = [letter for letter in line if letter.isalpha()]
    return all(letter.isupper() for letter in letters) or sum(word[:1].isupper() for word in words) == 1


def _signature(page: _Page) -> str | None:
    """The surname in the last lines, where they are signed with initials."""
    for line in reversed(page.lines[-4:]):
        found = _SIGNED.search(line)
        if found and len(line.split()) <= 8:
            return _folded(found.group(1) or found.group(2))
    return None


def _folded(name: str) -> str:
    return re.sub(r"\W", "", name).casefold().replace("ё", "е")


def _stem(name: str) -> str:
    """Names are declined: the first letters tell."""
    return name[: max(4, len(name) - 3)]


def _person_evidence(page: _Page, before: Sequence[_Page], evidence: _Evidence) -> None:
    """The page before was signed; this page is somebody else's, or the same one's."""
    signed_before, signed_here = _signature(before[-1]), _signature(page)
    evidence.add(say("the page before it ends with a signature"), 0.9 if signed_before else 0.0)
    words_before = {
        _stem(_folded(word)) for earlier in before for line in earlier.lines for word in line.split() if len(word) > 3
    }
    if signed_here is not None and len(signed_here) > 2:
        known = _stem(signed_here) in words_before
        told = say("the same person signs it") if known else say("another person signs it")
        evidence.add(told, -1.5 if known else 1.2)
    ids_before = _long_numbers(line for earlier in before for line in earlier.lines)
    ids_here = _long_numbers(page.lines)
    if ids_here & ids_before:
        evidence.add(say("it names the same number as the page before"), -1.5)
    elif ids_before and _long_numbers(page.zone):
        evidence.add(say("it names another number"), 0.6)


def _long_numbers(lines: object) -> set[str]:
    """Accounts and the like: six digits or more, without dates."""
    found: set[str] = set()
    for line in lines:  # type: ignore[attr-defined]
        for number in _LONG_NUMBER.findall(_DATE.sub(" ", line)):
            digits = re.sub(r"\D", "", number)
            if len(digits) >= 6:
                found.add(digits)
    return found


def _going_on_evidence(page: _Page, last: _Page, evidence: _Evidence) -> None:
    """What says that the page goes on with the one before it."""
    first, end = page.lines[0], last.lines[-1]
    if first[:1].islower():
        evidence.add(say("it begins within a sentence"), -2.0)
    number = _first_number(page.lines[:3])
    if number is not None and number > 1 and number - 1 in _numbers(last.lines):
        evidence.add(say("it goes on with a list"), -2.5)
    elif (
        number == 1
        and len(page.zone) <= 2
        and not any(_LABELLED.match(line) or _DATE.search(line) for line in page.zone)
    ):
        evidence.add(say("it is a list under a heading, as enclosures are"), -2.0)
    if number is None and len(_numbers(last.lines)) >= 3 and end.rstrip().endswith("."):
        evidence.add(say("the list before it has ended"), 0.3)
    if _breaks_off(end, last.lines) and not _signature(last):
        evidence.add(say("the page before it breaks off"), -1.0)
    if len(page.lines) <= 3:
        evidence.add(say("it holds a few lines only"), -1.5)


def _first_number(lines: Sequence[str]) -> int | None:
    return next((int(found.group(1)) for line in lines if (found := _NUMBERED.match(line))), None)


def _numbers(lines: Sequence[str]) -> set[int]:
    return {int(number) for line in lines for number in re.findall(r"(?:^|[.;]\s)(\d{1,3})[.)]\s", line)}


def _breaks_off(line: str, lines: Sequence[str]) -> bool:
    widest = max(len(other) for other in lines)
    return len(line) >= 0.7 * widest and not line.rstrip().endswith((".", "!", "?", ";", ":"))


def reasons_by_page(suspicions: Sequence[Suspicion], pages: Sequence[int]) -> Mapping[int, Told]:
    """For `cutting.cut_again`: the file's page number of each suspicion and why. `pages`: of the texts judged."""
    return {pages[suspicion.page - 1]: suspicion.why for suspicion in suspicions}
