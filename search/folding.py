"""How letters are made alike before they are compared: case, ё, look-alikes, keyboards, alphabets, numbers.

Pure: no engine. The same functions fold what is indexed and what is asked, so they agree by construction.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain

WORD = r"[^\W_]+"
"""One word, as a regular expression that Python and Rust read the same way: letters and digits, no underscore."""

_CYRILLIC_ALIKE = "авекмнорстухіѕјһ"
_LATIN_ALIKE = "abekmhopctyxisjh"
_TO_LATIN = str.maketrans(_CYRILLIC_ALIKE, _LATIN_ALIKE)
_TO_CYRILLIC = str.maketrans("abekmhopctyx", "авекмнорстух")
_AS_DIGIT = str.maketrans("oоzзliб", "0023116")
_IN_NUMBERS = str.maketrans(_CYRILLIC_ALIKE + "зoоli", _LATIN_ALIKE + "30011")

_ENGLISH_KEYS = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"
_RUSSIAN_KEYS = "йцукенгшщзхъфывапролджэячсмитьбюё"
_UPPER_ENGLISH_KEYS = 'QWERTYUIOP{}ASDFGHJKL:"ZXCVBNM<>~'
_OTHER_KEYBOARD = str.maketrans(
    _ENGLISH_KEYS + _UPPER_ENGLISH_KEYS + _RUSSIAN_KEYS + _RUSSIAN_KEYS.upper(),
    _RUSSIAN_KEYS + _RUSSIAN_KEYS.upper() + _ENGLISH_KEYS + _UPPER_ENGLISH_KEYS,
)

_CYRILLIC = "абвгдежзийклмнопрстуфхцчшщъыьэюяіїєґ"
_LATIN = "a b v g d e zh z i i k l m n o p r s t u f h ts ch sh sh  i  e iu ia i i e g"
_SOUNDS = dict(zip(_CYRILLIC, _LATIN.split(" "), strict=True))
_SPELLINGS = (
    ("shch", "sh"),
    ("sch", "sh"),
    ("kh", "h"),
    ("tz", "ts"),
    ("ph", "f"),
    ("ck", "k"),
    ("ch", "\x01"),
    ("c", "k"),
    ("\x01", "ch"),
    ("x", "ks"),
    ("w", "v"),
    ("q", "k"),
    ("y", "i"),
    ("j", "i"),
    ("io", "e"),
    ("ie", "e"),
)

_ACCENTED = re.compile("[\u00c0-\u024f\u1e00-\u1eff\u0450\u045d]")
_MIXED = re.compile(r"[a-z][а-я]|[а-я][a-z]")
_LETTERS = re.compile(r"[^\W\d_]+")
_DIGITS_AND_LETTERS = re.compile(r"\d[^\W\d_]|[^\W\d_]\d")
_WORD = re.compile(WORD)
_LINE_BREAK = re.compile(r"-[ \t\r]*\n\s*|\u00ad\s*")
_WORD_BEFORE = re.compile(r"[^\W\d_]{2,40}\Z")
_WORD_AFTER = re.compile(r"[^\W\d_]{2,40}")
_MENA = re.compile(r"мен[аы]\b(?:(?<=(?:за|от|об)мен.)|(?<=(?:под|раз)мен.)|(?<=перемен.))")
_NOT_ALNUM = re.compile(r"[\W_]+")
_REPEATED = re.compile(r"(.)\1+")
_APOSTROPHE = re.compile(r"([^\W\d_]{1,40})['’ʼ`]([^\W\d_]{2,40})")
_DIGIT = re.compile(r"\d")
_NUMBER = re.compile(r"[^\W_]+(?:[-/.][^\W_]+){0,8}")
_GROUPED_NUMBER = re.compile(r"(?<![^\W_])\+?\d(?:[ ()\-]{0,2}\d){6,19}(?![^\W_])")


def _plain_letters() -> dict[int, str]:
    """Latin letters with accents → without, one for one; й stays й, ё becomes е."""
    table = {ord("ё"): "е", ord("ѐ"): "е", ord("ѝ"): "и"}
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        first = unicodedata.normalize("NFD", chr(code))[0].lower()
        if "a" <= first <= "z":
            table[code] = first
    return table


_PLAIN = _plain_letters()


def fold(text: str) -> str:
    """`text` in lower case with ё = е, accents dropped, and words mixed of two alphabets set right.

    One character stays one character, so a place in the answer is the same place in NFC(`text`).
    """
    text = unicodedata.normalize("NFC", text)
    lowered = text.lower()
    if len(lowered) != len(text):  # the few letters whose lower case is longer, such as İ
        lowered = "".join(letter.lower()[0] for letter in text)
    folded = (
        lowered.replace("ё", "е") if lowered.isascii() or not _ACCENTED.search(lowered) else lowered.translate(_PLAIN)
    )
    if _MIXED.search(folded):
        folded = _LETTERS.sub(lambda found: _one_alphabet(found[0]), folded)
    if _DIGITS_AND_LETTERS.search(folded):
        folded = _WORD.sub(lambda found: _digits_only(found[0]), folded)
    return folded


def _one_alphabet(word: str) -> str:
    """A word read with letters of two alphabets, in the one that can spell all of it."""
    if not _MIXED.search(word):
        return word
    cyrillic, latin = word.translate(_TO_CYRILLIC), word.translate(_TO_LATIN)
    if not any("a" <= letter <= "z" for letter in cyrillic):
        return cyrillic
    return latin if latin.isascii() else word


def _digits_only(word: str) -> str:
    """A number read with one or two letters in it (63О12 → 63012); other words as they are."""
    if word.isalpha() or word.isdecimal():
        return word
    digits = sum(letter.isdigit() for letter in word)
    if digits < 4 or not 0 < len(word) - digits <= 2:
        return word
    repaired = word.translate(_AS_DIGIT)
    return repaired if repaired.isdigit() else word


def words(folded: str) -> list[str]:
    """The words of a folded text, in order."""
    return _WORD.findall(folded)


def regular(folded: str) -> str:
    """The text with nouns such as замена, отмены in a case that the Russian stemmer does not take for a verb's.

    Snowball cuts "-ена" off as a participle (замена → зам, but замену → замен). Keeps every letter's place.
    """
    return _MENA.sub("мену", folded)


def mended_words(folded: str) -> list[str]:
    """The words that a line's end or a soft hyphen breaks in two, joined."""
    mended = []
    for gap in _LINE_BREAK.finditer(folded):
        before = _WORD_BEFORE.search(folded[max(gap.start() - 40, 0) : gap.start()])
        after = _WORD_AFTER.match(folded, gap.end())
        if before and after:
            mended.append(before[0] + after[0])
    return mended


def without_apostrophes(folded: str) -> list[str]:
    """The words that an apostrophe parts, joined: o'neill → oneill."""
    return [first + second for first, second in _APOSTROPHE.findall(folded)]


def other_alphabet(word: str) -> str | None:
    """A folded word that could be spelled whole in the other alphabet (camapa → самара), so spelled; else None."""
    other = word.translate(_TO_CYRILLIC) if word.isascii() else word.translate(_TO_LATIN)
    if other == word or not word.isalpha():
        return None
    is_whole = not any("a" <= letter <= "z" for letter in other) if word.isascii() else other.isascii()
    return other if is_whole else None


def other_keyboard(typed: str) -> str:
    """What the same keys give in the other layout, English ↔ Russian: ghbdtn → привет and back."""
    return typed.translate(_OTHER_KEYBOARD)


@lru_cache(100_000)
def sound(word: str) -> str:
    """A folded name in one Latin spelling whatever its alphabet: Юрий, Yury, Iurii give the same.

    A key for matching, not for show: spellings that differ between transliteration standards fall together.
    """
    latin = "".join(_SOUNDS.get(letter, letter) for letter in word)
    for spelling, one in _SPELLINGS:
        latin = latin.replace(spelling, one)
    return _REPEATED.sub(r"\1", latin)


def roughly(text: str) -> str:
    """`text` (NFC) nearly folded, at a tenth of the cost: good for finding where to look, not for comparing."""
    lowered = text.lower().replace("ё", "е")
    return lowered if len(lowered) == len(text) else fold(text)


def number_key(text: str) -> str:
    """An identifier without its punctuation, look-alike letters made one: 63-Э-07/05 → 63э0705, О and O → 0."""
    if text.isascii() and text.isdigit():
        return text  # what most identifiers are
    return _NOT_ALNUM.sub("", fold(text)).translate(_IN_NUMBERS)


def phone_key(text: str) -> str:
    """A phone number as its ten last digits: without +7, 8, +44 or a leading 0; shorter ones as they are."""
    if text.isdigit():
        return text[-10:]
    return "".join(letter for letter in text if letter.isdigit())[-10:]


def numbers_in(folded: str, least_digits: int = 5, most: int = 2000) -> list[str]:
    """The keys of the identifier-like numbers of a folded text, each once; at most `most`.

    Runs of digits that spaces part into groups (8 960 742-06-67) count as one number.
    """
    found: dict[str, None] = {}
    for number in chain(_numbers_between_spaces(folded), (match[0] for match in _GROUPED_NUMBER.finditer(folded))):
        key = _NOT_ALNUM.sub("", number).translate(_IN_NUMBERS)[:64]
        if len(_DIGIT.findall(key)) >= least_digits:
            found[key] = None
        if len(found) >= most:
            break
    return list(found)


def _numbers_between_spaces(folded: str) -> Iterator[str]:
    for chunk in folded.split():
        if not chunk.isalpha() and _DIGIT.search(chunk):
            yield from (number for number in _NUMBER.findall(chunk) if _DIGIT.search(number))


GRAM = 3
"""Length of the pieces that numbers are cut into: any part of at least this length can be found."""


def grams(key: str) -> list[str]:
    """A number's overlapping pieces of three, in order; none for shorter numbers."""
    return [key[at : at + GRAM] for at in range(len(key) - GRAM + 1)]
