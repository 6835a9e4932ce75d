"""Letters cut anew by hand, on the real catalogue: every page, number and byte stays accounted for, and undo brings all back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from api.reading_pages import pages_of
from archive import ledger, numbers
from archive.access import Access, Role, system
from archive.clock import as_text
from archive.errors import BadInput, Conflict, DossierError, Forbidden, NotFound
from archive.schema import document, journal_entry, label, number_void
from archive.showing import letters, lists
from archive.showing.desk import HOLD_S, letter_before
from archive.verifying import verify
from intake import deciding
from intake.deciding import Correction
from intake.recutting import CUT_BY_HAND
from tests.story.paper import ANOTHER, COMPLAINT, GOES_ON, pile
from tests.story.stocked import Stock, stock

CLERK = Access("anna.clerk", frozenset({Role.CLERK}), frozenset({"63"}))
OTHER = Access("olga.other", frozenset({Role.CLERK}), frozenset({"64"}))
STAFF = Access("sergey.staff", frozenset({Role.STAFF}), frozenset({"63"}))
ALL = system("test")


@pytest.fixture
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stock]:
    stocked = stock(tmp_path_factory.mktemp("recutting"))
    yield stocked
    stocked.close()


def row_of(made: Stock, key: int) -> dict[str, object]:
    with made.opened.catalogue.reading() as connection:
        return dict(connection.execute(select(document).where(document.c.id == key)).one()._mapping)


def all_rows(made: Stock) -> dict[int, dict[str, object]]:
    """Every document but for its version, which only ever grows, and the parts' times."""
    with made.opened.catalogue.reading() as connection:
        rows = connection.execute(select(document)).all()
    return {
        row.id: {k: v for k, v in row._mapping.items() if k not in ("version", "held_by", "held_until")} for row in rows
    }


def texts(made: Stock, key: int) -> list[str]:
    with made.opened.catalogue.reading() as connection:
        card = letters.card(connection, CLERK, key)
    return [page.text.split("\n")[0] for page in pages_of(made.opened.objects, card)]


def problems(made: Stock) -> list[str]:
    found = verify(made.opened.catalogue, made.opened.objects, ALL)
    return [f"{one.kind} {one.subject}" for one in found if not one.harmless]


def other_letter(made: Stock, key: int) -> int:
    """The letter that was entered last."""
    with made.opened.catalogue.reading() as connection:
        found = select(document.c.id).where(document.c.part == 0, document.c.id != key).order_by(document.c.id.desc())
        return int(connection.execute(found).scalars().first() or 0)


def test_a_letter_split_in_two_gives_two_numbers_two_originals_and_two_proposals(made: Stock) -> None:
    (key,) = pile(made, "two in one", [[COMPLAINT, GOES_ON, ANOTHER]])
    whole = row_of(made, key)
    done = made.opened.recutter.split(CLERK, key, 2, 3)
    second = other_letter(made, key)
    first, last = row_of(made, key), row_of(made, second)
    assert (done.document_id, done.state, done.version) == (key, "review", 3)
    assert [(row["page_from"], row["page_to"]) for row in (first, last)] == [(1, 2), (3, 3)]
    assert first["registration_number"] == whole["registration_number"] != last["registration_number"]
    assert len({first["digest"], last["digest"], whole["digest"]}) == 3
    assert (texts(made, key), texts(made, second)) == (
        ["Complaint", "Page 2"],
        ["Please issue an invoice for October."],
    )
    assert [row["customer_id"] for row in (first, last)] == [made.customers["B-3"], made.customers["B-4"]]
    assert "nobody_known" not in {first["reason"], last["reason"]}, "each was looked at afresh"
    assert last["reason"] == CUT_BY_HAND
    assert made.opened.objects.has(str(whole["digest"])), "the whole stays"
    assert made.opened.drawer.draw(str(last["digest"]), "application/pdf", 1, 0).startswith(b"\x89PNG")
    assert problems(made) == []
    with made.opened.catalogue.reading() as connection:
        told = connection.execute(select(label.c.kind, label.c.before, label.c.after)).one()
        entry = connection.execute(select(journal_entry).order_by(journal_entry.c.id.desc())).first()
    assert tuple(told) == ("cut", "1-3", "1-2|3-3")
    assert entry is not None and (entry.actor, entry.action, entry.subject) == (
        "anna.clerk",
        "split",
        f"document:{key}",
    )


def test_undoing_a_split_leaves_all_rows_as_they_were_and_the_number_void(made: Stock) -> None:
    (key,) = pile(made, "two in one", [[COMPLAINT, ANOTHER]])
    before = all_rows(made)
    made.opened.recutter.split(CLERK, key, 2, 2)
    number = str(row_of(made, other_letter(made, key))["registration_number"])
    deciding.undo(made.opened.catalogue, CLERK, key, 3)
    assert all_rows(made) == before
    with made.opened.catalogue.reading() as connection:
        assert numbers.voided(connection, number) == "the cut was undone"
        assert connection.execute(select(label)).first() is None
    made.opened.feed_all()
    assert problems(made) == []


def test_a_split_is_not_undone_over_a_decision_about_the_second_letter(made: Stock) -> None:
    (key,) = pile(made, "two in one", [[COMPLAINT, ANOTHER]])
    made.opened.recutter.split(CLERK, key, 2, 2)
    second = other_letter(made, key)
    deciding.reject(made.opened.catalogue, CLERK, second, 2, "advertising")
    with pytest.raises(Conflict, match="undo that first"):
        deciding.undo(made.opened.catalogue, CLERK, key, 3)
    assert row_of(made, key)["page_to"] == 1, "nothing of the undoing was done"
    deciding.undo(made.opened.catalogue, CLERK, second, 3)
    assert row_of(made, second)["state"] == "review"


@pytest.mark.parametrize("page", [0, 1, 4])
def test_a_letter_is_split_only_at_a_page_of_its_own_behind_the_first(made: Stock, page: int) -> None:
    (key,) = pile(made, "three pages", [[COMPLAINT, GOES_ON, ANOTHER]])
    with pytest.raises(BadInput, match="3 pages"):
        made.opened.recutter.split(CLERK, key, 2, page)
    with pytest.raises(BadInput, match="only a PDF or TIFF file without enclosures can"):
        made.opened.recutter.split(CLERK, made.documents["mail"], 2, 2)


def test_a_letter_that_belongs_to_the_one_before_becomes_a_part_of_it(made: Stock) -> None:
    first, second = pile(made, "cut apart", [[COMPLAINT], [GOES_ON]])
    was = row_of(made, second)
    done = made.opened.recutter.join(CLERK, second, 2)
    into, part = row_of(made, first), row_of(made, second)
    assert (done.document_id, into["state"], part["state"], part["parent_id"]) == (first, "review", "review", first)
    assert (part["registration_number"], part["digest"], part["page_from"]) == (None, was["digest"], was["page_from"])
    assert texts(made, first) == ["Complaint", "Page 2"]
    assert into["customer_id"] == made.customers["B-3"], "it was looked at afresh"
    with made.opened.catalogue.reading() as connection:
        assert numbers.voided(connection, str(was["registration_number"])) == f"joined to {into['registration_number']}"
        assert [row.kind for row in connection.execute(select(label)).all()] == ["cut"]
        pages = pages_of(made.opened.objects, letters.card(connection, CLERK, first))
        came = lists.one_arrival(connection, CLERK, made.receipts["cut apart"])
    assert [page.digest for page in pages] == [into["digest"], part["digest"]]
    assert [(one.page_from, one.page_to) for one in came.letters] == [(1, 1), (2, 2)]
    assert problems(made) == []
    accepted = deciding.correct(
        made.opened.catalogue, CLERK, first, 3, Correction("quality_complaint", made.customers["B-3"])
    )
    assert (accepted.state, row_of(made, second)["state"]) == ("filed", "filed")
    assert problems(made) == []


def test_joining_balances_the_ledger_across_two_receipts(made: Stock) -> None:
    (first,) = pile(made, "one scan", [[COMPLAINT]])
    (second,) = pile(made, "the next scan", [[GOES_ON, GOES_ON]])

    def totals() -> tuple[int, int, int]:
        with made.opened.catalogue.reading() as connection:
            total = ledger.total(ledger.balance(connection, CLERK))
        assert total.balanced
        return total.pages_in, total.pages_in_letters, total.letters

    pages_in, in_letters, count = totals()
    made.opened.recutter.join(CLERK, second, 2)
    assert totals() == (pages_in, in_letters, count - 1)
    assert texts(made, first) == ["Complaint", "Page 2", "Page 2"]
    assert problems(made) == []


def test_undoing_a_joining_leaves_all_rows_as_they_were(made: Stock) -> None:
    first, second = pile(made, "cut apart", [[COMPLAINT], [GOES_ON]])
    before = all_rows(made)
    made.opened.recutter.join(CLERK, second, 2)
    deciding.undo(made.opened.catalogue, CLERK, first, 3)
    assert all_rows(made) == before
    with made.opened.catalogue.reading() as connection:
        assert connection.execute(select(number_void)).first() is None
        assert connection.execute(select(label)).first() is None
    assert texts(made, second) == ["Page 2"]
    made.opened.feed_all()
    assert problems(made) == []


def test_a_mail_with_enclosures_joins_with_all_its_parts_and_comes_back_whole(made: Stock) -> None:
    mail = made.documents["mail"]
    (earlier,) = pile(made, "by mail before", [[COMPLAINT]], channel="email")
    with made.opened.catalogue.writing() as connection:
        came = select(document.c.arrival_id).where(document.c.id == earlier)
        later = {"arrival_id": connection.execute(came).scalar_one()}
        # The pile was received last: let the mail have come behind it in the same arrival.
        connection.execute(
            document.update().where(document.c.id == mail).values(later | {"ordinal": 9, "page_from": None})
        )
        connection.execute(document.update().where(document.c.parent_id == mail).values(later | {"ordinal": 9}))
        connection.execute(document.update().where(document.c.id == earlier).values(page_from=None, page_to=None))
    before = all_rows(made)
    made.opened.recutter.join(CLERK, mail, 2)
    assert texts(made, earlier) == [
        "Complaint",
        "<script>alert(1)</script> Please see the enclosure. 5510088002",
        "Invoice",
    ]
    with made.opened.catalogue.reading() as connection:
        parts = letters.card(connection, CLERK, earlier).parts
    assert [(part.part, part.role) for part in parts] == [(1, "body"), (2, "body"), (3, "enclosure"), (4, "enclosure")]
    deciding.undo(made.opened.catalogue, CLERK, earlier, 3)
    assert all_rows(made) == before


def test_a_filed_letter_takes_a_page_in_and_stays_filed(made: Stock) -> None:
    first, second = pile(made, "cut apart", [[COMPLAINT], [GOES_ON]])
    deciding.correct(made.opened.catalogue, CLERK, first, 2, Correction("quality_complaint", made.customers["B-3"]))
    done = made.opened.recutter.join(CLERK, second, 2)
    row = row_of(made, first)
    assert (done.state, row["state"], row["reason"], row["customer_id"]) == (
        "filed",
        "filed",
        "corrected",
        made.customers["B-3"],
    )
    assert problems(made) == []


def test_nothing_joins_a_rejected_letter_or_one_of_another_mark(made: Stock) -> None:
    first, second, third = pile(made, "three", [[COMPLAINT], [GOES_ON], [ANOTHER]])
    with made.opened.catalogue.writing() as connection:
        connection.execute(document.update().where(document.c.id == third).values(mark="confidential"))
    marked = Access("anna.clerk", frozenset({Role.CLERK}), frozenset({"63"}), frozenset({"confidential"}))
    with pytest.raises(BadInput, match="not be seen by the same people"):
        made.opened.recutter.join(marked, third, 2)
    deciding.reject(made.opened.catalogue, CLERK, first, 2, "advertising")
    with pytest.raises(BadInput, match="nothing can be joined"):
        made.opened.recutter.join(CLERK, second, 2)


def test_what_lay_before_is_told_by_the_pile_not_by_what_one_may_see(made: Stock) -> None:
    first, second, third = pile(made, "three", [[COMPLAINT], [GOES_ON], [ANOTHER]])
    with made.opened.catalogue.writing() as connection:
        connection.execute(document.update().where(document.c.id == second).values(mark="confidential"))
        before = letter_before(connection, CLERK, third)
        assert before is None, "the one before may not be seen: the one before that is not the one before"
        seen = letter_before(connection, ALL, third)
        assert seen is not None and seen.id == second
        with pytest.raises(NotFound):
            letter_before(connection, OTHER, first)


@pytest.mark.parametrize(("who", "error"), [(OTHER, NotFound), (STAFF, Forbidden)])
def test_who_may_not_see_or_decide_cuts_nothing(made: Stock, who: Access, error: type[DossierError]) -> None:
    first, second = pile(made, "cut apart", [[COMPLAINT, GOES_ON], [GOES_ON]])
    before = all_rows(made)
    with pytest.raises(error):
        made.opened.recutter.split(who, first, 2, 2)
    with pytest.raises(error):
        made.opened.recutter.join(who, second, 2)
    assert all_rows(made) == before


def test_a_letter_held_by_a_colleague_takes_nothing_in(made: Stock) -> None:
    first, second = pile(made, "cut apart", [[COMPLAINT], [GOES_ON]])
    with made.opened.catalogue.writing() as connection:
        held = {"held_by": "second", "held_until": as_text(datetime.now(UTC) + timedelta(seconds=HOLD_S / 2))}
        connection.execute(document.update().where(document.c.id == first).values(**held))
    with pytest.raises(Conflict, match="second is working on"):
        made.opened.recutter.join(CLERK, second, 2)
    assert json.loads(str(row_of(made, second)["decision"])) == {}
