"""Single records of a feed, on each engine: linked to whom they certainly are, else entered and put before a person."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from archive import doubles
from archive.access import Access, Role, system
from archive.by_hand import CustomerDoor, Given
from archive.customers import show
from archive.doubles import Part
from archive.doubles_deciding import Decision, decide
from archive.errors import BadInput, Conflict, Forbidden, GuardRefused
from archive.feed_events import Event, FeedDoor, Taken
from archive.feed_marks import mark_of
from archive.overriding import Nevertheless
from archive.schema import journal_entry, pair_label, source_record
from dedup.guarding import DirectoryGuard
from dedup.rows import keys_of_row
from tests.contracts.test_guard import OLEG
from tests.on_engines import Opened

BOSS = system("billing")
SENT = OLEG | {"system": "billing", "source_id": "7", "accounts": "55100231"}


@pytest.fixture
def desk(opened: Opened) -> CustomerDoor:
    return CustomerDoor(opened.catalogue, DirectoryGuard(), keys_of_row)


@pytest.fixture
def feed(opened: Opened) -> FeedDoor:
    return FeedDoor(opened.catalogue, DirectoryGuard(), keys_of_row)


def add(desk: CustomerDoor, **cells: str) -> int:
    return desk.add(BOSS, Given(OLEG | cells)).customer_id


def listed(opened: Opened) -> list[tuple[int, int, str]]:
    with opened.catalogue.reading() as connection:
        return [(e.low_id, e.high_id, e.why) for e in doubles.entries(connection, Part())]


def owners(opened: Opened) -> dict[tuple[str, str], int]:
    with opened.catalogue.reading() as connection:
        rows = connection.execute(select(source_record)).all()
        return {(row.system, row.source_id): row.customer_id for row in rows}


def sent(opened: Opened, feed: FeedDoor, cells: dict[str, str], access: Access = BOSS) -> Taken:
    with opened.catalogue.writing() as connection:
        return feed.link_or_contest(connection, access, cells)


def test_made_by_hand_first_and_confirmed_by_billing_later(opened: Opened, desk: CustomerDoor, feed: FeedDoor) -> None:
    one = add(desk)
    taken = sent(opened, feed, SENT)
    assert (taken.customer_id, taken.outcome, taken.contested) == (one, "linked", 0)
    assert owners(opened)[("billing", "7")] == one and listed(opened) == []
    with opened.catalogue.reading() as connection:
        view = show(connection, BOSS, one)
    assert [h.number for h in view.holdings if h.kind == "account"] == ["55100231"] and view.version == 2
    assert sent(opened, feed, SENT).outcome == "unchanged"
    assert sent(opened, feed, SENT | {"phones": "9160005544"}).outcome == "changed"


def test_billing_first_and_by_hand_later(opened: Opened, desk: CustomerDoor, feed: FeedDoor) -> None:
    taken = sent(opened, feed, SENT)
    assert taken.outcome == "new"
    with pytest.raises(GuardRefused) as caught:
        add(desk)
    assert caught.value.findings[0].customer_id == taken.customer_id


def test_who_is_only_probably_known_is_entered_and_put_before_a_person(
    opened: Opened, desk: CustomerDoor, feed: FeedDoor
) -> None:
    one = add(desk)
    taken = sent(opened, feed, SENT | {"birth_date": "", "accounts": ""})
    assert taken.outcome == "new" and taken.customer_id != one and taken.contested == 1
    assert listed(opened) == [(one, taken.customer_id, "contested")]


def test_of_two_whom_it_certainly_is_a_person_says_which(opened: Opened, desk: CustomerDoor, feed: FeedDoor) -> None:
    one = add(desk)
    with pytest.raises(GuardRefused) as caught:
        add(desk, surname="Снегирев")
    seen = frozenset(f.id for f in caught.value.findings)
    two = desk.add(BOSS, Given(OLEG | {"surname": "Снегирев"}, nevertheless=Nevertheless(seen, "a test"))).customer_id
    taken = sent(opened, feed, SENT)
    assert taken.outcome == "new" and taken.contested == 2
    assert {pair[:2] for pair in listed(opened)} == {(one, taken.customer_id), (two, taken.customer_id)}


def test_a_strong_key_alone_links_nobody(opened: Opened, desk: CustomerDoor, feed: FeedDoor) -> None:
    one = add(desk, tax_id="500100732259")
    other = {"surname": "Finch", "given_name": "Hugh", "birth_date": "1990-01-02", "tax_id": "500100732259"}
    taken = sent(opened, feed, {"system": "billing", "source_id": "8", **other})
    assert taken.outcome == "new" and listed(opened) == [(one, taken.customer_id, "contested")]


def test_a_relative_is_entered_and_nobody_is_asked(opened: Opened, desk: CustomerDoor, feed: FeedDoor) -> None:
    add(desk)
    wife = {"surname": "Снегирёва", "given_name": "Вера", "patronymic": "Павловна", "birth_date": "1963-07-08"}
    assert sent(opened, feed, SENT | wife).contested == 0 and listed(opened) == []


def test_a_record_that_can_not_be_used_is_named(opened: Opened, feed: FeedDoor) -> None:
    with pytest.raises(BadInput, match="source_id"):
        sent(opened, feed, OLEG)
    with pytest.raises(BadInput, match="names no one"):
        sent(opened, feed, {"system": "billing", "source_id": "9"})
    with pytest.raises(Forbidden):
        sent(opened, feed, SENT, Access("eve", frozenset({Role.STAFF}), None))


def test_each_is_journalled(opened: Opened, desk: CustomerDoor, feed: FeedDoor) -> None:
    one = add(desk)
    sent(opened, feed, SENT)
    with opened.catalogue.reading() as connection:
        entry = connection.execute(select(journal_entry).where(journal_entry.c.action == "customers.feed")).one()
    assert (entry.subject, entry.actor) == (f"customer:{one}", BOSS.actor)
    assert "billing:7" in entry.payload and '"outcome":"linked"' in entry.payload.replace(": ", ":")


def event(version: int, **cells: str) -> Event:
    said = {name: cell for name, cell in SENT.items() if name not in ("system", "source_id")}
    return Event("billing", "7", mark_of(str(version), ""), said | cells)


def test_events_that_come_twice_or_late_change_nothing(opened: Opened, feed: FeedDoor) -> None:
    one = feed.take(BOSS, event(1, phones="9160001111"))
    assert one.outcome == "new"
    assert feed.take(BOSS, event(3, phones="9160003333")).outcome == "changed"
    late = [feed.take(BOSS, event(at, phones=f"916000{at}{at}{at}{at}")).outcome for at in (1, 2, 3, 2)]
    assert late == ["outdated", "outdated", "unchanged", "outdated"]
    with opened.catalogue.reading() as connection:
        view = show(connection, BOSS, one.customer_id)
    assert [c.value for c in view.contacts if not c.valid_to] == ["9160003333"]
    assert [r.version for r in view.records] == [2]
    with pytest.raises(Conflict, match="same order"):
        feed.take(BOSS, event(3, phones="9160009999"))
    by_time = Event("billing", "7", mark_of("", "2031-01-01T00:00:00+03:00"), {"surname": "Снегирёв"})
    with pytest.raises(Conflict, match="not by both"):
        feed.take(BOSS, by_time)


def test_times_of_events_follow_one_another_whatever_their_offset(feed: FeedDoor) -> None:
    times = ["2026-03-01T00:30:00+03:00", "2026-02-28T22:00:00Z", "2026-02-28T22:00:00.5", "2026-03-02"]
    marks = [mark_of("", time).text for time in times]
    assert marks == sorted(marks) and len(set(marks)) == 4
    assert mark_of("9", "").text < mark_of("10", "").text
    for version, at in (("", ""), ("-1", ""), ("1.5", ""), ("", "soon")):
        with pytest.raises(BadInput):
            mark_of(version, at)


def test_a_feed_can_not_speak_for_the_desk(opened: Opened, desk: CustomerDoor, feed: FeedDoor) -> None:
    one = add(desk)
    with pytest.raises(BadInput, match="system"):
        feed.take(BOSS, Event("hand", f"desk-{one}", mark_of("1", ""), {"surname": "Pool"}))
    with pytest.raises(Forbidden):
        feed.take(Access("eve", frozenset({Role.CLERK}), None), event(1))


def test_what_is_contested_is_settled_by_a_person_and_learnt_from(
    opened: Opened, desk: CustomerDoor, feed: FeedDoor
) -> None:
    one = add(desk)
    taken = feed.take(BOSS, event(1, birth_date="", accounts=""))
    with opened.catalogue.reading() as connection:
        (pair,) = doubles.entries(connection, Part(customer_id=one))
    assert (pair.why, taken.contested) == ("contested", 1) and pair.said
    done = decide(opened.catalogue, BOSS, pair.id, Decision("same"))
    assert done.state == "same"
    with opened.catalogue.reading() as connection:
        assert show(connection, BOSS, taken.customer_id).id == one
        assert connection.execute(select(pair_label.c.verdict)).scalars().all() == ["same"]
    # What the system says next is about the customer that both are now.
    assert feed.take(BOSS, event(2, birth_date="", accounts="", phones="9160005544")).outcome == "changed"
    with opened.catalogue.reading() as connection:
        assert "9160005544" in [c.value for c in show(connection, BOSS, one).contacts]
