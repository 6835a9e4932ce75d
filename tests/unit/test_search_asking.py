"""What a person types, understood: no engine, no access."""

from __future__ import annotations

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.asking import (
    FIELD_WORDS,
    MOST_TERMS,
    Asked,
    Effort,
    Term,
    ask,
    dates,
    edits_allowed,
    efforts,
    may_be_beginning,
    readings,
)
from search.folding import (
    fold,
    grams,
    mended_words,
    number_key,
    numbers_in,
    other_alphabet,
    other_keyboard,
    phone_key,
    regular,
    roughly,
    sound,
    words,
)

RUSSIAN = st.text(st.sampled_from("абвгдежзийклмнопрстуфхцчшщъыьэюяё"), min_size=3, max_size=12)
ENGLISH = st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyz"), min_size=3, max_size=12)
MIXED = st.text(st.sampled_from('аеоАЕОСсрРхХёЁaeocpxEOP019-/ ,.\n«»":*й\u0306éŁİß'), max_size=60)


# ---- folding


@given(st.one_of(st.text(max_size=80), MIXED))
def test_folding_keeps_every_letters_place_and_is_done_once_for_all(text: str) -> None:
    composed, folded = unicodedata.normalize("NFC", text), fold(text)
    assert len(folded) == len(composed)
    if not any(unicodedata.combining(letter) for letter in composed):
        assert fold(folded) == folded


@given(st.one_of(st.text(max_size=80), MIXED))
def test_rough_folding_keeps_every_letters_place_too(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    assert len(roughly(composed)) == len(composed)


@given(RUSSIAN)
def test_case_and_yo_make_no_difference(word: str) -> None:
    assert fold(word.upper()) == fold(word.replace("ё", "е")) == fold(word)


@given(RUSSIAN, st.randoms())
def test_latin_look_alikes_within_a_russian_word_make_no_difference(word: str, chance: object) -> None:
    swapped = "".join(dict(zip("аеорсух", "aeopcyx", strict=True)).get(letter, letter) for letter in fold(word))
    keeps_cyrillic = any(letter not in "aeopcyx" for letter in swapped)
    assert fold(swapped) == fold(word) if keeps_cyrillic else other_alphabet(swapped) == fold(word)


def test_folding_sets_right_what_a_scanner_mixes_up() -> None:
    assert fold("Сaмара") == "самара"
    assert fold("63О126") == "630126"
    assert fold("12В") == "12в"
    assert fold("MEТER") == "meter"
    assert fold("Café Ёлка Йод") == "cafe елка йод"


def test_a_word_of_look_alikes_only_has_another_reading() -> None:
    assert other_alphabet("camapa") == "самара"
    assert other_alphabet("сор") == "cop"
    assert other_alphabet("самолет") is None
    assert other_alphabet("123") is None


def test_words_broken_at_a_lines_end_are_mended() -> None:
    assert mended_words("отопле-\nние, за\u00adмена; слово -\n два; 12-\n13") == ["отопление", "замена"]


def test_nouns_that_the_stemmer_takes_for_participles_keep_their_stem() -> None:
    assert regular("замена отмены перемена обмена") == "замену отмену перемену обмену"
    assert regular("имена времена измена применена") == "имена времена измена применена"


@given(st.one_of(RUSSIAN, ENGLISH))
def test_the_other_keyboard_twice_is_what_was_typed(word: str) -> None:
    assert other_keyboard(other_keyboard(word)) == word


def test_the_other_keyboard_gives_the_other_word() -> None:
    assert other_keyboard("ghbdtn") == "привет"
    assert other_keyboard("руддщ") == "hello"
    assert other_keyboard("J,]tv") == "Объем"


@pytest.mark.parametrize(
    "spellings",
    [
        ("Юрий", "Yuri", "Yury", "Iurii", "Yuriy"),
        ("Михеев", "Mikheev"),
        ("Андреев", "Andreev", "Andreyev"),
        ("Королёв", "Korolev", "Korolyov"),
        ("Щукин", "Shchukin", "Schukin"),
        ("Цветкова", "Tsvetkova"),
        ("Дмитрий", "Dmitri", "Dmitry", "Dmitrii"),
        ("Яковлева", "Yakovleva", "Iakovleva", "Jakovleva"),
    ],
)
def test_a_name_has_one_sound_in_every_spelling(spellings: tuple[str, ...]) -> None:
    assert len({sound(fold(name)) for name in spellings}) == 1


# ---- numbers


def test_a_numbers_key_has_no_punctuation_and_one_form_of_each_look_alike() -> None:
    assert number_key("63-Э-0764921/07") == "63э076492107"
    assert number_key("Т-0О739 6946") == number_key("T-00739 6946")
    assert phone_key("+7 (905) 123-45-67") == phone_key("8 905 1234567") == phone_key("9051234567") == "9051234567"


@given(st.text(st.sampled_from("0123456789"), min_size=3, max_size=20), st.data())
def test_the_pieces_of_a_part_lie_side_by_side_in_the_whole(number: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(number) - 3))
    part = data.draw(st.integers(start + 3, len(number)).map(lambda end: number[start:end]))
    assert " ".join(grams(part)) in " ".join(grams(number))


def test_numbers_are_found_in_text_with_and_without_groups() -> None:
    text = fold("Счёт 63221266131, тел. +7 (905) 123-45-67, договор 63-Э-0764921/07, дом 7, 2024 г.")
    assert set(numbers_in(text)) >= {"63221266131", "79051234567", "63э076492107"}
    assert "2024" not in numbers_in(text)
    assert len(numbers_in(" ".join(str(10**6 + n) for n in range(50)), most=20)) == 20


# ---- asking


@given(st.one_of(st.text(max_size=200), MIXED))
def test_anything_can_be_typed(typed: str) -> None:
    asked = ask(typed, as_you_type=True)
    assert len(asked.terms) <= MOST_TERMS
    assert all(term.words and all(word == fold(word) for word in term.words) for term in asked.terms)
    assert efforts(asked)[0] == Effort.AS_TYPED
    for effort in efforts(asked):
        for term in asked.terms:
            assert all(readings(term, effort))


@given(st.lists(st.one_of(RUSSIAN, ENGLISH), min_size=1, max_size=8))
def test_plain_words_are_terms_one_by_one(typed: list[str]) -> None:
    assert [term.words for term in ask(" ".join(typed)).terms] == [(fold(word),) for word in typed]


@given(st.lists(RUSSIAN, min_size=1, max_size=5))
def test_what_is_quoted_is_one_term_even_where_the_quote_is_not_closed(typed: list[str]) -> None:
    expected = (Term(tuple(map(fold, typed)), quoted=True),)
    assert ask(f'"{" ".join(typed)}"').terms == ask(f"«{' '.join(typed)}").terms == expected


@given(RUSSIAN)
def test_a_word_typed_in_the_wrong_layout_has_the_right_one_among_its_readings(word: str) -> None:
    (term,) = ask(other_keyboard(word)).terms or (Term(()),)
    assert (fold(word),) in readings(term, Effort.OTHER_KEYBOARD)


@pytest.mark.parametrize("name", FIELD_WORDS)
def test_each_field_word_narrows_under_all_its_names(name: str) -> None:
    value = {"year": "2024", "customer": "17", "since": "2024-03-01", "until": "01.03.2024"}.get(name, "some value")
    for word in FIELD_WORDS[name]:
        asked = ask(f'meter {word.upper()}:"{value}"')
        assert asked.fields == {name: (value,)}
        assert [term.words for term in asked.terms] == [("meter",)]


@pytest.mark.parametrize("typed", ["year:soon", "foo:bar", "since:31.02.2024", "customer:x", "type:"])
def test_what_is_no_field_word_is_a_word(typed: str) -> None:
    assert ask(typed).fields == {}
    assert ask(typed).terms[0].words[0] == typed.split(":")[0]


def test_days_are_read_both_ways() -> None:
    assert dates(["2024-03-01", "01.03.2024", "1.3.2024"]) == [date(2024, 3, 1)] * 3


def test_a_phone_is_one_number_with_and_without_its_prefix() -> None:
    for typed in ("+7 905 123-45-67", "8 (905) 123 45 67", "89051234567", "+79051234567", "+44 90 5123 4567"):
        assert "9051234567" in ask(typed).terms[0].numbers, typed


def test_an_identifier_with_punctuation_is_words_in_a_row_or_one_number() -> None:
    (term,) = ask("63-Э-0764921/07").terms
    assert term.words == ("63", "э", "0764921", "07")
    assert term.numbers == ("63э076492107",)


def test_only_the_last_word_may_be_unfinished_and_only_while_it_is_being_typed() -> None:
    assert [term.unfinished for term in ask("счет сче", as_you_type=True).terms] == [False, True]
    for typed, as_you_type in (("счет сче", False), ("счет ", True), ('"счет сче"', True)):
        assert not any(term.unfinished for term in ask(typed, as_you_type).terms)
    assert ask("сче*").terms[0].unfinished


def test_prepositions_may_be_missing_but_not_where_there_is_nothing_else() -> None:
    asked = ask("заявление на замену")
    assert [term.words for term in asked.needed()] == [("заявление",), ("замену",)]
    assert [term.words for term in asked.welcome()] == [("на",)]
    assert ask("на").needed() == ask("на").terms
    assert ask("на").welcome() == ()


def test_edits_are_allowed_in_long_words_only_and_never_in_numbers() -> None:
    assert [edits_allowed(word, Effort.ONE_EDIT) for word in ("газ", "вода", "счетчик", "12345")] == [0, 1, 1, 0]
    assert [edits_allowed(word, Effort.TWO_EDITS) for word in ("вода", "счетчик", "1234567")] == [1, 2, 0]
    assert edits_allowed("счетчик", Effort.OTHER_KEYBOARD) == 0


def test_efforts_that_can_find_nothing_new_are_left_out() -> None:
    assert efforts(ask('"газ"')) == [Effort.AS_TYPED]
    assert efforts(ask("12345")) == [Effort.AS_TYPED, Effort.BEGINNINGS]
    assert efforts(Asked()) == [Effort.AS_TYPED]
    assert efforts(ask("счетчик воды")) == list(Effort)


def test_short_words_are_no_beginnings_unless_they_are_being_typed() -> None:
    assert not may_be_beginning(ask("сч").terms[0], Effort.BEGINNINGS)
    assert may_be_beginning(ask("сч", as_you_type=True).terms[0], Effort.AS_TYPED)


def test_words_are_letters_and_digits() -> None:
    assert words("scan_12.pdf, д.7") == ["scan", "12", "pdf", "д", "7"]
