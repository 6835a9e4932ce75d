"""Whom an authority asks about, where it names them within a sentence: "заключён ли договор с Петровым Петром Петровичем"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dedup.clues import NameClue
from intake.finding.organisations import HEAD_LINES

_AUTHORITY = re.compile(
    r"\bсуд(?:а|ебн\w*)?\b|\bпристав\w*|\bпрокур\w+|\bполици\w*|\bследств\w+|\bследственн\w+|\bинспекци\w+|\bнадзор\w*|\w+надзор\w*"
    r"|\bминистерств\w+|\bадминистраци\w+|\bдепартамент\w*|\bкомитет\w*|\bуправлени\w+|\bнотариус\w*|\bмвд\b|\bфнс\b|\bфссп\b|\bфас\b"
    r"|\bcourts?\b|\bpolice\b|\bbailiffs?\b|\bsheriff\w*|\bombudsman\b|\btribunal\b|\bprosecut\w+|\binspectorate\b|\bministry\b"
    r"|\bauthority\b|\bcommission\w*|\brevenue\b|\bregulator\b|\bcouncil\b|\bdepartment\b|\btrading\s+standards\b",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    r"(?:\bгражданин\w*|\bгражданк\w+|\bгр\.|\bпотребител\w+|\bабонент\w*|\bдолжник\w*|\bсобственник\w*|\bнанимател\w+|\bвладел\w+"
    r"|\bумерш\w+|\bнаследодател\w+|\bподозреваем\w+|\bобвиняем\w+|\bпотерпевш\w+|\bзаявител\w+|\bна\s+имя|\bс|\bсо|\bу|\bза|\bот"
    r"|\bmr|\bmrs|\bms|\bmiss|\bconsumer|\bcustomer|\btenant|\boccupier|\bdebtor|\bdefendant|\bdeceased|\blate)\.?,?\s+\Z",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"\s*[,(]?\s*(?:\d{1,2}\.\d{1,2}\.\d{4}|прожива\w+|зарегистрир\w+|лиц\w*|л/с|инн\b|паспорт\w*|родив\w+|умер\w*"
    r"|of\s+(?:flat\s+)?\d|at\s+(?:flat\s+)?\d|residing|resident|living|born|date\s+of\s+birth|d\.?o\.?b|account|who\s)",
    re.IGNORECASE,
)
FORMER = re.compile(r"(?:прежн\w+|бывш\w+|предыдущ\w+|former|previous)\s+\w*\s*\Z", re.IGNORECASE)
_REACH = 40


def asked_about_in(text: str, mentions: Sequence[NameClue]) -> tuple[NameClue, ...]:
    """Answer those of a page's mentioned names that an authority asks about; none where no authority is at its head.

    A name counts only where the words beside it make it a party: what it is, where it lives, what it is supplied with.
    """
    head = "\n".join(text.splitlines()[:HEAD_LINES])
    if not _AUTHORITY.search(head):
        return ()
    return tuple(clue for clue in mentions if _is_party(text, clue))


def _is_party(text: str, clue: NameClue) -> bool:
    before = text[max(0, clue.place.start - _REACH) : clue.place.start]
    if FORMER.search(before):
        return False
    return bool(_BEFORE.search(before)) or bool(_AFTER.match(text, clue.place.end))
