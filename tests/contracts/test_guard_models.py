"""Models of likeness take over from one another in a directory that is written meanwhile, on each engine."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from archive import guard_keys
from archive.access import system
from archive.by_hand import CustomerDoor, Given
from archive.errors import Conflict, GuardRefused
from archive.importing import ImportReport, import_customers
from archive.ports import Catalogue
from archive.schema import customer, guard_key, guard_model, guard_record
from dedup import guard_building, guard_names
from dedup.guard_building import begin, bring_in, take_over
from dedup.guard_models import GuardModels, likening_of, shipped
from dedup.guard_names import count_names
from dedup.guarding import DirectoryGuard
from dedup.linkage.records import NORMALISATION
from dedup.normalising import sound
from dedup.rows import keys_of_row
from tests.linkage_people import people
from tests.linkage_writing import written
from tests.on_engines import Opened

BOSS = system("test")
OTHER = dataclasses.replace(shipped(), join=0.95)
THIRD = dataclasses.replace(shipped(), join=0.9)
MADE = people(150)


@pytest.fixture
def door(opened: Opened) -> CustomerDoor:
    return CustomerDoor(opened.catalogue, DirectoryGuard(), keys_of_row)


def load(catalogue: Catalogue, folder: Path, rows: list[dict[str, str]], guarded: bool = True) -> ImportReport:
    file = written(rows, folder / "people.csv")
    return import_customers(catalogue, file, keys_of_row, BOSS, likening=likening_of if guarded else None)


def kept(catalogue: Catalogue) -> dict[str, tuple[int, list[tuple[int, str]]]]:
    """Of each model how many keys there are, and the records."""
    return {version: (len(keys), records) for version, (keys, records) in kept_of(catalogue).items()}


def kept_of(catalogue: Catalogue) -> dict[str, tuple[list[tuple[int, int]], list[tuple[int, str]]]]:
    """Of each model (key, customer) and (customer, records)."""
    found = {}
    with catalogue.reading() as connection:
        for one in guard_keys.models(connection):
            both = []
            for table, column in ((guard_key, guard_key.c.key), (guard_record, guard_record.c.records)):
                query = select(column, table.c.customer_id).where(table.c.model == one.id)
                both.append(sorted(tuple(row) for row in connection.execute(query)))
            found[one.version] = (both[0], sorted((who, text) for text, who in both[1]))
    return found


def states(catalogue: Catalogue) -> dict[str, str]:
    with catalogue.reading() as connection:
        return {one.version: one.state for one in guard_keys.models(connection)}


def of(row: dict[str, str]) -> Given:
    return Given({k: v for k, v in row.items() if v and k not in ("system", "source_id")})


def full() -> dict[str, str]:
    return next(row for row in MADE.rows if row["surname"] and row["birth_date"] and row["address"] and row["accounts"])


def test_what_a_bulk_load_brought_is_known_to_the_guard(door: CustomerDoor, tmp_path: Path) -> None:
    load(door.catalogue, tmp_path, MADE.rows)
    assert states(door.catalogue) == {shipped().version: "active"}
    with pytest.raises(GuardRefused):
        door.add(BOSS, of(full()))


def test_a_changed_row_is_known_as_it_is_now_and_found_as_it_was(door: CustomerDoor, tmp_path: Path) -> None:
    load(door.catalogue, tmp_path, MADE.rows)
    before = kept(door.catalogue)[shipped().version]
    was = full()
    load(door.catalogue, tmp_path, [was | {"surname": "Туманова", "phones": "9168887766"}])
    after = kept(door.catalogue)[shipped().version]
    assert after[0] > before[0] and len(after[1]) == len(before[1])
    (changed,) = [new for old, new in zip(before[1], after[1], strict=True) if old != new]
    assert "9168887766" in changed[1]
    assert changed[0] in [f.customer_id for f in door.likely(BOSS, of(was).cells)]


def test_without_a_guard_rows_are_taken_until_the_guard_is_asked(door: CustomerDoor, tmp_path: Path) -> None:
    load(door.catalogue, tmp_path, MADE.rows, guarded=False)
    with pytest.raises(Conflict, match="dossier dedup keys"):
        door.add(BOSS, of(full()))
    begin(door.catalogue)
    begin(door.catalogue)
    with pytest.raises(GuardRefused):
        door.add(BOSS, of(full()))
    with pytest.raises(Conflict, match="models of likeness changed"):
        load(door.catalogue, tmp_path, [full() | {"source_id": "new"}], guarded=False)


def test_names_are_counted_once_there_are_people_and_again_when_there_are_more(
    door: CustomerDoor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By whichever process; a guard that is at work already weighs by the new count at once."""
    monkeypatch.setattr(guard_names, "_FEWEST", 50)
    at_work = GuardModels()
    bearers = [
        {
            "system": "A",
            "source_id": str(n),
            "surname": "Жмыхнов",
            "given_name": "Олег",
            "address": f"ул. Лесная, д. {n}",
        }
        for n in range(60)
    ]

    def standing() -> tuple[int, float, float]:
        with door.catalogue.reading() as connection:
            (one,) = guard_keys.models(connection)
            alike = [at_work.active(connection), GuardModels().active(connection)]
        shares = [
            like.likeness.weighing.lexicon.surnames.get(sound("Жмыхнов"), 0.0) for like in alike if like is not None
        ]
        return one.counted, *shares  # type: ignore[return-value]

    load(door.catalogue, tmp_path, bearers[:40])
    count_names(door.catalogue)
    assert standing() == (0, 0.0, 0.0)
    load(door.catalogue, tmp_path, bearers)
    count_names(door.catalogue)
    counted, *first = standing()
    assert (counted, first[0]) == (60, first[1]) and first[0] > 1e-3
    load(door.catalogue, tmp_path, bearers + [row | {"source_id": f"{row['source_id']}b"} for row in bearers[:10]])
    count_names(door.catalogue)
    assert standing()[0] == 60
    load(door.catalogue, tmp_path, MADE.rows)
    count_names(door.catalogue)
    counted, *second = standing()
    assert counted > 100 and second[0] == second[1] < first[0]


@pytest.mark.parametrize(("at_once", "a_chunk"), [(1_000, 1_000), (1_000, 20), (40, 20)])
def test_keys_made_afterwards_are_those_that_writers_make(
    door: CustomerDoor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int, a_chunk: int
) -> None:
    """By this process, or by several; written all together, or some at a time."""
    monkeypatch.setattr(guard_building, "_CUSTOMERS_AT_ONCE", at_once)
    monkeypatch.setattr(guard_building, "_CUSTOMERS_A_CHUNK", a_chunk)
    monkeypatch.setattr(guard_building, "_WRITTEN_AT_ONCE", 50)
    load(door.catalogue, tmp_path, MADE.rows)
    take_over(door.catalogue, OTHER)
    found = kept_of(door.catalogue)
    assert states(door.catalogue) == {shipped().version: "kept", OTHER.version: "active"}
    assert found[OTHER.version] == found[shipped().version]


def test_a_stopped_run_goes_on_and_what_is_written_meanwhile_is_not_missed(
    door: CustomerDoor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(door.catalogue, tmp_path, MADE.rows)
    monkeypatch.setattr(guard_building, "_CUSTOMERS_AT_ONCE", 20)

    class Stopped(Exception):
        pass

    def stop(what: str, done: int, total: int | None) -> None:
        if done >= 60:
            raise Stopped

    with pytest.raises(Stopped):
        bring_in(door.catalogue, OTHER, stop)
    assert states(door.catalogue)[OTHER.version] == "arriving"
    with pytest.raises(GuardRefused):  # by the old model, meanwhile
        door.add(BOSS, of(full()))
    load(door.catalogue, tmp_path, [full() | {"phones": "9160001122"}])
    seen: list[int] = []
    take_over(door.catalogue, OTHER, lambda what, done, total: seen.append(done))
    assert seen[0] == 60
    found = kept(door.catalogue)
    assert found[OTHER.version][1] == found[shipped().version][1]
    assert found[OTHER.version][0] >= found[shipped().version][0] - 20  # keys of what was said before stay with the old


def test_whoever_waits_hears_how_far_the_keys_are_while_they_are_written_too(
    door: CustomerDoor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard_building, "_CUSTOMERS_A_CHUNK", 100)
    monkeypatch.setattr(guard_building, "_WRITTEN_AT_ONCE", 50)
    monkeypatch.setattr(guard_building, "_ROWS_AT_ONCE", 100)
    load(door.catalogue, tmp_path, MADE.rows)
    take_over(door.catalogue, OTHER)
    heard: list[tuple[str, int, int | None]] = []
    take_over(door.catalogue, THIRD, lambda *told: heard.append(told))
    made = [done for what, done, _ in heard if what == "keys"]
    count = len(MADE.rows)
    assert made == sorted(made) and made[0] == 0 and made[-1] == count and {of for *_, of in heard} == {count, None}
    assert len([done for done in made if count / 2 < done < count]) > 20, "not only when all is written"
    removed = [done for what, done, _ in heard if what == "older keys removed"]
    assert len(removed) > 10 and removed == sorted(removed)


def test_what_is_changed_between_reading_and_writing_keeps_what_its_writer_made(
    door: CustomerDoor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(door.catalogue, tmp_path, MADE.rows[:20])
    read = guard_building.missing
    new = [row | {"phones": "9160001122"} for row in MADE.rows[:20]]

    def late(*asked: Any) -> Any:
        found = read(*asked)
        load(door.catalogue, tmp_path, new)
        return found

    monkeypatch.setattr(guard_building, "missing", late)
    take_over(door.catalogue, OTHER)
    found = kept(door.catalogue)
    assert found[OTHER.version][1] == found[shipped().version][1]


def test_the_model_before_comes_back_at_once_and_older_ones_go(door: CustomerDoor, tmp_path: Path) -> None:
    load(door.catalogue, tmp_path, MADE.rows[:60])
    take_over(door.catalogue, OTHER)
    door.add(BOSS, Given({"surname": "Совершеннонова", "given_name": "Вера", "birth_date": "1980-02-03"}))
    seen: list[int] = []
    take_over(door.catalogue, shipped(), lambda what, done, total: seen.append(done))
    assert len(seen) == 1  # nothing was to be made
    assert states(door.catalogue) == {shipped().version: "active", OTHER.version: "kept"}
    assert len(kept(door.catalogue)[shipped().version][1]) == 61
    take_over(door.catalogue, THIRD)
    assert states(door.catalogue) == {shipped().version: "kept", THIRD.version: "active"}
    assert set(kept(door.catalogue)) == {shipped().version, THIRD.version}
    with door.catalogue.reading() as connection:
        models = set(connection.execute(select(guard_key.c.model).distinct()).scalars())
    assert len(models) == 2


def test_a_load_under_way_while_a_model_comes_in_is_told_to_begin_anew(door: CustomerDoor, tmp_path: Path) -> None:
    load(door.catalogue, tmp_path, MADE.rows[:10])
    with door.catalogue.writing() as connection:
        stale = likening_of(connection)
        guard_keys.take_in(connection, OTHER.version, OTHER.to_json())
    file = written(MADE.rows[10:20], tmp_path / "more.csv")
    with pytest.raises(Conflict, match="import the file again"):
        import_customers(door.catalogue, file, keys_of_row, BOSS, likening=lambda connection: stale)
    assert load(door.catalogue, tmp_path, MADE.rows[10:20]).new == 10


def test_the_share_of_organisations_is_that_of_the_directory(door: CustomerDoor, tmp_path: Path) -> None:
    load(door.catalogue, tmp_path, MADE.rows)
    with door.catalogue.writing() as connection:
        connection.execute(update(customer).where(customer.c.id % 2 == 0).values(kind="organisation"))
        connection.execute(guard_model.delete())
        made = guard_keys.take_in(connection, OTHER.version, OTHER.to_json())
    assert 0.3 < made.organisations < 0.5


def of_another_version(catalogue: Catalogue) -> None:
    """As after an upgrade: the model in use was made with a normalisation that this version knows no more."""
    text = json.dumps(json.loads(shipped().to_json()) | {"normalisation": NORMALISATION + 1})
    with catalogue.writing() as connection:
        connection.execute(update(guard_model).values(version="another", content=text))


def test_a_model_of_another_version_is_named_with_what_to_do_and_gives_way(door: CustomerDoor, tmp_path: Path) -> None:
    load(door.catalogue, tmp_path, MADE.rows)
    of_another_version(door.catalogue)
    begin(door.catalogue)  # whoever opens the archive is not kept out
    fresh = CustomerDoor(door.catalogue, DirectoryGuard(), keys_of_row)
    with pytest.raises(Conflict, match="another version of this program: run `dossier dedup keys`"):
        fresh.add(BOSS, of(full()))
    with pytest.raises(Conflict, match="dossier dedup keys"):
        fresh.likely(BOSS, of(full()).cells)
    with pytest.raises(Conflict, match="dossier dedup keys"):
        load(door.catalogue, tmp_path, [full() | {"source_id": "new"}])
    heard: list[str] = []

    def ask(what: str, done: int, total: int | None) -> None:
        if what == "keys" and not heard:
            with pytest.raises(Conflict, match=f"up to customer 0 of {total}"):
                fresh.add(BOSS, of(full()))
            heard.append(what)

    take_over(door.catalogue, shipped(), ask)
    assert heard and states(door.catalogue) == {shipped().version: "active"}, "the other one is gone with its keys"
    with pytest.raises(GuardRefused):
        fresh.add(BOSS, of(full()))
    assert load(door.catalogue, tmp_path, [full() | {"source_id": "new"}]).new == 1
