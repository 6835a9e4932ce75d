"""Decisions of the desk on the real catalogue: who is first, what is kept, and what undoing brings back."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from archive.access import Access, Role
from archive.clock import as_text
from archive.errors import BadInput, Conflict, DossierError, Forbidden, NotFound
from archive.schema import case, document, document_event, filing, journal_entry, label, outbox, party
from archive.showing import desk
from intake import deciding, deciding_alike
from intake.deciding import Correction, Rescan
from tests.story.stocked import Stock, stock

CLERK = Access("anna.clerk", frozenset({Role.CLERK}), frozenset({"63"}))
SECOND = Access("second", frozenset({Role.CLERK}), frozenset({"63"}))
OTHER = Access("olga.other", frozenset({Role.CLERK}), frozenset({"64"}))
STAFF = Access("sergey.staff", frozenset({Role.STAFF}), frozenset({"63"}))


@pytest.fixture
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stock]:
    stocked = stock(tmp_path_factory.mktemp("deciding"))
    yield stocked
    stocked.close()


def row_of(made: Stock, key: int) -> dict[str, object]:
    with made.opened.catalogue.reading() as connection:
        return dict(connection.execute(select(document).where(document.c.id == key)).one()._mapping)


def test_accepting_files_in_folder_and_case_and_tells_journal_and_index(made: Stock) -> None:
    key = made.documents["proposed complaint"]
    done = deciding.accept(made.opened.catalogue, CLERK, key, 2)
    assert (done.state, done.version) == ("filed", 3)
    with made.opened.catalogue.reading() as connection:
        places = connection.execute(select(filing).where(filing.c.document_id == key)).all()
        assert [(bool(place.folder_id), bool(place.case_id), place.ground) for place in places] == [
            (True, False, "account"),
            (False, True, "account"),
        ]
        entry = connection.execute(select(journal_entry).order_by(journal_entry.c.id.desc())).first()
        assert entry is not None and (entry.actor, entry.action) == ("anna.clerk", "accept")
        told = json.loads(entry.payload or "")
        assert (told["before"]["state"], told["after"]["state"]) == ("review", "filed")
        assert connection.execute(select(outbox.c.version).where(outbox.c.key == key)).scalar() == 3
        assert connection.execute(select(label)).first() is None, "an accepted proposal is no correction"


def test_a_correction_keeps_only_what_was_wrong_as_examples(made: Stock) -> None:
    key, owner = made.documents["two are close"], made.customers["B-1"]
    deciding.correct(made.opened.catalogue, CLERK, key, 2, Correction("recalculation_request", owner))
    with made.opened.catalogue.reading() as connection:
        kept = connection.execute(select(label.c.kind, label.c.before, label.c.after, label.c.actor)).all()
    assert [tuple(one) for one in kept] == [("customer", str(made.customers["B-2"]), str(owner), "anna.clerk")]


def test_undo_restores_the_letter_and_unlearns(made: Stock) -> None:
    key = made.documents["two are close"]
    before = row_of(made, key)
    deciding.correct(made.opened.catalogue, CLERK, key, 2, Correction("invoice", made.customers["B-4"]))
    deciding.undo(made.opened.catalogue, CLERK, key, 3)
    after = row_of(made, key)
    assert {name: after[name] for name in before if name != "version"} == {
        name: value for name, value in before.items() if name != "version"
    }
    assert after["version"] == 4
    with made.opened.catalogue.reading() as connection:
        for table in (filing, party):
            assert connection.execute(select(table).where(table.c.document_id == key)).first() is None
        assert connection.execute(select(label)).first() is None
        left = connection.execute(select(case.c.state, case.c.completion_code).order_by(case.c.id.desc())).first()
    assert left is not None and tuple(left) == ("closed", "opened_in_error")


def test_undoing_the_move_of_a_filed_letter_puts_it_back(made: Stock) -> None:
    key = made.documents["filed reading"]
    with made.opened.catalogue.reading() as connection:
        before = connection.execute(select(filing).where(filing.c.document_id == key)).all()
    deciding.correct(made.opened.catalogue, CLERK, key, 2, Correction("invoice", made.customers["B-4"]))
    deciding.undo(made.opened.catalogue, CLERK, key, 3)
    with made.opened.catalogue.reading() as connection:
        after = connection.execute(select(filing).where(filing.c.document_id == key)).all()
    assert [tuple(one)[1:] for one in after] == [tuple(one)[1:] for one in before]
    assert row_of(made, key)["state"] == "filed"


def test_only_the_last_decision_by_hand_can_be_undone(made: Stock) -> None:
    with pytest.raises(Conflict):
        deciding.undo(made.opened.catalogue, CLERK, made.documents["filed reading"], 2)


def test_of_two_clerks_who_decide_at_once_one_is_told(made: Stock) -> None:
    key, outcomes = made.documents["proposed complaint"], []

    def decide(who: Access) -> None:
        try:
            outcomes.append(deciding.accept(made.opened.catalogue, who, key, 2).state)
        except DossierError as error:
            outcomes.append(error.code)

    crew = [threading.Thread(target=decide, args=(who,)) for who in (CLERK, SECOND) * 4]
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join()
    assert sorted(outcomes) == ["conflict"] * 7 + ["filed"]
    with made.opened.catalogue.reading() as connection:
        decided = select(document_event).where(document_event.c.document_id == key)
        assert len(connection.execute(decided).all()) == 1


def test_what_another_clerk_holds_is_not_decided_over(made: Stock) -> None:
    key = made.documents["proposed complaint"]
    with made.opened.catalogue.writing() as connection:
        held = {"held_by": "second", "held_until": as_text(datetime.now(UTC) + timedelta(seconds=desk.HOLD_S / 2))}
        connection.execute(update(document).where(document.c.id == key).values(**held))
    with pytest.raises(Conflict, match="second is working on"):
        deciding.accept(made.opened.catalogue, CLERK, key, 2)


@pytest.mark.parametrize(("who", "error"), [(OTHER, NotFound), (STAFF, Forbidden)])
def test_who_may_not_see_or_decide_changes_nothing(made: Stock, who: Access, error: type[DossierError]) -> None:
    key = made.documents["proposed complaint"]
    with pytest.raises(error):
        deciding.accept(made.opened.catalogue, who, key, 2)
    with pytest.raises(error):
        deciding.reject(made.opened.catalogue, who, key, 2, "advertising")
    assert row_of(made, key)["version"] == 2


def test_a_letter_without_a_full_proposal_is_not_accepted(made: Stock) -> None:
    with pytest.raises(BadInput, match="correct its type or customer"):
        deciding.accept(made.opened.catalogue, CLERK, made.documents["nobody known"], 2)


def test_a_letter_joins_the_case_that_the_clerk_names(made: Stock) -> None:
    number, key = made.cases["filed reading"], made.documents["proposed complaint"]
    what = Correction("quality_complaint", made.customers["B-3"], number)
    assert deciding.correct(made.opened.catalogue, CLERK, key, 2, what).case_number == number
    with pytest.raises(BadInput, match="another customer"):
        what = Correction("payment_dispute", made.customers["B-1"], number)
        deciding.correct(made.opened.catalogue, CLERK, made.documents["nobody known"], 2, what)
    assert row_of(made, made.documents["nobody known"])["version"] == 2, "nothing of it was done"


def test_rejecting_keeps_the_reason_and_the_original(made: Stock) -> None:
    key = made.documents["nobody known"]
    assert deciding.reject(made.opened.catalogue, CLERK, key, 2, "not_for_us").state == "rejected"
    row = row_of(made, key)
    assert row["reason"] == "not_for_us"
    assert made.opened.objects.verify(str(row["digest"]))
    with pytest.raises(BadInput):
        deciding.reject(made.opened.catalogue, CLERK, made.documents["two are close"], 2, "no such reason")


@pytest.mark.parametrize("seen", [1, 3], ids=["older", "newer"])
def test_a_version_that_is_not_the_letters_is_refused_whatever_its_state(made: Stock, seen: int) -> None:
    catalogue, key, owner = made.opened.catalogue, made.documents["proposed complaint"], made.customers["B-3"]
    what = Correction("invoice", owner)
    for decide in (
        lambda: deciding.accept(catalogue, CLERK, key, seen),
        lambda: deciding.correct(catalogue, CLERK, key, seen, what),
        lambda: deciding.reject(catalogue, CLERK, key, seen, "advertising"),
    ):
        with pytest.raises(Conflict):
            decide()
    assert (row_of(made, key)["state"], row_of(made, key)["version"]) == ("review", 2)
    deciding.correct(catalogue, CLERK, key, 2, what)
    # A second correction leaves the state as it was: the version alone tells that somebody was first.
    deciding.correct(catalogue, SECOND, key, 3, what)
    for stale in (2, 3):
        with pytest.raises(Conflict):
            deciding.correct(catalogue, CLERK, key, stale, what)
        with pytest.raises(Conflict):
            deciding.undo(catalogue, CLERK, key, stale)
    assert (row_of(made, key)["state"], row_of(made, key)["version"]) == ("filed", 4)


@pytest.mark.parametrize("hidden", ["branch", "mark"])
def test_a_decision_does_not_tell_the_number_of_a_case_that_may_not_be_seen(made: Stock, hidden: str) -> None:
    catalogue, number = made.opened.catalogue, made.cases["filed reading"]
    with catalogue.writing() as connection:
        values = {"branch": "64"} if hidden == "branch" else {"mark": "confidential"}
        connection.execute(update(case).where(case.c.number == number).values(**values))
    key, what = made.documents["proposed complaint"], Correction("meter_reading", made.customers["B-3"])
    done = deciding.correct(catalogue, CLERK, key, 2, what)
    with catalogue.reading() as connection:
        lies_in = select(case.c.number).join(filing, filing.c.case_id == case.c.id).where(filing.c.document_id == key)
        assert connection.execute(lies_in).scalar() == number, "by the rules it belongs there all the same"
    assert done.case_number is None


def test_the_sender_of_the_letter_before_is_a_correction_like_any_other(made: Stock) -> None:
    key = made.documents["two are close"]
    assert deciding.same_sender(made.opened.catalogue, CLERK, key, 2).state == "filed"
    row = row_of(made, key)
    assert (row["customer_id"], row["document_type"]) == (made.customers["B-3"], "recalculation_request")
    with made.opened.catalogue.reading() as connection:
        kept = connection.execute(select(label.c.kind, label.c.before, label.c.after)).all()
    assert [tuple(one) for one in kept] == [("customer", str(made.customers["B-2"]), str(made.customers["B-3"]))]
    deciding.undo(made.opened.catalogue, CLERK, key, 3)
    assert (row_of(made, key)["state"], row_of(made, key)["customer_id"]) == ("review", made.customers["B-2"])


def test_there_is_no_sender_before_the_first_letter_of_a_branch_or_channel(made: Stock) -> None:
    for name in ("other review", "mail"):
        with made.opened.catalogue.writing() as connection:
            alone = {"channel": "form"}
            connection.execute(update(document).where(document.c.id == made.documents[name]).values(**alone))
        who = OTHER if name == "other review" else CLERK
        with pytest.raises(BadInput, match="has no sender that you may see"):
            deciding.same_sender(made.opened.catalogue, who, made.documents[name], 2)


def test_a_letter_to_be_scanned_again_waits_behind_all_others(made: Stock) -> None:
    key = made.documents["proposed complaint"]
    done = deciding.rescan(made.opened.catalogue, CLERK, key, 2, Rescan("cut_off", 1))
    assert (done.state, row_of(made, key)["reason"]) == ("review", desk.TO_BE_SCANNED_AGAIN)
    shown = []
    with made.opened.catalogue.writing() as connection:
        while (found := desk.hold_next(connection, CLERK, desk.Narrowing(), shown)) is not None:
            shown.append(found)
    assert (len(shown), shown[-1]) == (4, key)
    for wish in (Rescan("no such reason"), Rescan("cut_off", 0)):
        with pytest.raises(BadInput):
            deciding.rescan(made.opened.catalogue, CLERK, key, 3, wish)
    deciding.undo(made.opened.catalogue, CLERK, key, 3)
    assert row_of(made, key)["reason"] == "name_missing"


def _alike(made: Stock) -> list[int]:
    """Three waiting letters of one address, one type and one reason."""
    keys = [made.documents[name] for name in ("proposed complaint", "two are close", "nobody known")]
    same = {"facts": '{"from_address": "One@Mail.example"}', "document_type": "payment_dispute", "reason": "name_only"}
    with made.opened.catalogue.writing() as connection:
        connection.execute(update(document).where(document.c.id.in_(keys)).values(**same))
    return keys


def test_letters_that_look_alike_are_decided_the_same_and_undone_together(made: Stock) -> None:
    first, *others = _alike(made)
    deciding.correct(made.opened.catalogue, CLERK, first, 2, Correction("invoice", made.customers["B-4"], "new"))
    with made.opened.catalogue.reading() as connection:
        found = desk.alike(connection, CLERK, first)
        assert [one.id for one in found] == others
        assert desk.alike(connection, OTHER, made.documents["other filed"]) == [], "nobody decided that one"
    chosen = [(key, 2) for key in others] + [(made.documents["mail"], 2)]
    together = deciding_alike.decide_alike(made.opened.catalogue, CLERK, first, 3, chosen)
    assert ([one.document_id for one in together.done], list(together.left)) == (others, [made.documents["mail"]])
    assert [(row_of(made, key)["state"], row_of(made, key)["customer_id"]) for key in others] == [
        ("filed", made.customers["B-4"])
    ] * 2
    with made.opened.catalogue.reading() as connection:
        places = select(filing.c.case_id).where(
            filing.c.document_id.in_([first, *others]), filing.c.case_id.is_not(None)
        )
        assert len(set(connection.execute(places).scalars())) == 1, "one matter, not one for each"
    deciding.undo(made.opened.catalogue, CLERK, others[1], 3)
    undone = deciding_alike.undo_alike(made.opened.catalogue, CLERK, first, 3)
    assert ([one.document_id for one in undone.done], list(undone.left)) == ([others[0]], [others[1]])
    assert [row_of(made, key)["state"] for key in (first, *others)] == ["filed", "review", "review"]
    with pytest.raises(Conflict, match="nothing was decided along"):
        deciding_alike.undo_alike(made.opened.catalogue, CLERK, first, 3)


def test_another_branch_decides_nothing_along(made: Stock) -> None:
    first, *others = _alike(made)
    deciding.accept(made.opened.catalogue, CLERK, first, 2)
    with pytest.raises(NotFound):
        deciding_alike.decide_alike(made.opened.catalogue, OTHER, first, 3, [(key, 2) for key in others])
    with pytest.raises(Forbidden):
        deciding_alike.decide_alike(made.opened.catalogue, STAFF, first, 3, [(key, 2) for key in others])
    assert {row_of(made, key)["state"] for key in others} == {"review"}
