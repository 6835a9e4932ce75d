"""What every adapter of `search.ports.DocumentIndex` keeps. Another adapter joins by one line in `on_engines.INDEXES`."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from archive.access import Access
from archive.errors import BadInput
from search.asking import Effort
from search.ports import AnotherWrites, DocumentIndex, Gone, IndexedDocument, Query
from tests.contracts.index_things import CLERK, EVERYBODY, NOBODY, document
from tests.on_engines import INDEXES, OpenedIndexes, documents_at, opened_indexes


@pytest.fixture(params=INDEXES)
def indexes(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenedIndexes]:
    yield from opened_indexes(request, tmp_path)


@pytest.fixture
def opened(indexes: OpenedIndexes) -> Callable[[], DocumentIndex]:
    """Opens the same index again and again, as several processes would."""
    return indexes.documents


@pytest.fixture
def index(opened: Callable[[], DocumentIndex]) -> DocumentIndex:
    return opened()


def put(index: DocumentIndex, *documents: IndexedDocument) -> None:
    index.put_many(documents)
    index.commit()


def found(index: DocumentIndex, text: str, access: Access = EVERYBODY, **changes: object) -> list[int]:
    return sorted(hit.thing.id for hit in index.search(replace(Query(text), **changes), access).hits)


# ---- writing


def test_nothing_is_seen_before_the_commit_and_everything_after_it_by_readers_too(
    opened: Callable[[], DocumentIndex],
) -> None:
    writer, reader = opened(), opened()
    assert found(reader, "meter") == []
    writer.put_many([document(1, "a meter")])
    assert found(reader, "meter") == found(writer, "meter") == []
    writer.commit()
    assert found(reader, "meter") == found(writer, "meter") == [1]


def test_an_older_version_after_a_newer_one_loses(index: DocumentIndex) -> None:
    put(index, document(1, "second wording", version=2))
    assert index.put_many([document(1, "first wording", version=1)]) == 0
    index.commit()
    assert found(index, "second") == [1]
    assert found(index, "first") == []


def test_of_two_versions_in_one_batch_the_newer_one_stays_whatever_their_order(index: DocumentIndex) -> None:
    put(index, document(1, "newer", version=7), document(1, "older", version=6))
    put(index, document(2, "older", version=6), document(2, "newer", version=7))
    assert found(index, "newer") == [1, 2]
    assert found(index, "older") == []
    assert index.count(Query(), EVERYBODY) == 2


def test_a_replaced_document_is_held_once(index: DocumentIndex) -> None:
    for version in range(1, 5):
        put(index, document(1, f"wording{version}", version=version))
    assert index.count(Query(), EVERYBODY) == 1
    assert found(index, "wording4") == [1]


def test_deleted_stays_deleted_against_a_late_put_of_the_same_or_an_older_version(index: DocumentIndex) -> None:
    put(index, document(1, "a meter", version=3))
    index.delete_many([Gone(1, 3)])
    index.commit()
    assert index.count(Query(), EVERYBODY) == 0
    put(index, document(1, "a meter", version=3))
    put(index, document(1, "a meter", version=2))
    assert found(index, "meter") == []
    put(index, document(1, "a meter again", version=4))
    assert found(index, "meter") == [1]


def test_deleting_what_was_never_put_keeps_it_out(index: DocumentIndex) -> None:
    index.delete_many([Gone(1, 5)])
    index.commit()
    put(index, document(1, "late", version=4))
    assert index.count(Query(), EVERYBODY) == 0


def test_a_deletion_older_than_what_is_held_loses(index: DocumentIndex) -> None:
    put(index, document(1, "a meter", version=3))
    assert index.delete_many([Gone(1, 2)]) == 0
    index.commit()
    assert found(index, "meter") == [1]


def test_the_last_sequence_survives_reopening_and_never_goes_back(opened: Callable[[], DocumentIndex]) -> None:
    index = opened()
    assert index.last_sequence() == 0
    put(index, document(1, "x"))
    index.commit(17)
    index.commit(5)
    index.release()
    assert opened().last_sequence() == 17


def test_what_was_not_committed_is_forgotten_on_release(opened: Callable[[], DocumentIndex]) -> None:
    index = opened()
    put(index, document(1, "kept"))
    index.put_many([document(2, "forgotten")])
    index.release()
    index.commit()
    assert found(index, "forgotten") == []
    assert found(index, "kept") == [1]


def test_only_one_writes_at_a_time_and_after_release_another_may(opened: Callable[[], DocumentIndex]) -> None:
    first, second = opened(), opened()
    put(first, document(1, "one"))
    with pytest.raises(AnotherWrites):
        second.put_many([document(2, "two")])
    first.release()
    put(second, document(2, "two"))
    assert found(first, "two") == [2]


def _put_in_another_process(url: str, answer: multiprocessing.Queue[str]) -> None:
    try:
        put(documents_at(url), document(2, "two"))
        answer.put("written")
    except AnotherWrites:
        answer.put("refused")


def test_who_holds_the_right_to_write_has_it_before_the_first_change(opened: Callable[[], DocumentIndex]) -> None:
    first, second = opened(), opened()
    first.hold()
    first.hold()
    for ask in (second.hold, lambda: second.put_many([document(1, "theirs")])):
        with pytest.raises(AnotherWrites):
            ask()
    first.release()
    second.hold()
    second.put_many([document(1, "theirs")])
    second.commit()
    assert first.count(Query("theirs"), EVERYBODY) == 1
    second.release()


def test_another_process_is_refused_while_one_writes_and_its_commit_is_seen_here(
    indexes: OpenedIndexes, index: DocumentIndex
) -> None:
    spawning = multiprocessing.get_context("spawn")
    answer = spawning.Queue()
    put(index, document(1, "one"))
    for expected in ("refused", "written"):
        child = spawning.Process(target=_put_in_another_process, args=(indexes.url, answer))
        child.start()
        assert answer.get(timeout=60) == expected
        child.join()
        index.release()
    assert found(index, "two") == [2]


# ---- rebuilding


def test_a_fresh_index_takes_the_old_ones_place_at_once_for_all_readers(opened: Callable[[], DocumentIndex]) -> None:
    index, reader = opened(), opened()
    put(index, document(1, "old"))
    with index.fresh() as fresh:
        fresh.put_many([document(2, "new")])
        fresh.commit()
        assert found(reader, "old") == [1]
        assert found(reader, "new") == []
    for one in (index, reader, opened()):
        assert found(one, "old") == []
        assert found(one, "new") == [2]


def test_what_changes_during_a_rebuild_is_in_both(opened: Callable[[], DocumentIndex]) -> None:
    index, reader = opened(), opened()
    put(index, document(1, "first wording"))
    with index.fresh() as fresh:
        put(index, document(1, "corrected wording", version=2), document(3, "arrived"))
        index.release()
        assert found(reader, "corrected") == [1]
        fresh.put_many([document(1, "first wording")])  # read from the catalogue before the correction
    assert found(reader, "corrected") == [1]
    assert found(reader, "arrived") == [3]
    assert found(reader, "first") == []


def test_a_rebuild_that_is_broken_off_leaves_the_old_index(opened: Callable[[], DocumentIndex]) -> None:
    index = opened()
    put(index, document(1, "old"))
    with pytest.raises(RuntimeError), index.fresh() as fresh:
        fresh.put_many([document(2, "new")])
        raise RuntimeError("power cut")
    assert found(index, "old") == [1]
    put(index, document(3, "later"))
    assert found(opened(), "later") == [3]


def test_nobody_else_writes_during_a_rebuild(opened: Callable[[], DocumentIndex]) -> None:
    index, other = opened(), opened()
    with index.fresh():
        for refused in (lambda: other.put_many([document(1, "x")]), lambda: other.fresh().__enter__()):
            with pytest.raises(AnotherWrites):
                refused()


# ---- who asks


@pytest.fixture
def two_branches(index: DocumentIndex) -> DocumentIndex:
    put(
        index,
        document(1, "a northern meter reading", document_type="reading"),
        document(2, "a southern meter replacement", branch="south", document_type="replacement", channel="email"),
        document(3, "a confidential meter dispute", mark="confidential", document_type="dispute", state="review"),
    )
    return index


@pytest.mark.parametrize("text", ["meter", "", "southern", "southorn", "confid", "replacement", "type:replacement"])
def test_a_document_of_another_branch_or_mark_is_in_no_hit_total_or_facet(
    two_branches: DocumentIndex, text: str
) -> None:
    hits = two_branches.search(Query(text), CLERK)
    assert {hit.thing.id for hit in hits.hits} <= {1}
    assert hits.total == len(hits.hits) == two_branches.count(Query(text), CLERK)
    assert {value for values in hits.facets.values() for value, _ in values} <= {
        *("reading", "north", "post", "2024", "filed")
    }
    assert not any("south" in one.text or "confid" in one.text for hit in hits.hits for one in hit.highlights)


def test_suggestions_come_only_from_what_the_asker_may_see(two_branches: DocumentIndex) -> None:
    assert [one.text for one in two_branches.suggest("south", EVERYBODY)] == ["southern"]
    assert two_branches.suggest("south", CLERK) == ()
    assert two_branches.suggest("conf", CLERK) == ()
    assert [(one.text, one.count) for one in two_branches.suggest("me", CLERK)] == [("meter", 1)]
    assert two_branches.suggest("me", EVERYBODY)[0].count == 3


def test_asking_for_another_branch_by_name_gives_nothing(two_branches: DocumentIndex) -> None:
    assert found(two_branches, "branch:south", CLERK) == []
    assert found(two_branches, "", CLERK, branches=frozenset({"south"})) == []
    assert found(two_branches, "branch:south", EVERYBODY) == [2]


def test_a_mark_opens_what_is_marked_with_it_in_ones_own_branch_only(two_branches: DocumentIndex) -> None:
    put(two_branches, document(4, "southern secret", branch="south", mark="confidential"))
    trusted = replace(CLERK, marks=frozenset({"confidential"}))
    assert found(two_branches, "", trusted) == [1, 3]


def test_someone_of_no_branch_sees_nothing(two_branches: DocumentIndex) -> None:
    assert two_branches.search(Query(), NOBODY).total == 0
    assert two_branches.suggest("me", NOBODY) == ()


def test_an_empty_branch_name_in_an_access_opens_nothing(two_branches: DocumentIndex) -> None:
    assert found(two_branches, "", replace(CLERK, branches=frozenset({""}))) == []


# ---- words


LETTER = "Прошу рассмотреть заявление о замене счётчика по адресу: г. Сaмара. Meters were replaced. Привет"  # Latin a


@pytest.mark.parametrize(
    ("text", "effort"),
    [
        ("счетчик", Effort.AS_TYPED),
        ("СЧЁТЧИКОВ", Effort.AS_TYPED),
        ("замена счетчика", Effort.AS_TYPED),
        ("replaces meter", Effort.AS_TYPED),
        ("заявление meters", Effort.AS_TYPED),
        ("заявление на замену", Effort.AS_TYPED),
        ("самара", Effort.AS_TYPED),
        ("CAMAPA", Effort.AS_TYPED),
        ('"замену счётчика"', Effort.AS_TYPED),
        ("«замену счётчика»", Effort.AS_TYPED),
        ("заяв", Effort.BEGINNINGS),
        ("ghbdtn", Effort.OTHER_KEYBOARD),
        ("ьуеук", Effort.OTHER_KEYBOARD),
        ("заявление cxtnxbr", Effort.OTHER_KEYBOARD),
        ("счечик", Effort.ONE_EDIT),
        ("зявление", Effort.ONE_EDIT),
        ("replcaed", Effort.ONE_EDIT),
        ("расмтреть", Effort.TWO_EDITS),
        ("заявление о замене унитаза", Effort.MOST_WORDS),
    ],
)
def test_a_word_is_found_however_it_is_typed_with_no_more_effort_than_needed(
    index: DocumentIndex, text: str, effort: Effort
) -> None:
    put(index, document(1, LETTER), document(2, "Ничего общего с этим"))
    hits = index.search(Query(text), EVERYBODY)
    assert [hit.thing.id for hit in hits.hits] == [1]
    assert hits.effort == effort
    marked = [one.text[start:end] for one in hits.hits[0].highlights for start, end in one.spans]
    assert marked, "what was found is not shown"


def test_a_quoted_phrase_wants_its_words_side_by_side_and_is_not_guessed_at(index: DocumentIndex) -> None:
    put(index, document(1, "замена старого счётчика"), document(2, "замена счётчика"))
    assert found(index, '"замена счётчика"') == [2]
    assert found(index, '"замина счетчика"') == []


def test_a_misspelled_short_word_is_not_guessed_at(index: DocumentIndex) -> None:
    put(index, document(1, "дом газ"))
    assert found(index, "гаж") == []


def test_a_word_that_a_line_end_breaks_is_found_whole(index: DocumentIndex) -> None:
    put(index, document(1, "жалоба на отопле-\nние"))
    assert found(index, "отопление") == [1]


def test_as_you_type_takes_the_last_word_as_a_beginning_at_once(index: DocumentIndex) -> None:
    put(index, document(1, "счёт за счётчик"), document(2, "счетоводство"))
    assert found(index, "счет") == [1]
    assert found(index, "счет", as_you_type=True) == [1, 2]


@pytest.mark.parametrize(
    "text",
    [
        *("63221266131", "221266", "6322 126 6131", "63-Э-0764921/07", "63э076492107", "0764921", "89607420667"),
        *("+7 (960) 742-06-67", "9607420667", "742-06-67", "IN-2024-000017", "000017", "in 2024 000017", "C-77/24"),
    ],
)
def test_a_number_is_found_by_any_part_however_it_is_grouped(index: DocumentIndex, text: str) -> None:
    body = "Лицевой счёт 6322126613I, договор 63-Э-0764921/07, тел. 8 (960) 742-06-67"
    put(index, document(2, "Лицевой счёт 63221266132"))
    put(index, document(1, body, registration_number="IN-2024-000017", case_number="С-77/24", numbers=("63221266131",)))
    hits = index.search(Query(text), EVERYBODY)
    assert 1 in [hit.thing.id for hit in hits.hits]
    assert any(one.spans for hit in hits.hits if hit.thing.id == 1 for one in hit.highlights)


def test_pieces_of_two_numbers_do_not_make_one(index: DocumentIndex) -> None:
    put(index, document(1, "11122233, 33444555", numbers=("777888999", "99000111")))
    assert found(index, "222333") == []
    assert found(index, "22334") == []  # the last piece of one and the first of the next overlap
    assert found(index, "88990") == []


@pytest.mark.parametrize(
    ("typed", "as_words"),
    [
        ("-meter", [1, 3]),
        ("NOT meter", [1, 3]),
        ("+pump", [2, 3]),
        ("meter OR pump", [3]),
        ("meter AND (", [1, 3]),
        ("(meter", [1, 3]),
        ("IN [meter pump]", [3]),
        ("🙂 meter", [1, 3]),
        ("text:pump", []),
        ("text:*", []),
        ("[a TO z]", []),
        ("meter:[a TO b]", []),
        ("meter~9", []),
        ("me?er", []),
        ("a:b:c", []),
        ("*", [1, 2, 3]),
        ('"', [1, 2, 3]),
        ("\\", [1, 2, 3]),
        ("!!", [1, 2, 3]),
    ],
)
def test_nothing_typed_can_be_syntax(index: DocumentIndex, typed: str, as_words: list[int]) -> None:
    """Signs part words and mean nothing; where no word is left nothing was asked, and everything is the answer."""
    put(index, document(1, "meter"), document(2, "pump"), document(3, "meter pump"))
    assert found(index, typed) == as_words
    assert {one.text for one in index.suggest(typed, EVERYBODY)} <= {"meter", "pump"}


# ---- narrowing, facets, pages


def test_filters_and_field_words_narrow_alike(index: DocumentIndex) -> None:
    put(
        index,
        document(1, "meter", document_type="invoice", channel="email", state="review", customer_id=17),
        document(2, "meter", received_on=date(2023, 1, 31), case_number="C-1/23"),
    )
    assert found(index, "meter", types=frozenset({"invoice"})) == found(index, "meter type:invoice") == [1]
    assert found(index, "тип:invoice") == found(index, "channel:email") == found(index, "state:review") == [1]
    assert found(index, "customer:17") == found(index, "", customer_id=17) == [1]
    assert found(index, "year:2023") == found(index, "", years=frozenset({2023})) == [2]
    assert found(index, "case:C-1/23") == found(index, "", case_number="c 1 23") == [2]
    assert found(index, "since:2023-02-01") == found(index, "", since=date(2023, 2, 1)) == [1]
    assert found(index, "until:31.01.2023") == found(index, "", until=date(2023, 1, 31)) == [2]
    assert found(index, "type:invoice type:claim") == [1, 2]


def test_facets_count_the_whole_answer_not_the_page(index: DocumentIndex) -> None:
    put(index, *(document(n, "meter", document_type="odd" if n % 2 else "even") for n in range(1, 8)))
    hits = index.search(Query("meter", limit=2), EVERYBODY)
    assert hits.total == 7
    assert len(hits.hits) == 2
    assert dict(hits.facets["type"]) == {"odd": 4, "even": 3}
    assert hits.facets["year"] == (("2024", 7),)


@pytest.mark.parametrize("query", [Query("meter", limit=3), Query("meter", limit=3, order="newest"), Query(limit=3)])
def test_pages_give_each_hit_once_and_the_same_total(index: DocumentIndex, query: Query) -> None:
    put(index, *(document(n, "meter " * n, received_on=date(2024, 1, 1 + n % 4)) for n in range(1, 12)))
    seen, after = [], None
    for _ in range(20):
        page = index.search(replace(query, after=after), EVERYBODY)
        assert page.total == 11
        seen += [hit.thing.id for hit in page.hits]
        if (after := page.next) is None:
            break
    assert sorted(seen) == list(range(1, 12))


def test_newest_first_is_by_day_of_receipt(index: DocumentIndex) -> None:
    put(index, *(document(n, "meter", received_on=date(2024, 1, 10 - n)) for n in range(1, 5)))
    assert [hit.thing.id for hit in index.search(Query(order="newest"), EVERYBODY).hits] == [1, 2, 3, 4]


def test_a_later_page_answers_the_same_question_as_the_first(index: DocumentIndex) -> None:
    put(index, *(document(n, "счётчик") for n in range(1, 6)))
    first = index.search(Query("счечик", limit=2), EVERYBODY)
    put(index, document(9, "счечик"))  # now found as typed
    second = index.search(Query("счечик", limit=2, after=first.next), EVERYBODY)
    assert second.effort == Effort.ONE_EDIT
    assert len(second.hits) == 2


@pytest.mark.parametrize("after", ["x", "b9.1", "n0.5", "b0.99999999", "b0.0", "b0.-1", "b0.１"])
def test_a_page_mark_that_was_not_given_is_bad_input(index: DocumentIndex, after: str) -> None:
    with pytest.raises(BadInput):
        index.search(Query("meter", after=after), EVERYBODY)


# ---- what is shown


def test_highlights_are_places_in_plain_text_and_never_markup(index: DocumentIndex) -> None:
    put(index, document(1, "<b>5 > 4</b> & <script>meter</script>"))
    (highlight,) = index.search(Query("meter"), EVERYBODY).hits[0].highlights
    assert highlight.text == "<b>5 > 4</b> & <script>meter</script>"
    assert [highlight.text[start:end] for start, end in highlight.spans] == ["meter"]


def test_the_piece_shown_of_a_long_text_is_the_one_that_answers(index: DocumentIndex) -> None:
    filler = "Ни слова о деле. " * 300
    put(index, document(1, f"{filler} замена. {filler} Замените счётчик\nпожалуйста. {filler}"))
    (highlight,) = index.search(Query("замените счетчик"), EVERYBODY).hits[0].highlights
    assert "Замените счётчик пожалуйста" in highlight.text
    assert len(highlight.text) < 400


def test_a_hit_carries_what_was_put_without_the_text(index: DocumentIndex) -> None:
    one = document(1, "meter", title="Скан 1.pdf", customer_id=5, case_number="C-1", numbers=("1234567",))
    put(index, one)
    assert index.search(Query("meter"), EVERYBODY).hits[0].thing == replace(one, text="")


def test_readers_never_miss_or_fail_while_the_index_is_rebuilt_and_written(
    opened: Callable[[], DocumentIndex],
) -> None:
    index = opened()
    put(index, document(1, "always there"))
    wrong: list[object] = []
    stop = threading.Event()

    def read(reader: DocumentIndex) -> None:
        while not stop.is_set():
            try:
                answer = found(reader, "always")
            except Exception as error:  # whatever it is, a reader must not meet it
                answer = error
            if answer != [1]:
                wrong.append(answer)

    readers = [threading.Thread(target=read, args=(one,)) for one in (index, opened(), opened())]
    for thread in readers:
        thread.start()
    for version in range(2, 14):
        with index.fresh() as fresh:
            fresh.put_many([document(1, "always there", version=version)])
        put(index, document(2, f"wording{version}", version=version))
    stop.set()
    for thread in readers:
        thread.join()
    assert wrong == []


def test_it_tries_no_harder_than_it_was_told_to(index: DocumentIndex) -> None:
    put(index, document(1, "a meter reading"))
    misspelled = Query(text="metter")
    assert index.search(misspelled, EVERYBODY).total == index.count(misspelled, EVERYBODY) == 1
    told = replace(misspelled, most=Effort.BEGINNINGS)
    assert index.search(told, EVERYBODY).total == index.count(told, EVERYBODY) == 0
