"""The review list: pairs for a person, the most valuable first; what is decided of them is done, kept and can be undone."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from archive import doubles, match_runs, merging, pair_words
from archive.access import Access, Role
from archive.doubles import Agreement, NewDouble, Part, Why
from archive.doubles_deciding import Decision, Verdict, decide, undo
from archive.errors import BadInput, Conflict, Forbidden, NotFound
from archive.filings import Filed
from archive.ports import Catalogue
from archive.schema import pair_label
from tests.contracts.test_merging import BOSS, CLERK, catalogue, export, letter, line, load, roots

__all__ = ["catalogue"]
SAID = (Agreement("birth", "equal", 12.5, 11.0), Agreement("phone", "differs", -1.5, -0.5))
_OWN = ("possible_double", "pair_label", "journal_entry", "match_run", "match_member")


def put(catalogue: Catalogue, one: int, other: int, probability: float = 0.7, why: Why = "probable") -> int:
    """Lay a pair on the list; answers its number there."""
    with catalogue.writing() as connection:
        doubles.put(connection, [NewDouble(one, other, why, probability, "m1", SAID, {"kin": 0.2})])
    low, high = sorted((one, other))
    return next(e.id for e in listed(catalogue, "") if (e.low_id, e.high_id) == (low, high))


def listed(catalogue: Catalogue, state: str = "waiting", why: str = "", customer: int = 0) -> list[doubles.Entry]:
    with catalogue.reading() as connection:
        return doubles.entries(connection, Part(state, why, customer))


def labels(catalogue: Catalogue) -> list[tuple[int, int, str, str]]:
    with catalogue.reading() as connection:
        return [(r.low_id, r.high_id, r.verdict, r.levels) for r in connection.execute(select(pair_label))]


def test_the_pair_whose_answer_brings_the_most_comes_first_page_by_page(catalogue: Catalogue) -> None:
    with catalogue.writing() as connection:
        for number in range(20, 40):
            letter(connection, number, 7, Filed("account", "A-107", "test"))
    put(catalogue, 1, 2, 0.9)
    put(catalogue, 4, 3, 0.95)
    much = put(catalogue, 7, 8, 0.6)
    least = put(catalogue, 5, 6, 0.2)
    whole = listed(catalogue)
    assert [(e.low_id, e.high_id) for e in whole] == [(7, 8), (3, 4), (1, 2), (5, 6)]
    assert (whole[0].id, whole[-1].id) == (much, least)
    assert (whole[0].documents, whole[0].accounts) == (22, 2)
    with catalogue.reading() as connection:
        first = doubles.entries(connection, Part(), limit=3)
        rest = doubles.entries(connection, Part(), (first[-1].worth, first[-1].id), limit=3)
        assert [e.id for e in (*first, *rest)] == [e.id for e in whole]
        assert doubles.counts(connection).states["waiting"] == 4


def test_same_makes_the_two_one_and_undoing_leaves_all_as_it_was(catalogue: Catalogue) -> None:
    pair = put(catalogue, 2, 1)
    before = export(catalogue, *_OWN)
    (entry,) = listed(catalogue)
    done = decide(catalogue, BOSS, pair, Decision("same"), entry.seen)
    assert roots(catalogue)[2] == 1 and done.state == "same" and done.decided_by == BOSS.actor
    assert labels(catalogue) == [(1, 2, "same", '{"birth": "equal", "phone": "differs"}')]
    assert listed(catalogue) == [] and [e.id for e in listed(catalogue, "same")] == [pair]
    back = undo(catalogue, BOSS, pair, done.seen)
    assert back.state == "waiting" and [e.id for e in listed(catalogue)] == [pair]
    assert export(catalogue, *_OWN) == before
    assert labels(catalogue) == []


@pytest.mark.parametrize(
    ("verdict", "kind", "word"), [("different", "", "distinct"), ("relatives", "twins", "relatives")]
)
def test_who_was_told_apart_is_not_asked_again_until_that_is_taken_back(
    catalogue: Catalogue, verdict: Verdict, kind: str, word: str
) -> None:
    pair = put(catalogue, 1, 2)
    decide(catalogue, BOSS, pair, Decision(verdict, "two passports", kind))
    with catalogue.reading() as connection:
        (said,) = pair_words.words(connection, [1])
    assert (said.word, said.kind, said.reason) == (word, kind, "two passports")
    with catalogue.writing() as connection:
        assert doubles.put(connection, [NewDouble(2, 1, "contested", 0.99)]) == 0
    assert listed(catalogue) == []
    assert [one[2] for one in labels(catalogue)] == [verdict]
    undo(catalogue, BOSS, pair)
    assert [e.id for e in listed(catalogue)] == [pair]
    with catalogue.reading() as connection:
        assert pair_words.words(connection, [1]) == []


def test_a_third_that_stands_for_one_who_was_told_apart_is_not_asked_either(catalogue: Catalogue) -> None:
    decide(catalogue, BOSS, put(catalogue, 1, 2), Decision("different"))
    merging.merge(catalogue, BOSS, 2, 3, "the same")
    with catalogue.writing() as connection:
        assert doubles.put(connection, [NewDouble(1, 3, "probable", 0.9), NewDouble(2, 3, "probable", 0.9)]) == 0


def test_what_is_put_off_stays_so_until_one_of_the_two_changes(catalogue: Catalogue, tmp_path: Path) -> None:
    pair = put(catalogue, 1, 2)
    decide(catalogue, CLERK, pair, Decision("later", "asked the branch"))
    assert listed(catalogue) == [] and [e.id for e in listed(catalogue, "later")] == [pair]
    put(catalogue, 1, 2, 0.8)
    assert listed(catalogue) == []
    load(catalogue, tmp_path, line(2, street="9 New Road"))
    put(catalogue, 1, 2, 0.8)
    assert [e.id for e in listed(catalogue)] == [pair]


def test_a_decision_holds_for_what_was_seen_only(catalogue: Catalogue, tmp_path: Path) -> None:
    pair = put(catalogue, 1, 2)
    (entry,) = listed(catalogue)
    load(catalogue, tmp_path, line(2, street="9 New Road"))
    with pytest.raises(Conflict, match="changed meanwhile"):
        decide(catalogue, BOSS, pair, Decision("same"), entry.seen)
    (now,) = listed(catalogue)
    assert now.changed and not entry.changed
    decide(catalogue, BOSS, pair, Decision("same"), now.seen)
    assert labels(catalogue) == [], "how the fields agree now was not seen by the model"
    with pytest.raises(Conflict, match="decided already"):
        decide(catalogue, BOSS, pair, Decision("different"))


def test_who_was_joined_or_told_apart_elsewhere_is_not_asked(catalogue: Catalogue) -> None:
    put(catalogue, 1, 2)
    put(catalogue, 3, 4)
    last = put(catalogue, 5, 6)
    merging.merge(catalogue, BOSS, 2, 1, "the same")
    pair_words.tell(catalogue, BOSS, 4, 3, pair_words.Said("distinct", "two passports"))
    assert [e.id for e in listed(catalogue)] == [last]
    with catalogue.reading() as connection:
        counted = doubles.counts(connection)
    assert (counted.states["waiting"], counted.whys) == (1, {"probable": 1})
    merging.unmerge(catalogue, BOSS, 2, "not the same")
    assert len(listed(catalogue)) == 2


def test_undoing_what_was_changed_through_another_door_is_refused(catalogue: Catalogue) -> None:
    joined, apart = put(catalogue, 1, 2), put(catalogue, 3, 4)
    decide(catalogue, BOSS, joined, Decision("same"))
    decide(catalogue, BOSS, apart, Decision("different"))
    merging.unmerge(catalogue, BOSS, 2, "not the same")
    pair_words.tell(catalogue, BOSS, 3, 4, pair_words.Said("relatives", "twins", "twins"))
    for pair in (joined, apart):
        with pytest.raises(Conflict):
            undo(catalogue, BOSS, pair)


def test_who_may_not_join_may_only_put_off(catalogue: Catalogue) -> None:
    pair = put(catalogue, 1, 2)
    staff = Access("sergey", frozenset({Role.STAFF}), None)
    for verdict in ("same", "different", "relatives"):
        with pytest.raises(Forbidden):
            decide(catalogue, CLERK, pair, Decision(verdict, kind="twins" if verdict == "relatives" else ""))
    with pytest.raises(Forbidden):
        decide(catalogue, staff, pair, Decision("later"))
    assert decide(catalogue, CLERK, pair, Decision("later")).state == "later"


def test_what_can_not_be_said_is_refused(catalogue: Catalogue) -> None:
    pair = put(catalogue, 1, 2)
    with pytest.raises(BadInput, match="no kind of relatives"):
        decide(catalogue, BOSS, pair, Decision("relatives", kind="neighbours"))
    with pytest.raises(BadInput, match="none of the two"):
        decide(catalogue, BOSS, pair, Decision("same", into=5))
    with pytest.raises(NotFound):
        decide(catalogue, BOSS, pair + 1, Decision("same"))
    with pytest.raises(Conflict, match="nothing was decided"):
        undo(catalogue, BOSS, pair)
    with catalogue.writing() as connection, pytest.raises(NotFound):
        doubles.put(connection, [NewDouble(1, 99, "contested", 0.9)])
    assert decide(catalogue, BOSS, pair, Decision("same", into=2)).low_root == 2


def test_what_a_feed_contests_keeps_that_reason_when_a_run_finds_it_too(catalogue: Catalogue) -> None:
    put(catalogue, 1, 2, why="contested")
    put(catalogue, 1, 2, 0.95)
    (entry,) = listed(catalogue)
    assert (entry.why, entry.probability) == ("contested", 0.95)
    assert listed(catalogue, why="probable") == [] and len(listed(catalogue, customer=2)) == 1
    assert listed(catalogue, customer=3) == []


def test_a_later_run_takes_off_the_list_what_only_earlier_ones_found(catalogue: Catalogue) -> None:
    first, second = (match_runs.begin(catalogue, BOSS, f"m{n}") for n in (1, 2))
    with catalogue.writing() as connection:
        doubles.put(connection, [NewDouble(1, 2, "probable", 0.5, run_id=first)])
        doubles.put(connection, [NewDouble(3, 4, "probable", 0.5, run_id=first)])
        doubles.put(connection, [NewDouble(5, 6, "contested", 0.5)])
        doubles.put(connection, [NewDouble(3, 4, "probable", 0.6, run_id=second)])
        assert doubles.pass_by(connection, second) == 1
    assert {(e.low_id, e.high_id) for e in listed(catalogue)} == {(3, 4), (5, 6)}


def test_pairs_of_others_that_the_same_two_stand_for_go_along(catalogue: Catalogue) -> None:
    first, second, third = put(catalogue, 1, 2), put(catalogue, 3, 4, 0.6), put(catalogue, 3, 5, 0.5)
    merging.merge(catalogue, BOSS, 3, 1, "the same")
    merging.merge(catalogue, BOSS, 4, 2, "the same")
    decide(catalogue, BOSS, first, Decision("relatives", kind="siblings"))
    assert [e.id for e in listed(catalogue)] == [third]
    assert {e.id: e.kind for e in listed(catalogue, "relatives")} == {first: "siblings", second: "siblings"}
    undo(catalogue, BOSS, first)
    assert {e.id for e in listed(catalogue)} == {first, second, third}
