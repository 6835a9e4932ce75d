"""How much an equal name says is told by how common it is in the very directory that is asked."""

from __future__ import annotations

import pytest

from dedup.guard_models import shipped
from dedup.linkage.at_home import at_home
from dedup.linkage.levels import FIELDS, NAME, SIZES
from dedup.linkage.likeness import Likeness
from dedup.linkage.records import PERSON, Place, Record

_HOMES = 30_000
_OF_ONE_NAME = 50
"""Every so manieth home bears the surname that the model has never met."""


def person(surname: str, at: int, given: str = "oleg") -> Record:
    return Record(PERSON, surname, given, "ilich", places=(Place("lesnaia", (str(at),), "riabinsk", ""),))


def town() -> list[Record]:
    every = []
    for at in range(_HOMES):
        surname = "zhmyhnov" if at % _OF_ONE_NAME == 0 else f"qun{at}ov"
        every += [person(surname, at), person(surname, at, "vera")]
    return every


@pytest.fixture(scope="module")
def here() -> Likeness:
    return Likeness(shipped(), 2 * _HOMES, 0, at_home(shipped(), town()))


def bits(likeness: Likeness, one: Record, other: Record, field: str) -> float:
    (weighed,) = likeness.weigh(one, [other])
    return next(said.bits for said in likeness.said(PERSON, weighed.levels) if said.field == field)


def test_a_name_that_the_model_never_met_and_every_fiftieth_home_bears_says_little(here: Likeness) -> None:
    elsewhere = Likeness(shipped(), 2 * _HOMES, 0)
    pair = person("zhmyhnov", 50), person("zhmyhnov", 100_000)
    assert bits(elsewhere, *pair, "name") > 15
    assert bits(here, *pair, "name") < 8
    assert here.weigh(pair[0], pair[1:])[0].same < elsewhere.weigh(pair[0], pair[1:])[0].same / 100


def test_a_name_of_one_home_stays_rare_however_many_of_the_family_bear_it(here: Likeness) -> None:
    pair = person("qun7ov", 7), person("qun7ov", 100_000)
    assert FIELDS[NAME].levels[here.weigh(pair[0], pair[1:])[0].levels[NAME]] == "unique"
    assert bits(here, *pair, "name") > 15


def test_no_equal_name_says_more_than_in_the_model_of_how_often_strangers_agree() -> None:
    model = shipped()
    found = at_home(model, town())
    for at, field in enumerate(FIELDS):
        pairs = list(zip(found.persons.unrelated[field.name], model.persons.unrelated[field.name], strict=True))
        assert all(now >= before for now, before in pairs) and len(pairs) == SIZES[at]
    for label, rates in found.persons.classes.items():
        for name, values in rates.items():
            assert sum(values) == pytest.approx(sum(model.persons.classes[label][name]), rel=1e-6)


def test_where_nobody_is_counted_the_model_is_as_it_was() -> None:
    model = shipped()
    found = at_home(model, [])
    for label, rates in found.persons.classes.items():
        for name, values in rates.items():
            assert values == pytest.approx(model.persons.classes[label][name])
    common = {word: share for word, share in model.lexicon.surnames.items() if share >= 1e-5}
    assert common.keys() <= found.lexicon.surnames.keys()
    assert all(found.lexicon.surnames[word] == pytest.approx(share, rel=1e-3) for word, share in common.items())
