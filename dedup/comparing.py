"""How well a letter's datum agrees with a customer's: levels, not weights. Pure; knows no directory."""

from __future__ import annotations

import re
from enum import IntEnum

from rapidfuzz.distance import OSA

from dedup.addresses import ParsedAddress
from dedup.normalising import digit_like, fold, name_words, organisation_words, sound, squash, stem
from dedup.ports import PersonName, Profile
from dedup.tax_ids import plain_tax_id, repairs, tax_id_holds

_CYRILLIC = re.compile("[а-я]")
_TRADER = re.compile(r"(?:ИП|Индивидуальный предприниматель)\s+(.+)", re.IGNORECASE)
_MANS = re.compile(r"(?:[оеь]вич|ич)(?:а|у|ем|ом|е)?$")
_WOMANS = re.compile(r"(?:[оеь]вн|ичн|иничн)(?:а|ы|е|у|ой|ою)$")


class Word(IntEnum):
    """How one name word agrees with another, the better the higher."""

    DIFFERS = 0
    MISSING = 1
    INITIAL = 2
    FUZZY = 3
    INFLECTED = 4
    EXACT = 5


class Name(IntEnum):
    """How a name in a letter agrees with a customer's, the better the higher."""

    DIFFERS = 0
    UNKNOWN = 1
    """The letter names nobody whom it could be."""
    RELATIVE = 2
    """The surname agrees, the given name or patronymic does not."""
    SURNAME = 3
    INITIALS = 4
    FUZZY = 5
    FULL = 6


class Number(IntEnum):
    """How a number in a letter agrees with one of a customer's."""

    DIFFERS = 0
    TWO_EDITS = 1
    ONE_EDIT = 2
    CONFUSABLE = 3
    """The same but for letters and digits that a reader of pictures confuses."""
    EXACT = 4


class Dwelling(IntEnum):
    """How an address in a letter agrees with a customer's."""

    DIFFERS = 0
    UNKNOWN = 1
    HOUSE = 2
    """The same house, another flat or none."""
    FORMER = 3
    FULL = 4


def _patronymic_sex(word: str) -> str:
    """m for Иванович in any case, f for Ивановна, empty for anything else."""
    return "m" if _MANS.search(word) else "f" if _WOMANS.search(word) else ""


def compare_words(written: str, held: str) -> Word:
    """Answer how a written name word agrees with a held one; an edit counts only in words long enough to bear it."""
    a, b = fold(written), fold(held)
    if a == b:
        return Word.EXACT
    if len(a) == 1 or len(b) == 1:
        return Word.INITIAL if a[:1] == b[:1] or sound(a) == sound(b[:1]) else Word.DIFFERS
    if bool(_CYRILLIC.search(a)) != bool(_CYRILLIC.search(b)):
        return Word.EXACT if sound(a) == sound(b) else Word.DIFFERS
    if _patronymic_sex(a) != _patronymic_sex(b) and _patronymic_sex(a) and _patronymic_sex(b):
        return Word.DIFFERS
    if _CYRILLIC.search(a) and (stem(a) == stem(b)):
        return Word.INFLECTED
    allowed = 0 if len(b) < 4 else 1 if len(b) < 8 else 2
    return Word.FUZZY if allowed and OSA.distance(a, b, score_cutoff=allowed) <= allowed else Word.DIFFERS


def _best(words: list[str], held: str, initials: bool) -> tuple[Word, int]:
    """The best agreement of a held word with any of these, and which; -1 where there is none."""
    best, at = Word.MISSING, -1
    for i, word in enumerate(words):
        if len(word) == 1 and not initials:
            continue
        level = compare_words(word, held)
        if level > max(best, Word.MISSING):
            best, at = level, i
    return best, at


def compare_person(written: tuple[str, ...], held: PersonName) -> tuple[Name, tuple[str, ...]]:
    """Answer how a written name agrees with a held one, and the written words that agree only but for an edit.

    Order is free, initials stand for words, a patronymic or middle name may be missing on either side.
    """
    words = list(written)
    surname, at = _best(words, held.surname, initials=False)
    if at < 0:
        return Name.DIFFERS, ()
    doubtful = (words[at],) if surname == Word.FUZZY else ()
    words.pop(at)
    if not words or not held.given:
        return Name.SURNAME, doubtful
    given_held = name_words(held.given)
    given, at = _best(words, given_held[0] if given_held else held.given, initials=True)
    if at < 0:
        return Name.RELATIVE, doubtful
    if given == Word.FUZZY:
        doubtful = (*doubtful, words[at])
    before = words[:at]
    words.pop(at)
    middle = _compare_middle(words, held.middle)
    # "Ann Craig Walker" is not Craig Walker: what stands before the given name is the given name.
    if middle == Word.DIFFERS or (before and middle == Word.MISSING and len(before[0]) > 1):
        return Name.RELATIVE, doubtful
    if given == Word.INITIAL:
        return Name.INITIALS, doubtful
    if surname == Word.FUZZY or given == Word.FUZZY:
        return Name.FUZZY, doubtful
    return Name.FULL, doubtful


def _compare_middle(words: list[str], held: str) -> Word:
    """Whether what is left of the written name stands against the held patronymic or middle names."""
    left = [w for w in words if len(w) > 1 or fold(w)[0].isalpha()]
    if not left or not held:
        return Word.MISSING
    levels = [max(compare_words(w, h) for h in name_words(held)) for w in left[:1]]
    return levels[0]


def compare_organisation(written: str, held: str) -> Name:
    """Answer how an organisation's written name agrees: a word more or less is another organisation ("… Holdings")."""
    a, b = list(organisation_words(written)), list(organisation_words(held))
    if not a or not b:
        return Name.UNKNOWN
    if a == b or sorted(a) == sorted(b) or "".join(a) == "".join(b):
        return Name.FULL
    if len(a) != len(b):
        return Name.SURNAME if set(a) & set(b) else Name.DIFFERS
    levels = [compare_words(x, y) for x, y in zip(a, b, strict=True)]
    if all(level >= Word.FUZZY for level in levels):
        return Name.FULL if all(level >= Word.INFLECTED for level in levels) else Name.FUZZY
    return Name.RELATIVE if any(level >= Word.FUZZY for level in levels) else Name.DIFFERS


def bearers(profile: Profile) -> tuple[PersonName, ...]:
    """Answer the persons whose name is a customer's: its own, or a sole trader's, whom Russian names call ИП."""
    traders = (m.group(1).split() for o in profile.organisations if (m := _TRADER.match(o.strip())))
    return profile.persons or tuple(PersonName(w[0], w[1], " ".join(w[2:])) for w in traders if len(w) >= 2)


def compare_numbers(written: str, held: str) -> Number:
    """Answer how a written identifier agrees with a held one; edits count in identifiers of six signs and more."""
    a, b = squash(written), squash(held)
    if a == b:
        return Number.EXACT
    if abs(len(a) - len(b)) > 1 or min(len(a), len(b)) < 6:
        return Number.DIFFERS
    x, y = digit_like(a), digit_like(b)
    if x == y:
        return Number.CONFUSABLE
    edits = OSA.distance(x, y, score_cutoff=2)
    return Number.ONE_EDIT if edits == 1 else Number.TWO_EDITS if edits == 2 and len(b) >= 8 else Number.DIFFERS


def compare_tax_ids(written: str, held: str) -> Number:
    """Answer how tax numbers agree: check digits tell a misread digit from another number, a country may be missing."""
    level = compare_numbers(written, held)
    if level >= Number.CONFUSABLE:
        return level
    mine, theirs = plain_tax_id(written), plain_tax_id(held)
    if mine and (mine == theirs or theirs in repairs(written)):
        return Number.CONFUSABLE
    # What holds its own check digits is no misreading but another's number.
    return Number.DIFFERS if tax_id_holds(written) else level


def _word_in(word: str, words: frozenset[str]) -> bool:
    if word in words:
        return True
    mine = sound(word)
    allowed = 1 if len(mine) < 8 else 2
    return len(mine) >= 5 and any(
        abs(len(w) - len(mine)) <= allowed and OSA.distance(mine, w, score_cutoff=allowed) <= allowed
        for w in (sound(w) for w in words if len(w) >= 4)
    )


def compare_addresses(written: ParsedAddress, held: ParsedAddress) -> Dwelling:
    """Answer how a written address agrees with a held one: street, numbers, and town or postcode."""
    if not held.numbers or not held.street or not written.numbers:
        return Dwelling.UNKNOWN
    same_code = bool(held.postcode) and held.postcode == written.postcode
    if not all(_word_in(w, written.words) for w in held.street if not w.endswith("#") or "#" in "".join(written.words)):
        # The street is unreadable; a postcode with all of the numbers still is one dwelling, or nearly.
        enough = same_code and sorted(written.numbers) == sorted(held.numbers)
        return Dwelling.FULL if enough and (len(held.numbers) > 1 or not held.postcode.isdigit()) else Dwelling.DIFFERS
    same_place = same_code or any(_word_in(w, written.words) for w in held.place)
    if not same_place:
        return Dwelling.DIFFERS if written.postcode or written.place else Dwelling.HOUSE
    if _same_numbers(written.numbers, held.numbers) and not (written.flat and held.flat and written.flat != held.flat):
        return Dwelling.FULL
    return Dwelling.HOUSE if set(written.numbers) & set(held.numbers) else Dwelling.DIFFERS


def _same_numbers(written: tuple[str, ...], held: tuple[str, ...]) -> bool:
    if sorted(written) == sorted(held):
        return True
    # A stray number before or after does not matter where two or more follow one another as held.
    size = len(held)
    return size >= 2 and any(written[i : i + size] == held for i in range(len(written) - size + 1))


def held_numbers(profile: Profile) -> list[tuple[str, str]]:
    """Answer every identifier a customer holds as (kind, value)."""
    return [
        *(("account", n) for n in profile.accounts),
        *(("contract", n) for n in profile.contracts),
        *(("meter", n) for n in profile.meters),
        *(("point_of_delivery", n) for n in profile.points_of_delivery),
        *(("tax_id", n) for n in profile.tax_ids),
    ]
