"""Where letters begin and end, from what the pages are."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from archive.sentences import in_english, say
from intake.opening.cutting import Cut, cut, cut_again
from intake.opening.results import PageLook


def looks(pattern: str) -> list[PageLook]:
    """`s` a separator, `b` a blank, anything else a page."""
    return [
        PageLook(number, blank=letter == "b", separator=f"S-{number}" if letter == "s" else None)
        for number, letter in enumerate(pattern, 1)
    ]


def ranges(found: Cut) -> list[tuple[int, int]]:
    return [(segment.page_from, segment.page_to) for segment in found.segments]


def test_a_file_without_separators_is_one_letter_blank_backs_included() -> None:
    found = cut(looks("pbpb"))
    assert ranges(found) == [(1, 4)]
    assert found.blanks == (2, 4)
    assert found.segments[0].pages == (1, 3)
    assert not found.is_batch


def test_separators_part_letters() -> None:
    assert ranges(cut(looks("sppspsppp"))) == [(2, 3), (5, 5), (7, 9)]


def test_pages_before_the_first_separator_are_a_letter_too() -> None:
    assert ranges(cut(looks("ppsp"))) == [(1, 2), (4, 4)]


def test_the_back_of_a_separator_belongs_to_no_letter_and_a_letters_back_does() -> None:
    found = cut(looks("sbpbpbsbpb"))
    assert ranges(found) == [(3, 6), (9, 10)]
    assert found.blanks == (2, 4, 6, 8, 10)
    assert found.segments[0].blanks == (4, 6)


def test_two_separators_in_a_row_make_no_empty_letter() -> None:
    assert ranges(cut(looks("sspbsbbs"))) == [(3, 4)]


def test_a_file_of_blanks_holds_no_letter() -> None:
    found = cut(looks("bb"))
    assert found.segments == ()
    assert found.balances


@settings(deadline=None)
@given(st.text(alphabet="spb", max_size=30))
def test_every_page_is_in_a_letter_a_separator_or_a_blank(pattern: str) -> None:
    assert cut(looks(pattern)).balances


@settings(deadline=None)
@given(st.text(alphabet="spb", max_size=30), st.sets(st.integers(1, 30)))
def test_a_second_cut_still_balances_and_names_its_page(pattern: str, starts: set[int]) -> None:
    again = cut_again(cut(looks(pattern)), dict.fromkeys(starts, (say("another person signs it"),)))
    assert again.balances
    for segment in again.segments:
        if segment.page_from in starts and any(other.page_to == segment.page_from - 1 for other in again.segments):
            assert f"page {segment.page_from}:" in in_english(segment.suspicion)


def test_both_letters_at_a_suspected_cut_are_suspected() -> None:
    found = cut_again(cut(looks("spppsp")), {3: (say("it greets somebody"),)})
    assert ranges(found) == [(2, 2), (3, 4), (6, 6)]
    assert [bool(segment.suspicion) for segment in found.segments] == [True, True, False]


def numbered(*payloads: str) -> Cut:
    pages: list[PageLook] = []
    for payload in payloads:
        pages += [PageLook(len(pages) + 1, separator=payload), PageLook(len(pages) + 2)]
    return cut(pages)


def test_a_jump_in_the_separators_own_numbers_is_told() -> None:
    found = numbered("A-001", "A-002", "A-004", "A-005")
    assert [segment.separator_missing for segment in found.segments] == [False, True, False, False]


def test_separators_that_are_used_again_in_any_order_tell_nothing() -> None:
    found = numbered("A-007", "A-002", "A-004", "A-001")
    assert not any(segment.separator_missing for segment in found.segments)
