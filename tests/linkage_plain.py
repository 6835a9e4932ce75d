"""The comparison levels told a second time, slowly and pair by pair: what the vectorised ones are held against."""

from __future__ import annotations

from itertools import product

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA, JaroWinkler

from dedup.linkage.names import Lexicon, namesake_sign
from dedup.linkage.records import PERSON, Place, Record, postcode_code


def levels_of_pair(a: Record, b: Record, lexicon: Lexicon) -> list[int]:
    """Answer the levels of one pair, in the order of `levels.FIELDS`."""
    spelt = a.kind == PERSON
    name, given = _word(a.surname, b.surname, lexicon), _word(a.given, b.given, lexicon, spelt)
    if spelt and name < 3 and given < 3 and a.given and b.given:
        crossed = _word(a.surname, b.given, lexicon), _word(a.given, b.surname, lexicon)
        if sum(crossed) > name + given + 1:
            name, given = max(crossed), min(crossed)
    middle = _word(a.middle, b.middle, lexicon, spelt)
    name, given, middle = 2 if name == 15 else name, 1 if given == 15 else given, 1 if middle == 15 else middle
    if name == 5:
        name += sum(max(lexicon.surnames.get(r.surname, 0.0) for r in (a, b)) < 2.0**-n for n in (9, 12, 16))
    if given == 5:
        given += sum(max(lexicon.given.get(r.given, 0.0) for r in (a, b)) < 2.0**-n for n in (6, 9))
    if middle == 5:
        middle += sum(max(lexicon.middle.get(r.middle, 0.0) for r in (a, b)) < 2.0**-n for n in (6, 9))
    place, dwelling = _home(a, b)
    tax = _number(a.tax_id, b.tax_id)
    if tax == 1 and not (a.tax_id_sound and b.tax_id_sound):
        tax = 0
    return [
        name,
        given,
        middle,
        _birth(a.birth, b.birth),
        tax,
        _most(_number, a.phones, b.phones),
        _most(_same, a.emails, b.emails),
        _most(_account, a.accounts, b.accounts),
        _most(_number, a.contracts, b.contracts),
        _most(_same, a.premises, b.premises),
        dwelling,
        place,
        _namesake(a, b, name, given),
    ]


def _word(x: str, y: str, lexicon: Lexicon, spelt: bool = True) -> int:
    if not x or not y:
        return 0
    if x == y:
        return 2 if spelt and len(x) == 1 else 5
    if not spelt:
        return 1
    short, long_ = sorted((x, y), key=len)
    if len(short) == 1:
        return 2 if len(long_) > 1 and long_.startswith(short) else 1
    distance = OSA.distance(x, y)
    slip = (distance == 1 and len(long_) >= 3) or (distance == 2 and len(long_) >= 7)
    near = JaroWinkler.similarity(min(x, y), max(x, y)) >= 0.9 and len(short) >= 4
    if not slip and not near:
        return 1
    if long_ in (short + "a", short[:-1] + "aia") or (
        short[:-1] == long_[:-1] and {short[-1], long_[-1]} == {"a", "i"}
    ):
        return 15
    for shares, code in ((lexicon.given, 1), (lexicon.surnames, 3), (lexicon.middle, 1)):
        known = shares.get(x, 0), shares.get(y, 0)
        if min(known) >= 2e-4 and max(known) * 0.02 <= min(known):
            return code
    return 4 if slip else 3


def _slip(x: int, y: int) -> bool:
    if x >> 50 != y >> 50:
        return False
    a, b = (str(n & ((1 << 50) - 1)).zfill(16) for n in (x, y))
    wrong = [i for i in range(16) if a[i] != b[i]]
    if len(wrong) == 2 and wrong[1] == wrong[0] + 1:
        return a[wrong[0]] == b[wrong[1]] and a[wrong[1]] == b[wrong[0]]
    return len(wrong) == 1


def _number(x: int, y: int) -> int:
    if not x or not y:
        return 0
    return 3 if x == y else 2 if _slip(x, y) else 1


def _account(x: int, y: int) -> int:
    code = _number(x, y)
    alike = x >> 50 == y >> 50 and len(str(x & ((1 << 50) - 1))) == len(str(y & ((1 << 50) - 1)))
    return 0 if code == 1 and not alike else code


def _same(x: int, y: int) -> int:
    return 0 if not x or not y else 2 if x == y else 1


def _most(code: object, xs: tuple[int, ...], ys: tuple[int, ...]) -> int:
    assert callable(code)
    return max((code(x, y) for x, y in product(xs, ys)), default=0)


def _birth(x: int, y: int) -> int:
    if not x or not y:
        return 0
    if x == y:
        return 4
    a, b = ((n // 10000, n // 100 % 100, n % 100) for n in (x, y))
    if _slip(x, y) or (a[0] == b[0] and a[1:] == b[:0:-1]):
        return 3
    return 2 if sum(i == j for i, j in zip(a, b, strict=True)) >= 2 else 1


def _home(a: Record, b: Record) -> tuple[int, int]:
    found = [_place(x, y) for x, y in product(a.places, b.places)]
    return max(found, key=lambda f: f[1] * 6 + f[0], default=(0, 0))


def _place(x: Place, y: Place) -> tuple[int, int]:
    codes = [postcode_code(p.postcode) for p in (x, y)]
    towns = bool(x.town and y.town) and _texts(x.town, y.town)
    place = 1 if all(codes) or (x.town and y.town) else 0
    if all(codes) and _slip(*codes):
        place = 2
    if towns:
        place = 3
    if all(codes) and codes[0] == codes[1]:
        place = 5 if towns else 4
    if not x.street or not y.street:
        return place, 0
    dwelling, streets = 1, _texts(x.street, y.street)
    if streets and place != 1:
        dwelling = 3 if set(x.numbers[:3]) & set(y.numbers[:3]) else 2
    if streets and x.numbers and x.numbers == y.numbers:
        dwelling = 5 if place > 1 else 4
    return (0 if dwelling >= 3 else place), dwelling


def _texts(x: str, y: str) -> bool:
    return x == y or fuzz.token_set_ratio(x, y) >= 85


def _namesake(a: Record, b: Record, name: int, given: int) -> int:
    signs = sorted(namesake_sign(r.given, r.middle) if r.kind == PERSON else 0 for r in (a, b))
    if not signs[0] or given < 2 or name < 3:
        return 0
    if signs[0] == 1 or signs[1] == 2:
        return 1
    return 3 if signs[1] == 4 and signs[0] >= 3 else 2
