"""Online and bulk say the same of the same pair, in both alphabets; each level means what it says."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from dedup.linkage.columns import Vocabulary, columns_of, take
from dedup.linkage.learning import junk_of, lexicon_of
from dedup.linkage.levels import FIELDS, compare
from dedup.linkage.model import without_junk
from dedup.linkage.names import Lexicon
from dedup.linkage.records import record_of
from dedup.linkage.storing import Workspace
from tests.linkage_people import people
from tests.linkage_plain import levels_of_pair

PAIRS = 300_000
SLOW_PAIRS = 6_000


def test_one_clerk_and_thirty_million_pairs_get_the_same_levels(tmp_path: Path) -> None:
    """The way of bulk (columns stored in chunks, mapped, compared by the hundred thousand) against one record at a time."""
    made = people(4_000)
    lexicon = lexicon_of(made.rows)
    space = Workspace(tmp_path / "work", "test")
    for start in range(0, len(made.rows), 1_000):
        rows = made.rows[start : start + 1_000]
        space.append(columns_of([record_of(r, lexicon) for r in rows], space.vocabulary), [("", "")] * len(rows))
    columns = space.columns()
    left, right = _pairs(made.persons)
    bulk = compare(take(columns, left), take(columns, right), space.vocabulary, lexicon)
    assert len(bulk) == PAIRS
    by_left: dict[int, list[int]] = {}
    for at, row in enumerate(left.tolist()):
        by_left.setdefault(row, []).append(at)
    for row, places in by_left.items():
        others = [made.rows[right[at]] for at in places]
        records = [record_of(r, lexicon) for r in (made.rows[row], *others)]
        vocabulary = Vocabulary()
        own = columns_of(records, vocabulary)
        one = np.zeros(len(places), dtype=np.int64)
        online = compare(take(own, one), take(own, np.arange(1, len(records))), vocabulary, lexicon)
        assert (online == bulk[places]).all(), (made.rows[row], others)
    assert (compare(take(columns, right), take(columns, left), space.vocabulary, lexicon) == bulk).all()


def _pairs(persons: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """Half of the pairs neighbours in the file (relatives and doubles), half drawn; few left rows, so that it is quick."""
    random_ = np.random.default_rng(5)
    count = len(persons)
    left = np.repeat(random_.choice(count - 400, PAIRS // 200, replace=False), 200)
    near = left + 1 + np.tile(np.arange(200), PAIRS // 200) % 40
    right = np.where(np.arange(PAIRS) % 2 == 0, near, random_.integers(0, count, PAIRS))
    return left, right


def test_the_levels_are_those_of_a_plain_reading_of_the_rules() -> None:
    """Against a second, slow statement of the levels, pair by pair, that shares no line with the first."""
    made = people(800, seed=11)
    lexicon = lexicon_of(made.rows)
    vocabulary = Vocabulary()
    records = [record_of(r, lexicon) for r in made.rows]
    columns = columns_of(records, vocabulary)
    random_ = random.Random(3)
    pairs = [(random_.randrange(len(records) - 12), 0) for _ in range(SLOW_PAIRS)]
    pairs = [
        (x, x + random_.randrange(1, 12) if i % 2 else random_.randrange(len(records)))
        for i, (x, _) in enumerate(pairs)
    ]
    left, right = (np.array(side) for side in zip(*pairs, strict=True))
    codes = compare(take(columns, left), take(columns, right), vocabulary, lexicon)
    for (x, y), found in zip(pairs, codes.tolist(), strict=True):
        assert found == levels_of_pair(records[x], records[y], lexicon), (made.rows[x], made.rows[y])


def _levels(one: dict[str, str], other: dict[str, str], lexicon: Lexicon | None = None) -> dict[str, str]:
    lexicon = lexicon or Lexicon()
    vocabulary = Vocabulary()
    columns = columns_of([record_of(row, lexicon) for row in (one, other)], vocabulary)
    codes = compare(take(columns, np.array([0])), take(columns, np.array([1])), vocabulary, lexicon)[0]
    return {f.name: f.levels[code] for f, code in zip(FIELDS, codes, strict=True)}


def _named(surname: str, given: str, middle: str = "", **more: str) -> dict[str, str]:
    return {"kind": "person", "surname": surname, "given_name": given, "patronymic": middle, **more}


@pytest.mark.parametrize(
    ("one", "other", "name", "given"),
    [
        (_named("Юрьев", "Фёдор"), _named("Iurev", "Fedor"), "unique", "rare"),
        (_named("Юрьев", "Федор"), _named("ЮРЬЕВ", "ФЁДОР"), "unique", "rare"),
        (_named("Чижов", "Олег"), _named("Олег", "Чижов"), "unique", "rare"),
        (_named("Чижов", "Олег"), {"full_name": "Чижов Олег Ильич"}, "unique", "rare"),
        (_named("Чижов", "Олег"), {"full_name": "Чижов О. И."}, "unique", "initial"),
        (_named("Чижов", "Юрий"), {"full_name": "Чижов Ю. И."}, "unique", "initial"),
        (_named("Чижов", "Юрий"), {"full_name": "Chizhov Yu. I."}, "unique", "initial"),
        (_named("Чижова", "Жанна"), _named("Чижова", "Zh."), "unique", "initial"),
        (_named("Чижова", "Щ."), _named("Чижова", "Жанна"), "unique", "differs"),
        (_named("Ворoбьев", "Олег"), _named("Воробьев", "Олег"), "unique", "rare"),
        (_named("Воробьев", "Олег"), _named("Воробев", "Олге"), "unique", "slip"),
        (_named("Воробьев", "Олег"), _named("Воробьева", "Вера"), "other form", "differs"),
        (_named("Nightingale", "Clara"), _named("Nightingle", "Clara"), "slip", "rare"),
        (_named("Na1tingale", "Clara"), _named("Naltingale", "C."), "unique", "initial"),
        (_named("Finch", "Александр"), _named("Finch", "Александра"), "unique", "differs"),
        (_named("Чижова", "Вера"), {"full_name": "Чиж0ва Вера Олеговна"}, "unique", "rare"),
        (_named("Зябликова", "Вера"), {"full_name": "3ябликова Вера"}, "unique", "rare"),
        (_named("Воробьёва", "Вера"), _named("Воро6ьёва", "Вера"), "unique", "rare"),
        (_named("Nightingale", "Clara"), {"full_name": "Clara Nightinga1e"}, "unique", "rare"),
    ],
)
def test_names(one: dict[str, str], other: dict[str, str], name: str, given: str) -> None:
    found = _levels(one, other)
    assert (found["name"], found["given"]) == (name, given)
    assert _levels(other, one) == found


@pytest.mark.parametrize(
    "written",
    [
        "NIGHTINGALE CLARA ROSE",
        "Clara Rose Nightingale",
        "Clara Nightingale Rose",
        "Nightingale R. Clara",
        "NIGHTINGALE CLARA R.",
        "NIGHTINGALE C. R.",
    ],
)
def test_a_whole_name_is_read_in_every_order_that_people_write(written: str) -> None:
    """Nobody writes surname, middle name and given name, but where the middle name is an initial."""
    lexicon = Lexicon(given={"clara": 0.01, "rose": 0.02}, middle={"clara": 0.01, "rose": 0.01})
    found = _levels(_named("Nightingale", "Clara", "Rose"), {"full_name": written}, lexicon)
    assert found["name"] == "unique" and found["given"] in ("known", "initial") and found["middle"] != "differs"


def test_two_known_names_are_no_slip_of_one_another() -> None:
    lexicon = Lexicon(given={"marina": 0.01, "maria": 0.01})
    one, other = _named("Чижова", "Марина"), _named("Чижова", "Мария")
    assert _levels(one, other, lexicon)["given"] == "differs"
    assert _levels(one, other)["given"] != "differs"


def test_a_slip_that_many_make_of_a_very_common_name_is_still_a_slip() -> None:
    lexicon = Lexicon(given={"olga": 0.08, "ola": 0.0003})
    assert _levels(_named("Чижова", "Ольга"), _named("Чижова", "Ольа"), lexicon)["given"] == "slip"


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("1980-05-17", "17.05.1980", "equal"),
        ("1980-05-17", "1980-05-71", "missing"),
        ("1980-05-07", "1980-07-05", "slip"),
        ("1980-05-17", "1980-05-11", "slip"),
        ("1980-05-17", "1980-05-29", "part"),
        ("1980-05-17", "1955-11-02", "differs"),
        ("1980-05-17", "01.01.1900", "missing"),
    ],
)
def test_births(one: str, other: str, level: str) -> None:
    assert _levels({"birth_date": one}, {"birth_date": other})["birth"] == level


@pytest.mark.parametrize(
    ("column", "field", "one", "other", "level"),
    [
        ("phones", "phone", "+7 (912) 345-67-89", "8 912 345 67 89", "equal"),
        ("phones", "phone", "9123456789", "9123456798", "slip"),
        ("phones", "phone", "9123456789", "0000000000", "missing"),
        ("phones", "phone", "9123456789;9001112233", "9001112233", "equal"),
        ("accounts", "account", "00123456", "123456", "equal"),
        ("accounts", "account", "12345678", "12345687", "slip"),
        ("accounts", "account", "12345678", "87654321", "differs"),
        ("accounts", "account", "12345678", "FA87654321", "missing"),
        ("contracts", "contract", "12-Э-345678/20", "12-э-345678/20", "equal"),
        ("emails", "email", "Clara@Letters.example", "clara@letters.example", "equal"),
        ("emails", "email", "clara@letters.example", "нет", "missing"),
        ("tax_id", "tax_id", "500100732259", "500100732259", "equal"),
        ("tax_id", "tax_id", "500100732259", "500100732258", "slip"),
        ("tax_id", "tax_id", "500100732259", "773100732258", "missing"),
        ("meters", "premises", "0123456", "0123456", "equal"),
    ],
)
def test_numbers(column: str, field: str, one: str, other: str, level: str) -> None:
    assert _levels({column: one}, {column: other})[field] == level


@pytest.mark.parametrize(
    ("one", "other", "dwelling"),
    [
        ("420111, г. Рябинск, ул. Садовая, д. 9, кв. 17", "РЯБИНСК, САДОВАЯ 9 КВ.17", "equal"),
        ("г. Рябинск, ул. Садовая, д. 9, кв. 17", "г. Рябинск, ул. Садовая, д. 9, кв. 18", "house"),
        ("г. Рябинск, ул. Садовая, д. 9, кв. 17", "г. Рябинск, ул. Садовая, д. 3, кв. 18", "street"),
        ("г. Рябинск, ул. Садовая, д. 9, кв. 17", "г. Кленовск, ул. Садовая, д. 9, кв. 17", "numbers"),
        ("Flat 3, 21 Mill Lane, Elmstead, EL7 2JN", "21 mill lane, flat 3, ELMSTEAD EL72JN", "equal"),
        ("31 The Avenue, Elmstead", "31 The Ave, Elmstead", "equal"),
        ("6 mill lane, elmstead, 4011, nsw", "6 mill lane, elmsted, 4011, nsw", "equal"),
        ("6 mill lane, elmstead", "", "missing"),
    ],
)
def test_dwellings(one: str, other: str, dwelling: str) -> None:
    assert _levels({"address": one}, {"address": other})["dwelling"] == dwelling


def test_a_son_named_after_his_father_is_thought_of_only_where_names_allow_it() -> None:
    father = _named("Чижов", "Олег", "Олегович")
    assert _levels(father, father)["namesake"] == "named so"
    assert _levels(_named("Чижов", "Олег", "Ильич"), _named("Чижов", "Олег", "Ильич"))["namesake"] == "unlikely"
    assert _levels(_named("Чижова", "Вера", "Олеговна"), _named("Чижова", "Вера"))["namesake"] == "unlikely"
    assert _levels(_named("Finch", "Hugh"), _named("Finch", "Hugh"))["namesake"] == "possible"


def test_organisations_are_told_by_their_words_numbers_and_form() -> None:
    one, other = ({"kind": "organisation", "full_name": n} for n in ("ООО «Заря Сервис»", "Заря сервис, ООО"))
    assert _levels(one, other)["name"] == "unique"
    branch = {"kind": "organisation", "full_name": "ООО «Заря Сервис-2»"}
    found = _levels(one, branch)
    assert found["middle"] == "differs"
    assert _levels({"full_name": "АО «Заря Сервис»"}, one)["given"] == "differs"
    limited = {"full_name": "The Sunrise Bakery Limited"}
    assert _levels({"full_name": "Sunrise Bakery Ltd"}, limited)["given"] != "differs"


def test_what_far_too_many_share_means_nothing() -> None:
    made = people(300)
    rows = [row | {"phones": "9005550055"} for row in made.rows]
    vocabulary = Vocabulary()
    columns = columns_of([record_of(r, Lexicon()) for r in rows], vocabulary)
    assert junk_of(columns)["phones"] == (9005550055,)
    assert 9005550055 in without_junk.__globals__["np"].unique(columns["phones0"])
