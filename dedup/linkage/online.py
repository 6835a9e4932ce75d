"""The levels of one pair of records, in plain Python: what a clerk waits for is a few pairs, not thirty million.

`levels.compare` tells the same over columns, at a millisecond a call whatever the number of pairs. A test holds the two
together on 300,000 pairs: whoever changes one changes both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import product

import numpy as np
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA, JaroWinkler

from dedup.linkage.columns import HOUSES, PLACES
from dedup.linkage.levels import (
    _DIFFERS,
    _EQUAL,
    _FAR_SLIP,
    _FORM,
    _GIVEN_STEPS,
    _INITIAL,
    _MISSING,
    _NAME_STEPS,
    _NEAR,
    _OTHER_FORM,
    _SLIP,
    _STREET_ALIKE,
    _TOWN_ALIKE,
    _name_or_slip,
)
from dedup.linkage.names import MAYBE, NAMED_SO, NOT_NAMED_SO, WOMAN, Lexicon, namesake_sign
from dedup.linkage.records import PERSON, Place, Record, postcode_code

Levels = tuple[int, ...]
"""One level a field, in the order of `levels.FIELDS`."""
_LETTERS_ABOVE = 50
_DIGITS = (1 << _LETTERS_ABOVE) - 1
_MOST_ZEROS_ONE, _MOST_ZEROS_TWO = 14, 13
# Over columns the likeness is kept in 32 bits: what is nearer to the limit than they can tell has reached it.
_FAR_SLIP_LEAST = float(np.float32(_FAR_SLIP)) - (2.0**-25)
_STEPS_OF_NAMES, _STEPS_OF_GIVEN = tuple(_NAME_STEPS.tolist()), tuple(_GIVEN_STEPS.tolist())


def levels_of(a: Record, b: Record, lexicon: Lexicon) -> Levels:
    """Answer the levels of two records, in which values that mean nothing are taken for missing already."""
    name, given, middle = _names(a, b, lexicon)
    place, dwelling = _home(a.places, b.places)
    tax = _number(a.tax_id, b.tax_id) if a.tax_id and b.tax_id else _MISSING
    # A number whose check digits fail is a slip of its own: that it differs says nothing.
    if tax == _DIFFERS and not (a.tax_id_sound and b.tax_id_sound):
        tax = _MISSING
    return (
        name,
        given,
        middle,
        _birth(a.birth, b.birth),
        tax,
        _best(a.phones, b.phones, _number),
        _best(a.emails, b.emails, _same),
        _best(a.accounts, b.accounts, _numbered),
        _best(a.contracts, b.contracts, _number),
        _best(a.premises, b.premises, _same),
        dwelling,
        place,
        _namesake(a, b, name, given),
    )


def _names(a: Record, b: Record, lexicon: Lexicon) -> tuple[int, int, int]:
    spelt = a.kind == PERSON
    name, given = _word(a.surname, b.surname, lexicon, True), _word(a.given, b.given, lexicon, spelt)
    if spelt and name < _NEAR and given < _NEAR and a.given and b.given:
        crossed = _word(a.surname, b.given, lexicon, True), _word(a.given, b.surname, lexicon, True)
        if crossed[0] + crossed[1] > name + given + 1:
            name, given = max(crossed), min(crossed)
    middle = _word(a.middle, b.middle, lexicon, spelt)
    name = _OTHER_FORM if name == _FORM else name
    given, middle = (_DIFFERS if code == _FORM else code for code in (given, middle))
    if name == _EQUAL:
        name += _rarity(a.surname, b.surname, lexicon.surnames.get, _STEPS_OF_NAMES)
    if given == _EQUAL:
        given += _rarity(a.given, b.given, lexicon.given.get, _STEPS_OF_GIVEN)
    if middle == _EQUAL:
        middle += _rarity(a.middle, b.middle, lexicon.middle.get, _STEPS_OF_GIVEN)
    return name, given, middle


def _rarity(x: str, y: str, share: Callable[[str, float], float], steps: Sequence[float]) -> int:
    most = max(share(x, 0.0), share(y, 0.0))
    return sum(most < step for step in steps)


def _word(x: str, y: str, lexicon: Lexicon, spelt: bool) -> int:
    if not x or not y:
        return _MISSING
    if x == y:
        return _INITIAL if spelt and len(x) == 1 else _EQUAL
    return _alike(x, y, lexicon) if spelt else _DIFFERS


def _alike(x: str, y: str, lexicon: Lexicon) -> int:
    if x > y:
        x, y = y, x
    shorter, longer = sorted((len(x), len(y)))
    if shorter == 1:
        return _name_or_slip(x, y, _DIFFERS, lexicon)
    distance = OSA.distance(x, y, score_cutoff=2)
    code = _DIFFERS
    if shorter >= 4 and JaroWinkler.similarity(x, y) >= _FAR_SLIP_LEAST:
        code = _NEAR
    if (distance == 1 and longer >= 3) or (distance == 2 and longer >= 7):
        code = _SLIP
    return _name_or_slip(x, y, code, lexicon) if code >= _NEAR else code


def _one_slip(x: int, y: int) -> bool:
    """Whether two numbers differ by one digit, or by two neighbours exchanged."""
    if x >> _LETTERS_ABOVE != y >> _LETTERS_ABOVE:
        return False
    apart, zeros = abs(x - y), 0
    while apart and not apart % 10:
        apart, zeros = apart // 10, zeros + 1
    one = 0 < apart < 10 and zeros <= _MOST_ZEROS_ONE
    two = 0 < apart < 90 and not apart % 9 and zeros <= _MOST_ZEROS_TWO
    if not one and not two:
        return False
    a, b = (str(n & _DIGITS).zfill(16) for n in (x, y))
    wrong = [at for at in range(16) if a[at] != b[at]]
    if len(wrong) == 2 and wrong[1] == wrong[0] + 1:
        return a[wrong[0]] == b[wrong[1]] and a[wrong[1]] == b[wrong[0]]
    return len(wrong) == 1


def _number(x: int, y: int) -> int:
    if x == y:
        return 3
    return 2 if _one_slip(x, y) else _DIFFERS


def _numbered(x: int, y: int) -> int:
    """As `_number`; that numbers of two numberings differ says nothing."""
    code = _number(x, y)
    if code == _DIFFERS and (
        x >> _LETTERS_ABOVE != y >> _LETTERS_ABOVE or len(str(x & _DIGITS)) != len(str(y & _DIGITS))
    ):
        return _MISSING
    return code


def _same(x: int, y: int) -> int:
    return 2 if x == y else _DIFFERS


def _best(xs: tuple[int, ...], ys: tuple[int, ...], code: Callable[[int, int], int]) -> int:
    if not xs or not ys:
        return _MISSING
    if len(xs) == 1 == len(ys):
        return code(xs[0], ys[0])
    return max(code(x, y) for x, y in product(xs, ys))


def _birth(x: int, y: int) -> int:
    if not x or not y:
        return _MISSING
    if x == y:
        return 4
    (year, month, day), (other_year, other_month, other_day) = ((n // 10000, n // 100 % 100, n % 100) for n in (x, y))
    if _one_slip(x, y) or (year == other_year and month == other_day and day == other_month):
        return 3
    return 2 if (year == other_year) + (month == other_month) + (day == other_day) >= 2 else _DIFFERS


def _home(ours: tuple[Place, ...], theirs: tuple[Place, ...]) -> tuple[int, int]:
    """(place, dwelling) of the best of every address of the one with every address of the other."""
    best = (_MISSING, _MISSING)
    for x, y in product(ours[:PLACES], theirs[:PLACES]):
        found = _place(x, y)
        if found[1] * 6 + found[0] > best[1] * 6 + best[0]:
            best = found
    return best


_code_of = lru_cache(maxsize=50_000)(postcode_code)


def _place(x: Place, y: Place) -> tuple[int, int]:
    code, other = _code_of(x.postcode), _code_of(y.postcode)
    codes_known, towns_known = bool(code and other), bool(x.town and y.town)
    towns = towns_known and _texts_alike(x.town, y.town, _TOWN_ALIKE)
    place = _DIFFERS if codes_known or towns_known else _MISSING
    if codes_known and _one_slip(code, other):
        place = 2
    if towns:
        place = 3
    if codes_known and code == other:
        place = 5 if towns else 4
    if not x.street or not y.street:
        return place, _MISSING
    dwelling = _DIFFERS
    if _texts_alike(x.street, y.street, _STREET_ALIKE):
        if place != _DIFFERS:
            dwelling = 3 if not set(x.numbers[:HOUSES]).isdisjoint(y.numbers[:HOUSES]) else 2
        if x.numbers and x.numbers == y.numbers:
            dwelling = 5 if place > _DIFFERS else 4
    return (_MISSING if dwelling >= 3 else place), dwelling


def _texts_alike(x: str, y: str, least: float) -> bool:
    """Whether two texts are equal or nearly so, whatever the order of their words and however many there are."""
    return x == y or fuzz.token_set_ratio(*sorted((x, y)), score_cutoff=least) >= least


def _namesake(a: Record, b: Record, name: int, given: int) -> int:
    if a.kind != PERSON or b.kind != PERSON or given < _INITIAL or name < _NEAR:
        return _MISSING
    less, more = sorted((namesake_sign(a.given, a.middle), namesake_sign(b.given, b.middle)))
    if not less:
        return _MISSING
    if less == WOMAN or more == NOT_NAMED_SO:
        return 1
    return 3 if more == NAMED_SO and less >= MAYBE else 2
