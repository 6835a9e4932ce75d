"""A whole file matched: who is who, what is refused, what a person should see; stopped and gone on with, the same."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from itertools import combinations, pairwise, product
from pathlib import Path

import duckdb
import numpy as np
import pytest

from archive.directory_file import RowProblem
from archive.directory_record import read_record
from archive.errors import BadInput
from dedup.guard_models import shipped
from dedup.linkage import deciding_pairs, gathering, matching
from dedup.linkage.clustering import Clusters, Refused, Scored
from dedup.linkage.matching import Report, run
from dedup.linkage.reading import rows_of
from tests.linkage_people import Made, people
from tests.linkage_writing import written


def quiet(what: str, done: int, total: int | None) -> None:
    """Hears of progress and says nothing."""


@pytest.fixture(scope="module")
def made() -> Made:
    return people(700)


@pytest.fixture(scope="module")
def matched(made: Made, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Report]:
    """The file matched once, with everything that it wrote beside."""
    place = tmp_path_factory.mktemp("matched")
    report = run(written(made.rows, place / "people.csv"), place / "c.csv", place / "work", None, quiet)
    return place / "c.csv", report


def _clusters(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as lines:
        return [row["cluster_id"] for row in csv.DictReader(lines)]


def _scores(labels: list[str], persons: list[int]) -> tuple[float, float]:
    """(precision, recall) over pairs."""

    def pairs(values) -> int:  # type: ignore[no-untyped-def]
        return sum(n * (n - 1) // 2 for n in Counter(values).values())

    right = pairs(zip(labels, persons, strict=True))
    return right / max(pairs(labels), 1), right / pairs(persons)


def test_doubles_are_found_and_families_kept_apart(made: Made, matched: tuple[Path, Report]) -> None:
    output, report = matched
    labels = _clusters(output)
    precision, recall = _scores(labels, made.persons)
    assert precision > 0.995 and recall > 0.9, (precision, recall)
    assert report.records == len(labels) == len(made.rows)
    assert report.clusters == len(set(labels))
    assert not (output.parent / "work").exists()
    with output.open(encoding="utf-8") as lines:
        for row, came in zip(csv.DictReader(lines), made.rows, strict=True):
            assert (row["system"], row["source_id"]) == (came["system"], came["source_id"])
            assert 0.0 <= float(row["probability"]) <= 1.0


def test_what_is_likely_but_not_certain_is_for_a_person_the_most_valuable_first(matched: tuple[Path, Report]) -> None:
    with matched[0].open(encoding="utf-8") as lines:
        clusters = {(r["system"], r["source_id"]): r["cluster_id"] for r in csv.DictReader(lines)}
    sizes = Counter(clusters.values())
    with matched[0].with_name("c.review.csv").open(encoding="utf-8") as lines:
        review = list(csv.DictReader(lines))
    assert review
    ends = [(clusters[r["system"], r["source_id"]], clusters[r["other_system"], r["other_source_id"]]) for r in review]
    assert all(x != y for x, y in ends)
    worth = [sizes[x] * sizes[y] * float(r["probability"]) for (x, y), r in zip(ends, review, strict=True)]
    assert all(x >= y - 1e-4 for x, y in pairwise(worth))


def test_one_likely_pair_between_large_clusters_does_not_come_before_all_that_speaks_against_them() -> None:
    labels = np.array([0, 0, 0, 3, 3, 3, 6, 7])
    ends = [*product(range(3), range(3, 6)), (6, 7)]
    odds = np.array([2.0, *[-3.0] * 8, 1.0])
    left, right = np.array(ends).T
    no, none = np.zeros(len(ends), dtype=bool), np.full(len(ends), np.inf)
    pairs = Scored(left, right, odds, no, no, none, no, no, np.zeros(len(ends), dtype=np.int64))
    refused = Clusters(labels, [Refused(0, 3, 2.0, "weak bridge")])
    review = deciding_pairs._review(labels, pairs, refused, shipped())
    assert [(one.left, one.right, one.why) for one in review] == [(6, 7, "not certain"), (0, 3, "weak bridge")]
    assert review[0].odds == 1.0 and review[1].odds == 2.0 - 8 * 3.0


def test_a_list_for_review_ends_where_nobody_would_come_to_its_end(
    made: Made, matched: tuple[Path, Report], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deciding_pairs, "_FEW_TO_REVIEW", 4)
    report = run(written(made.rows, tmp_path / "people.csv"), tmp_path / "c.csv", tmp_path / "work", None, quiet)
    whole = matched[0].with_name("c.review.csv").read_text(encoding="utf-8").splitlines()
    assert (tmp_path / "c.review.csv").read_text(encoding="utf-8").splitlines() == whole[:5]
    assert report.review == 4 < matched[1].review


@pytest.mark.parametrize("step", ["records", "passes", "pairs"])
def test_a_run_that_was_stopped_goes_on_and_says_the_same(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    monkeypatch.setattr(gathering, "_ROWS_AT_ONCE", 400)
    monkeypatch.setattr(matching, "_LEFT_AT_ONCE", 500)
    file = written(made.rows, tmp_path / "people.csv")
    run(file, tmp_path / "whole.csv", tmp_path / "work-whole", None, quiet)
    heard: Counter[str] = Counter()

    def stop(what: str, done: int, total: int | None) -> None:
        heard[what] += 1
        if what == step and heard[what] == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(file, tmp_path / "halves.csv", tmp_path / "work", None, stop)
    assert not (tmp_path / "halves.csv").exists()
    again: Counter[str] = Counter()
    starts: dict[str, int] = {}

    def hear(what: str, done: int, total: int | None) -> None:
        again[what] += 1
        starts.setdefault(what, done)

    run(file, tmp_path / "halves.csv", tmp_path / "work", None, hear)
    assert starts[step] > 0, "what was done is not done again"
    for name in ("csv", "review.csv"):
        assert (tmp_path / f"halves.{name}").read_bytes() == (tmp_path / f"whole.{name}").read_bytes()


def test_another_file_does_not_go_on_with_the_work_of_the_first(made: Made, tmp_path: Path) -> None:
    def stop(what: str, done: int, total: int | None) -> None:
        if what == "pairs":
            raise KeyboardInterrupt

    first = written(made.rows, tmp_path / "one.csv")
    with pytest.raises(KeyboardInterrupt):
        run(first, tmp_path / "c.csv", tmp_path / "work", None, stop)
    report = run(written(made.rows[:300], tmp_path / "two.csv"), tmp_path / "c.csv", tmp_path / "work", None, quiet)
    assert report.records == 300


def _as_parquet(file: Path, to: Path) -> Path:
    with duckdb.connect() as connection:
        connection.execute(f"copy (select * from read_csv('{file}', all_varchar=true)) to '{to}' (format parquet)")
    return to


def test_parquet_says_what_csv_says(matched: tuple[Path, Report], tmp_path: Path) -> None:
    file = _as_parquet(matched[0].with_name("people.csv"), tmp_path / "people.parquet")
    run(file, tmp_path / "b.csv", tmp_path / "work-b", None, quiet)
    assert matched[0].read_bytes() == (tmp_path / "b.csv").read_bytes()


@pytest.mark.parametrize("content", [b"", b"one,two\n1,2\n", b"system,source_id\n", b"PAR1 and no more"])
def test_a_file_that_is_none_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(content)
    with pytest.raises(BadInput):
        run(path, tmp_path / "c.csv", tmp_path / "work", None, quiet)
    with pytest.raises(BadInput):
        run(tmp_path / "none.csv", tmp_path / "c.csv", tmp_path / "work", None, quiet)


def test_a_damaged_row_is_counted_and_the_rest_goes_on(made: Made, tmp_path: Path) -> None:
    file = written(made.rows[:400], tmp_path / "people.csv")
    file.write_text(file.read_text() + "A,too,few\n")
    report = run(file, tmp_path / "c.csv", tmp_path / "work", None, quiet)
    assert (report.records, report.refused_rows) == (400, 1)


_APART = {
    "settlement": "г. Верхний", "street": "ул. Садовая", "house": "4", "flat": "12",
}  # fmt: skip


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_an_address_given_in_parts_only_is_compared_like_one_that_was_written(tmp_path: Path, kind: str) -> None:
    plain = {"system": "A", "source_id": "1", "surname": "Чижов", "given_name": "Олег", "address": ""}
    rows = [plain | _APART, plain | _APART | {"source_id": "2", "address": "as it came"}, plain | {"source_id": "3"}]
    path = written(rows, tmp_path / "parts.csv", (*plain, *_APART))
    if kind == "parquet":
        path = _as_parquet(path, tmp_path / "parts.parquet")
    read = [row["address"] for row in rows_of(path) if not isinstance(row, RowProblem)]
    assert read == ["г. Верхний, ул. Садовая, д. 4, кв. 12", "as it came", ""]
    assert read[0] == read_record(rows[0]).values["address"], "as the import does"


def _pair_of_namesakes(number: int) -> list[dict[str, str]]:
    home = {"address": f"г. Рябинск, ул. Лесная, д. {number}, кв. {number % 90 + 1}", "phones": f"90012{number:05d}"}
    surname = f"Чиж{'абвгдежзик'[number % 10]}{'лмнпрст'[number % 7]}{'ова'[number % 3]}ков"
    name = {"kind": "person", "surname": surname, "given_name": "Павел", "patronymic": "Павлович"}
    father = (
        name
        | home
        | {
            "birth_date": f"{1935 + number % 23}-{number % 12 + 1:02d}-{number % 28 + 1:02d}",
            "contracts": f"C-{number:06d}",
        }
    )
    son = (
        name
        | home
        | {
            "birth_date": f"{1965 + number % 23}-{number % 11 + 1:02d}-{number % 27 + 1:02d}",
            "contracts": f"D-{number:06d}",
        }
    )
    return [father, son, father | {"contracts": ""}, name | home]


def test_father_and_son_of_one_name_are_never_joined_and_whose_a_bare_record_is_is_asked(
    made: Made, tmp_path: Path
) -> None:
    rows = list(made.rows)
    for number in range(150):
        rows += [r | {"system": "N", "source_id": f"N{number}-{i}"} for i, r in enumerate(_pair_of_namesakes(number))]
    run(written(rows, tmp_path / "people.csv"), tmp_path / "c.csv", tmp_path / "work", None, quiet)
    labels = _clusters(tmp_path / "c.csv")[len(made.rows) :]
    with (tmp_path / "c.review.csv").open(encoding="utf-8") as lines:
        asked = {name for r in csv.DictReader(lines) for name in (r["source_id"], r["other_source_id"])}
    for number in range(150):
        father, son, again, bare = labels[4 * number : 4 * number + 4]
        assert father == again != son, number
        assert bare not in (father, son), number
    assert sum(f"N{number}-3" in asked for number in range(150)) > 120


def _firms() -> list[tuple[str, dict[str, str]]]:
    """Each firm twice, the second time by its name and address alone; one in four has a sister in its rooms, by its phone."""
    rows = []
    for number in range(60):
        name = f"{('Kestrel', 'Moorland', 'Jubilee', 'Vale', 'Arden')[number % 5]} {('Motors', 'Foods', 'Hotels')[number % 3]}"
        name = f"{name} of {('Upton', 'Dalby', 'Holmhurst', 'Redgate')[number % 4]}"
        far = number * 7_368_787 + 21_474_837
        home = {
            "kind": "organisation",
            "address": f"{far % 97} {('Mill', 'Church', 'Station', 'Park', 'Manor', 'Grange', 'Albert', 'Chapel', 'Orchard', 'Castle', 'Bridge')[far % 11]} Road, Upton, UP{far % 89} {far % 9}AB",
        }
        reached = home | {"phones": f"70{far % 10**8:08d}"}
        rows.append((f"{number}", reached | {"full_name": f"{name} Ltd", "tax_id": f"GB8{far * 31 % 10**8:08d}"}))
        rows.append((f"{number}", home | {"full_name": f"{name} Ltd"}))
        if number % 4 == 0:
            rows.append((f"{number} sister", reached | {"full_name": f"{name} Holdings Ltd"}))
    return rows


def test_a_firm_is_known_by_its_name_where_it_is_and_a_sister_there_by_another(made: Made, tmp_path: Path) -> None:
    rows = list(made.rows) + [row | {"system": "O", "source_id": f"O{at}"} for at, (_, row) in enumerate(_firms())]
    run(written(rows, tmp_path / "people.csv"), tmp_path / "c.csv", tmp_path / "work", None, quiet)
    precision, recall = _scores(_clusters(tmp_path / "c.csv")[len(made.rows) :], [firm for firm, _ in _firms()])
    assert precision == 1.0 and recall > 0.95


def test_a_value_that_hundreds_share_joins_nobody(made: Made, tmp_path: Path) -> None:
    rows = [row | {"emails": "office@village.example", "phones": "9005550055"} for row in made.rows]
    output = tmp_path / "c.csv"
    run(written(rows, tmp_path / "people.csv"), output, tmp_path / "work", None, quiet)
    precision, _ = _scores(_clusters(output), made.persons)
    assert precision > 0.97


def test_a_given_model_is_used_as_it_is(matched: tuple[Path, Report], tmp_path: Path) -> None:
    output, first = matched
    file = output.with_name("people.csv")
    model = matching.train([file], tmp_path / "training", quiet)
    second = run(file, tmp_path / "b.csv", tmp_path / "work", model, quiet)
    assert first.model == second.model == model.version
    assert isinstance(second, Report)
    assert output.read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_relatives_stay_apart(made: Made, matched: tuple[Path, Report]) -> None:
    """No two people of one home end in one cluster."""
    homes: dict[str, set[int]] = defaultdict(set)
    of: dict[int, set[str]] = defaultdict(set)
    for row, person, label in zip(made.rows, made.persons, _clusters(matched[0]), strict=True):
        if row["address"]:
            homes[row["address"].casefold()].add(person)
        of[person].add(label)
    wrong = [(x, y) for group in homes.values() for x, y in combinations(sorted(group), 2) if of[x] & of[y]]
    assert len(wrong) <= 1, wrong
