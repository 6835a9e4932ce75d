"""Addresses in any spelling, reduced to what tells one dwelling from another: words, numbers, flat and postcode.

No gazetteer: a street's type, a settlement's type and the words around numbers are dropped, the rest is compared. What each piece
of an address is (`dedup.address_parts`) is read out of the same pieces.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from dedup.normalising import fold, stem

_KINDS = frozenset(
    """г гор город д дом ул улица пр пр-т пр-кт просп проспект пр-д проезд пер переулок ш шоссе б-р бул бульвар наб
    набережная пл площадь мкр мкрн микрорайон м-н тупик туп аллея ал линия кв квартира к корп корпус стр
    строение лит литер пом помещение оф офис обл область край респ республика р-н район с село дер деревня пос
    поселок пгт рп ст станица снт днт сад садоводство км кв-л квартал россия рф а я street st road rd avenue ave
    lane ln drive dr close cl court ct crescent cres place pl way square sq gardens gdns terrace ter grove gr
    hill park row walk mews green flat apartment apt unit suite house no number floor england scotland wales uk
    the of county""".split()  # noqa: SIM905
)
# Words that are a kind in one street and the name of another ("The Avenue", "Park Road", "Набережная ул.").
_NAMES_TOO = frozenset(
    """набережная площадь линия аллея park hill green grove court house avenue crescent drive close lane place
    square gardens terrace row walk mews church station way""".split()  # noqa: SIM905
)
_ORDINAL = re.compile(r"^(\d{1,3})-?(?:я|й|ая|ый|ой|го|th|st|nd|rd)$")
_UK_POSTCODE = re.compile(r"\b([A-Z]{1,2}\d{1,2}[A-Z]?)\s{0,2}([\dOISZB][A-Z]{2})\b")
_INWARD_DIGIT = str.maketrans("OISZB", "01528")
_LATIN, _SIX = re.compile("[A-Z]"), re.compile(r"\d{6}")
"""What a postcode can not do without, sooner found than a postcode."""
_RU_POSTCODE = re.compile(r"(?<!\d)(\d{6})(?!\d)")
FLAT = re.compile(
    r"(?:\bкв(?:артира)?\b\.?|\bflat\b|\bapt\b\.?|\bapartment\b)\s*(?:№|no\.?)?\s*(\d+\s?[a-zа-я]?)\b", re.IGNORECASE
)
GLUED = re.compile(r"\b(ул|пр-т|пр-д|пр-кт|пер|наб|мкр|б-р|пл|ш|г|д|кв|корп|стр)\.?(?=[А-ЯЁ]|\d)")
GLUED_BUILDING = re.compile(r"(?<=\d)\s*[кk]\.?\s*(?=\d)", re.IGNORECASE)
_TOKEN = re.compile(
    r"\d+-?(?:я|й|ая|ый|ой|го|th|st|nd|rd)\b|\d+(?:\s?[а-яёa-z]\b)?|[^\W\d_]+(?:[-'’][^\W\d_]+)*", re.IGNORECASE
)


_LETTERS = str.maketrans("абвгдежзик", "abvgdejzik")


@dataclass(frozen=True, slots=True)
class ParsedAddress:
    """An address ready to compare. `numbers` in the order written: house, building, flat, as they come.

    `street` and `place` part `words`: the street's own words, and those of town, district and region.
    """

    words: frozenset[str]
    street: frozenset[str]
    numbers: tuple[str, ...]
    flat: str
    postcode: str

    @property
    def place(self) -> frozenset[str]:
        """The words of town, district and region."""
        return self.words - self.street

    @property
    def number_key(self) -> str:
        """The numbers whatever their order."""
        return "-".join(sorted(self.numbers))


@lru_cache(maxsize=20000)
def parse_address(text: str) -> ParsedAddress:
    """Answer the address in any spelling ("г. Уфа, ул. Лесная, д. 9, кв. 17", "Flat 3, 21 Main Rd") as words and numbers."""
    return ParsedAddress(*address_parts(text))


def address_parts(text: str) -> tuple[frozenset[str], frozenset[str], tuple[str, ...], str, str]:
    """Answer the values of a `ParsedAddress` in their order, for whoever reads them by the million."""
    rest, postcode = without_postcode(text)
    words: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    street: tuple[str, ...] = ()
    flat = ""
    for part in BETWEEN.split(rest):
        some, found, own_flat = _segment(part)
        if found:
            numbers += found
            flat = flat or own_flat
            # The words beside the first number; where it stands alone ("..., ул. Лесная, д. 9"), those of the part before.
            street = street or some or before
        words += some
        before = some or before
    every = frozenset(words)
    return every, frozenset(street) or every, numbers[:5], flat, postcode


BETWEEN = re.compile(r"[,;\n]")
_Segment = tuple[tuple[str, ...], tuple[str, ...], str]
"""Words, numbers, and the flat among them."""


@lru_cache(maxsize=100_000)
def _segment(text: str) -> _Segment:
    """What stands between two commas: a town, a street, a house, which millions of addresses share."""
    rest = GLUED_BUILDING.sub(" ", GLUED.sub(r"\1. ", text))
    flat = FLAT.search(rest)
    words, numbers = _words_and_numbers(rest)
    return tuple(words), tuple(numbers), house_number(flat.group(1)) if flat else ""


def house_number(text: str) -> str:
    """Answer a house or flat number with its letter as a Latin one in lower case ("7А", "7 a" → "7a")."""
    return re.sub(r"\s", "", fold(text)).translate(_LETTERS)


def _words_and_numbers(segment: str) -> tuple[list[str], list[str]]:
    words: list[str] = []
    numbers: list[str] = []
    for match in _TOKEN.finditer(segment):
        token = fold(match.group()).replace(" ", "")
        if (ordinal := _ORDINAL.match(token)) is not None:
            words.append(ordinal.group(1) + "#")
        elif token[0].isdigit():
            numbers.append(house_number(token))
        elif len(token) > 1 and (token not in _KINDS or token in _NAMES_TOO):
            words.append(stem(token))
    return words, numbers


def without_postcode(text: str) -> tuple[str, str]:
    """Answer the text without its postcode, and the postcode."""
    for pattern in (_UK_POSTCODE if _LATIN.search(text) else None, _RU_POSTCODE if _SIX.search(text) else None):
        match = pattern.search(text) if pattern else None
        if match is not None:
            out, *rest = match.groups()
            # A reader of pictures takes the digit of "5AY" for a letter.
            code = out + "".join(r[0].translate(_INWARD_DIGIT) + r[1:] for r in rest)
            return text[: match.start()] + " , " + text[match.end() :], code
    return text, ""
