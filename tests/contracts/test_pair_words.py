"""What was said of two customers is remembered, stands against joining them, and can be taken back; on each engine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from archive import merging, pair_words
from archive.access import Access, Role, system
from archive.errors import BadInput, Conflict, Forbidden, NotFound
from archive.importing import import_customers
from archive.pair_words import PairWord, Said, Word
from archive.ports import Catalogue
from archive.schema import journal_entry
from tests.on_engines import Opened

BOSS = system("test")
CLERK = Access("anna", frozenset({Role.CLERK}), None)
TWINS = Said("relatives", "both came to the desk", "twins")
APART = Said("distinct", "two passports")


@pytest.fixture
def catalogue(opened: Opened, tmp_path: Path) -> Catalogue:
    """Customers 1 to 5."""
    path = tmp_path / "customers.csv"
    path.write_text("source_id,surname\n" + "".join(f"{n},Poole{n}\n" for n in range(1, 6)), encoding="utf-8")
    import_customers(opened.catalogue, path, lambda row: [1], BOSS)
    return opened.catalogue


def said(catalogue: Catalogue, *members: int) -> list[PairWord]:
    with catalogue.reading() as connection:
        return pair_words.words(connection, members)


@pytest.mark.parametrize(("one", "other"), [(2, 4), (4, 2)])
def test_a_pair_is_one_row_whoever_is_named_first(catalogue: Catalogue, one: int, other: int) -> None:
    pair_words.tell(catalogue, BOSS, 2, 4, APART)
    pair_words.tell(catalogue, BOSS, one, other, TWINS)
    for member in (2, 4):
        (word,) = said(catalogue, member)
        assert (word.low_id, word.high_id, word.word, word.kind, word.actor) == (2, 4, "relatives", "twins", BOSS.actor)
    assert said(catalogue, 1, 3, 5) == []


@pytest.mark.parametrize("what", [APART, TWINS])
@pytest.mark.parametrize(("one", "into"), [(1, 2), (2, 1)])
def test_who_was_told_apart_is_not_joined(catalogue: Catalogue, what: Said, one: int, into: int) -> None:
    pair_words.tell(catalogue, BOSS, 1, 2, what)
    with pytest.raises(Conflict, match=f"customers 1 and 2 were told apart .*{what.reason}"):
        merging.merge(catalogue, BOSS, one, into, "same")
    pair_words.take_back(catalogue, BOSS, into, one, "a mistake")
    assert merging.merge(catalogue, BOSS, one, into, "same").root_id == into


def test_who_was_told_apart_is_not_joined_through_a_third(catalogue: Catalogue) -> None:
    pair_words.tell(catalogue, BOSS, 2, 4, APART)
    merging.merge(catalogue, BOSS, 2, 1, "same")
    merging.merge(catalogue, BOSS, 4, 5, "same")
    merging.merge(catalogue, BOSS, 1, 3, "same")
    for one, into in ((3, 5), (5, 3), (1, 4), (4, 2)):
        with pytest.raises(Conflict, match="customers 2 and 4 were told apart"):
            merging.merge(catalogue, BOSS, one, into, "same")
    merging.unmerge(catalogue, BOSS, 4, "not the same")
    assert merging.merge(catalogue, BOSS, 5, 3, "same").root_id == 3


def test_what_is_only_put_off_stands_against_nothing_and_is_a_clerks_to_say(catalogue: Catalogue) -> None:
    pair_words.tell(catalogue, CLERK, 1, 2, Said("later", "waits for a passport"))
    assert merging.merge(catalogue, BOSS, 1, 2, "same").root_id == 2


def test_who_is_one_can_not_be_told_apart_before_they_are_parted(catalogue: Catalogue) -> None:
    merging.merge(catalogue, BOSS, 2, 1, "same")
    merging.merge(catalogue, BOSS, 3, 1, "same")
    for one, other in ((1, 2), (2, 3), (2, 2)):
        with pytest.raises(Conflict, match="part them first"):
            pair_words.tell(catalogue, BOSS, one, other, APART)
    assert said(catalogue, 1, 2, 3) == []


@pytest.mark.parametrize("word", ["distinct", "relatives"])
def test_what_is_refused_and_why(catalogue: Catalogue, word: Word) -> None:
    kind = "twins" if word == "relatives" else ""
    with pytest.raises(Forbidden):
        pair_words.tell(catalogue, CLERK, 1, 2, Said(word, "seen", kind))
    with pytest.raises(BadInput, match="reason"):
        pair_words.tell(catalogue, BOSS, 1, 2, Said(word, " ", kind))
    with pytest.raises(BadInput, match="no kind of relatives"):
        pair_words.tell(catalogue, BOSS, 1, 2, Said(word, "seen", "cousins"))
    with pytest.raises(NotFound):
        pair_words.tell(catalogue, BOSS, 1, 999, Said(word, "seen", kind))
    with pytest.raises(Conflict, match="meanwhile"):
        pair_words.tell(catalogue, BOSS, 1, 2, Said(word, "seen", kind), seen=17)
    with pytest.raises(NotFound, match="nothing was said"):
        pair_words.take_back(catalogue, BOSS, 1, 2, "a mistake")
    assert said(catalogue, 1, 2) == []


def test_only_who_may_say_a_word_may_take_it_back(catalogue: Catalogue) -> None:
    pair_words.tell(catalogue, BOSS, 1, 2, APART)
    with pytest.raises(Forbidden):
        pair_words.take_back(catalogue, CLERK, 1, 2, "a mistake")
    assert len(said(catalogue, 1)) == 1


def test_every_word_stands_in_the_journal_of_both(catalogue: Catalogue) -> None:
    pair_words.tell(catalogue, BOSS, 2, 1, APART)
    pair_words.tell(catalogue, BOSS, 1, 2, TWINS)
    pair_words.take_back(catalogue, BOSS, 1, 2, "a mistake")
    with catalogue.reading() as connection:
        query = select(journal_entry).where(journal_entry.c.subject.like("customer:%")).order_by(journal_entry.c.id)
        told = [(row.action, row.subject, json.loads(row.payload)) for row in connection.execute(query)]
    actions = ["customers.distinct", "customers.relatives", "customers.unsay"]
    assert [(action, subject) for action, subject, _ in told] == [
        (action, subject) for action in actions for subject in ("customer:1", "customer:2")
    ]
    assert [(payload["before"] or {}).get("word") for *_rest, payload in told[::2]] == [None, "distinct", "relatives"]
    assert told[0][2]["after"]["reason"] == "two passports"
