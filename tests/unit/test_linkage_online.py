"""What the guard works out pair by pair in plain Python is what bulk works out over columns: levels, keys and scores."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from zlib import crc32

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.made_customers import inn
from dedup.guard_models import flat_keys, shipped
from dedup.linkage.columns import Columns, Vocabulary, columns_of, take
from dedup.linkage.keys import PASSES, blocking_keys
from dedup.linkage.levels import FIELDS, compare
from dedup.linkage.likeness import Likeness, from_text, to_text
from dedup.linkage.matching import train
from dedup.linkage.model import Model, without_junk
from dedup.linkage.records import Record, record_of
from dedup.linkage.scoring import score
from tests.guard_racing import spellings
from tests.linkage_people import people
from tests.linkage_writing import written

PAIRS = 300_000
PERSONS = 4_000
FIRMS = [
    {"kind": "organisation", "full_name": f"{form} «{name}{number}»", "tax_id": tax, "address": f"г. Рябинск, ул. Лесная, д. {house}"}
    for form in ("ООО", "АО", "LLC")
    for name in ("Заря Сервис", "Заря-сервис", "Рябинский хлеб", "Elmstead Bakery")
    for number, tax, house in (("", "7830002293", 4), (" 2", "", 4), ("", "", 17))
]  # fmt: skip


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    return [_more(row, at) for at, row in enumerate(people(PERSONS).rows)]


def _more(row: dict[str, str], at: int) -> dict[str, str]:
    """What the made-up people lack: a meter of the home, a tax id, and a telephone that everybody has, which is junk."""
    home, person = (crc32(row[name].encode()) for name in ("address", "birth_date"))
    tax = inn(f"{person % 10**10:010d}")
    return row | {
        "phones": f"{row['phones']};9005550055" if at % 3 == 0 else row["phones"],
        "meters": f"{home:010d}" if at % 2 else "",
        "tax_id": tax[:4] + "7" + tax[5:] if at % 5 == 0 else tax if at % 3 else "",
    }


@pytest.fixture(scope="module")
def model(rows: list[dict[str, str]], tmp_path_factory: pytest.TempPathFactory) -> Model:
    place = tmp_path_factory.mktemp("model")
    found = train([written(rows[:2_500], place / "people.csv")], place / "work", lambda what, done, total: None)
    assert 9005550055 in found.junk["phones"]
    return found


def test_bulk_and_guard_say_the_same_of_300000_pairs(rows: list[dict[str, str]], model: Model) -> None:
    likeness = Likeness(model, len(rows), 0)
    records = [from_text(to_text(likeness.record(row))) for row in rows]
    columns, vocabulary = _columns(rows, model)
    left, right = _pairs(len(rows))
    bulk = compare(take(columns, left), take(columns, right), vocabulary, model.lexicon)
    scores = score(bulk, model.persons, len(rows))
    assert len(bulk) == PAIRS
    assert all(len(np.unique(bulk[:, at])) * 2 >= len(f.levels) for at, f in enumerate(FIELDS))
    for row, places in _by_left(left):
        found = likeness.weigh(records[row], [records[right[at]] for at in places])
        levels = np.array([one.levels for one in found])
        assert (levels == bulk[places]).all(), [(rows[row], rows[right[at]]) for at in places]
        assert np.allclose([one.same for one in found], scores.same[places], rtol=1e-12)
        assert [one.vetoed for one in found] == scores.vetoed[places].tolist()
        assert [one.individual for one in found] == scores.individual[places].tolist()
        for name, values in scores.related.items():
            assert np.allclose([one.related[name] for one in found], values[places], rtol=1e-12)


def test_bulk_and_guard_look_under_the_same_keys(rows: list[dict[str, str]], model: Model) -> None:
    every = [*rows[:3_000], *FIRMS, {}, {"kind": "person", "surname": "Ф"}]
    likeness = Likeness(model, len(every), 0)
    columns, vocabulary = _columns(every, model)
    bulk = {name: np.stack(make()) for name, make in blocking_keys(columns, vocabulary, PASSES)}
    for at, row in enumerate(every):
        online = likeness.keys(likeness.record(row))
        for name, found in bulk.items():
            expected = dict.fromkeys(int(key) for key in found[:, at] if key)
            assert tuple(expected) == online.get(name, ()), (name, row)


def test_keys_of_many_records_are_those_of_each(rows: list[dict[str, str]], model: Model) -> None:
    likeness = Likeness(model, 10, 10)
    moved = {**rows[0], "former_address": "г. Рябинск, ул. Лесная, д. 4, кв. 9", "phones": "9161112233;9162223344"}
    every = [*rows[:2_000], *FIRMS, moved, {}, {"kind": "person", "surname": "Ф"}]
    records = [likeness.record(row) for row in every]
    singly = [flat_keys(likeness.keys(record)) for record in records]
    assert likeness.keys_of_many(records) == singly
    assert [key for at in range(0, len(records), 16) for key in likeness.keys_of_many(records[at : at + 16])] == singly
    assert likeness.keys_of_many([Record(0)] * 100) == [()] * 100 and likeness.keys_of_many([]) == []


def test_organisations_get_the_same_levels_too(model: Model) -> None:
    likeness = Likeness(model, 10, len(FIRMS))
    columns, vocabulary = _columns(FIRMS, model)
    records = [likeness.record(row) for row in FIRMS]
    left, right = np.divmod(np.arange(len(FIRMS) ** 2), len(FIRMS))
    bulk = compare(take(columns, left), take(columns, right), vocabulary, model.lexicon)
    for row, places in _by_left(left):
        found = likeness.weigh(records[row], records)
        assert [one.levels for one in found] == [tuple(levels) for levels in bulk[places].tolist()], FIRMS[row]


def test_one_of_another_kind_is_never_the_same(model: Model) -> None:
    likeness = Likeness(model, 10, 10)
    firm, person = Record(1, "zaria", accounts=(123456,)), Record(0, "zaria", accounts=(123456,))
    found = likeness.weigh(firm, [person, replace(firm)])
    assert found[0].same == 0.0 and found[0].vetoed and found[1].same > 0.5


def _columns(rows: list[dict[str, str]], model: Model) -> tuple[Columns, Vocabulary]:
    vocabulary = Vocabulary()
    return without_junk(columns_of([record_of(r, model.lexicon) for r in rows], vocabulary), model), vocabulary


def _pairs(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Half of the pairs neighbours in the file (relatives and doubles), half drawn."""
    random_ = np.random.default_rng(5)
    left = np.repeat(random_.choice(count - 60, PAIRS // 200, replace=False), 200)
    near = left + 1 + np.tile(np.arange(200), PAIRS // 200) % 40
    return left, np.where(np.arange(PAIRS) % 2 == 0, near, random_.integers(0, count, PAIRS))


def _by_left(left: np.ndarray) -> Iterable[tuple[int, list[int]]]:
    found: dict[int, list[int]] = {}
    for at, row in enumerate(left.tolist()):
        found.setdefault(row, []).append(at)
    return found.items()


def test_a_larger_directory_asks_for_more(model: Model) -> None:
    """Another size is another prior, and nothing else."""
    small, large = Likeness(model, 100, 0), Likeness(model, 100, 0).resized(10_000_000, 0)
    one = small.record({"kind": "person", "surname": "Чижов", "given_name": "Олег", "birth_date": "1980-01-02"})
    here, there = (likeness.weigh(one, [one])[0] for likeness in (small, large))
    assert here.levels == there.levels and here.same > there.same


def test_two_spellings_of_one_person_share_a_key() -> None:
    """What keeps two clerks apart who save one person at once: a slip, initials or another alphabet leave a key in common."""
    likeness = Likeness(shipped(), 1_000_000, 0)
    for one, other in spellings(1_000, seed=7):
        mine, theirs = (flat_keys(likeness.keys(likeness.record(row))) for row in (one, other))
        assert set(mine) & set(theirs), (one, other)


@given(st.lists(st.sampled_from(list("аеиорнтвлс")), min_size=4, max_size=9), st.integers(0, 8), st.sampled_from("бгк"))
def test_a_wrong_letter_anywhere_leaves_a_key(letters: list[str], at: int, wrong: str) -> None:
    """In the surname of somebody whose birth date, given name and address are known."""
    likeness = Likeness(shipped(), 1_000_000, 0)
    surname = "".join(letters)
    spoilt = surname[: at % len(surname)] + wrong + surname[at % len(surname) + 1 :]
    rest = {"given_name": "Вера", "birth_date": "1971-02-03", "address": "г. Рябинск, ул. Лесная, д. 4, кв. 9"}
    keys = [set(flat_keys(likeness.keys(likeness.record(rest | {"surname": s})))) for s in (surname, spoilt)]
    assert keys[0] & keys[1]
