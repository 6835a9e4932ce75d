"""One flat normalised record out of any file of the import's columns: what two records are compared by. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple
from zlib import crc32

from dedup.addresses import parse_address
from dedup.linkage.names import Lexicon, person_name
from dedup.normalising import LEGAL_FORMS, organisation_words, phone, sound, squash
from dedup.tax_ids import tax_id_holds

PERSON, ORGANISATION = 0, 1
NORMALISATION = 1
"""Version of everything in this file: keys and models made under another one do not mix with these."""

_MOST_PHONES, _MOST_EMAILS, _MOST_NUMBERS, _MOST_PLACES = 3, 2, 4, 2
_LONGEST_CODE = 15
_NOT_GIVEN = frozenset(
    (
        "-",
        "--",
        "?",
        "нет",
        "нету",
        "не указан",
        "не указано",
        "неизвестно",
        "none",
        "null",
        "nil",
        "n/a",
        "na",
        "unknown",
        "\n",
    )
)
_DAYS_OF_NOBODY = frozenset((19000101, 19010101, 19700101, 18991230, 17530101, 11111111, 99991231))
_EMAILS_OF_NOBODY = re.compile(r"^(?:test|noemail|no-email|noreply|no-reply|none|null|nomail|net|нет|email|mail|user)@")


class Place(NamedTuple):
    """One address: the street's words in one order, all its numbers in one order, town and region, and the postcode."""

    street: str
    numbers: tuple[str, ...]
    town: str
    postcode: str


@dataclass(frozen=True, slots=True)
class Record:
    """What is compared of one record. Names are sounds in Latin letters; numbers are codes; empty is not known.

    An organisation has its name in `surname`, its legal form in `given`, and the numbers in its name in `middle`.
    """

    kind: int
    surname: str = ""
    given: str = ""
    middle: str = ""
    birth: int = 0
    tax_id: int = 0
    tax_id_sound: bool = False
    phones: tuple[int, ...] = ()
    emails: tuple[int, ...] = ()
    accounts: tuple[int, ...] = ()
    contracts: tuple[int, ...] = ()
    premises: tuple[int, ...] = ()
    places: tuple[Place, ...] = ()


def record_of(row: Mapping[str, str], lexicon: Lexicon) -> Record:
    """Answer the record of one row of the import's columns; any subset of them, in any spelling. Never raises."""
    kind, names = _named(row, lexicon)
    tax = _first_tax_id(row.get("tax_id", ""))
    return Record(
        kind,
        *names,
        birth=birth_code(row.get("birth_date", "")) if kind == PERSON else 0,
        tax_id=number_code(tax),
        tax_id_sound=bool(tax) and tax_id_holds(tax) is not False,
        phones=_codes(row.get("phones", ""), phone_code)[:_MOST_PHONES],
        emails=_codes(row.get("emails", ""), email_code)[:_MOST_EMAILS],
        accounts=_codes(row.get("accounts", ""), number_code)[:_MOST_NUMBERS],
        contracts=_codes(row.get("contracts", ""), number_code)[:_MOST_NUMBERS],
        premises=(_codes(row.get("points_of_delivery", ""), number_code) + _codes(row.get("meters", ""), number_code))[
            :_MOST_NUMBERS
        ],
        places=_places(row),
    )


def _named(row: Mapping[str, str], lexicon: Lexicon) -> tuple[int, tuple[str, str, str]]:
    surname, full = row.get("surname", ""), row.get("full_name", "")
    given, middle = row.get("given_name", ""), row.get("patronymic", "")
    kind = row.get("kind", "").strip().casefold()
    if kind == "organisation" or (kind != "person" and not given and has_legal_form(full or surname)):
        return ORGANISATION, organisation_name(full or surname)
    return PERSON, person_name(surname, given, middle, full, lexicon)


def given_value(text: str) -> str:
    """Answer a cell's value; empty where it only says that there is none."""
    value = text.strip()
    return "" if value.casefold() in _NOT_GIVEN else value


def _parts(text: str) -> list[str]:
    return [v for part in re.split(r"[;|]", text) if (v := given_value(part))] if text else []


def _codes(text: str, code: object) -> tuple[int, ...]:
    assert callable(code)
    if not text:
        return ()
    if ";" not in text and "|" not in text:
        only = code(given_value(text))
        return (only,) if only else ()
    return tuple(sorted({c for c in map(code, _parts(text)) if c}))


def number_code(number: str) -> int:
    """Answer an identifier as one number: its digits, and its letters in the bits above them; 0 where it says nothing.

    Numbers of one lettering differ by what their digits differ, so a slip of the pen shows in the difference.
    """
    plain = number.isdecimal() and number.isascii()
    sign = number if plain else squash(number)
    digits = sign if plain else "".join(c for c in sign if c.isdecimal() and c.isascii())
    if len(digits) < 4 or len(set(digits)) == 1:
        return 0
    letters = "" if plain else "".join(c for c in sign if c.isalpha())
    if len(digits) > _LONGEST_CODE:
        return _hash(sign)
    return ((crc32(letters.encode()) & 0xFFF if letters else 0) << 50) | int(digits)


def postcode_code(text: str) -> int:
    """Answer a postcode as one number, made as an identifier's; 0 where there is none."""
    letters, digits = ("".join(c for c in text if c.isdigit() == wanted) for wanted in (False, True))
    return ((crc32(letters.encode()) & 0xFFF if letters else 0) << 50) | int(digits[:_LONGEST_CODE] or 0)


def phone_code(text: str) -> int:
    """Answer a phone's last ten digits as a number; 0 where it is none, or one digit ten times."""
    last = phone(text)
    return int(last) if last and len(set(last)) > 2 and last not in ("1234567890", "0123456789") else 0


def email_code(text: str) -> int:
    """Answer the hash of an e-mail address; 0 where it is none, or one that nobody reads."""
    address = text.strip().casefold()
    if "@" not in address or _EMAILS_OF_NOBODY.match(address):
        return 0
    return _hash(address)


def _hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big") >> 1 or 1


_DATE = re.compile(r"\d+")


@lru_cache(maxsize=200_000)
def birth_code(text: str) -> int:
    """Answer a birth date as YYYYMMDD from ISO, dotted, slashed or bare digits; 0 where it is none that a person has."""
    parts = _DATE.findall(text)
    if not parts:
        return 0
    if len(parts) == 1 and len(parts[0]) == 8:
        only = parts[0]
        year_first = only[:2] in ("18", "19", "20") and not (only[4:6] in ("18", "19", "20") and int(only[2:4]) <= 12)
        parts = [only[:4], only[4:6], only[6:]] if year_first or int(only[:2]) > 31 else [only[:2], only[2:4], only[4:]]
    if len(parts) < 3:
        return 0
    first, second, third = (int(p) for p in parts[:3])
    year, month, day = (first, second, third) if len(parts[0]) == 4 else (third, second, first)
    if month > 12 >= day:
        month, day = day, month
    code = year * 10000 + month * 100 + day
    known = 1850 <= year <= 2100 and 1 <= month <= 12 and 1 <= day <= 31
    return code if known and code not in _DAYS_OF_NOBODY else 0


def _first_tax_id(text: str) -> str:
    parts = _parts(text)
    return parts[0] if parts else ""


@lru_cache(maxsize=100_000)
def has_legal_form(name: str) -> bool:
    """Answer whether a name carries an organisation's legal form, shortened or in words."""
    words = re.findall(r"[^\W\d_]+", name.casefold())
    return len(words) > 1 and (
        any(w in LEGAL_FORMS for w in (words[0], words[-1])) or len(organisation_words(name)) < len(words)
    )


@lru_cache(maxsize=100_000)
def organisation_name(name: str) -> tuple[str, str, str]:
    """Answer an organisation's name as (its words in one order, its legal form, the numbers in its name)."""
    words = organisation_words(name)
    numbers = "-".join(w for w in words if w.isdigit())
    plain = " ".join(sorted(sound(w) for w in words if not w.isdigit()))
    forms = [w for w in re.findall(r"[^\W\d_]+", name.casefold()) if w in LEGAL_FORMS]
    return plain, sound(forms[0]) if forms else "", numbers or "none"


def _places(row: Mapping[str, str]) -> tuple[Place, ...]:
    found: list[Place] = []
    for text in (row.get("address", ""), *_parts(row.get("former_address", ""))):
        place = place_of(text) if text else None
        if place is not None and place not in found:
            found.append(place)
    return tuple(found[:_MOST_PLACES])


_LONE_POSTCODE = re.compile(r"(?<=[^\W\d_])[.,;\s]+(\d{4,5})(?=\s*(?:$|[,;]))")
"""Four or five digits at the end of a part, after words: too many for a house."""
_WAYS = {"ave": "avenue", "cres": "crescent", "sq": "square", "cl": "close", "ln": "lane", "dr": "drive", "gr": "grove"}
_THE_STREET = re.compile(rf"\bthe ({'|'.join(_WAYS)})\b\.?", re.IGNORECASE)
"""A street that is called by its kind alone, shortened."""
_RU_POSTCODE = re.compile(r"(?<!\d)\d{6}(?!\d)")
_GLUED_POSTCODE = re.compile(r"\b([A-Za-z]{1,2}\d{1,2}[A-Za-z]?)(\d[A-Za-z]{2})\b")


@lru_cache(maxsize=200_000)
def place_of(text: str) -> Place | None:
    """Answer an address in any spelling as what tells dwellings apart; None where nothing of it is left."""
    text = unicodedata.normalize("NFKC", given_value(text))
    if not text:
        return None
    lone = "" if _RU_POSTCODE.search(text) else next(iter(_LONE_POSTCODE.findall(text)), "")
    if lone:
        text = _LONE_POSTCODE.sub(",", text, count=1)
    text = _THE_STREET.sub(lambda m: f"The {_WAYS[m[1].casefold()]}", text)
    parsed = parse_address(_GLUED_POSTCODE.sub(lambda m: f"{m[1]} {m[2]}".upper(), text))
    postcode, numbers = lone or parsed.postcode.replace(" ", ""), parsed.numbers
    street = " ".join(sorted(sound(w) or w for w in parsed.street))
    town = " ".join(sorted(sound(w) or w for w in parsed.place))
    if not (street or town or postcode):
        return None
    return Place(street, tuple(sorted(numbers)), town, postcode)
