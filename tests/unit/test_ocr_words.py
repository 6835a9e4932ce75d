"""The engine's words become a text; look-alike letters are folded; passed-over lines are noticed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from intake.ocr.lookalikes import fold_line, fold_word
from intake.ocr.missed import missed_lines, with_strip
from intake.ocr.picture import Picture
from intake.ocr.reading import Layout, read_with
from intake.ocr.words import EngineWord, page_confidence, set_text, tidy

ONE = np.eye(3)


def word(text: str, line: int = 1, paragraph: int = 1, left: float = 0.0, confidence: float = 0.9) -> EngineWord:
    top = 0.01 * (10 * paragraph + line)
    return EngineWord(text, paragraph, line, left, top, left + 0.01, top + 0.005, confidence)


def test_lines_and_paragraphs_keep_their_place() -> None:
    text, words = set_text([word("One"), word("two"), word("three", line=2), word("Four", paragraph=2)], ONE)
    assert text == "One two\nthree\n\nFour"
    assert [text[w.start :][: len(w.text)] for w in words] == ["One", "two", "three", "Four"]


def test_words_of_no_confidence_stay_and_stray_marks_go() -> None:
    kept = tidy([word("right", confidence=0.0), word("—", confidence=0.9), word("~", confidence=0.3)], 20.0)
    assert [w.text for w in kept] == ["right", "—"]


def test_a_page_confidence_weighs_long_words_more() -> None:
    assert page_confidence([word("a" * 9, confidence=1.0), word("b", confidence=0.0)]) == pytest.approx(0.9)
    assert page_confidence([]) == 0.0


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("Пpошy", "Прошу"),
        ("договоp", "договор"),
        ("Pleаse", "Please"),
        ("АB", "АB"),
        ("кв0ты", "квоты"),
        ("pа3мер", "размер"),
        ("Жqa", "Жqa"),
        ("2026", "2026"),
        ("30", "30"),
    ],
)
def test_look_alikes_follow_the_letters_of_their_word(read: str, meant: str) -> None:
    assert fold_word(read) == meant


def test_a_word_of_look_alikes_only_follows_its_line() -> None:
    assert fold_line(["период", "c", "учётом"]) == ["период", "с", "учётом"]
    assert fold_line(["account", "А", "holder"]) == ["account", "A", "holder"]
    assert fold_line(["письмо", "на", "cop@post.example"])[2] == "cop@post.example"


def test_a_lone_stroke_is_the_pronoun_before_a_small_letter_only() -> None:
    assert fold_line(["|", "have", "moved"]) == ["I", "have", "moved"]
    assert fold_line(["Energy", "|", "Total"]) == ["Energy", "|", "Total"]


def test_a_years_mark_is_set_right() -> None:
    assert fold_line(["15", "мая", "2026", "r."])[3] == "г."
    assert fold_line(["R", "2026", "total"]) == ["R", "2026", "total"]


def letters_at(y: float, count: int, start: float = 100.0) -> list[tuple[float, float]]:
    return [(start + 14.0 * at, y) for at in range(count)]


def test_a_row_of_uncovered_letters_is_a_missed_line() -> None:
    read = EngineWord("x", 1, 1, 90, 90, 600, 112, 0.9)
    letters = np.array(letters_at(100, 30) + letters_at(160, 12))
    (strip,) = missed_lines(letters, [read], 20.0)
    assert strip.left < 100 < 254 < strip.right
    assert strip.top < 150 < 170 < strip.bottom


def test_a_signature_and_scattered_marks_are_no_missed_line() -> None:
    letters = np.array(letters_at(100, 5) + [(400.0 * at, 300.0 + 40 * at) for at in range(9)])
    assert missed_lines(letters, [], 20.0) == ()
    assert missed_lines(np.empty((0, 2)), [], 20.0) == ()


def test_a_line_read_by_itself_is_put_in_its_place() -> None:
    page = [EngineWord("above", 1, 1, 0, 90, 50, 110, 0.9), EngineWord("below", 1, 2, 0, 290, 50, 310, 0.9)]
    (strip,) = missed_lines(np.array(letters_at(200, 12)), page, 20.0)
    found = with_strip(page, strip, [EngineWord("between", 1, 1, 5, 5, 60, 25, 0.9)])
    assert [w.text for w in found] == ["above", "between", "below"]
    assert found[1].top == strip.top + 5
    assert set_text(found, ONE)[0] == "above\n\nbetween\n\nbelow"


def sheet_of_lines() -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    grey = np.full((1400, 1000), 255, np.uint8)
    for row in range(12):
        for at in range(40):
            grey[100 + 60 * row : 118 + 60 * row, 100 + 18 * at : 110 + 18 * at] = 0
    return grey


def test_a_page_on_its_head_is_read_again_turned() -> None:
    tries: list[Layout] = []

    def engine(greys: Sequence[object], layout: Layout) -> list[tuple[EngineWord, ...]]:
        tries.append(layout)
        return [(EngineWord("read", 1, 1, 0, 0, 9999, 9999, 0.4 if len(tries) == 1 else 0.95),)]

    reading = read_with(engine, [Picture(sheet_of_lines())])[0]
    assert (reading.turned_deg, reading.confidence, reading.doubt) == (180, 0.95, None)
    assert tries == ["column", "column"]


def test_a_good_page_is_read_once() -> None:
    tries: list[Layout] = []

    def engine(greys: Sequence[object], layout: Layout) -> list[tuple[EngineWord, ...]]:
        tries.append(layout)
        return [(EngineWord("read", 1, 1, 0, 0, 9999, 9999, 0.95),)]

    assert read_with(engine, [Picture(sheet_of_lines())])[0].doubt is None
    assert tries == ["column"]


def test_lines_passed_over_are_read_by_themselves() -> None:
    def engine(greys: Sequence[object], layout: Layout) -> list[tuple[EngineWord, ...]]:
        top = EngineWord("top", 1, 1, 0, 0, 9999, 330, 0.95)
        return [(top,) if layout == "column" else (EngineWord("found", 1, 1, 0, 0, 9999, 45, 0.9),) for _ in greys]

    page = sheet_of_lines()
    page[330:] = 255
    for at in range(16):
        page[600:618, 100 + 18 * at : 110 + 18 * at] = 0
    (reading,) = read_with(engine, [Picture(page)])
    assert (reading.text, reading.doubt) == ("top\n\nfound", None)


def test_a_page_read_surely_but_not_wholly_is_in_doubt() -> None:
    def engine(greys: Sequence[object], layout: Layout) -> list[tuple[EngineWord, ...]]:
        top = (EngineWord("top", 1, 1, 0, 0, 9999, 60, 0.95),)
        return [() if layout == "line" else top for _ in greys]

    assert read_with(engine, [Picture(sheet_of_lines())])[0].doubt == "lines_missed"
