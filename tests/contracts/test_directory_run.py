"""The matcher on the directory: a snapshot, clusters and a review list in the catalogue, joins applied and taken back."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest
from sqlalchemy import Connection, select, update

from archive import doubles, match_runs, merging, pair_words
from archive.access import Access, Role, system
from archive.doubles import Part
from archive.errors import BadInput, Forbidden
from archive.importing import import_customers
from archive.match_runs import MatchRun
from archive.pair_words import Said
from archive.ports import Catalogue
from archive.schema import customer, customer_merge, journal_entry, match_member, source_record
from dedup import applying, directory_run, snapshot
from dedup.directory_run import DirectoryReport
from dedup.linkage.likeness import Likeness
from dedup.linkage.model import ModelStore
from tests.contracts.test_merging import export
from tests.linkage_people import Made, people
from tests.linkage_writing import written
from tests.on_engines import Opened

BOSS = system("test")
CLERK = Access("anna", frozenset({Role.CLERK}), None)


def quiet(what: str, done: int, total: int | None) -> None:
    """Hears of progress and says nothing."""


@pytest.fixture(scope="module")
def made() -> Made:
    return people(250)


@pytest.fixture(scope="module")
def models(made: Made, tmp_path_factory: pytest.TempPathFactory) -> ModelStore:
    """A model learnt from more people of the same kind."""
    place = tmp_path_factory.mktemp("models")
    store = ModelStore(place / "kept")
    model = directory_run.train([written(people(700).rows, place / "people.csv")], place / "work", quiet)
    store.activate(store.save(model))
    return store


@pytest.fixture
def catalogue(opened: Opened, made: Made, tmp_path: Path) -> Catalogue:
    """The people's records, each a customer of its own."""
    path = written(made.rows, tmp_path / "people.csv")
    import_customers(opened.catalogue, path, lambda row: [1], BOSS)
    return opened.catalogue


@pytest.fixture
def found(catalogue: Catalogue, models: ModelStore, tmp_path: Path) -> DirectoryReport:
    return directory_run.run(catalogue, BOSS, tmp_path / "run", models, quiet)


@pytest.fixture
def likeness(models: ModelStore, made: Made) -> Likeness:
    model = models.active()
    assert model is not None
    return Likeness(model, len(made.rows), 0)


def run_in(catalogue: Catalogue) -> MatchRun:
    with catalogue.reading() as connection:
        return match_runs.run_of(connection, None)


def clusters(catalogue: Catalogue) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    with catalogue.reading() as connection:
        for row in connection.execute(select(match_member).order_by(match_member.c.customer_id)):
            found[row.into_id].append(row.customer_id)
    return found


def roots(catalogue: Catalogue) -> dict[int, int]:
    with catalogue.reading() as connection:
        rows = connection.execute(select(customer.c.id, customer.c.survivor_id))
        return {row.id: row.survivor_id or row.id for row in rows}


def states(catalogue: Catalogue, *ids: int) -> Counter[str]:
    with catalogue.reading() as connection:
        query = select(match_member.c.state).where(match_member.c.customer_id.in_(ids))
        return Counter(connection.execute(query).scalars())


def persons(catalogue: Catalogue, made: Made) -> dict[int, int]:
    """Customer → the person that it is a record of."""
    whose = {(row["system"], row["source_id"]): person for row, person in zip(made.rows, made.persons, strict=True)}
    with catalogue.reading() as connection:
        return {r.customer_id: whose[r.system, r.source_id] for r in connection.execute(select(source_record))}


def test_a_run_lays_clusters_and_a_review_list_down_and_merges_nobody(
    catalogue: Catalogue, made: Made, found: DirectoryReport, tmp_path: Path
) -> None:
    assert found.records == len(made.rows)
    assert all(one == root for one, root in roots(catalogue).items())
    person, joined = persons(catalogue, made), clusters(catalogue)
    assert len(joined) == found.clusters > 50
    assert sum(len(one) for one in joined.values()) == found.to_merge + found.clusters
    pairs = [pair for one in joined.values() for pair in combinations(one, 2)]
    assert sum(person[x] == person[y] for x, y in pairs) / len(pairs) > 0.99
    with catalogue.reading() as connection:
        listed = doubles.entries(connection, Part(), limit=1000)
        assert doubles.counts(connection).states["waiting"] == found.review == len(listed) > 0
    assert [one.worth for one in listed] == sorted((one.worth for one in listed), reverse=True)
    assert all(one.said and one.model == found.model and not one.changed for one in listed)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("where", ["snapshot", "records", "pairs", "clusters", "review list"])
def test_a_run_that_was_stopped_goes_on(
    catalogue: Catalogue, models: ModelStore, tmp_path: Path, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot, "_ROWS_AT_ONCE", 100)

    def stopping(what: str, done: int, total: int | None) -> None:
        if what == where and (done or where == "records"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        directory_run.run(catalogue, BOSS, tmp_path / "run", models, stopping)
    assert directory_run.is_under_way(tmp_path / "run")
    told: list[str] = []
    went_on = directory_run.run(
        catalogue, BOSS, tmp_path / "run", models, lambda what, done, total: told.append(f"{what} {done}")
    )
    assert where == "snapshot" or not any(one.startswith("snapshot") for one in told), "the snapshot is not taken anew"
    first = clusters(catalogue)
    again = directory_run.run(catalogue, BOSS, tmp_path / "run", models, quiet)
    assert (went_on.records, went_on.clusters, went_on.to_merge) == (again.records, again.clusters, again.to_merge)
    assert first and len(match_of(catalogue)) == 2


def match_of(catalogue: Catalogue) -> list[MatchRun]:
    with catalogue.reading() as connection:
        return match_runs.runs(connection)


def test_certain_clusters_are_merged_by_the_run_and_taken_back_word_for_word(
    catalogue: Catalogue, made: Made, found: DirectoryReport, likeness: Likeness
) -> None:
    before = export(catalogue, "match_member", "customer_merge")
    run = run_in(catalogue)
    with catalogue.reading() as connection:
        planned = match_runs.proposed(connection, run.id)
    assert len(planned) == found.to_merge and not any(one.changed for one in planned)
    assert roots(catalogue) == {one: one for one in roots(catalogue)}, "looking changes nothing"
    done = applying.apply(catalogue, BOSS, run, likeness)
    assert (done.clusters, done.merged, done.left, done.apart) == (found.clusters, found.to_merge, 0, 0)
    for into, members in clusters(catalogue).items():
        assert {roots(catalogue)[one] for one in members} == {into}
    with catalogue.reading() as connection:
        line = connection.execute(select(customer_merge)).first()
        told = set(
            connection.execute(
                select(journal_entry.c.actor).where(journal_entry.c.action == "customers.merge")
            ).scalars()
        )
    assert line is not None and line.actor == f"system:dedup run {run.id}" and told == {line.actor}
    assert f"run {run.id}" in line.reason and run.model in line.reason
    again = applying.apply(catalogue, BOSS, run_in(catalogue), likeness)
    assert (again.clusters, again.merged) == (0, 0)
    assert applying.undo(catalogue, BOSS, run.id, "too eager") == found.to_merge
    assert export(catalogue, "match_member", "customer_merge") == before
    assert applying.undo(catalogue, BOSS, run.id, "too eager") == 0


def test_stopped_in_the_middle_it_goes_on_with_the_rest(
    catalogue: Catalogue, found: DirectoryReport, likeness: Likeness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(applying, "_HOLDS_S", 0.0)

    def stopping(done: int) -> None:
        if done == 10:
            raise KeyboardInterrupt

    run = run_in(catalogue)
    with pytest.raises(KeyboardInterrupt):
        applying.apply(catalogue, BOSS, run, likeness, stopping)
    with pytest.raises(KeyboardInterrupt):
        applying.undo(catalogue, BOSS, run.id, "no", lambda done: stopping(10 if done == 3 else 0))
    held = sum(one != root for one, root in roots(catalogue).items())
    rest = applying.apply(catalogue, BOSS, run, likeness)
    assert rest.clusters == found.clusters - 10
    assert sum(one != root for one, root in roots(catalogue).items()) == held + rest.merged == found.to_merge - 3


@pytest.fixture
def some(catalogue: Catalogue, found: DirectoryReport) -> Iterator[tuple[int, list[int]]]:
    """A cluster of three and more."""
    yield next((into, members) for into, members in clusters(catalogue).items() if len(members) > 2)


@pytest.mark.parametrize("how", ["told apart", "parted"])
def test_a_cluster_with_somebody_who_was_kept_apart_is_left_to_a_person(
    catalogue: Catalogue, likeness: Likeness, some: tuple[int, list[int]], how: str
) -> None:
    into, members = some
    if how == "parted":
        merging.merge(catalogue, BOSS, members[1], members[2], "the same")
        merging.unmerge(catalogue, BOSS, members[1], "they are not")
    else:
        pair_words.tell(catalogue, BOSS, members[1], members[2], Said("distinct", "two passports"))
    done = applying.apply(catalogue, BOSS, run_in(catalogue), likeness)
    assert all(roots(catalogue)[one] == one for one in members)
    assert states(catalogue, *members) == {"stands": 1, "apart": len(members) - 1}
    assert done.apart == len(members) - 1 and done.asked
    with catalogue.reading() as connection:
        asked = doubles.entries(connection, Part(why="told_apart"))
    assert asked and all({one.low_id, one.high_id} <= set(members) for one in asked)
    if how == "told apart":
        assert (members[1], members[2]) not in {(one.low_id, one.high_id) for one in asked}
    assert into in roots(catalogue)


def test_who_changed_since_is_compared_anew(
    catalogue: Catalogue, likeness: Likeness, some: tuple[int, list[int]]
) -> None:
    into, members = some
    with catalogue.writing() as connection:
        touch(connection, members[1])
        became_another(connection, members[2])
    done = applying.apply(catalogue, BOSS, run_in(catalogue), likeness)
    assert done.changed == 2 and done.left >= 1
    now = roots(catalogue)
    assert now[members[2]] == members[2] and states(catalogue, members[2]) == {"left": 1}
    assert now[members[1]] == into, "the same as before is as certain as before"


def touch(connection: Connection, key: int) -> None:
    """As a load does that says the same anew."""
    connection.execute(update(customer).where(customer.c.id == key).values(version=customer.c.version + 1))


def became_another(connection: Connection, key: int) -> None:
    """As a load does that says something else."""
    golden = '{"surname": {"value": "Quill", "record": 1}, "given_name": {"value": "Ivo", "record": 1}}'
    touch(connection, key)
    connection.execute(update(customer).where(customer.c.id == key).values(golden=golden))


def test_what_was_taken_back_from_a_run_may_be_merged_by_the_next_one_but_not_what_a_person_parted(
    catalogue: Catalogue, models: ModelStore, likeness: Likeness, found: DirectoryReport, tmp_path: Path
) -> None:
    run = run_in(catalogue)
    applying.apply(catalogue, BOSS, run, likeness)
    into, members = next((into, members) for into, members in clusters(catalogue).items() if len(members) == 2)
    merging.unmerge(catalogue, BOSS, members[1], "they are not")
    assert applying.undo(catalogue, BOSS, run.id, "too eager") == found.to_merge - 1
    second = directory_run.run(catalogue, BOSS, tmp_path / "run", models, quiet)
    assert second.to_merge == found.to_merge
    done = applying.apply(catalogue, BOSS, run_in(catalogue), likeness)
    assert (done.merged, done.apart) == (found.to_merge - 1, 1)
    assert roots(catalogue)[members[1]] == members[1] and into == members[0]


def test_whom_somebody_stands_for_is_read_through_that_one(
    catalogue: Catalogue, models: ModelStore, likeness: Likeness, found: DirectoryReport, tmp_path: Path
) -> None:
    applying.apply(catalogue, BOSS, run_in(catalogue), likeness)
    second = directory_run.run(catalogue, BOSS, tmp_path / "run", models, quiet)
    assert second.records == found.records - found.to_merge
    assert second.to_merge < found.to_merge / 5


def test_only_supervisors_merge_and_an_empty_directory_has_nobody(
    catalogue: Catalogue, likeness: Likeness, found: DirectoryReport
) -> None:
    run = run_in(catalogue)
    with pytest.raises(Forbidden):
        applying.apply(catalogue, CLERK, run, likeness)
    with pytest.raises(Forbidden):
        applying.undo(catalogue, CLERK, run.id, "why not")
    with pytest.raises(BadInput):
        applying.undo(catalogue, BOSS, run.id, " ")


def test_an_empty_directory_is_told(opened: Opened, models: ModelStore, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="nobody"):
        directory_run.run(opened.catalogue, BOSS, tmp_path / "run", models, quiet)
