"""The folder plan: what ships holds together, and a bad plan is told with its place."""

from pathlib import Path

import pytest

from api.wiring import folder_plan_at
from archive.errors import BadInput
from archive.folder_plan import FolderPlan, PlannedFolder, Traits, load_plan
from archive.placing import Places
from intake.classifying.kinds import codes


def test_every_type_of_letter_has_one_folder_in_every_kind_of_set() -> None:
    plan = load_plan()
    for kind in ("person", "organisation"):
        for code in codes():
            assert plan.place_of(code, kind) in plan.set_of(kind)


def test_a_type_that_no_folder_names_goes_to_the_rest() -> None:
    assert load_plan().place_of("a type of tomorrow", "person").rest


def test_no_folder_names_a_type_that_does_not_exist() -> None:
    named = {type_ for folder in load_plan().folders for type_ in folder.types}
    assert named <= set(codes())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("folders: [{names: {en: A}, rest: true}]", "folder 1 has no `code`"),
        ("folders: [{code: a, rest: true}]", "folder 1 (a) has no `names`"),
        ("folders: [{code: a, names: {en: A}, kinds: [dog], rest: true}]", "not dog"),
        ("folders: [{code: a, names: {en: A}}]", "`rest: true`"),
        ("folders: [{code: a, names: {en: A}, rest: true}, {code: a, names: {en: B}}]", "given twice"),
        ("folders: [{code: a, names: {en: A}, rest: true, types: [x]}, {code: b, names: {en: B}, types: [x]}]", "x"),
        ("nothing: 1", "no folder plan can be read"),
        ("folders: [{code: a, names: {en: A}, rest: true, branch: [x]}]", "branch is nothing that a folder has"),
        ("folders: [{code: a, names: {en: A}, rest: true}]\nrest: 1", "rest is nothing that a plan holds"),
        ("folders: [{code: a, names: {en: A}, rest: true}, {code: b, names: {en: B}, branches: [02]}]", "in quotes"),
        ("folders: [{code: a, names: {en: A}, rest: true}, {code: b, names: {en: B}, branches: S}]", "write [S]"),
        ("folders: [{code: a, names: {en: A}, rest: true, branches: [S]}]", "folder 1 (a) is marked `rest`"),
        ("folders: [{code: a, names: {en: A}, rest: maybe}]", "not 'maybe'"),
        ("folders: [{code: a, names: {en: A}, rest: true}, {code: b, names: {en: B}, services: [x]}]", "no service x"),
        ("services: {x: []}\nfolders: [{code: a, names: {en: A}, rest: true}]", "x names no system"),
        ("services: [x]\nfolders: [{code: a, names: {en: A}, rest: true}]", "service: [system]"),
        (
            "folders: [{code: a, names: {en: A}, rest: true}, {code: b, names: {en: B}, types: [x], branches: [S, T]},"
            " {code: c, names: {en: C}, types: [x], branches: [S]}]",
            "narrower criteria first",
        ),
    ],
)
def test_a_bad_plan_is_refused_with_its_place_and_the_remedy(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(text)
    with pytest.raises(BadInput) as refused:
        load_plan(path)
    assert str(path) in str(refused.value) and told in str(refused.value)


def test_a_plan_that_is_not_there_or_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "picture").write_bytes(b"\xff\xfe\x00")
    for name in ("missing", "picture"):
        with pytest.raises(BadInput, match=f"{name}: no folder plan can be read"):
            load_plan(tmp_path / name)


def test_a_type_that_there_is_not_is_refused_with_those_that_there_are(tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text("folders: [{code: a, names: {en: A}, types: [invoise], rest: true}]")
    with pytest.raises(BadInput, match=r"folder 1 \(a\): there is no type of letter invoise; give some of .*invoice"):
        folder_plan_at(str(path))


def _criteria(**criteria: frozenset[str]) -> FolderPlan:
    everybody = {"kinds": frozenset({"person", "organisation"})}
    narrow = PlannedFolder("narrow", {"en": "N"}, frozenset({"x"}), **(everybody | criteria))  # type: ignore[arg-type]
    wide = PlannedFolder("wide", {"en": "W"}, frozenset({"x"}), **everybody)
    rest = PlannedFolder("rest", {"en": "R"}, frozenset(), **everybody, rest=True)
    return FolderPlan((narrow, wide, rest), {"heat": frozenset({"h1", "h2"}), "gas": frozenset({"g"})})


@pytest.mark.parametrize(
    ("criteria", "traits", "holds"),
    [
        ({}, Traits("person"), True),
        ({"kinds": {"organisation"}}, Traits("organisation"), True),
        ({"kinds": {"organisation"}}, Traits("person"), False),
        ({"branches": {"N", "S"}}, Traits("person", "S"), True),
        ({"branches": {"N", "S"}}, Traits("person", "W"), False),
        ({"branches": {"N", "S"}}, Traits("person"), False),
        ({"services": {"heat"}}, Traits("person", "", frozenset({"h2", "other"})), True),
        ({"services": {"heat"}}, Traits("person", "", frozenset({"g"})), False),
        ({"services": {"heat", "gas"}}, Traits("person", "", frozenset({"g"})), True),
        ({"services": {"heat"}}, Traits("person"), False),
        ({"branches": {"S"}, "services": {"heat"}}, Traits("person", "S", frozenset({"h1"})), True),
        ({"branches": {"S"}, "services": {"heat"}}, Traits("person", "N", frozenset({"h1"})), False),
    ],
)
def test_a_folder_is_in_the_set_of_whoever_meets_all_its_criteria(
    criteria: dict[str, set[str]], traits: Traits, holds: bool
) -> None:
    plan = _criteria(**{name: frozenset(words) for name, words in criteria.items()})
    assert [one.code for one in plan.set_of(*traits)] == ["narrow"] * holds + ["wide", "rest"]
    assert plan.place_of("x", *traits).code == ("narrow" if holds else "wide")
    assert plan.place_of("y", *traits).code == "rest"


RELEASED = {
    "contracts": {"contract_copy", "takeover_application"},
    "connection": {"new_connection", "power_increase"},
    "metering": {"meter_reading", "meter_replacement_act"},
    "billing": {"invoice", "payment_dispute", "recalculation_request", "debt_answer"},
    "quality": {"quality_complaint"},
    "authority": {"authority_inquiry"},
    "representation": {"power_of_attorney"},
    "correspondence": {"other"},
}
"""Where letters of each type lie in every catalogue. New types may join; what stands here never changes."""


def test_the_plan_that_ships_says_of_every_filing_so_far_where_it_lies() -> None:
    plan = load_plan()
    for code, types in RELEASED.items():
        for kind in ("person", "organisation"):
            assert {plan.place_of(type_, kind).code for type_ in types} == {code}
    assert plan.services == {} and not any(one.branches or one.services for one in plan.folders)
    assert all(one.kinds == {"person", "organisation"} for one in plan.folders)
    assert next(one.code for one in plan.folders if one.rest) == "correspondence"


def test_where_the_plan_that_ships_is_in_force_every_place_shows_whole_as_itself() -> None:
    places = Places(load_plan(), Traits("person"))
    assert {code: places.whole(code) for code in RELEASED} == {code: code for code in RELEASED}


@pytest.mark.parametrize("named", ["other", "a type that the plan that ships does not name"])
def test_the_rest_shows_whole_only_where_no_type_of_it_has_a_folder_of_its_own(named: str) -> None:
    kinds = frozenset({"person", "organisation"})
    own = PlannedFolder("own", {"en": "O"}, frozenset({named, "invoice"}), kinds)
    rest = PlannedFolder("rest", {"en": "R"}, frozenset(), kinds, rest=True)
    assert Places(FolderPlan((own, rest)), Traits("person")).whole("correspondence") is None
    assert Places(FolderPlan((rest,)), Traits("person")).whole("correspondence") == "rest"
