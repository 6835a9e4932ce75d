"""What every `PageReader` must do. A new reader joins by one line in READERS."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from archive.errors import EngineAway, LimitExceeded, Unreadable
from intake.adapters.in_tesseract import TesseractPageReader
from intake.ports import PageReader

READERS: dict[str, Callable[[], PageReader]] = {"tesseract": TesseractPageReader}

LINES = (
    "To the branch manager, Castle Street",
    "From: Margaret Ellison, account 40718225",
    "The meter in our hall has not turned since March.",
    "Please send an engineer before the end of the month.",
    "We shall be at home every evening after six.",
    "Yours faithfully, Margaret Ellison",
)


@pytest.fixture(params=sorted(READERS))
def reader(request: pytest.FixtureRequest) -> Iterator[PageReader]:
    yield READERS[request.param]()


def page(lines: tuple[str, ...] = LINES, size_pt: int = 34) -> Image.Image:
    """A sheet of A4 at 200 dpi with these lines in the upper half."""
    sheet = Image.new("L", (1654, 2339), 255)
    pen = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(size_pt)
    for row, line in enumerate(lines):
        pen.text((200, 220 + row * 80), line, fill=0, font=font)
    return sheet


def test_lines_are_read_one_a_line_in_order(reader: PageReader) -> None:
    reading = reader.read_page(page(), 200.0, number=3)
    assert [line for line in reading.text.splitlines() if line] == list(LINES)
    assert (reading.number, reading.source, reading.doubt) == (3, "ocr", None)
    assert reading.confidence > 0.8


def test_each_word_knows_its_place_in_the_text_and_on_the_page(reader: PageReader) -> None:
    reading = reader.read_page(page(), 200.0)
    assert all(reading.text[word.start :].startswith(word.text) for word in reading.words)
    box = next(word.box for word in reading.words if word.text == "40718225")
    assert box is not None
    assert 0.3 < box.x0 < box.x1 < 0.62
    assert 300 / 2339 < box.y0 < box.y1 < 350 / 2339


@pytest.mark.parametrize("turned_deg", [90, 180, 270])
def test_a_turned_page_is_turned_back_and_its_boxes_lie_on_the_upright_page(
    reader: PageReader, turned_deg: int
) -> None:
    reading = reader.read_page(page().rotate(turned_deg, expand=True), 200.0)  # PIL turns counter-clockwise
    assert reading.turned_deg == turned_deg
    assert "account 40718225" in reading.text
    box = next(word.box for word in reading.words if word.text == "40718225")
    assert box is not None
    assert 0.3 < box.x0 < 0.62
    assert 300 / 2339 < box.y0 < 350 / 2339


def test_a_skewed_page_is_straightened(reader: PageReader) -> None:
    reading = reader.read_page(page().rotate(-5, fillcolor=255), 200.0)
    assert reading.skew_deg == pytest.approx(5, abs=0.4)
    assert "account 40718225" in reading.text


def test_an_empty_page_gives_an_empty_text(reader: PageReader) -> None:
    reading = reader.read_page(Image.new("1", (1654, 2339), 1))
    assert (reading.text, reading.words, reading.confidence) == ("", (), 1.0)


def test_flat_facsimile_pixels_are_stretched(reader: PageReader) -> None:
    flat = page().resize((1728, 1145)).convert("1", dither=Image.Dither.NONE)
    assert "account 40718225" in reader.read_page(flat, (204.0, 98.0)).text


def test_a_speckled_page_is_read_without_its_specks(reader: PageReader) -> None:
    ink = np.asarray(page()) < 128
    chance = np.random.default_rng(7)
    ink = (ink | (chance.random(ink.shape) < 0.006)) & (chance.random(ink.shape) > 0.004)
    text = reader.read_page(Image.fromarray(np.where(ink, 0, 255).astype(np.uint8)), 200.0).text
    assert [line for line in text.splitlines() if line] == list(LINES)


def test_a_path_and_an_array_are_read_alike(reader: PageReader, tmp_path: Path) -> None:
    sheet = page(LINES[:2])
    sheet.save(tmp_path / "page.png")
    assert reader.read_page(tmp_path / "page.png").text == reader.read_page(np.asarray(sheet)).text


def test_pages_read_together_are_read_as_each_alone_and_numbered_onward(reader: PageReader) -> None:
    blank = Image.new("L", (1654, 2339), 250)
    sheets = [page(LINES[:3]), blank, page(LINES[3:]).rotate(180)]
    together = reader.read_pages(sheets, [200.0] * 3, first_number=4)
    assert [reading.number for reading in together] == [4, 5, 6]
    assert [reading.text for reading in together] == [reader.read_page(sheet, 200.0).text for sheet in sheets]
    assert together[2].turned_deg == 180


@pytest.mark.parametrize("cores", [2, 3, 8])
def test_pages_read_on_several_cores_are_read_as_each_alone(reader: PageReader, cores: int) -> None:
    spread = TesseractPageReader(free_cores=lambda: cores)
    sheets = [page(LINES[:3]), Image.new("L", (1654, 2339), 250), page(LINES[3:]).rotate(180)]
    together = spread.read_pages(sheets, [200.0] * 3)
    assert [one.number for one in together] == [1, 2, 3]
    assert [one.text for one in together] == [reader.read_page(sheet, 200.0).text for sheet in sheets]


def test_a_broken_picture_is_unreadable(reader: PageReader, tmp_path: Path) -> None:
    (tmp_path / "page.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing more")
    with pytest.raises(Unreadable):
        reader.read_page(tmp_path / "page.png")


def test_a_page_that_takes_too_long_is_over_its_limit() -> None:
    with pytest.raises(LimitExceeded):
        TesseractPageReader(limit_s=0.001).read_page(page())


def test_a_missing_language_is_an_engine_away_not_an_empty_text() -> None:
    with pytest.raises(EngineAway):
        TesseractPageReader("xxx").read_page(page())
