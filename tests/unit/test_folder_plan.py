"""The folder plan: what ships holds together, and a bad plan is told with its place."""

from pathlib import Path

import pytest

from archive.errors import BadInput
from archive.folder_plan import load_plan
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
    ],
)
def test_a_bad_plan_is_refused_with_its_place_and_the_remedy(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(text)
    with pytest.raises(BadInput) as refused:
        load_plan(path)
    assert str(path) in str(refused.value) and told in str(refused.value)
