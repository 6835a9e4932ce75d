"""Which documents of a case are there, which are spoken of, which are missing; and what comes next."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive.errors import BadInput
from cases.needing import Held, needs, next_stage
from cases.types import CaseType, load_types
from intake.classifying.kinds import codes


def of(code: str) -> CaseType:
    found = load_types().get(code)
    assert found is not None
    return found


def standing(code: str, *letters: Held) -> dict[str, tuple[str, int | None]]:
    return {one.document.code: (one.standing, one.document_id) for one in needs(of(code), letters)}


def test_a_letter_of_the_right_type_is_the_document() -> None:
    letters = Held(4, "other", "see the contract"), Held(7, "contract_copy", "")
    assert standing("contract", *letters) == {"contract": ("there", 7)}


@pytest.mark.parametrize(
    "text",
    [
        "I enclose a copy of my passport.",
        "Прилагаю копию паспорта.",
        "ПАСПОРТ.pdf",
        "удостоверения личности прилагаются",
    ],
)
def test_a_document_that_a_letter_speaks_of_is_to_be_looked_at(text: str) -> None:
    found = standing("takeover", Held(3, "takeover_application", text))
    assert found == {"premises_title": ("missing", None), "identity_document": ("named", 3)}


@pytest.mark.parametrize("text", ["чековая книжка", "checkered", "паспортный стол закрыт по средам и пятницам"])
def test_other_words_name_nothing(text: str) -> None:
    assert standing("dispute", Held(3, "payment_dispute", text)) == {"proof_of_payment": ("missing", None)}


def test_both_ways_to_write_yo_are_one() -> None:
    for text in ("платежное поручение", "платёжного поручения"):
        assert standing("dispute", Held(3, "payment_dispute", text))["proof_of_payment"][0] == "named"


def test_the_next_step_is_the_one_after_and_none_after_the_last() -> None:
    type_ = of("takeover")
    told = next_stage(type_, "register")
    assert told is not None
    assert told.code == type_.stages[1].code
    assert next_stage(type_, type_.stages[-1].code) is None
    lost = next_stage(type_, "a step of last year")
    assert lost == type_.stages[1]


def test_what_ships_has_names_in_both_languages_and_knows_its_letters() -> None:
    for type_ in load_types().types:
        for named in (*type_.required, *type_.stages):
            assert set(named.names) == {"en", "ru"}, named.code
        assert {letter for one in type_.required for letter in one.letters} <= set(codes())


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("required: [moon_rock], stages: [register]", "moon_rock"),
        ("required: [], stages: [fly]", "fly"),
        ("required: []", "no `stages`"),
    ],
)
def test_a_bad_configuration_names_what_is_wrong(tmp_path: Path, row: str, told: str) -> None:
    path = tmp_path / "types.yaml"
    path.write_text(
        f"types:\n  - {{code: a, names: {{en: A}}, window_days: 3, due_business_days: 3, rest: true, {row}}}\n"
        "stages:\n  register: {en: Register}\n",
        encoding="utf-8",
    )
    with pytest.raises(BadInput, match=told):
        load_types(path)
