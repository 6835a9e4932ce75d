"""Identifier-like numbers in a letter, with what the words before them call them.

No format is known here: anything with enough digits is offered, the directory says what it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dedup.clues import ContactClue, NumberClue, NumberLabel, Place

_LABELS: tuple[tuple[NumberLabel, str], ...] = (
    (
        "account",
        r"лицев\w*\s*(?:сч[её]т\w*)?|л\s?[/.\\]\s?[сc]\b\.?|\bлс\b|(?<!расч[её]тный )(?<!р/)\bсч[её]т(?:а|у|ом|е)?\b(?!-)"
        r"|абонентск\w+|\bабонент\w*|клиентск\w+|(?:номер|код)\w*\s+(?:клиента|плательщика|потребителя)"
        r"|\baccount\w*|\b[aа]\s?/\s?[cс]\b|\bacct\b|\bacc\b|customer\s+(?:no|number|ref\w*|id|code)\b|\bmy\s+ref\w*|\bpayer\b",
    ),
    ("contract", r"\bдоговор\w*|\bконтракт\w*|\bagreement\b|\bcontract\b"),
    (
        "meter",
        r"сч[её]тчик\w*|\bприбор\w*|\bпу\b|\bmeter\b|\bdevice\b|\bузл\w+|\bзав(?:одск\w+|\.)\s*(?:номер\w*|№)|\bserial\b",
    ),
    (
        "point_of_delivery",
        r"\bточк\w+|\bтп\b|supply\s+point|point\s+of\s+(?:supply|delivery)|\bmpan\b|\bmprn\b|\bpod\b|\beic\b",
    ),
    ("tax_id", r"\bинн\b|\bvat\b|\bnino?\b|national\s+insurance|\butr\b|\btax\b"),
    ("phone", r"\bтел\w*|\bмоб\w*|\bphone\b|\btel\b|\btelephone\b|\bmobile\b|\bфакс\b|\bfax\b"),
    (
        "other",
        r"расч[её]тн\w+\s+сч\w+|\bр/с\w*|\bк/с\w*|\bбик\b|\bкпп\b|\bогрн\w*|\bокпо\b|\biban\b|sort\s+code|\bbank\b|\bбанк\w*"
        r"|пломб\w*|\bseal\b|\bисх\b|\bвх\b|\bдел[оау]\b|поручени\w*|сч[её]т\w*-фактур\w*|\binvoice\b|\bclaim\b|\bfile\b"
        r"|\bmatter\b|\bcard\b|\bкарт\w+|our\s+ref|\bпаспорт\w*|\bpassport\b|company\s+(?:no|number|reg\w*)|\bref\b"
        r"|\bпоказани\w*|\breading\w*|\bfigure\b|\bpostcode\b|\bиндекс\b|снилс",
    ),
)
_LABEL = re.compile("|".join(f"(?P<{label}>{words})" for label, words in _LABELS), re.IGNORECASE)
_LABEL_REACH = 34
_NUMBER = re.compile(r"(?<![^\W_])[^\W_]+(?:[-/–—.][^\W_]+)*")
_DATE = re.compile(r"\d{1,4}([./-])\d{1,2}\1\d{2,4}$")
_MONEY_AFTER = re.compile(
    r"\s*(?:[.,]\d{2}\b)?\s*(?:руб|р\.|₽|коп|кВт|квт|kwh?\b|mwh\b|гкал|куб|cu\b|£|€|\$|%)", re.IGNORECASE
)
_MONEY_BEFORE = re.compile(r"[£$€]\s*[\d ,.]*$")
_GAP = re.compile(r" ?[-–—/]? ?\Z")
_PHONE = re.compile(r"(?<![\w/-])(?:\+?\d{1,3}[\s(-]*)?\(?0?\d{2,5}\)?(?:[\s-]*\d{2,4}){2,4}(?![\w/-])")
_EMAIL = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
# "ИНН/КПП 1234567890/123456789": two numbers after two words.
_TAX_ID_IN_PAIR = re.compile(r"\bинн\s*/\s*кпп\b\W{0,4}([^\W_]{10,12})\s*/", re.IGNORECASE)
_FEWEST_DIGITS = 5


def find_numbers(text: str, page: int) -> list[NumberClue]:
    """Answer every identifier-like number of one page; the same digits put together over spaces come as `joined`."""
    tokens = [m for m in _NUMBER.finditer(text) if any(c.isdigit() for c in m.group()) or len(m.group()) <= 3]
    found = [_clue(text, m.start(), m.end(), page, joined=False) for m in tokens if _identifier(text, m)]
    found.extend(_joined(text, tokens, page))
    pairs = _TAX_ID_IN_PAIR.finditer(text)
    found.extend(NumberClue(m.group(1), "tax_id", Place(page, m.start(1), m.end(1))) for m in pairs)
    return found


def _identifier(text: str, match: re.Match[str]) -> bool:
    token = match.group()
    count = sum(c.isdigit() for c in token)
    if count < _FEWEST_DIGITS or count * 2 < len(token) or _DATE.match(token):
        return False
    return not _is_money(text, match.start(), match.end())


def _is_money(text: str, start: int, end: int) -> bool:
    return bool(_MONEY_AFTER.match(text, end)) or bool(_MONEY_BEFORE.search(text[max(0, start - 12) : start]))


def _joined(text: str, tokens: list[re.Match[str]], page: int) -> Iterator[NumberClue]:
    """Neighbours parted by one space or a hyphen, put together: people and readers of pictures part long numbers."""
    for i, first in enumerate(tokens):
        if _DATE.match(first.group()):
            continue
        end = first.end()
        for following in tokens[i + 1 : i + 5]:
            if not _GAP.match(text[end : following.start()]) or _DATE.match(following.group()):
                break
            end = following.end()
            whole = text[first.start() : end]
            count = sum(c.isdigit() for c in whole)
            if 7 <= count <= 16 and count * 2 >= len(whole) and not _is_money(text, first.start(), end):
                yield _clue(text, first.start(), end, page, joined=True)


def _clue(text: str, start: int, end: int, page: int, *, joined: bool) -> NumberClue:
    return NumberClue(text[start:end], label_before(text, start), Place(page, start, end), joined)


def label_before(text: str, start: int) -> NumberLabel:
    """Answer what the nearest words before this offset call a number, without crossing another number or sentence."""
    before = text[max(0, start - _LABEL_REACH) : start]
    cut = max((m.end() for m in re.finditer(r"\d{3,}|[.;!?]\s+(?=[A-ZА-ЯЁ])|\n\s*\n", before)), default=0)
    label: NumberLabel = ""
    for match in _LABEL.finditer(before, cut):
        label = match.lastgroup  # type: ignore[assignment]
    return label


def find_phones(text: str, page: int) -> list[ContactClue]:
    """Answer every stretch that could be a phone: ten to thirteen digits in groups or in one."""
    found = []
    for match in _PHONE.finditer(text):
        count = sum(c.isdigit() for c in match.group())
        if 10 <= count <= 13:
            found.append(ContactClue(match.group().strip(), False, Place(page, match.start(), match.end())))
    return found


def find_emails(text: str, page: int) -> list[ContactClue]:
    """Answer every e-mail address."""
    return [ContactClue(m.group(), False, Place(page, m.start(), m.end())) for m in _EMAIL.finditer(text)]
