"""The model file: the same model the same name, kept, activated and rolled back; nothing foreign is taken for one."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from archive.errors import BadInput
from dedup.guard_models import shipped
from dedup.linkage.likeness import Likeness, from_text, to_text
from dedup.linkage.matching import train
from dedup.linkage.model import Model, ModelStore, from_json
from dedup.normalising import sound
from tests.linkage_people import Made, people
from tests.linkage_writing import written


@pytest.fixture(scope="module")
def made() -> Made:
    return people(700)


@pytest.fixture(scope="module")
def model(made: Made, tmp_path_factory: pytest.TempPathFactory) -> Model:
    place = tmp_path_factory.mktemp("model")
    return train([written(made.rows, place / "people.csv")], place / "work", lambda what, done, total: None)


def test_a_model_survives_its_file(model: Model) -> None:
    again = from_json(model.to_json())
    assert again == model and again.version == model.version


def test_training_twice_makes_the_same_model(made: Made, model: Model, tmp_path: Path) -> None:
    again = train([written(made.rows, tmp_path / "people.csv")], tmp_path / "work", lambda what, done, total: None)
    assert again.version == model.version


def test_another_weight_is_another_model(model: Model) -> None:
    assert dataclasses.replace(model, join=0.95).version != model.version


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda data: data.pop("persons"), "no model"),
        (lambda data: data.update(normalisation=0), "another version"),
        (lambda data: data["levels"].update(given=["missing"]), "other levels"),
    ],
)
def test_what_is_no_model_of_ours_is_refused(model: Model, spoil, words: str) -> None:  # type: ignore[no-untyped-def]
    data = json.loads(model.to_json())
    spoil(data)
    with pytest.raises(BadInput, match=words):
        from_json(json.dumps(data))


def test_models_are_kept_activated_and_rolled_back(model: Model, tmp_path: Path) -> None:
    store = ModelStore(tmp_path / "models")
    assert store.active() is None and store.versions() == []
    other = dataclasses.replace(model, join=0.95)
    third = dataclasses.replace(model, join=0.9)
    for one in (model, other, third):
        store.save(one)
        store.activate(one.version)
    store.activate(third.version)
    assert store.active() == third
    assert store.rollback() == other.version and store.active() == other
    assert store.rollback() == model.version and store.active() == model
    with pytest.raises(BadInput, match="no earlier"):
        store.rollback()
    assert set(store.versions()) == {model.version, other.version, third.version}


def test_a_model_changed_by_hand_does_not_pass_for_itself(model: Model, tmp_path: Path) -> None:
    store = ModelStore(tmp_path)
    version = store.save(model)
    path = tmp_path / f"{version}.json"
    path.write_text(path.read_text().replace('"join": 0.99', '"join": 0.5'))
    with pytest.raises(BadInput, match="changed by hand"):
        store.load(version)


def test_a_record_survives_its_text(made: Made, model: Model) -> None:
    likeness = Likeness(model, len(made.rows), 0)
    for row in made.rows[:200]:
        record = likeness.record(row)
        assert from_text(to_text(record)) == record


def test_online_a_double_is_told_from_a_relative(made: Made, model: Model) -> None:
    likeness = Likeness(model, len(made.rows), 0)
    father = {
        "kind": "person", "surname": "Гарголубев", "given_name": "Павел", "patronymic": "Ильич",
        "birth_date": "1961-02-03", "address": "г. Рябинск, ул. Лесная, д. 4, кв. 9", "phones": "9161112233",
    }  # fmt: skip
    double = father | {"surname": "Гарголубве", "phones": ""}
    wife = father | {
        "surname": "Гарголубева",
        "given_name": "Вера",
        "patronymic": "Олеговна",
        "birth_date": "1963-07-08",
    }
    stranger = {"kind": "person", "surname": "Finch", "given_name": "Hugh", "birth_date": "1961-02-05"}
    firm = {"kind": "organisation", "full_name": "ООО Гарголубев", "phones": "9161112233"}
    records = [likeness.record(row) for row in (father, double, wife, stranger, firm)]
    found = likeness.compare(records[0], records[1:])
    assert found[0].same > 0.95 and found[0].individual and not found[0].vetoed
    assert found[1].same < 0.01 and found[1].related["kin"] > 0.9 and found[1].vetoed
    assert found[2].same < 0.01 and found[2].related["kin"] < 0.01
    assert found[3].same == 0.0 and found[3].vetoed
    assert {a.field: a.level for a in found[0].said}["birth"] == "equal"
    keys = [likeness.keys(record) for record in records]
    shared = [
        {k for ks in keys[0].values() for k in ks} & {k for ks in other.values() for k in ks} for other in keys[1:]
    ]
    assert shared[0] and shared[1] and not shared[2]


def test_an_empty_record_is_nobodys_double(model: Model) -> None:
    likeness = Likeness(model, 1000, 10)
    empty = likeness.record({})
    assert likeness.keys(empty) == {}
    assert likeness.compare(empty, [empty])[0].same < 0.01
    assert likeness.compare(empty, []) == []


def test_the_shipped_model_is_of_this_version_of_the_program() -> None:
    """Levels, passes or normalisation changed? Then `python -m benchmarks.default_model`, in the same commit."""
    model = shipped()
    assert model.records > 50_000 and model.persons.needs_individual
    assert {sound(n) for n in ("Иванов", "Смирнов", "Smith", "Jones")} <= set(model.lexicon.surnames)
