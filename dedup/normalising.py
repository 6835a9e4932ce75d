"""One spelling for what people and machines spell in many ways: letters, names, organisations, numbers, phones, e-mails.

Everything here is pure, takes text and answers text; nothing raises on odd input, an empty answer means "nothing left".
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

# Capital letters of the two alphabets that look the same on paper, by their Latin twin.
_TWINS = str.maketrans("АВЕКМНОРСТУХІЈЅ", "ABEKMHOPCTYXIJS")
_TO_CYRILLIC = str.maketrans("abekmhopctyxABEKMHOPCTYX", "авекмнорстухАВЕКМНОРСТУХ")
_TO_LATIN = str.maketrans("авекмнорстухАВЕКМНОРСТУХ", "abekmhopctyxABEKMHOPCTYX")
# What a reader of pictures takes for a digit, and the digit it stands for.
_DIGIT_LIKE = str.maketrans("OQDОIL|!ZЗЭSБGBВЧ", "000" + "0" + "1111" + "2" + "33" + "5" + "66" + "88" + "4")
_CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)
_LATIN = re.compile(r"[a-z]", re.IGNORECASE)
_NOT_WORD = re.compile(r"[\W_]+")
_DIGITS = re.compile(r"\D+")

_TRANSLITERATION = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh", "з": "z", "и": "i", "й": "i",
    "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f",
    "х": "h", "ц": "c", "ч": "ch", "ш": "sh", "щ": "sh", "ъ": "", "ы": "i", "ь": "", "э": "e", "ю": "iu", "я": "ia",
}  # fmt: skip
_TO_SOUND = str.maketrans(_TRANSLITERATION)
_SOUNDS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        ("shch|sch", "sh"),
        ("kh", "h"),
        ("ts|tz", "c"),
        ("x", "ks"),
        ("y[aá]", "ia"),
        ("yu|ju", "iu"),
        ("ja", "ia"),
        ("y[eo]|jo", "e"),
        ("[yj]", "i"),
        ("ph", "f"),
        ("i+", "i"),
        (r"([a-z])\1", r"\1"),
    )
)
_CASE_ENDING = re.compile(
    r"(?:иями|ием|ией|еем|ями|ами|ого|его|ое|ому|ему|ыми|ими|ой|ей|ою|ею|ый|ий|ая|яя|ую|юю|ым|им|ом|ем|ём|ея|ее|ых|их|ия|ию|ии|ие|[аеёиоуыюяйь])$"
)


_SHORT_ENDING = re.compile(r"(?:ем|ей|[аеёиоуыюяй])$")
# Given names whose vowel goes with the ending.
_FLEETING = {"павел": "павл", "лев": "льв"}


def alphabet(word: str) -> str:
    """Answer the word in the one alphabet most of its letters belong to: readers of pictures mix look-alikes.

    >>> alphabet("Иваноb") == "Иваноb"
    True
    """
    cyrillic, latin = len(_CYRILLIC.findall(word)), len(_LATIN.findall(word))
    if not cyrillic or not latin:
        return word
    return word.translate(_TO_CYRILLIC if cyrillic >= latin else _TO_LATIN)


@lru_cache(maxsize=65536)
def fold(word: str) -> str:
    """Answer the word in lower case, with е for ё, one alphabet, one apostrophe and no accents but й's."""
    text = alphabet(unicodedata.normalize("NFKC", word)).casefold().replace("ё", "е")
    text = text.replace("’", "'").replace("`", "'").replace("ʼ", "'")
    return "".join(c for c in text if not unicodedata.combining(c))


@lru_cache(maxsize=65536)
def sound(word: str) -> str:
    """Answer a Latin skeleton that Russian names share with their usual transliterations ("Юрьев", "Iurev", "Yuriev")."""
    text = fold(word).replace("'", "").translate(_TO_SOUND)
    for pattern, to in _SOUNDS:
        text = pattern.sub(to, text)
    return _NOT_WORD.sub("", text)


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Answer the folded word without its Russian case ending; words in Latin letters stay as they are.

    Men's and women's surnames share a stem, as do Александр and Александра: a stem finds candidates, it proves nothing.
    """
    text = fold(word)
    if not _CYRILLIC.search(text) or len(text) < 4:
        return _FLEETING.get(text, text)
    shorter = (_CASE_ENDING.sub("", text), _SHORT_ENDING.sub("", text), text)
    short = next(s for s in shorter if len(s) >= 3)
    return _FLEETING.get(short, short)


@lru_cache(maxsize=65536)
def name_key(word: str) -> str:
    """Answer what a name word is found by: its stem's sound without a last vowel, which a Latin spelling keeps."""
    found = sound(stem(word))
    short = found.rstrip("aeiou")
    return short if len(short) >= 2 else found


def squash(number: str) -> str:
    """Answer an identifier without separators, in capitals, look-alike Cyrillic letters as their Latin twins."""
    return _NOT_WORD.sub("", unicodedata.normalize("NFKC", number).upper()).translate(_TWINS)


def digit_like(number: str) -> str:
    """Answer the squashed identifier with every letter that a reader confuses with a digit as that digit."""
    return squash(number).translate(_DIGIT_LIKE)


def shape(number: str) -> str:
    """Answer the pattern of a squashed identifier: 9 for a digit, A for a letter ("FA06518785" → "AA99999999")."""
    return "".join("9" if c.isdigit() else "A" for c in squash(number))


_RARE_SHAPE = 0.002


def shapes_of(numbers: Iterable[str]) -> frozenset[str]:
    """Answer the shapes that known numbers have, but those so rare that they are slips of the pen."""
    counts = Counter(shape(n) for n in numbers if n)
    total = sum(counts.values())
    return frozenset(s for s, n in counts.items() if n >= total * _RARE_SHAPE)


def digits(text: str) -> str:
    """Answer the decimal digits of a text alone."""
    return _DIGITS.sub("", text)


def phone(text: str) -> str:
    """Answer a phone's last ten digits, without country code or trunk prefix; empty where there are fewer than ten."""
    only = digits(text)
    return only[-10:] if 10 <= len(only) <= 13 else ""


def email(text: str) -> str:
    """Answer an e-mail address in lower case without the name part and its angle brackets; empty where there is none."""
    match = re.search(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+", text)
    return match.group().casefold() if match else ""


LEGAL_FORMS = frozenset(
    """ооо оао зао пао ао нао ип пбоюл муп гуп фгуп фгбу фгку гбу мбу мку мау гау гку мбоу гбоу мбдоу мадоу гбуз
    тсж тсн жск гск снт днт кфх нко ано чоп спк тоо кх оо ук ltd limited plc llp lp inc incorporated llc cic cio
    co company corp corporation gmbh the trust""".split()  # noqa: SIM905
)
_LONG_FORMS = re.compile(
    r"обществ\w* с ограниченной ответственностью|(?:публичн\w* |непубличн\w* |открыт\w* |закрыт\w* )?акционерн\w* обществ\w*"
    r"|индивидуальн\w* предпринимател\w*|товариществ\w* собственников (?:жилья|недвижимости)"
    r"|(?:муниципальн\w*|государственн\w*) (?:унитарн\w* предприяти\w*|бюджетн\w* учреждени\w*)"
    r"|community interest company|public limited company|limited liability partnership",
    re.IGNORECASE,
)


@lru_cache(maxsize=65536)
def organisation_words(name: str) -> tuple[str, ...]:
    """Answer the words of an organisation's name that tell it from others: no legal form, no quotes, no punctuation."""
    text = _LONG_FORMS.sub(" ", name.replace("&", " and "))
    words = [fold(w) for w in re.findall(r"[^\W_]+", text)]
    kept = tuple(w for w in words if w not in LEGAL_FORMS)
    return kept or tuple(words)


_TITLES = frozenset("mr mrs ms miss mx dr sir madam messrs гр гр-н гр-ка гр-ну гр-ке г-н г-жа господин госпожа".split())  # noqa: SIM905


def name_words(text: str) -> tuple[str, ...]:
    """Answer the words of a person's name in their order, initials as single letters; hyphens stay inside words."""
    words = re.findall(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*", text)
    return tuple(w for w in words if w.casefold() not in _TITLES) if len(words) > 1 else tuple(words)
