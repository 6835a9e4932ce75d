"""One flat normalised record out of any file of the import's columns: what two records are compared by. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple
from zlib import crc32

from dedup.addresses import address_parts
from dedup.linkage.names import Lexicon, person_name
from dedup.normalising import LEGAL_FORMS, organisation_words, phone, sound, squash
from dedup.tax_ids import tax_id_holds

PERSON, ORGANISATION = 0, 1
NORMALISATION = 2
"""Version of everything in this file: keys and models made under another one do not mix with these.

Whoever raises it learns the shipped model anew in the same commit: `python -m benchmarks.default_model`.
"""

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
_LONGEST_NOT_GIVEN = max(map(len, _NOT_GIVEN))
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
    kind, names = named(tuple(row.get(column, "") for column in NAME_COLUMNS), lexicon)
    tax, tax_sound = tax_code(row.get("tax_id", ""))
    return Record(
        kind,
        *names,
        birth=birth_code(row.get("birth_date", "")) if kind == PERSON else 0,
        tax_id=tax,
        tax_id_sound=tax_sound,
        phones=phone_codes(row.get("phones", "")),
        emails=email_codes(row.get("emails", "")),
        accounts=number_codes(row.get("accounts", "")),
        contracts=number_codes(row.get("contracts", "")),
        premises=premises_codes(row.get("points_of_delivery", ""), row.get("meters", "")),
        places=places_of(row.get("address", ""), row.get("former_address", "")),
    )


NAME_COLUMNS = ("kind", "surname", "given_name", "patronymic", "full_name")


def named(cells: tuple[str, ...], lexicon: Lexicon) -> tuple[int, tuple[str, str, str]]:
    """Answer whether a person or an organisation is meant, and its name as (surname, given, middle) of a record.

    `cells`: what stands in `NAME_COLUMNS`.
    """
    kind, surname, given, middle, full = cells
    kind = kind.strip().casefold()
    if kind == "organisation" or (kind != "person" and not given and has_legal_form(full or surname)):
        return ORGANISATION, organisation_name(full or surname)
    return PERSON, person_name(surname, given, middle, full, lexicon)


def given_value(text: str) -> str:
    """Answer a cell's value; empty where it only says that there is none."""
    value = text.strip()
    return "" if len(value) <= _LONGEST_NOT_GIVEN and value.casefold() in _NOT_GIVEN else value


def _parts(text: str) -> list[str]:
    return [v for part in re.split(r"[;|]", text) if (v := given_value(part))] if text else []


def tax_code(text: str) -> tuple[int, bool]:
    """Answer a cell's first tax id as a number, and whether its check digits do not speak against it."""
    tax = next(iter(_parts(text)), "")
    return number_code(tax), bool(tax) and tax_id_holds(tax) is not False


def phone_codes(text: str) -> tuple[int, ...]:
    """Answer the phones of a cell."""
    return _codes(text, phone_code)[:_MOST_PHONES]


def email_codes(text: str) -> tuple[int, ...]:
    """Answer the e-mail addresses of a cell."""
    return _codes(text, email_code)[:_MOST_EMAILS]


def number_codes(text: str) -> tuple[int, ...]:
    """Answer the numbers of a cell."""
    return _codes(text, number_code)[:_MOST_NUMBERS]


def premises_codes(points: str, meters: str) -> tuple[int, ...]:
    """Answer the numbers by which a dwelling is supplied."""
    return (_codes(points, number_code) + _codes(meters, number_code))[:_MOST_NUMBERS]


def _codes(text: str, code: Callable[[str], int]) -> tuple[int, ...]:
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
    if number.isdecimal() and number.isascii():
        sign = digits = number
        letters = ""
    else:
        sign = squash(number)
        digits = "".join(c for c in sign if c.isdecimal() and c.isascii())
        letters = "".join(c for c in sign if c.isalpha())
    if len(digits) < 4 or digits.count(digits[0]) == len(digits):
        return 0
    if len(digits) > _LONGEST_CODE:
        return _hash(sign)
    return ((crc32(letters.encode()) & 0xFFF if letters else 0) << 50) | int(digits)


@lru_cache(maxsize=100_000)
def postcode_code(text: str) -> int:
    """Answer a postcode as one number, made as an identifier's; 0 where there is none."""
    if text.isdecimal() and text.isascii():
        return int(text[:_LONGEST_CODE])
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


@lru_cache(maxsize=100_000)
def has_legal_form(name: str) -> bool:
    """Answer whether a name carries an organisation's legal form, shortened or in words."""
    words = re.findall(r"[^\W_]+", name.casefold())
    return len(words) > 1 and (
        any(w in LEGAL_FORMS for w in (words[0], words[-1])) or len(organisation_words(name)) < len(words)
    )


@lru_cache(maxsize=100_000)
def organisation_name(name: str) -> tuple[str, str, str]:
    """Answer an organisation's name as (its words in one order, its legal form, the numbers in its name)."""
    words = organisation_words(name)
    numbers = "-".join(w for w in words if w.isdigit())
    plain = " ".join(sorted(sound(w) for w in words if not w.isdigit()))
    forms = [w for w in re.findall(r"[^\W\d_]+", name.casefold()) if w in LEGAL_FORMS and w != "the"]
    return plain, sound(_SHORT_FORMS.get(forms[0], forms[0])) if forms else "", numbers or "none"


_SHORT_FORMS = {"limited": "ltd", "incorporated": "inc", "corporation": "corp", "company": "co"}


def places_of(address: str, former: str) -> tuple[Place, ...]:
    """Answer where somebody lives, and lived."""
    found: list[Place] = []
    for text in (address, *_parts(former)):
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


_LATIN, _FOUR_DIGITS = re.compile("[A-Za-z]"), re.compile(r"\d{4}")


@lru_cache(maxsize=20_000)
def place_of(text: str) -> Place | None:
    """Answer an address in any spelling as what tells dwellings apart; None where nothing of it is left."""
    text = unicodedata.normalize("NFKC", given_value(text))
    if not text:
        return None
    lone = ""
    if _FOUR_DIGITS.search(text) and not _RU_POSTCODE.search(text) and (found := _LONE_POSTCODE.search(text)):
        lone = found[1]
        text = f"{text[: found.start()]},{text[found.end() :]}"
    if _LATIN.search(text):
        text = _THE_STREET.sub(lambda m: f"The {_WAYS[m[1].casefold()]}", text)
        text = _GLUED_POSTCODE.sub(lambda m: f"{m[1]} {m[2]}".upper(), text)
    words, street_words, numbers, _, postcode = address_parts(text)
    postcode = lone or postcode.replace(" ", "")
    street, town = _sounds(street_words), _sounds(words - street_words)
    if not (street or town or postcode):
        return None
    return Place(street, tuple(sorted(numbers)), town, postcode)


@lru_cache(maxsize=100_000)
def _sounds(words: frozenset[str]) -> str:
    return " ".join(sorted(sound(w) or w for w in words))
