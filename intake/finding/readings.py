"""The meter reading that a letter gives: a bare number beside words that speak of a meter, never a date, money or an identifier.

A letter may give several (day and night, before and after): the one said to be the present comes first, else the first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from intake.finding.amounts import find_amounts
from intake.finding.dates import MONTH, find_dates

_BARE = re.compile(r"(?<![\w№#£€$/])(?<!\d[.,:/–—-])(?<![^\W\d_]-)(?<!\d)\d{3,7}(?![\w/])(?![.,:–—-]\d)")
_YEAR = re.compile(r"(?:19|20)\d{2}")
_YEAR_AFTER = re.compile(r"\s*(?:г\b|года?\b|году\b)", re.IGNORECASE)
_YEAR_BEFORE = re.compile(rf"\b(?:{MONTH}\.?,?|in|by|since|of|until|year|в|с|до|по|год)\s+$", re.IGNORECASE)
_NOT_AFTER = re.compile(
    r"\s{0,2}(?:руб|р\.|₽|коп|£|€|%|квт(?![\w·*.\s-]{0,3}ч)|kw(?!h|-h)|kva|volts?\b|v\b|вольт|в\b(?=[\s,.]+(?:розет|сет))|в\b(?=[.,])"
    r"|м2|м²|кв\.?\s?м|sq|дн\w*\b|days?\b|hours?\b|час\w*|шт|лет\b|years?\b|pages?\b|лист\w*|pence|p\b|degrees|град\w*|metres\s+away"
    r"|units?\s+at\b)"
    r"|\s+[^\W\d_]+(?:\s[^\W\d_]+)?\s+(?:street|st|road|rd|avenue|ave|lane|ln|close|row|drive|way|terrace|gardens|court|place|crescent|square|grove)\b",
    re.IGNORECASE,
)
_ENERGY_AFTER = re.compile(r"\s*(?:kwh|mwh|квт|киловатт|гкал|куб|м3|m3|cu\b|units?\b)", re.IGNORECASE)
_USED = re.compile(r"расход|потребл|израсход|разниц|разност|взят|usage|\bused\b|consum|differen|лишн", re.IGNORECASE)
# What the words right before call the number: an identifier, or an amount of something used.
_NAMED_ELSE = re.compile(
    r"(?:№|#|\bn[or]\.?|\bnumber(?:ed)?|\bномер\w*|\bserial|\bаккаунт\w*|\baccount|\ba/c|\bл/с|\bлицев\w*(?:\s+сч[её]т\w*)?|\bабонент\w*"
    r"|\bдоговор\w*|\bcontract|\bagreement|\bтел\w*|\bphone|\binvoice|\bbill|\bд\.|\bдом|\bкв\.|\bflat|\bcode|\bкод\w*|\bинн|\bкпп"
    r"|\bбик|\bref\w*|\bтип\w*|\btype|\bmodel|\bпломб\w*|\bseals?|\bcase|\bдел[оау]|\bnear|(?<!-)\bover|\bunder|\babout|\bоколо|\bmeters?\s+past"
    r"|\bрасход\w*|\bразност\w*|\bразниц\w*|\bизрасход\w*|\bпотребл\w*|\bdifferen\w*|\bconsum\w*|\busage|\bused|\bunits|\bcoefficient"
    r"|\bкоэффициент\w*|\bмножител\w*|\bmultiplier|\bratio|\bобъ[её]м\w*|\bколичеств\w*|\bquantity|\bсумм\w*|\bцен[аеуы]|\bтариф\w*|\btariff"
    r"|\bлишн\w*|\bcharges?|\bcapacity|\bмощност\w*|\bвысот\w*|\bplot|\bchannel\s+no)(?:\s+(?:за|for|in|в|is|of|was|to|from|at)\s+[^\W\d_]+|\s+(?:is|was))?"
    r"[\s:.,(–—-]*$",
    re.IGNORECASE,
)
_NOW = re.compile(
    r"\b(?:текущ\w*|на\s+конец|конечн\w*|стал[оаи]?|сейчас|сегодня|ныне|present|current|closing|final|last|latest|now|today|to|end)\b",
    re.IGNORECASE,
)
_SAID = re.compile(
    r"показан\w*|показыва\w*|\bцифр\w*|\bтабло|индикац\w*|накрут\w*|намот\w*|\bспис(?:ал|ан)\w*|\bсня(?:т|л)\w*|\bзначени\w*|\bоткрытк\w*"
    r"|\bпредыдущ\w*|\bтекущ\w*|\bначальн\w*|\bконечн\w*|\bпо?лу?пик\w*|\bпик\b|\bдень\b|\bдн[её]м\b|\bноч(?:ь|ью)\b|\bхвс\b|\bгвс\b|на\s+начало|на\s+конец|на\s+старом"
    r"|\breadings?\b|\breads?\b|\bfigures?\b|\bdials?\b|\bdisplay\w*|\bind(?:ex|ices)\b|\bregisters?\b|\bindications?\b|stand(?:s|ing)?\s+at|stood\s+at"
    r"|\bcounter\b|\bclosing\b|\bopening\b|\bprevious\b|\bpresent\b|\bday\b|\bnight\b|\bpeak\b|\bshoulder\b|\boff-peak\b|\b(?:low|normal)\s+rate\b"
    r"|\bimport\b|\bexport\b|\binitial\b|\bfinal\b|\bactual\b|\blast\b|\bstopped\s+at\b|\bvalues?\b|\bshow(?:s|ed|ing)?\b",
    re.IGNORECASE,
)
_METERED = re.compile(
    r"сч[её]тчик\w*|\bприбор\w*|водомер\w*|\bипу\b|\bввод\w*|\bхолодн\w*|\bгоряч\w*|\bводa\b|\bгаз\b|\bсвет\b|\bэнерги\w*|\bприём\b|\bприем\b|\bтам\b"
    r"|\bучаст\w*|\bкухн\w*|\bванн\w*|\bсанузел\b|\bрезультат\b|\bданные\b|\bбыл[оа]?\b|\bстал[оа]?\b|\bпишу\b|\bвнесите\b|\bтакие\b"
    r"|\bmeters?\b|\bgas\b|\belectric\w*|\bwater\b|\bcold\b|\bhot\b|\brate\s*\d|\btotal\b|\bsupply\b|\bsays\b|\bit\s+is\b|\bwas\b|\bnow\b|\bfrom\b|\bto\b"
    r"|\bstart\b|\bend\b|\benter\b|\bmine\b|\bare\b|\bwrite\b|\bchannel\b|\bwhite\b|\bold\b|\bat\s*$|\bnumbers?\b|\bwindow\b|\bmake\s+it\b",
    re.IGNORECASE,
)
_TOPIC = re.compile(
    r"показан\w*|сч[её]тчик|\bприбор\w*\s+уч[её]т|водомер|\bипу\b|\bтабло\b|\bmeters?\b|\breadings?\b|\bdial\b|\bregister\b|\bindex\b|\bmy\s+read\b",
    re.IGNORECASE,
)
# "№ 42482190 — 3565", "Meter 94233068: 14826": what stands beside a meter's own number.
_BESIDE_METER = re.compile(r"(?<!\d)\d{7,12}[\s:;,–—(-]{1,4}$")
_REACH = 60
_SHORTEST_ALONE = 4
"""Fewer digits may be volts or degrees: they count only in a letter about meters."""
_SENTENCE = re.compile(r"[.;!?]\s+(?=[A-ZА-ЯЁ«])|\n\s*\n|\d{4,}(?=[^\n]*$)")


@dataclass(frozen=True, slots=True)
class Readings:
    """`reading`: the one named as such, if any. `likely`: a bare number that is one if the letter gives one at all.

    `named`: every number named as a reading.
    """

    reading: str | None
    likely: str | None
    named: frozenset[str]


def find_readings(text: str) -> Readings:
    """Answer the meter readings of a letter, digits as written."""
    ranked = list(_ranked(text))
    best = max((rank for rank, _ in ranked), default=0)
    first = next((value for rank, value in ranked if rank == best), None)
    return Readings(first if best else None, first, frozenset(value for rank, value in ranked if rank))


def _ranked(text: str) -> Iterator[tuple[int, str]]:
    """Every number that may be a reading with how surely, in the order of the text."""
    dates = [(a, b) for a, b, _ in find_dates(text)]
    money = {a for a, _ in find_amounts(text)}
    topic = bool(_TOPIC.search(text))
    for match in _BARE.finditer(text):
        start, end = match.span()
        if start in money or any(a <= start < b for a, b in dates):
            continue
        if _is_year(text, start, end) or _NOT_AFTER.match(text, end):
            continue
        before = _words_before(text, start, dates)
        near = before[max((m.end() for m in _SENTENCE.finditer(before)), default=0) :]
        if _NAMED_ELSE.search(before) or (_ENERGY_AFTER.match(text, end) and _USED.search(near)):
            continue
        yield _rank(before, near, topic, short=end - start < _SHORTEST_ALONE), match.group()


def _is_year(text: str, start: int, end: int) -> bool:
    if not _YEAR.fullmatch(text, start, end):
        return False
    return bool(_YEAR_AFTER.match(text, end)) or bool(_YEAR_BEFORE.search(text[max(0, start - 24) : start]))


def _words_before(text: str, start: int, taken: list[tuple[int, int]]) -> str:
    """What stands before, dates blanked."""
    since = max(0, start - _REACH)
    before = list(text[since:start])
    for a, b in taken:
        for i in range(max(a, since), min(b, start)):
            before[i - since] = " "
    return "".join(before)


def _rank(before: str, near: str, topic: bool, *, short: bool) -> int:
    """3: said to be the present reading; 2: said to be one; 1: beside a meter in a letter about meters; 0: neither."""
    if short and not topic:
        return 0
    if _SAID.search(near) or _BESIDE_METER.search(before):
        return 3 if _NOW.search(near) else 2
    return int(topic and bool(_METERED.search(near)))
