"""An address as given, taken apart: which piece of it is the region, the settlement, the street, the house, the flat.

Pure, and without a gazetteer: a piece says what it is by its kind ("г.", "ул.", "Road"), else by where it stands. Russian addresses
go from the large to the small, English ones the other way. What is not told stays empty; nothing is guessed into a number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache

from dedup.addresses import BETWEEN, FLAT, GLUED, without_postcode
from dedup.normalising import fold

PARSER = "1"
"""Its version: another one may read other parts out of the same text."""


@dataclass(frozen=True, slots=True)
class AddressParts:
    """The parts, in the spelling that was given; '' for what it does not say. `postcode` without its space."""

    country: str = ""
    region: str = ""
    district: str = ""
    settlement: str = ""
    street: str = ""
    house: str = ""
    building: str = ""
    flat: str = ""
    postcode: str = ""

    @property
    def told(self) -> Mapping[str, str]:
        """Those that are not empty, by name."""
        return {name: value for name, value in asdict(self).items() if value}


_COUNTRIES = frozenset(
    (
        *("россия", "рф", "российская федерация", "russia", "russian federation", "uk", "united kingdom"),
        *("great britain", "england", "scotland", "wales", "northern ireland"),
    )
)
_REGIONS = frozenset("обл область край респ республика округ ао county oblast region".split())  # noqa: SIM905
_DISTRICTS = frozenset("р-н район district borough".split())  # noqa: SIM905
_SETTLEMENTS = frozenset(
    "г гор город с село дер деревня пос поселок п пгт рп ст-ца станица х хутор аул снт днт мкр мкрн микрорайон".split()  # noqa: SIM905
)
_STREETS = frozenset(
    """ул улица пр пр-т пр-кт просп проспект пр-д проезд пер переулок ш шоссе б-р бул бульвар наб набережная пл площадь
    туп тупик аллея ал линия кв-л квартал street st road rd avenue ave lane ln drive dr close cl court ct crescent cres
    place pl way square sq gardens gdns terrace ter grove gr hill park row walk mews green""".split()  # noqa: SIM905
)
_ENGLISH_STREET = "|".join(sorted((one for one in _STREETS if one.isascii()), key=len, reverse=True))
_LEADING = (
    "г|гор|город|с|село|дер|деревня|пос|поселок|посёлок|пгт|рп|ул|улица|пр-т|пр-кт|проспект|пр-д|проезд|пер|переулок|ш|шоссе"
    "|б-р|бульвар|наб|набережная|пл|площадь|мкр|микрорайон|д|дом|кв|квартира|корп|корпус|к|стр|строение|лит|литер|влд|оф|пом"
)
_NUMBER = r"(\d+(?:[/-]\d+)?\s?[a-zа-яё]?(?![a-zа-яё\d]))"
_BEFORE_KIND = re.compile(rf"(?<=[\w.])\s+(?=(?:{_LEADING})\b\.?\s*[№\w])", re.IGNORECASE)
_AFTER_STREET = re.compile(rf"(?<=\w)\s(?:{_ENGLISH_STREET})\b\.?(?=\s+[A-Z])", re.IGNORECASE)
_UNIT = re.compile(rf"\b(?:оф(?:ис)?|пом(?:ещение)?|office|unit|suite)\b\.?\s*№?\s*{_NUMBER}", re.IGNORECASE)
_BLOCK = re.compile(
    r"\b(?:корп(?:ус)?|к|стр(?:оение)?|лит(?:ер|ера)?|block|bldg|building)\b\.?\s*№?\s*(\d+[a-zа-яё]?|[a-zа-яё])\b",
    re.IGNORECASE,
)
_GLUED_BLOCK = re.compile(r"(?<=\d)\s?[кk]\.?\s?(\d+)\b", re.IGNORECASE)
_HOUSE = re.compile(rf"\b(?:дом|д|влд|владение|house|no)\b\.?\s*№?\s*{_NUMBER}", re.IGNORECASE)
_FIRST_NUMBER = re.compile(rf"^№?\s*{_NUMBER}(?:\s+|$)", re.IGNORECASE)
_LAST_NUMBER = re.compile(rf"\s№?{_NUMBER}$", re.IGNORECASE)
_ORDINAL = re.compile(r"^\d+-?(?:я|й|ая|ый|ой|го|th|st|nd|rd)\b", re.IGNORECASE)
_HOUSE_AND_FLAT = re.compile(r"(\d+[a-zа-яё]?)-(\d+)", re.IGNORECASE)
_LATIN = re.compile("[A-Za-z]")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_ASIDE = " .,;№"


@lru_cache(maxsize=20_000)
def address_parts_of(text: str) -> AddressParts:
    """The parts of an address in any spelling ("г. Уфа, ул. Лесная, д. 9, кв. 17", "Flat 3, 21 Main Rd, Leeds LS1 4AP")."""
    rest, postcode = without_postcode(text)
    found, named = AddressParts(postcode=postcode), ""
    plain: list[str] = []
    for piece in _pieces(rest):
        found, left = _numbers(found, piece)
        if not left:
            continue
        kind = _kind(left)
        if kind and not getattr(found, kind):
            found = replace(found, **{kind: left})
            # What stands before a street is larger than it: the nearest is the settlement.
            plain = plain[::-1] if kind == "street" else plain
            named = plain[0] if kind == "street" and plain else named
        elif _WORD.search(left):
            plain = [*plain, left]
    if named and not found.house and _LATIN.match(named):
        found, plain = replace(found, house=named), [one for one in plain if one != named]
    return _with_plain(found, plain) if found.told or len(plain) > 1 else found


def with_given(parts: AddressParts, given: Mapping[str, str]) -> AddressParts:
    """The parts, those that a source gives apart above what was read."""
    names = asdict(parts)
    return replace(parts, **{name: value for name, value in given.items() if name in names and value})


def _pieces(text: str) -> list[str]:
    spaced = _BEFORE_KIND.sub(", ", GLUED.sub(r"\1. ", text))
    if not BETWEEN.search(spaced):
        spaced = _AFTER_STREET.sub(lambda match: match.group() + ",", spaced, count=1)
    pieces: list[str] = []
    for piece in (one.strip(_ASIDE) for one in BETWEEN.split(spaced)):
        if pieces and fold(piece) in _STREETS | _SETTLEMENTS and _kind(pieces[-1]) == "":
            pieces[-1] += f" {piece}"  # "Лесная ул", cut before its kind
        elif piece:
            pieces.append(piece)
    return pieces


def _numbers(found: AddressParts, piece: str) -> tuple[AddressParts, str]:
    """The parts with what numbers the piece holds, and what is left of it."""
    left = piece
    for name, pattern in (
        ("flat", FLAT),
        ("flat", _UNIT),
        ("building", _BLOCK),
        ("building", _GLUED_BLOCK),
        ("house", _HOUSE),
    ):
        match = pattern.search(left)
        if match is not None and not getattr(found, name):
            found = replace(found, **{name: match.group(1).strip()})
            left = f"{left[: match.start()]} {left[match.end() :]}".strip(_ASIDE)
    if not found.house or not found.flat:
        found, left = _bare_number(found, left)
    return found, left


def _bare_number(found: AddressParts, left: str) -> tuple[AddressParts, str]:
    """A number without a word that says what it is: the house beside its street, then the flat."""
    match = None if _ORDINAL.match(left) else _FIRST_NUMBER.match(left) or _LAST_NUMBER.search(left)
    match = match or _LAST_NUMBER.search(left)
    if match is None:
        return found, left
    number, rest = match.group(1).strip(), f"{left[: match.start()]} {left[match.end() :]}".strip(_ASIDE)
    if found.house:
        return (found, left) if rest else (replace(found, flat=number), rest)
    both = _HOUSE_AND_FLAT.fullmatch(number)
    if both is not None and not found.flat:
        return replace(found, house=both[1], flat=both[2]), rest
    return replace(found, house=number), rest


def _kind(piece: str) -> str:
    """Which part a piece is by the word that says so; '' where none does."""
    if fold(piece) in _COUNTRIES:
        return "country"
    words = [fold(word) for word in _WORD.findall(piece)]
    if len(words) < 2:
        return ""
    ends = (words[0], words[-1])
    for name, kinds in (
        ("region", _REGIONS),
        ("district", _DISTRICTS),
        ("settlement", _SETTLEMENTS),
        ("street", _STREETS),
    ):
        if any(word in kinds for word in ends):
            return name
    # "д. Малиновка": a village, where no number follows.
    return "settlement" if words[0] == "д" else ""


def _with_plain(found: AddressParts, plain: Sequence[str]) -> AddressParts:
    """Names that do not say what they are: the street where none is told and there is a house, then settlement and region."""
    names = list(plain)
    if names and not found.street and found.house:
        at = len(names) - 1 if found.settlement or found.region or len(names) > 1 else 0
        found = replace(found, street=names.pop(at))
    for name in ("settlement", "region"):
        if names and not getattr(found, name):
            found = replace(found, **{name: names.pop(0)})
    return found
