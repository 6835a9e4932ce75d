"""A model made to know how common names are where it is used: a rare name of the country may be every tenth of a town.

What agrees of a name weighs by how rare it is. A model that was learnt elsewhere takes every name that it has not met for
one that hardly anybody bears; asked of a directory that is full of them, it would call strangers doubles. So the names of
the directory itself are counted, on a sample, and outvote the model the more of them there are. Nothing else is learnt here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from dedup.linkage.chance import FIRST_EQUAL, Floats
from dedup.linkage.levels import _GIVEN_STEPS, _NAME_STEPS, FIELDS, GIVEN, MIDDLE, NAME, SIZES
from dedup.linkage.model import KindModel, Model, Rates
from dedup.linkage.names import Lexicon
from dedup.linkage.records import PERSON, Place, Record

_AS_MUCH = 20_000
"""Persons that the model's word on how common a name is counts as."""
_PAIRS_AS_MUCH = 1e7
"""Pairs of persons that its word on how often two agree by chance counts as."""
_LEAST_SHARE = 2.0**-18
"""Rarer names than this are not listed: they are all alike."""
_COLUMNS = {NAME: "surname", GIVEN: "given", MIDDLE: "middle"}
_STEPS = {NAME: _NAME_STEPS, GIVEN: _GIVEN_STEPS, MIDDLE: _GIVEN_STEPS}


@dataclass(frozen=True, slots=True)
class _Counted:
    """One part of the names in a sample: how many homes each word is met in, and of how many homes something is known."""

    homes: Mapping[str, int]
    known: int


def at_home(model: Model, records: Iterable[Record]) -> Model:
    """Answer the model with the names of a directory. `records`: an even sample of it, one of a customer.

    The same levels and the same rates but for those of equal names; a name says at the most what it says in the model.
    """
    counted = _counts(records)
    shares = {at: _blended(counted[at], getattr(model.lexicon, _LISTS[at])) for at in _COLUMNS}
    lexicon = Lexicon(*(shares[at] for at in (NAME, GIVEN, MIDDLE)))
    persons = model.persons
    for at in _COLUMNS:
        persons = _weighed(persons, at, counted[at], shares[at])
    return replace(model, persons=persons, lexicon=lexicon)


_LISTS = {NAME: "surnames", GIVEN: "given", MIDDLE: "middle"}


def _counts(records: Iterable[Record]) -> dict[int, _Counted]:
    """A name is counted once a home: relatives that bear it do not make it common, nor does who is in the directory twice."""
    met: dict[int, Counter[str]] = {at: Counter() for at in _COLUMNS}
    seen: dict[int, set[tuple[str, object]]] = {at: set() for at in _COLUMNS}
    for number, record in enumerate(records):
        if record.kind != PERSON:
            continue
        home = _home(record.places) or number
        for at, column in _COLUMNS.items():
            word = getattr(record, column)
            if len(word) > 1 and (word, home) not in seen[at]:
                seen[at].add((word, home))
                met[at][word] += 1
    return {at: _Counted(words, words.total()) for at, words in met.items()}


def _home(places: Sequence[Place]) -> object:
    return places[0] if places and places[0].street else None


def _blended(counted: _Counted, before: Mapping[str, float]) -> dict[str, float]:
    """By word, its share among others: whoever bears it does not count as somebody else who does."""
    whole = counted.known + _AS_MUCH
    found = {word: ((homes - 1) + _AS_MUCH * before.get(word, 0.0)) / whole for word, homes in counted.homes.items()}
    found |= {word: _AS_MUCH * share / whole for word, share in before.items() if word not in found}
    return {word: round(share, 9) for word, share in found.items() if share >= _LEAST_SHARE}


def _weighed(kind: KindModel, at: int, counted: _Counted, shares: Mapping[str, float]) -> KindModel:
    """The rates of one part of the names, spread over the levels of equality as the directory's names are."""
    name, first = FIELDS[at].name, FIRST_EQUAL[at]
    homes = defaultdict[int, list[int]](list)
    for word, count in counted.homes.items():
        homes[int(np.count_nonzero(shares.get(word, 0.0) < _STEPS[at]))].append(count)
    size = SIZES[at] - first
    bearers = np.array([float(sum(homes[step])) for step in range(size)])
    pairs = np.array([float(sum(n * (n - 1) / 2 for n in homes[step])) for step in range(size)])
    held_by = counted.known / (counted.known + _AS_MUCH)
    classes = {
        label: _spread(rates, name, first, bearers / max(bearers.sum(), 1.0), held_by)
        for label, rates in kind.classes.items()
    }
    every = counted.known * (counted.known - 1) / 2
    before = np.array(kind.unrelated[name][first:])
    now = (pairs + before * _PAIRS_AS_MUCH) / (every + _PAIRS_AS_MUCH)
    return replace(kind, classes=classes, unrelated=_with(kind.unrelated, name, first, np.maximum(now, before)))


def _spread(rates: Rates, name: str, first: int, here: Floats, held_by: float) -> Rates:
    before = np.array(rates[name][first:])
    return _with(rates, name, first, (1 - held_by) * before + held_by * before.sum() * here)


def _with(rates: Rates, name: str, first: int, equal: Floats) -> Rates:
    return rates | {name: (*rates[name][:first], *map(float, equal))}
