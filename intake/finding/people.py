"""Names of persons and organisations in a letter, each with the role its surroundings give it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from rapidfuzz.distance import OSA

from dedup.clues import NameClue, NameRole, Place
from dedup.normalising import fold, name_words, stem
from intake.finding.inquiries import FORMER, asked_about_in
from intake.finding.organisations import HEAD_LINES, TAIL_LINES, marked_after, marked_names, plain_lines, plain_names

_LINE_START = r"(?:(?<=\n)|^)[ \t]*"
_PARTY = (
    r"(?:заявител\w+|потребител\w+|абонент\w*|плательщик\w*|покупател\w+|собственник\w*|нанимател\w+|владел\w+\s+сч[её]та"
    r"|клиент\w*|отправител\w+|ф\.?\s?и\.?\s?о\.?|фамилия(?:,?\s+имя(?:,?\s+отчество)?)?|гражданин\w*|гражданк\w+|гр-н\w*|гр-к\w*"
    r"|applicant|account\s+holder|customer(?:\s+name)?|consumer|tenant|occupier|sender|full\s+name|name|payer|subscriber)"
    r"(?:\s*\([^)\n]{0,30}\))?"
)
_SENDER = re.compile(
    rf"{_LINE_START}(?:от|from)\b(?!\s*\d)\s*:?[ \t]*"
    rf"|{_LINE_START}{_PARTY}\s*[:;\-–—]\s*|\b{_PARTY}\s*:\s*"
    rf"|{_LINE_START}(?:гражданин\w*|гражданк\w+|гр\.|гр-н\w*|гр-к\w*|заявител\w+|потребител\w+|абонент\w*|собственник\w*"
    r"|mr|mrs|ms|miss|dr)\.?[ \t]+(?=[A-ZА-ЯЁ])"
    r"|(?:(?<=\n)|^|(?<=[.!?]\s))Я,\s*|\bменя\s+зовут\s+|\bmy\s+name\s+is\s+|(?:(?<=\n)|^|(?<=[.!?]\s))I,\s*(?:am\s+)?"
    r"|(?:(?<=\n)|^|(?<=[.!?]\s))(?:Мы|We),\s*",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    rf"(?:{_LINE_START}(?:касается|касаемо|concerns)(?=\s*:)|в\s+отношении|касательно|должник\w*|взыскател\w+|ист[ец]\w*|ответчик\w*|обращени[ея]|жалоб\w+|заявлени[ея]|сведени\w+\s+о"
    r"|потерпевш\w+|от\s+имени|в\s+интересах"
    r"|in\s+respect\s+of|concerning|regarding|complainant|submitted\s+by|lodged\s+by|made\s+by|received\s+from|debtor|respondent"
    r"|claimant|defendant|complaint\s+(?:of|from|by)|on\s+behalf\s+of|in\s+the\s+name\s+of|about)"
    r"(?:\s+(?:the\s+)?(?:потребител\w+|абонент\w*|гражданин\w*|гражданк\w+|гр\.|должник\w*|клиент\w*|заявител\w+|consumer|customer"
    r"|account\s+holder|tenant|mr|mrs|ms)\.?)?\s*[:\-–—,]?\s+",
    re.IGNORECASE,
)
_PAST = ("прежний", "прежнего", "бывший", "бывшего", "предыдущий", "предыдущего", "former", "previous", "late")
_OFFICE = re.compile(
    r"^\W*(?:директор|генеральный|руководител\w+|главный|председател\w+|начальник|судья|прокурор|инспектор|пристав|заместител\w+"
    r"|управляющ\w+|секретар\w+|director|manager|secretary|chair\w*|judge|inspector|officer|clerk|head\s+of|for\s+and\s+on)",
    re.IGNORECASE,
)
_ENCLOSURE = re.compile(
    r"(?m)^\s*(?:приложени[ея]\s*(?:№|\d|:)|enclosure\s*(?:\d|no|:)|appendix|annex|attachment\s*(?:\d|:))",
    re.IGNORECASE,
)
_ENTREPRENEUR = re.compile(r"\b(?:ИП|Индивидуальный предприниматель)\s+")
_WORD = r"[A-ZА-ЯЁ][^\W\d_]*(?:[-'’][^\W\d_]+)*"
_INITIAL = r"[A-ZА-ЯЁ]\."
_PERSON = re.compile(
    rf"{_WORD}[ \t]+{_INITIAL}[ \t]?(?:{_INITIAL})?"
    rf"|{_INITIAL}[ \t]?(?:{_INITIAL})?[ \t]?{_WORD}"
    rf"|{_WORD}\s{_WORD}\s[А-ЯЁ][а-яё]+(?:ич(?:а|у|ем|ом|е)?|[вч]н(?:а|ы|е|у|ой|ою))\b"
    rf"|{_WORD}(?:[ \t]+{_WORD}){{1,2}}"
)
_JUNK = re.compile(r"[^\w\n]*(?:\d{1,2}[^\w\n]+)?")
_LABELLED_NAME = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*\.?|\n")
_LONGEST_TITLE = len("Miss.")
"""A longer word with a full stop ends its sentence, and the name with it."""
_SIGNATURE = re.compile(
    rf"^[\s_/\\|.,()«»–—-]*((?:{_INITIAL}[ \t]?){{1,2}}{_WORD}|{_WORD}[ \t]+(?:{_INITIAL}[ \t]?){{1,2}}|{_WORD}(?:[ \t]+{_WORD}){{1,2}})[\s_/\\|.,()–—-]*$"
)


def find_names(text: str, page: int, *, first: bool, last: bool) -> list[NameClue]:
    """Answer the names of one page; `first` and `last` say whether a letterhead and a signature may stand on it."""
    body = _ENCLOSURE.search(text)
    end = body.start() if body else len(text)
    found = [
        *_labelled(text, _SENDER, "labelled", page),
        *_labelled(text, _SUBJECT, "subject", page),
        *marked_names(text, page, first),
    ]
    if last or body:
        found.extend(_signature(text[:end], page))
    found.extend(plain_lines(text, page, first, end if last or body else 0))
    taken = [c.place for c in found if c.sure]
    mentions = [c for c in _mentions(text[:end], page) if not any(_over(c.place, p) for p in taken)]
    announced = any(c.sure and c.role in ("labelled", "subject") for c in found)
    asked_about = () if announced or not first else asked_about_in(text, mentions)
    spelled_out = () if announced or not first else _spelled_out(text, found, mentions)
    if any(len(name_words(c.text)) <= 2 for c in spelled_out):
        # Of three words one may be no name ("Customer Ann Elm"): then the initials go on speaking beside it.
        found = [c for c in found if c.role != "signature" or c.organisation]
    return [*found, *(_in_role(c, asked_about, spelled_out) for c in mentions)]


def _in_role(clue: NameClue, asked_about: Sequence[NameClue], spelled_out: Sequence[NameClue]) -> NameClue:
    if clue in asked_about:
        return replace(clue, role="subject")
    return replace(clue, role="signature") if clue in spelled_out else clue


def _spelled_out(text: str, found: Sequence[NameClue], mentions: Sequence[NameClue]) -> tuple[NameClue, ...]:
    """The one name at the head that the signature shortens: "Linda Thomas, 62 Windsor Road" above, "L. Thomas" below."""
    signed = [name_words(c.text) for c in found if c.role == "signature" and not c.organisation]
    if not signed or all(len(w) > 1 for w in signed[0]):
        return ()
    head = sum(len(line) for line in text.splitlines(keepends=True)[:HEAD_LINES])
    fitting = [c for c in mentions if c.place.start < head and _shortened(signed[0], name_words(c.text))]
    fitting = [c for c in fitting if not FORMER.search(text[max(0, c.place.start - 40) : c.place.start])]
    return tuple(fitting) if len({fold(c.text) for c in fitting}) == 1 else ()


def _shortened(signed: Sequence[str], whole: Sequence[str]) -> bool:
    """Whether a signature is a whole name's surname with the initials of the rest, whatever their order and case ending."""
    surnames = [w for w in signed if len(w) > 1]
    initials = [fold(w) for w in signed if len(w) == 1]
    if len(surnames) != 1 or any(len(w) == 1 for w in whole):
        return False
    rest = [w for w in whole if stem(w) != stem(surnames[0])]
    firsts = [fold(w)[0] for w in rest]
    return len(rest) == len(whole) - 1 and firsts[:1] == initials[:1] and all(i in firsts for i in initials)


def _over(a: Place, b: Place) -> bool:
    return a.start < b.end and b.start < a.end


def _labelled(text: str, label: re.Pattern[str], role: NameRole, page: int) -> Iterator[NameClue]:
    for match in label.finditer(text):
        start = match.end()
        line_end = text.find("\n", start)
        line_end = len(text) if line_end < 0 else line_end
        organisation = marked_after(text, start, line_end)
        if organisation is not None:
            yield NameClue(
                organisation.group().strip(), role, True, Place(page, organisation.start(), organisation.end())
            )
            continue
        if _is_past(text[max(0, match.start() - 24) : match.start()]):
            continue
        yield from plain_names(text, start, line_end, role, page)
        entrepreneur = _ENTREPRENEUR.match(text, start)
        start = entrepreneur.end() if entrepreneur else start
        strict = role == "subject" or ":" not in match.group()
        span = _words_after(text, start, strict)
        if span is not None:
            yield NameClue(" ".join(text[span[0] : span[1]].split()), role, False, Place(page, *span))


def _is_past(before: str) -> bool:
    """Whether the word before makes it a former owner; readers of pictures may get two signs of it wrong."""
    last = re.search(r"([^\W\d_]+)\s*\Z", before)
    return last is not None and any(
        OSA.distance(last.group(1).casefold(), w, score_cutoff=2) <= min(2, len(w) // 4) for w in _PAST
    )


def _words_after(text: str, start: int, strict: bool) -> tuple[int, int] | None:
    """The name words from here: two to four, over a line's end while fewer than a name has; None where there are none.

    After a colon a name is expected and small letters are a reader's mistake; elsewhere capitals are demanded.
    """
    words: list[str] = []
    at, first = _past_junk(text, start), -1
    while len(words) < 4 and at < len(text):
        match = _LABELLED_NAME.match(text, at)
        if match is None:
            break
        word = match.group()
        if word == "\n":
            if not words or not _unfinished(words, text[match.end() : match.end() + 30]):
                break
        elif not word[0].isupper() and (strict or len(word) < 3 or len(words) >= 3 or not words):
            break
        else:
            words.append(word)
            first = match.start() if first < 0 else first
            end = match.end()
            if word[-1] == "." and len(word) > _LONGEST_TITLE:
                break
        at = match.end()
        # "Surname, Given": one comma after the first word of a name that was announced.
        skipped = " \t‘’'\"`*_," if len(words) == 1 and not strict else " \t‘’'\"`*_"
        while at < len(text) and text[at] in skipped:
            at += 1
    whole = [w for w in words if len(w.rstrip(".")) > 1]
    if first < 0 or not whole or (len(words) < 2 and strict):
        return None
    return first, end


def _past_junk(text: str, start: int) -> int:
    """Past quotes and specks that a reader of pictures puts before a word."""
    match = _JUNK.match(text, start, start + 6)
    return match.end() if match else start


def _unfinished(words: list[str], following: str) -> bool:
    """Whether the name goes on in the next line: a Russian name has three words, and the third is a patronymic."""
    if len(words) == 1:
        return bool(re.match(r"\s*[A-ZА-ЯЁ]", following))
    return len(words) == 2 and bool(re.match(r"\s*[А-ЯЁ][а-яё]+(?:вич|вна|ич|чна)\w{0,2}\b", following))


def _signature(body: str, page: int) -> Iterator[NameClue]:
    """The last line in the letter's tail that is nothing but a name."""
    lines = body.splitlines(keepends=True)
    starts = [sum(len(line) for line in lines[:i]) for i in range(len(lines))]
    filled = [i for i, line in enumerate(lines) if line.strip()]
    for place, i in reversed(list(enumerate(filled))[-TAIL_LINES:]):
        match = _SIGNATURE.match(lines[i].rstrip("\n"))
        if match is None or place == 0 or place < len(filled) // 2 - 1:
            continue
        above = lines[filled[place - 1]]
        role: NameRole = "official" if _OFFICE.match(above) else "signature"
        yield NameClue(match.group(1), role, False, Place(page, starts[i] + match.start(1), starts[i] + match.end(1)))
        return


def _mentions(text: str, page: int) -> Iterator[NameClue]:
    for match in _PERSON.finditer(text):
        yield NameClue(" ".join(match.group().split()), "mention", False, Place(page, match.start(), match.end()))
