"""The guard of the directory at the door for single customers, on each engine: who is refused, warned of, and let in."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from archive import guard_keys, merging, pair_words
from archive.access import Access, Role, system
from archive.by_hand import CustomerDoor, Given
from archive.errors import Conflict, GuardRefused, GuardWarned
from archive.guarding import Finding
from archive.overriding import Nevertheless
from archive.pair_words import Said
from archive.ports import Catalogue
from archive.schema import guard_key, guard_record, pair_label
from dedup import labelled
from dedup.guard_judging import Policy
from dedup.guard_models import GuardModels, shipped
from dedup.guarding import MOST_HOLDERS, DirectoryGuard
from dedup.rows import keys_of_row
from tests.guard_racing import race
from tests.on_engines import Opened

BOSS = system("test")
CLERK = Access("anna", frozenset({Role.CLERK}), None)
OLEG = {
    "kind": "person", "surname": "Снегирёв", "given_name": "Олег", "patronymic": "Ильич", "birth_date": "1961-02-03",
    "address": "420111, г. Рябинск, ул. Лесная, д. 4, кв. 9", "phones": "+7 916 111-22-33",
}  # fmt: skip
HUGH = {
    "kind": "person", "surname": "Nightingale", "given_name": "Hugh", "birth_date": "1972-11-30",
    "address": "Flat 3, 21 Mill Lane, Elmstead, EL7 2JN", "emails": "hugh@letters.example",
}  # fmt: skip
FIRM = {
    "kind": "organisation", "full_name": "ООО «Заря Сервис»", "tax_id": "7830002293",
    "address": "420111, г. Рябинск, ул. Полевая, д. 7",
}  # fmt: skip


@pytest.fixture
def door(opened: Opened) -> CustomerDoor:
    return CustomerDoor(opened.catalogue, DirectoryGuard(), keys_of_row)


def add(door: CustomerDoor, cells: dict[str, str], *acknowledged: Finding, reason: str = "", **more: str) -> int:
    answer = Nevertheless(frozenset(one.id for one in acknowledged), reason)
    return door.add(BOSS if reason else CLERK, Given({**cells, **more}, nevertheless=answer)).customer_id


def refused(door: CustomerDoor, cells: dict[str, str], **more: str) -> Finding:
    with pytest.raises(GuardRefused) as caught:
        add(door, cells, **more)
    return caught.value.findings[0]


def warned(door: CustomerDoor, cells: dict[str, str], **more: str) -> Finding:
    with pytest.raises(GuardWarned) as caught:
        add(door, cells, **more)
    return caught.value.findings[0]


@pytest.mark.parametrize(
    ("known", "again"),
    [
        (OLEG, {"surname": "СНЕГИРЕВ", "phones": ""}),
        (OLEG, {"surname": "Snegirev", "given_name": "Oleg", "patronymic": "Ilich", "phones": ""}),
        (OLEG, {"surname": "", "given_name": "", "patronymic": "", "full_name": "Олег Ильич Снегирев", "address": ""}),
        (OLEG, {"surname": "Снегрёв", "birth_date": "03.02.1961"}),
        (HUGH, {"surname": "Nightingal", "emails": ""}),
        (HUGH, {"surname": "Hugh", "given_name": "Nightingale"}),
    ],
)
def test_a_double_with_something_of_its_own_is_refused(
    door: CustomerDoor, known: dict[str, str], again: dict[str, str]
) -> None:
    one = add(door, known)
    found = refused(door, known, **again)
    assert (found.customer_id, found.relation, found.severity) == (one, "same", "refused")
    assert found.probability > 0.99
    agreed = {a.field: a for a in found.agreed}
    assert agreed["birth"].weight > 5 and str(agreed["birth"].told) == "the birth date is the same"
    assert [abs(a.weight) for a in found.agreed] == sorted((abs(a.weight) for a in found.agreed), reverse=True)


def test_without_anything_of_ones_own_it_is_a_warning(door: CustomerDoor) -> None:
    """A father and a son of one name at one address, and no birth date: nobody is refused for that."""
    one = add(door, HUGH)
    found = warned(door, HUGH, birth_date="", emails="")
    assert (found.customer_id, found.severity) == (one, "warned")


@pytest.mark.parametrize(
    "wife",
    [
        {"surname": "Снегирёва", "given_name": "Вера", "patronymic": "Павловна", "birth_date": "1963-07-08"},
        {"surname": "Чижова", "given_name": "Вера", "patronymic": "Павловна", "birth_date": "1963-07-08"},
    ],
)
def test_a_relative_is_named_as_one(door: CustomerDoor, wife: dict[str, str]) -> None:
    one = add(door, OLEG)
    found = warned(door, OLEG, **wife)
    assert (found.customer_id, found.relation, found.severity) == (one, "relative", "warned")
    assert (found.strong_key, found.name) == ("phones", "Снегирёв Олег Ильич")
    told = {str(a.told): a.weight for a in found.agreed}
    assert told["the phone is the same"] > 0 and told["the address is the same"] > 0
    assert add(door, OLEG, found, **wife) != one


def test_a_namesake_at_home_is_told_as_a_relative_who_may_be_the_same_person(door: CustomerDoor) -> None:
    """Oleg the son of Oleg: without a birth date nothing tells him from his father, nor from himself."""
    named = {"patronymic": "Олегович", "birth_date": "", "phones": ""}
    one = add(door, OLEG, **named)
    found = warned(door, OLEG, **named)
    assert (found.customer_id, found.relation, found.may_be_the_same) == (one, "relative", True)
    with pytest.raises(GuardWarned, match="is the same, or a relative of the same name"):
        add(door, OLEG, **named)
    other = add(door, OLEG, found, **named)
    again = warned(door, OLEG, **named, given_name="Вера")
    assert {f.may_be_the_same for f in door.likely(CLERK, OLEG | named | {"given_name": "Вера"})} == {False}
    assert again.customer_id in (one, other) and again.relation == "relative"


def test_among_few_a_name_is_enough_to_be_found_by(door: CustomerDoor) -> None:
    """No birth date, no home, no contact, nothing but two rare names, in either order."""
    one = add(door, OLEG)
    alone = {"surname": "Олег", "given_name": "Снегирёв", "patronymic": ""}
    found = warned(door, {"kind": "person"}, **alone)
    assert (found.customer_id, found.relation) == (one, "same")


def test_twins_are_no_doubles(door: CustomerDoor) -> None:
    one = add(door, OLEG)
    found = warned(door, OLEG, given_name="Павел")
    assert (found.customer_id, found.relation) == (one, "relative")


def test_a_stranger_is_let_in(door: CustomerDoor) -> None:
    for cells in (OLEG, HUGH, FIRM):
        add(door, cells)
    add(door, OLEG, surname="Воробьёв", given_name="Роман", birth_date="1961-02-03", address="", phones="")


def test_a_warning_holds_for_what_was_seen_and_for_nobody_else(door: CustomerDoor) -> None:
    add(door, OLEG)
    wife = {"given_name": "Вера", "surname": "Снегирёва", "patronymic": "Павловна", "birth_date": "1963-07-08"}
    seen = warned(door, OLEG, **wife)
    again = warned(door, OLEG, **wife)
    assert again == seen
    son = {"given_name": "Роман", "patronymic": "Олегович", "birth_date": "1990-01-01"}
    add(door, OLEG, *door.likely(CLERK, OLEG | son), **son)
    with pytest.raises(GuardWarned) as caught:
        add(door, OLEG, seen, **wife)
    assert len(caught.value.findings) == 2


def test_a_supervisors_word_is_a_label(door: CustomerDoor) -> None:
    one = add(door, OLEG)
    found = refused(door, OLEG)
    other = add(door, OLEG, found, reason="the passports differ")
    with door.catalogue.reading() as connection:
        (label,) = connection.execute(select(pair_label)).all()
    assert (label.low_id, label.high_id, label.verdict, label.source) == (one, other, "different", "guard")
    assert '"birth": "equal"' in label.levels


def test_a_reason_without_the_findings_says_what_is_missing(door: CustomerDoor) -> None:
    add(door, OLEG)
    with pytest.raises(GuardRefused, match="acknowledge the findings too"):
        door.add(BOSS, Given(OLEG, nevertheless=Nevertheless(reason="the passports differ")))


def test_who_was_told_apart_is_not_asked_about_again(door: CustomerDoor) -> None:
    one, other = add(door, OLEG), add(door, HUGH)
    pair_words.tell(door.catalogue, BOSS, one, other, Said("distinct", "both came"))
    assert door.change(CLERK, other, Given(dict.fromkeys(HUGH, "") | OLEG), None).known == ()


def test_what_is_merged_counts_as_the_one_that_stands_for_it(door: CustomerDoor) -> None:
    one, other = add(door, OLEG), add(door, HUGH)
    merging.merge(door.catalogue, BOSS, one, other, "a test")
    assert refused(door, OLEG).customer_id == other


@pytest.mark.parametrize(
    ("column", "value", "policy", "severity", "relation"),
    [
        ("tax_id", "500100732259", Policy(), "refused", "same"),
        ("tax_id", "500100732259", Policy(frozenset(), frozenset(("tax_id",))), "warned", "same"),
        ("accounts", "5510023", Policy(), "warned", None),
        ("accounts", "5510023", Policy(frozenset(("accounts",))), "refused", "same"),
        ("emails", "home@letters.example", Policy(), "warned", "relative"),
        ("phones", "9161112233", Policy(), "", ""),  # another surname in another home: the number was given out again
        ("phones", "9161112233", Policy(frozenset(("phones",))), "refused", "same"),
    ],
)
def test_a_strong_key_refuses_or_warns_as_configured(
    opened: Opened, column: str, value: str, policy: Policy, severity: str, relation: str | None
) -> None:
    door = CustomerDoor(opened.catalogue, DirectoryGuard(policy), keys_of_row)
    one = add(door, OLEG | {"phones": "", column: value})
    found = door.likely(CLERK, HUGH | {"emails": "", column: value})
    if not severity:
        assert found == ()
        return
    assert (found[0].customer_id, found[0].severity, found[0].strong_key) == (one, severity, column)
    assert relation is None or found[0].relation == relation


@pytest.mark.parametrize("shared", [{"surname": OLEG["surname"]}, {"address": OLEG["address"]}, {"address": ""}])
def test_a_telephone_is_a_relatives_where_name_or_home_do_not_speak_against_it(
    opened: Opened, shared: dict[str, str]
) -> None:
    asked = HUGH | {"emails": "", "phones": OLEG["phones"]} | shared
    door = CustomerDoor(opened.catalogue, DirectoryGuard(), keys_of_row)
    one = add(door, OLEG)
    (found,) = door.likely(CLERK, asked)
    assert (found.customer_id, found.severity, found.relation, found.strong_key) == (
        one,
        "warned",
        "relative",
        "phones",
    )
    silent = CustomerDoor(opened.catalogue, DirectoryGuard(Policy(warns=frozenset())), keys_of_row)
    assert "phones" not in {f.strong_key for f in silent.likely(CLERK, asked)}


def test_a_firm_written_otherwise_is_refused_and_its_branch_is_not(door: CustomerDoor) -> None:
    one = add(door, FIRM)
    assert refused(door, FIRM, full_name="Общество с ограниченной ответственностью ЗАРЯ-СЕРВИС").customer_id == one
    branch = {"full_name": "ООО «Заря Сервис» филиал № 2", "address": "420111, г. Кленовск, ул. Садовая, д. 30"}
    found = warned(door, FIRM, **branch)
    assert (found.customer_id, found.relation) == (one, "relative")
    assert add(door, FIRM, found, **branch)
    assert add(door, FIRM | {"full_name": "АО «Кленовский хлеб»", "tax_id": "7707083893", "address": "г. Кленовск"})


@pytest.mark.parametrize(
    ("known", "again"),
    [
        ({"full_name": "NIGHTINGALE HUGH"}, {"full_name": "Hugh Nightingale"}),
        ({"full_name": "Hugh Nightingale"}, {"surname": "Nightingale", "given_name": "Hugh"}),
    ],
)
def test_a_whole_name_is_read_in_either_order(door: CustomerDoor, known: dict[str, str], again: dict[str, str]) -> None:
    rest = {"birth_date": "1972-11-30", "address": HUGH["address"]}
    one = add(door, known | rest)
    assert refused(door, again | rest).customer_id == one


def test_a_firm_whose_kind_nobody_said_is_a_firm(door: CustomerDoor) -> None:
    one = add(door, {"full_name": "Eastgate Printing Ltd", "address": "96 Park Road, Halifax, HX16 9QG"})
    said = {"kind": "organisation", "full_name": "EASTGATE PRINTING LTD", "address": "96 PARK ROAD HALIFAX HX169QG"}
    assert [(f.customer_id, f.relation) for f in door.likely(CLERK, said)] == [(one, "same")]


def test_a_value_that_can_not_be_is_named(door: CustomerDoor) -> None:
    from archive.directory_record import read_record

    def faults(**cells: str) -> list[str]:
        return [fault.field for fault in DirectoryGuard().faults(read_record(cells))]

    assert faults(tax_id="500100732258", surname="Finch") == ["tax_id"]
    assert (faults(tax_id="1123456789"), faults(tax_id="2123456789")) == ([], ["tax_id"])
    assert faults(birth_date="1812-01-01") == ["birth_date"] == faults(birth_date="2999-01-01")
    assert faults(tax_id="500100732259", birth_date="1961-02-03") == []


def test_a_change_is_held_against_others_too_and_found_under_what_was_before(door: CustomerDoor) -> None:
    one, other = add(door, OLEG), add(door, HUGH)
    with pytest.raises(GuardRefused):
        door.change(CLERK, other, Given(dict.fromkeys(HUGH, "") | OLEG), None)
    door.change(CLERK, one, Given({"surname": "Чижов", "address": "г. Кленовск, ул. Садовая, д. 30"}), None)
    found = door.likely(CLERK, OLEG)
    assert [f.customer_id for f in found] == [one]


def test_a_key_that_too_many_hold_is_left_to_the_rarer_ones(door: CustomerDoor) -> None:
    """A telephone of a whole village: nobody is warned of everybody in it, and a double is found all the same."""
    shared = "9160000077"
    with door.catalogue.writing() as connection:
        guard = DirectoryGuard()
        (active,) = guard._models.live(connection)
        (phone,) = active.likeness.keys(active.likeness.record({"phones": shared}))["phone"]
        many = [(n, [guard_keys.Likened(active.id, (phone,), "")]) for n in range(1000, 1000 + MOST_HOLDERS + 1)]
        guard_keys.enter(connection, many)
    one = add(door, OLEG, phones=shared)
    assert add(door, HUGH, phones=shared) != one
    assert refused(door, OLEG, phones=shared).customer_id == one


def bring_in(catalogue: Catalogue, change: Callable[[object], object] = lambda model: model) -> tuple[int, int]:
    """A second model beside the shipped one, its keys not made yet."""
    other = dataclasses.replace(shipped(), join=0.95)
    with catalogue.writing() as connection:
        new = guard_keys.take_in(connection, other.version, other.to_json())
        old = next(one for one in guard_keys.models(connection) if one.id != new.id)
        assert (old.state, new.state) == ("active", "arriving")
        return old.id, new.id


def test_keys_of_two_models_are_made_while_both_live(door: CustomerDoor) -> None:
    add(door, OLEG)
    old, new = bring_in(door.catalogue)
    two = add(door, HUGH)
    with door.catalogue.reading() as connection:
        counts = dict(
            connection.execute(select(guard_record.c.model, func.count()).group_by(guard_record.c.model)).all()
        )
        keys = dict(
            connection.execute(
                select(guard_key.c.model, func.count())
                .where(guard_key.c.customer_id == two)
                .group_by(guard_key.c.model)
            ).all()
        )
    assert counts == {old: 2, new: 1}
    assert keys[old] == keys[new] > 3


def test_a_directory_without_keys_is_not_waved_through(opened: Opened) -> None:
    door = CustomerDoor(opened.catalogue, DirectoryGuard(), keys_of_row)
    add(door, OLEG)
    with opened.catalogue.writing() as connection:
        for table in (guard_key, guard_record, guard_keys.guard_model):
            connection.execute(table.delete())
    for ask in (lambda: add(door, HUGH), lambda: door.likely(CLERK, HUGH)):
        with pytest.raises(Conflict, match="dossier dedup keys"):
            ask()
    assert GuardModels().live is not None


def test_of_eight_who_save_one_person_in_the_same_moment_one_is_let_in(opened: Opened) -> None:
    """In two spellings that share no strong key. A thousand rounds of it are `benchmarks/guard_race.py`."""
    for outcome in race(opened.url, rounds=30):
        assert outcome["saved"] == 1 and outcome["warned"] + outcome["refused"] == 7, outcome


def test_the_word_of_a_supervisor_and_a_parting_reach_the_training_set_and_the_later_word_holds(
    door: CustomerDoor,
) -> None:
    one = add(door, OLEG)
    other = add(door, OLEG, refused(door, OLEG), reason="the passports differ")
    left = add(door, HUGH)
    right = add(door, OLEG, surname="Воробьёв", given_name="Роман", birth_date="1970-02-03", address="", phones="")

    def taught() -> list[tuple[bool, str]]:
        with door.catalogue.reading() as connection:
            return [(label.same, label.party) for label in labelled.labels(connection)]

    assert taught() == [(False, "person")]
    merging.merge(door.catalogue, BOSS, right, left, "one man", learn_of=door.guard.learn_of)
    assert taught() == [(False, "person"), (True, "person")]
    merging.unmerge(door.catalogue, BOSS, right, "two men after all", learn_of=door.guard.learn_of)
    assert taught() == [(False, "person"), (False, "person")]
    # The passports were one: the word is taken back, and the two are joined.
    pair_words.take_back(door.catalogue, BOSS, one, other, "misread")
    assert taught() == [(False, "person")]
    merging.merge(door.catalogue, BOSS, other, one, "one passport", learn_of=door.guard.learn_of)
    assert taught() == [(False, "person"), (True, "person")]


def test_what_is_said_of_two_by_hand_is_a_label_until_it_is_taken_back(door: CustomerDoor) -> None:
    one = add(door, OLEG)
    other = add(door, OLEG, *door.likely(CLERK, OLEG | {"given_name": "Павел"}), given_name="Павел")

    def kept() -> list[tuple[str, str, str]]:
        with door.catalogue.reading() as connection:
            columns = (pair_label.c.verdict, pair_label.c.kind, pair_label.c.source)
            return [tuple(row) for row in connection.execute(select(*columns))]

    def say(said: Said) -> None:
        pair_words.tell(door.catalogue, BOSS, other, one, said, learn_of=door.guard.learn_of)

    say(Said("distinct", "both came"))
    assert kept() == [("different", "", "desk")]
    say(Said("relatives", "two birth certificates", "twins"))
    assert kept() == [("relatives", "twins", "desk")]
    with door.catalogue.reading() as connection:
        (label,) = labelled.labels(connection)
    assert (label.same, label.levels["birth"]) == (False, "equal")
    pair_words.take_back(door.catalogue, BOSS, one, other, "misheard")
    assert kept() == []
    say(Said("later", "not at home"))
    assert kept() == []
