"""A person's name in any order and either alphabet as three sounds: surname, given name, middle name. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from math import log

from dedup.normalising import name_words, sound

_PATRONYMIC = re.compile(r"(?:ovich|evich|ich|ovna|evna|ichna|inichna|ogli|kizi|oglu)$")
_CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)
_FLOOR = 2e-5
"""What is said of a word that is not known as a name of a kind: as rare as this."""
_AS_USUAL = 0.75
"""How likely the usual order of a language is, before the words are looked at."""
_LATIN_FOR_DIGITS = str.maketrans("013568", "olzsbb")
_CYRILLIC_FOR_DIGITS = str.maketrans("013468", "олзчбв")


@dataclass(frozen=True)
class Lexicon:
    """Which sounds are names, and how common: share of records, of those seen often enough to be no slip."""

    surnames: Mapping[str, float] = field(default_factory=dict)
    given: Mapping[str, float] = field(default_factory=dict)
    middle: Mapping[str, float] = field(default_factory=dict)

    @cached_property
    def _known(self) -> dict[str, tuple[float, float, float]]:
        return {}

    def roles(self, word: str) -> tuple[float, float, float]:
        """Answer the logarithms of how well a word serves as surname, given name and middle name."""
        found = self._known.get(word)
        if found is None:
            if len(self._known) > _MOST_KNOWN:
                self._known.clear()
            surname, given, middle = (log(_role(word, role, self)) for role in range(3))
            found = self._known[word] = (surname, given, middle)
        return found


_MOST_KNOWN = 500_000


def person_name(surname: str, given: str, middle: str, full: str, lexicon: Lexicon) -> tuple[str, str, str]:
    """Answer (surname, given, middle) as sounds; initials are single letters. `full` where the parts are not given."""
    if surname.strip() and (given.strip() or middle.strip()) and not _is_cut(full, surname, given, middle):
        parts = (_one(surname), _first(given), _first(middle))
        return _unswapped(parts, lexicon) if all(parts[:2]) else parts
    words = tuple(w for w in (_word(w) for w in name_words(_plain(full or f"{surname} {given} {middle}"))) if w)
    if len(words) < 2:
        return (words[0] if words else "", _first(given), _first(middle))
    return _ordered(words, bool(_CYRILLIC.search(full or surname)), lexicon)


def _is_cut(full: str, *parts: str) -> bool:
    """Whether the parts are the whole name cut at its blanks, as the directory keeps it: they know nothing of its order."""
    return bool(full) and full.split(None, 2) == [part for part in parts if part]


@lru_cache(maxsize=500_000)
def _one(text: str) -> str:
    """A surname as it is written in one cell, all of its words together."""
    return "".join(_word(w) for w in re.findall(r"[^\W_]+", text))


@lru_cache(maxsize=200_000)
def _first(text: str) -> str:
    words = re.findall(r"[^\W_]+", _plain(text))
    return _word(words[0]) if words else ""


_TWO_FOR_ONE = re.compile(r"\b(Yu|Ya|Ye|Yo|Zh|Kh|Ts|Ch|Sh)\.", re.IGNORECASE)
"""Initials of two Latin letters that are one in Cyrillic."""


_MISREAD = re.compile(r"[^\W\d_]+\d[^\W_]*|\d[^\W\d_]{2,}[^\W_]*")
"""A word with digits in it: one begun by a digit only where letters follow, for "2-я" is a number."""


def _plain(text: str) -> str:
    """The text with every initial as one letter, and with letters for the digits within words."""
    if "." in text:
        text = _TWO_FOR_ONE.sub(lambda m: f"{sound(m[1])[:1]}.", text)
    return _MISREAD.sub(lambda m: _spelt(m[0]), text)


def _spelt(word: str) -> str:
    """The word with the letters that a reader of pictures took for digits."""
    return word.translate(_CYRILLIC_FOR_DIGITS if _CYRILLIC.search(word) else _LATIN_FOR_DIGITS)


@lru_cache(maxsize=500_000)
def _word(word: str) -> str:
    """One word's sound, one letter for an initial; digits that a reader of pictures put for letters are letters again."""
    if any(c.isdigit() for c in word):
        word = "" if word.isdigit() else _spelt(word)
    return sound(word)[:1] if len(word) == 1 else sound(word)


def _unswapped(parts: tuple[str, str, str], lexicon: Lexicon) -> tuple[str, str, str]:
    """The parts as given, or with surname and given name exchanged where the words say so clearly."""
    surname, given, middle = parts
    straight, swapped = _fit(surname, given, lexicon), _fit(given, surname, lexicon)
    return (given, surname, middle) if swapped > straight + log(20.0) else parts


def _fit(surname: str, given: str, lexicon: Lexicon) -> float:
    return log(lexicon.surnames.get(surname, _FLOOR)) + log(lexicon.given.get(given, _FLOOR))


def _ordered(words: tuple[str, ...], cyrillic: bool, lexicon: Lexicon) -> tuple[str, str, str]:
    """The order that its words make the likeliest, of those that people write."""
    words = words[:3]
    chosen = tuple(range(len(words))) if cyrillic else (len(words) - 1, *range(len(words) - 1))
    surname, given = words[chosen[0]], words[chosen[1]]
    clear = surname not in lexicon.given and given not in lexicon.surnames and not _middle_astray(words, chosen)
    if clear and (len(words) < 3 or given in lexicon.given or words[chosen[2]] not in lexicon.given):
        return _picked(words, chosen)
    return _picked(words, _likeliest(words, chosen, lexicon))


def _likeliest(words: tuple[str, ...], usual: tuple[int, ...], lexicon: Lexicon) -> tuple[int, ...]:
    """The best order; the usual one where others are no better."""
    roles = [lexicon.roles(word) for word in words]
    if len(usual) == 2:
        x, y = usual
        straight, swapped = roles[x][0] + roles[y][1] + _USUAL, roles[y][0] + roles[x][1] + _UNUSUAL
        return usual if straight >= swapped else (y, x)
    x, y, z = usual
    (x0, x1, x2), (y0, y1, y2), (z0, z1, z2) = roles[x], roles[y], roles[z]
    orders = ((x, y, z), (x, z, y), (y, x, z), (y, z, x), (z, x, y), (z, y, x))
    fits = (x0 + y1 + z2, x0 + z1 + y2, y0 + x1 + z2, y0 + z1 + x2, z0 + x1 + y2, z0 + y1 + x2)
    likely = [fit + _written(words, order, usual) for fit, order in zip(fits, orders, strict=True)]
    return orders[likely.index(max(likely))]


def _written(words: tuple[str, ...], order: tuple[int, ...], usual: tuple[int, ...]) -> float:
    """How likely three words are written so (natural logarithm): hardly ever with an initial for the given name alone."""
    if order != usual and len(words[order[1]]) == 1 < len(words[order[2]]):
        return _NEVER
    return _USUAL if order == usual else _WRITTEN.get(order, _NEVER)


_USUAL, _UNUSUAL = log(_AS_USUAL), log((1 - _AS_USUAL) / 5)
_WRITTEN: dict[tuple[int, ...], float] = {
    (0, 1, 2): log(0.14),
    (2, 0, 1): log(0.14),
    (1, 0, 2): log(0.06),
    (0, 2, 1): log(0.02),
}
"""Where surname, given and middle name stand in the other orders that people write, and how likely each is."""
_NEVER = log(0.002)


def _picked(words: tuple[str, ...], order: tuple[int, ...]) -> tuple[str, str, str]:
    return (words[order[0]], words[order[1]], words[order[2]] if len(order) > 2 else "")


def _middle_astray(words: tuple[str, ...], order: tuple[int, ...]) -> bool:
    """Whether a patronymic or an initial stands where the usual order has a surname or, the only one, a given name."""
    first, second = words[order[0]], words[order[1]]
    return len(first) == 1 or any(len(w) >= 5 and _PATRONYMIC.search(w) for w in (first, second))


def _role(word: str, role: int, lexicon: Lexicon) -> float:
    """How well a word serves as surname (0), given name (1) or middle name (2)."""
    if len(word) == 1:
        return (1e-6, 0.05, 0.05)[role]
    patronymic = bool(_PATRONYMIC.search(word)) and len(word) >= 5
    if role == 2:
        return 0.02 if patronymic else max(lexicon.middle.get(word, _FLOOR), lexicon.given.get(word, _FLOOR) / 2)
    known = (lexicon.surnames, lexicon.given)[role].get(word, _FLOOR)
    return known / 10 if patronymic and known == _FLOOR else known


NOT_KNOWN, WOMAN, NOT_NAMED_SO, MAYBE, NAMED_SO = range(5)
"""Whether a father or son of one's own name is to be thought of: what is known of it from the name alone."""
_WOMEN = frozenset(
    sound(name)
    for name in """
        abigail agnes alice alison amber amy ann anne annette april ashleigh audrey barbara beatrice bethany betty
        beverley brenda bridget carol carole caroline carolyn catherine cathy charlene charlotte cheryl chloe
        christine claire clare dawn deborah denise diane donna doreen doris dorothy edith eileen elaine eleanor
        elizabeth ellen elsie emily esther eunice evelyn frances gail gemma geraldine gillian gladys grace gwen
        harriet hayley hazel heather helen hilary holly imogen ingrid irene iris isabel isabelle jacqueline jane
        janet janice jean jenifer jennifer jenny jessie jill joan joanne jodie josephine joy joyce judith judy june
        karen kate katherine kathleen kathryn katie kay keeley kelly kerry kim kirsty leanne lesley lily linsey
        lindsay lorraine louise lucy lynn lynne madeleine maisie mandy margaret marie marilyn marion marjorie mary
        maureen mavis megan michelle mildred molly muriel nancy naomi natalie niamh nicole olive paige pam patricia
        paulette pauline pearl peggy penelope penny phyllis poppy rachael rachel rhian rosalind rose rosemary rosie
        roxanne ruby ruth sally samantha sarah scarlett shannon sharon sheila shirley sian siobhan sophie stacey
        stephanie sue susan suzanne sylvie tracey tracy valerie vanessa vera veronica vicky violet vivien wendy
        winifred yvonne zoe любовь нинель эсфирь гузель айгуль рашель
    """.split()  # noqa: SIM905
)
_MEN_IN_A = frozenset(
    sound(n)
    for n in (
        "никита",
        "илья",
        "фома",
        "лука",
        "кузьма",
        "савва",
        "данила",
        "гаврила",
        "joshua",
        "luca",
        "ezra",
        "noah",
    )
)


@lru_cache(maxsize=500_000)
def namesake_sign(given: str, middle: str) -> int:
    """Answer what a name says of a namesake in the family; takes sounds.

    A son of his father's name has a patronymic made of his own given name; mothers and daughters of one name are rare.
    """
    if not given:
        return NOT_KNOWN
    patronymic = len(middle) >= 5 and _PATRONYMIC.search(middle)
    if middle.endswith("na") and patronymic:
        return WOMAN
    if patronymic:
        shared = next((i for i, (x, y) in enumerate(zip(given, middle, strict=False)) if x != y), len(given))
        return NAMED_SO if shared >= max(len(given) - 2, 1 if len(given) == 1 else 2) else NOT_NAMED_SO
    return WOMAN if given in _WOMEN or (given[-1] == "a" and given not in _MEN_IN_A and len(given) > 1) else MAYBE
