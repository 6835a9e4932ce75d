"""How a pair of records agrees, field by field, as one small number each: the one definition there is.

Works on columns: thirty million pairs of a bulk run and the thirty candidates of one clerk go through the same lines.
Level 0 is "one of the two says nothing", and says nothing. The last field agrees in nothing: it says how far a father
and a son of this name are to be thought of.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA, JaroWinkler

from dedup.linkage.columns import HOUSES, LISTS, PLACE_PARTS, PLACES, Columns, Ints, Vocabulary, Words, is_nothing
from dedup.linkage.names import MAYBE, NAMED_SO, NOT_NAMED_SO, WOMAN, Lexicon

Codes = NDArray[np.uint8]
"""Pairs × fields."""


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that is compared. `levels[0]` is always "missing", `levels[1]` "differs"."""

    name: str
    levels: tuple[str, ...]


FIELDS = (
    Field("name", ("missing", "differs", "other form", "near", "slip", "common", "known", "rare", "unique")),
    Field("given", ("missing", "differs", "initial", "near", "slip", "common", "known", "rare")),
    Field("middle", ("missing", "differs", "initial", "near", "slip", "common", "known", "rare")),
    Field("birth", ("missing", "differs", "part", "slip", "equal")),
    Field("tax_id", ("missing", "differs", "slip", "equal")),
    Field("phone", ("missing", "differs", "slip", "equal")),
    Field("email", ("missing", "differs", "equal")),
    Field("account", ("missing", "differs", "slip", "equal")),
    Field("contract", ("missing", "differs", "slip", "equal")),
    Field("premises", ("missing", "differs", "equal")),
    Field("dwelling", ("missing", "differs", "street", "house", "numbers", "equal")),
    Field("place", ("missing", "differs", "near", "town", "postcode", "both")),
    Field("namesake", ("missing", "unlikely", "possible", "named so")),
)
NAME, GIVEN, MIDDLE, BIRTH, TAX_ID, PHONE, EMAIL, ACCOUNT, CONTRACT, PREMISES, DWELLING, PLACE, NAMESAKE = range(
    len(FIELDS)
)
SIZES = tuple(len(f.levels) for f in FIELDS)

_MISSING, _DIFFERS, _INITIAL, _NEAR, _SLIP, _EQUAL = range(6)
_OTHER_FORM = _INITIAL
"""A surname is no initial: the two levels share a number."""
_FORM = 15
"""The other gender's form of a word, until it is known whether a surname or another name."""
_NAME_STEPS = np.array([2.0**-16, 2.0**-12, 2.0**-9])
_GIVEN_STEPS = np.array([2.0**-9, 2.0**-6])
"""Shares of records from which a name is one step more common."""
_KNOWN_SHARE = 2e-4
_SLIPS_OF_ANOTHER = 0.02
"""A very common name is misspelt so often that its slips look known; none is met as often as this for each right one."""
_FAR_SLIP = 0.9
_STREET_ALIKE, _TOWN_ALIKE = 85.0, 85.0


def compare(a: Columns, b: Columns, vocabulary: Vocabulary, lexicon: Lexicon) -> Codes:
    """Answer the levels of pairs: the nth record of `a` with the nth of `b`, whose strings are in `vocabulary`."""
    codes = np.zeros((len(a["kind"]), len(FIELDS)), dtype=np.uint8)
    _names(a, b, vocabulary.names, lexicon, codes)
    codes[:, BIRTH] = _births(a["birth"], b["birth"])
    codes[:, TAX_ID] = _numbers(a["tax_id"], b["tax_id"])
    # A number whose check digits fail is a slip of its own: that it differs says nothing.
    codes[(codes[:, TAX_ID] == _DIFFERS) & ~((a["tax_id_sound"] > 0) & (b["tax_id_sound"] > 0)), TAX_ID] = _MISSING
    codes[:, PHONE] = _best(a, b, "phones", _numbers)
    codes[:, EMAIL] = _best(a, b, "emails", _equal)
    codes[:, ACCOUNT] = _best(a, b, "accounts", _numbered)
    codes[:, CONTRACT] = _best(a, b, "contracts", _numbers)
    codes[:, PREMISES] = _best(a, b, "premises", _equal)
    _places(a, b, vocabulary, codes)
    codes[:, NAMESAKE] = _namesakes(a["namesake"], b["namesake"], codes)
    return codes


def _names(a: Columns, b: Columns, words: Words, lexicon: Lexicon, codes: Codes) -> None:
    """Names as they stand, or crosswise where that agrees better: people fill in the fields the other way round."""
    person = a["kind"] == 0
    always = np.ones(len(person), dtype=bool)
    straight = (
        _name_codes(a["surname"], b["surname"], words, lexicon, always),
        _name_codes(a["given"], b["given"], words, lexicon, person),
    )
    codes[:, NAME], codes[:, GIVEN] = straight
    weak = np.flatnonzero(person & (straight[0] < _NEAR) & (straight[1] < _NEAR) & (a["given"] > 0) & (b["given"] > 0))
    if len(weak):
        crossed = (
            _name_codes(a["surname"][weak], b["given"][weak], words, lexicon, always[weak]),
            _name_codes(a["given"][weak], b["surname"][weak], words, lexicon, always[weak]),
        )
        better = np.flatnonzero((crossed[0] + crossed[1]) > (straight[0] + straight[1])[weak] + 1)
        # Which of the two records has them the wrong way round is not known: the better agreement is the surname's.
        codes[weak[better], NAME] = np.maximum(*crossed)[better]
        codes[weak[better], GIVEN] = np.minimum(*crossed)[better]
    codes[:, MIDDLE] = _name_codes(a["middle"], b["middle"], words, lexicon, person)
    codes[codes[:, NAME] == _FORM, NAME] = _OTHER_FORM
    for at in (GIVEN, MIDDLE):
        codes[codes[:, at] == _FORM, at] = _DIFFERS
    for at, column, shares, steps in (
        (NAME, "surname", lexicon.surnames, _NAME_STEPS),
        (GIVEN, "given", lexicon.given, _GIVEN_STEPS),
        (MIDDLE, "middle", lexicon.middle, _GIVEN_STEPS),
    ):
        equal = np.flatnonzero(codes[:, at] == _EQUAL)
        rare = rarity(words, column, shares, steps)
        codes[equal, at] += np.minimum(rare[a[column][equal]], rare[b[column][equal]])


def rarity(words: Words, column: str, shares: Mapping[str, float], steps: NDArray[np.float64]) -> Codes:
    """How rare each word is, by its number: 0 for common, more for rarer."""

    def rare(texts: list[str]) -> Codes:
        rates = np.array([shares.get(text, 0.0) for text in texts])
        found: Codes = (len(steps) - np.searchsorted(steps, rates, side="right")).astype(np.uint8)
        return found

    return words.each(column, shares, rare)


def _name_codes(a: Ints, b: Ints, words: Words, lexicon: Lexicon, spelt: NDArray[np.bool_]) -> Codes:
    """Levels of two words; where they are not `spelt` (a legal form, a number) they agree or differ, and that is all."""
    codes = np.full(len(a), _DIFFERS, dtype=np.uint8)
    codes[(a == 0) | (b == 0)] = _MISSING
    codes[(a == b) & (a > 0)] = _EQUAL
    codes[(codes == _EQUAL) & spelt & _single(a, words)] = _INITIAL
    open_ = np.flatnonzero((codes == _DIFFERS) & spelt)
    if len(open_):
        left, right, back = _distinct(a[open_], b[open_], words)
        codes[open_] = _alike(left, right, lexicon)[back]
    return codes


def _single(ids: Ints, words: Words) -> NDArray[np.bool_]:
    """Where a word is one letter: that two initials are equal is no more than that they agree."""
    one_letter: NDArray[np.bool_] = words.each("single", None, lambda texts: np.array([len(t) == 1 for t in texts]))[
        ids
    ]
    return one_letter


def _distinct(a: Ints, b: Ints, words: Words) -> tuple[list[str], list[str], Ints]:
    """Each pair of different words once, in the order of the alphabet, and where each of the given pairs is among them."""
    low, high = np.minimum(a, b), np.maximum(a, b)
    pairs, back = np.unique(low << 32 | high, return_inverse=True)
    texts = words.each("text", None, lambda texts: np.array(texts, dtype=object))
    x, y = texts[pairs >> 32], texts[pairs & _RIGHT]
    crossed = (x > y).astype(bool)
    return np.where(crossed, y, x).tolist(), np.where(crossed, x, y).tolist(), back


_RIGHT = 0xFFFFFFFF


def _alike(left: list[str], right: list[str], lexicon: Lexicon) -> Codes:
    """Levels of pairs of different words."""
    distance = process.cpdist(left, right, scorer=OSA.distance, score_cutoff=2, dtype=np.uint8)
    alike = process.cpdist(left, right, scorer=JaroWinkler.similarity, dtype=np.float32)
    sizes = [np.fromiter(map(len, texts), dtype=np.int64, count=len(texts)) for texts in (left, right)]
    shorter, longer = np.minimum(*sizes), np.maximum(*sizes)
    codes = np.full(len(left), _DIFFERS, dtype=np.uint8)
    slip = ((distance == 1) & (longer >= 3) & (shorter >= 2)) | ((distance == 2) & (longer >= 7))
    codes[(alike >= _FAR_SLIP) & (shorter >= 4)] = _NEAR
    codes[slip] = _SLIP
    codes[(shorter == 1) & (longer > 1)] = _DIFFERS
    for i in np.flatnonzero((codes >= _NEAR) | (shorter == 1)).tolist():
        codes[i] = _name_or_slip(left[i], right[i], int(codes[i]), lexicon)
    return codes


def _name_or_slip(x: str, y: str, code: int, lexicon: Lexicon) -> int:
    """An initial; the other gender's form; or two names of their own, where neither is the other misspelt."""
    short, long_ = sorted((x, y), key=len)
    if len(short) == 1:
        return _INITIAL if long_.startswith(short) and len(long_) > 1 else _DIFFERS
    if long_ in (short + "a", short[:-1] + "aia") or (
        short[:-1] == long_[:-1] and {short[-1], long_[-1]} == {"i", "a"}
    ):
        return _FORM
    for shares in (lexicon.given, lexicon.surnames, lexicon.middle):
        rarer, commoner = sorted((shares.get(x, 0.0), shares.get(y, 0.0)))
        if rarer >= _KNOWN_SHARE and rarer >= _SLIPS_OF_ANOTHER * commoner:
            return _DIFFERS if shares is not lexicon.surnames else _NEAR
    return code


def _births(a: Ints, b: Ints) -> Codes:
    codes = np.full(len(a), _DIFFERS, dtype=np.uint8)
    same = [
        (a // 10000 == b // 10000).astype(int),
        ((a // 100) % 100 == (b // 100) % 100).astype(int),
        (a % 100 == b % 100).astype(int),
    ]
    exchanged = (a // 10000 == b // 10000) & ((a // 100) % 100 == b % 100) & (a % 100 == (b // 100) % 100)
    codes[same[0] + same[1] + same[2] >= 2] = 2
    codes[exchanged | _one_slip(a, b)] = 3
    codes[a == b] = 4
    codes[(a == 0) | (b == 0)] = _MISSING
    return codes


def _numbers(a: Ints, b: Ints) -> Codes:
    codes = np.full(len(a), _DIFFERS, dtype=np.uint8)
    codes[_one_slip(a, b)] = 2
    codes[a == b] = 3
    codes[(a == 0) | (b == 0)] = _MISSING
    return codes


def _numbered(a: Ints, b: Ints) -> Codes:
    """As `_numbers`; that numbers of two numberings differ says nothing."""
    codes = _numbers(a, b)
    lengths = [np.searchsorted(_POWERS, x & _DIGITS, side="right") for x in (a, b)]
    other = (a >> 50 != b >> 50) | (lengths[0] != lengths[1])
    codes[(codes == _DIFFERS) & other] = _MISSING
    return codes


def _equal(a: Ints, b: Ints) -> Codes:
    codes = np.where(a == b, 2, _DIFFERS).astype(np.uint8)
    codes[(a == 0) | (b == 0)] = _MISSING
    return codes


_DIGITS = (1 << 50) - 1
_POWERS = 10 ** np.arange(16, dtype=np.int64)
_ONE_DIGIT = np.outer(np.arange(1, 10), _POWERS[:15])
_TWO_DIGITS = 9 * np.outer(np.arange(1, 10), _POWERS[:14])
_APART = np.unique(np.concatenate([_ONE_DIGIT.ravel(), _TWO_DIGITS.ravel()]))
"""How far numbers are apart that differ in one digit, or in two neighbours exchanged."""


def _one_slip(a: Ints, b: Ints) -> NDArray[np.bool_]:
    """Whether numbers differ by one digit, or by two neighbours exchanged."""
    apart = np.abs(a - b)
    maybe = np.flatnonzero(_APART[np.minimum(np.searchsorted(_APART, apart), len(_APART) - 1)] == apart)
    found = np.zeros(len(a), dtype=bool)
    if len(maybe):
        digits_a, digits_b = ((x[maybe, None] & _DIGITS) // _POWERS[None, :] % 10 for x in (a, b))
        wrong = (digits_a != digits_b) | (a[maybe] >> 50 != b[maybe] >> 50)[:, None]
        count = wrong.sum(axis=1)
        first = wrong.argmax(axis=1)
        rows, after = np.arange(len(maybe)), np.minimum(first + 1, 15)
        crossed = (digits_a[rows, first] == digits_b[rows, after]) & (digits_a[rows, after] == digits_b[rows, first])
        found[maybe] = (count == 1) | ((count == 2) & wrong[rows, after] & crossed)
    return found


def _namesakes(a: Ints, b: Ints, codes: Codes) -> Codes:
    less, more = np.minimum(a, b), np.maximum(a, b)
    found = np.full(len(a), 2, dtype=np.uint8)
    found[(more == NAMED_SO) & (less >= MAYBE)] = 3
    found[(less == WOMAN) | (more == NOT_NAMED_SO)] = 1
    found[(less == 0) | (codes[:, GIVEN] < _INITIAL) | (codes[:, NAME] < _NEAR)] = _MISSING
    return found


def _best(a: Columns, b: Columns, name: str, code: object) -> Codes:
    assert callable(code)
    best = np.zeros(len(a["kind"]), dtype=np.uint8)
    for i, j in product(range(LISTS[name]), repeat=2):
        x, y = a[f"{name}{i}"], b[f"{name}{j}"]
        if is_nothing(x) or is_nothing(y):
            continue
        rows = np.flatnonzero((x != 0) & (y != 0))
        if len(rows):
            best[rows] = np.maximum(best[rows], code(x[rows], y[rows]))
    return best


def _places(a: Columns, b: Columns, vocabulary: Vocabulary, codes: Codes) -> None:
    """The best of every address of the one with every address of the other."""
    for i, j in product(range(PLACES), repeat=2):
        rows = np.flatnonzero(_has_place(a, i) & _has_place(b, j)) if _any_place(a, i) and _any_place(b, j) else ()
        if not len(rows):
            continue
        x = {k: a[f"{k}{i}"][rows] for k in PLACE_PARTS}
        y = {k: b[f"{k}{j}"][rows] for k in PLACE_PARTS}
        place, dwelling = _one_place(x, y, vocabulary)
        better = dwelling * 6 + place > codes[rows, DWELLING] * 6 + codes[rows, PLACE]
        codes[rows[better], DWELLING], codes[rows[better], PLACE] = dwelling[better], place[better]


def _any_place(columns: Columns, i: int) -> bool:
    return not all(is_nothing(columns[f"{part}{i}"]) for part in ("street", "town", "postcode"))


def _has_place(columns: Columns, i: int) -> NDArray[np.bool_]:
    return (columns[f"street{i}"] | columns[f"town{i}"] | columns[f"postcode{i}"]) > 0


def _one_place(x: Columns, y: Columns, vocabulary: Vocabulary) -> tuple[Codes, Codes]:
    """(place, dwelling). Once the dwelling agrees, its town says nothing more and counts as missing."""
    towns = _texts_alike(x["town"], y["town"], vocabulary.towns, _TOWN_ALIKE)
    codes_known = (x["postcode"] > 0) & (y["postcode"] > 0)
    towns_known = (x["town"] > 0) & (y["town"] > 0)
    place = np.where(codes_known | towns_known, _DIFFERS, _MISSING).astype(np.uint8)
    place[codes_known & _one_slip(x["postcode"], y["postcode"])] = 2
    place[towns_known & towns] = 3
    same_code = codes_known & (x["postcode"] == y["postcode"])
    place[same_code] = np.where(towns_known & towns, 5, 4)[same_code]
    dwelling = np.where((x["street"] > 0) & (y["street"] > 0), _DIFFERS, _MISSING).astype(np.uint8)
    streets = _texts_alike(x["street"], y["street"], vocabulary.streets, _STREET_ALIKE)
    here = streets & (place != _DIFFERS)
    shared = np.zeros(len(place), dtype=bool)
    for i, j in product(range(HOUSES), repeat=2):
        shared |= (x[f"house{i}_"] > 0) & (x[f"house{i}_"] == y[f"house{j}_"])
    dwelling[here] = 2
    dwelling[here & shared] = 3
    same_numbers = streets & (x["numbers"] == y["numbers"]) & (x["numbers"] > 0)
    dwelling[same_numbers] = np.where(place > _DIFFERS, 5, 4)[same_numbers]
    place[dwelling >= 3] = _MISSING
    return place, dwelling


def _texts_alike(a: Ints, b: Ints, words: Words, least: float) -> NDArray[np.bool_]:
    """Whether two texts are equal or nearly so, whatever the order of their words and however many there are."""
    alike = (a == b) & (a > 0)
    open_ = np.flatnonzero(~alike & (a > 0) & (b > 0))
    if len(open_):
        left, right, back = _distinct(a[open_], b[open_], words)
        words_alike = process.cpdist(left, right, scorer=fuzz.token_set_ratio, score_cutoff=least, dtype=np.float32)
        alike[open_] = (words_alike >= least)[back]
    result: NDArray[np.bool_] = alike
    return result
