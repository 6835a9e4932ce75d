"""Stretches of a letter that read like an address, in Russian and British habits, whatever their spelling and order."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dedup.clues import AddressClue, Place
from dedup.normalising import fold

_LABEL = re.compile(
    r"(?:адрес\w*|прожива\w+|зарегистрирован\w*|(?<!mail )(?<!e-)\baddress\w*|residing|living|supply\s+address|место\s+жительства)"
    r"(?:\s+(?:по\s+адресу|at|of|регистрации|проживания|для\s+\w+))?\s*[:\-–—]?\s*",
    re.IGNORECASE,
)
_STREETS = frozenset(
    """ул улица пр-т пр-кт просп проспект пр-д проезд пер переулок ш шоссе б-р бульвар наб набережная пл площадь
    мкр мкрн микрорайон м-н тупик аллея квартал кв-л street st road rd avenue ave lane ln drive dr close court
    crescent place way square gardens terrace grove park hill row walk mews green broadway""".split()  # noqa: SIM905
)
_KINDS = _STREETS | frozenset(
    """г гор город д дом кв квартира к корп корпус стр строение литер пом оф офис обл область край респ республика
    р-н район с село дер деревня пос поселок пгт рп снт днт а на км стан рф flat apartment apt unit house floor
    no the of and""".split()  # noqa: SIM905
)
_HOUSE_WORDS = frozenset(
    """д дом кв квартира к корп корпус стр строение flat apt apartment""".split()  # noqa: SIM905
)
_TOWNS = frozenset({"г", "гор", "город", "пос", "поселок", "с", "село", "дер", "деревня"})
_TOKEN = re.compile(
    r"\d+-?(?:я|й|ая|ый|ой|го)\b|\d+(?:[а-яёА-ЯЁa-zA-Z]\d{0,2})?(?![\w])|[^\W\d_]+(?:[-'’][^\W\d_]+)*|[^\W_]+|[^\s\w]|\n"
)
_UK_POSTCODE = re.compile(r"\b[A-Z]{1,2}\d{1,2}[A-Z]?\s{0,2}[\dOISZB][A-Z]{2}\b")
_RU_POSTCODE = re.compile(r"(?<![\d-])\d{6}(?![\d/-])")
_INNER = frozenset(",.-–—/№#()\n")
_LONGEST = 26


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    folded: str
    start: int
    end: int

    @property
    def number(self) -> bool:
        return self.text[0].isdigit()

    @property
    def capital(self) -> bool:
        return self.text[0].isalpha() and self.text[0].isupper()


def find_addresses(text: str, page: int) -> list[AddressClue]:
    """Answer every stretch of one page that reads like an address, overlapping ones as one."""
    tokens = [_Token(m.group(), fold(m.group()), m.start(), m.end()) for m in _TOKEN.finditer(text)]
    labels = [m.end() for m in _LABEL.finditer(text)]
    codes = [(m.start(), m.end()) for p in (_UK_POSTCODE, _RU_POSTCODE) for m in p.finditer(text)]
    spans: list[tuple[int, int]] = []
    for i, token in enumerate(tokens):
        if not _anchor(token, codes, labels):
            continue
        first, last = _left(tokens, i, codes), _right(tokens, i, codes)
        if any(t.number for t in tokens[first : last + 1]):
            spans.append((first, last))
    return [
        AddressClue(
            text[tokens[a].start : tokens[b].end], _labelled(tokens[a].start, labels, text), _place(tokens, a, b, page)
        )
        for a, b in _merged(spans)
    ]


def _place(tokens: list[_Token], first: int, last: int, page: int) -> Place:
    return Place(page, tokens[first].start, tokens[last].end)


def _anchor(token: _Token, codes: list[tuple[int, int]], labels: list[int]) -> bool:
    if token.folded in _STREETS or any(a <= token.start < b for a, b in codes):
        return True
    if any(token.start == end for end in labels):
        return True
    # "пр-тГусятников", "ул.Лесная": the kind is glued to the name.
    return bool(re.match(r"(?:ул|пр-т|пр-д|пер|наб|мкр|б-р|пл)\.?[А-ЯЁ]", token.text))


def _inside(token: _Token, codes: list[tuple[int, int]]) -> bool:
    if any(a <= token.start < b for a, b in codes):
        return True
    if token.number:
        return sum(c.isdigit() for c in token.text) <= 4
    if token.text in _INNER:
        return True
    return token.folded in _KINDS or token.capital or bool(re.match(r"(?:пр-т|пр-д|ул)[А-ЯЁ]", token.text))


def _ends_sentence(tokens: list[_Token], i: int) -> bool:
    """Whether the full stop at i ends a sentence: a long word or a number before it, a capital after it."""
    if tokens[i].text != "." or i == 0 or i + 1 >= len(tokens):
        return False
    before = tokens[i - 1]
    if before.folded in _KINDS and not before.number:
        return False
    after = next((t for t in tokens[i + 1 : i + 3] if t.text != "\n"), None)
    return (before.number or len(before.text) > 3) and (after is None or (after.capital and after.folded not in _KINDS))


def _right(tokens: list[_Token], i: int, codes: list[tuple[int, int]]) -> int:
    last, numbers = i, tokens[i].number
    for j in range(i + 1, min(len(tokens), i + _LONGEST)):
        token, before = tokens[j], tokens[j - 1]
        if not _inside(token, codes) or _ends_sentence(tokens, j):
            break
        if before.text == "\n" and not _goes_on(tokens, j, codes, numbers):
            break
        if any(before.end == b and before.start >= a for a, b in codes if b - a != 6):
            break  # a British postcode ends its address
        if token.text not in _INNER:
            last = j
            numbers = numbers or token.number
    return last


def _goes_on(tokens: list[_Token], j: int, codes: list[tuple[int, int]], numbers: bool) -> bool:
    """Whether an address goes on in the next line: after a comma, or with a house, a flat or a postcode."""
    token = tokens[j]
    comma = j >= 2 and tokens[j - 2].text in ",-"
    if comma or not numbers or token.folded in _HOUSE_WORDS or any(a <= token.start < b for a, b in codes):
        return True
    following = tokens[j + 1 : j + 9]
    # A town on a line of its own, with the postcode after it.
    return token.capital and any(a <= t.start < b for t in following for a, b in codes)


def _left(tokens: list[_Token], i: int, codes: list[tuple[int, int]]) -> int:
    first, numbers = i, False
    for j in range(i - 1, max(-1, i - _LONGEST), -1):
        token = tokens[j]
        if not _inside(token, codes) or _ends_sentence(tokens, j):
            break
        if token.text == "\n":
            comma = j >= 1 and tokens[j - 1].text == ","
            # Who starts a line with the town has not begun the address above it, unless with a comma.
            begun = numbers or tokens[j + 1].folded in _TOWNS
            if begun and not comma and not _flat_above(tokens, j):
                break
            continue
        if token.text not in _INNER:
            first = j
            numbers = numbers or token.number
    return first


def _flat_above(tokens: list[_Token], newline: int) -> bool:
    """Whether the line above is nothing but a flat or house, "Flat 3"."""
    line: list[_Token] = []
    for token in reversed(tokens[:newline]):
        if token.text == "\n" or token.text == ":":
            break
        line.append(token)
    words = [t for t in line if t.text not in _INNER]
    return 2 <= len(words) <= 4 and any(t.folded in _HOUSE_WORDS for t in words) and any(t.number for t in words)


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for a, b in sorted(set(spans)):
        if merged and a <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(b, merged[-1][1]))
        else:
            merged.append((a, b))
    return merged


def _labelled(start: int, labels: list[int], text: str) -> bool:
    return any(0 <= start - end <= 3 and not text[end:start].strip() for end in labels)
