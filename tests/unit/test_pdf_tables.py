"""Tables come out of born-digital pages cell by cell; pages without rules, scans and hostile pages cost next to nothing."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pdfplumber
import pikepdf
import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen import canvas

from archive.adapters.on_disk import FolderStore
from intake.limits import DEFAULT_LIMITS, Limits
from intake.opening.arrival import open_file
from intake.readers import pdf, pdf_tables
from intake.readers.results import Contents, PageContent
from intake.readings import KeptPage, keep_reading, load_reading
from intake.sandbox import Sandbox
from intake.stages import Box, PageReading, Table
from tests.unit import document_making as making

ENGLISH = (
    ("Item", "Units", "Amount"),
    ("Standing charge", "31", "£9.30"),
    ("Energy", "240", "£61.20"),
    ("Total", "", "£70.50"),
)
RUSSIAN = (("Услуга", "Объём", "Сумма, руб."), ("Горячая вода", "3,2", "640,10"), ("Итого к оплате", "", "640,10"))
_FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
_LEFT, _TOP, _WIDE, _HIGH = 60.0, 700.0, 150.0, 24.0


def grid(rows: Sequence[Sequence[str]], font: str = "Helvetica", rotation: int = 0) -> bytes:
    """A page with one ruled table; with `rotation`, stored turned so that /Rotate stands it upright."""
    target = io.BytesIO()
    drawing = canvas.Canvas(target, pagesize=(595, 842), invariant=1)
    drawing.translate(595 if rotation in (90, 180) else 0, 842 if rotation in (180, 270) else 0)
    drawing.rotate(rotation)
    drawing.setFont(font, 10)
    top = _TOP if rotation in (0, 180) else 500.0
    drawing.grid([_LEFT + _WIDE * n for n in range(len(rows[0]) + 1)], [top - _HIGH * n for n in range(len(rows) + 1)])
    for down, row in enumerate(rows):
        for across, cell in enumerate(row):
            drawing.drawString(_LEFT + _WIDE * across + 5, top - _HIGH * (down + 1) + 8, cell)
    drawing.save()
    return making.turned_pdf(target.getvalue(), rotation) if rotation else target.getvalue()


def lines(count: int, words: str = "one page of lines") -> bytes:
    target = io.BytesIO()
    drawing = canvas.Canvas(target, pagesize=(595, 842), invariant=1)
    drawing.drawString(72, 800, words)
    for n in range(count // 2):
        drawing.line(20, 20 + n * 0.03, 570, 20 + n * 0.03)
        drawing.line(20 + n * 0.02, 20, 20 + n * 0.02, 800)
    drawing.save()
    return target.getvalue()


def joined(*contents: bytes) -> bytes:
    target = io.BytesIO()
    with pikepdf.new() as document:
        for content in contents:
            document.pages.extend(pikepdf.open(io.BytesIO(content)).pages)
        document.save(target)
    return target.getvalue()


@pytest.fixture
def contents(tmp_path: Path) -> Callable[..., Contents]:
    def read(content: bytes, limits: Limits = DEFAULT_LIMITS, with_pictures: bool = True) -> Contents:
        (tmp_path / "source.pdf").write_bytes(content)
        return pdf.read(tmp_path / "source.pdf", tmp_path, limits, with_pictures=with_pictures)

    return read


def first_page(contents: Contents) -> PageContent:
    return contents.parts[0].pages[0]


@pytest.fixture
def no_pdfplumber(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object, **_options: object) -> None:
        raise AssertionError("the page was given to pdfplumber")

    monkeypatch.setattr(pdf_tables, "tables_on", refuse)


def test_an_english_bill_comes_out_cell_by_cell(contents: Callable[..., Contents]) -> None:
    (table,) = first_page(contents(grid(ENGLISH))).tables
    assert table.rows == ENGLISH
    assert table.box.x0 == pytest.approx(_LEFT / 595, abs=0.005)
    assert table.box.y0 == pytest.approx((842 - _TOP) / 842, abs=0.005)
    assert table.box.x1 == pytest.approx((_LEFT + 3 * _WIDE) / 595, abs=0.005)


@pytest.mark.skipif(not _FONT.exists(), reason="needs the package fonts-dejavu")
def test_a_russian_bill_comes_out_cell_by_cell(contents: Callable[..., Contents]) -> None:
    pdfmetrics.registerFont(TTFont("DejaVu", str(_FONT)))
    (table,) = first_page(contents(grid(RUSSIAN, "DejaVu"))).tables
    assert table.rows == RUSSIAN


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_on_a_page_stored_turned_the_tables_box_is_around_its_words(
    contents: Callable[..., Contents], rotation: int
) -> None:
    page = first_page(contents(grid(ENGLISH, rotation=rotation)))
    (table,) = page.tables
    assert table.rows == ENGLISH
    for word in page.words:
        assert word.box is not None
        assert table.box.x0 <= word.box.x0 <= word.box.x1 <= table.box.x1
        assert table.box.y0 <= word.box.y0 <= word.box.y1 <= table.box.y1


def test_on_a_cropped_page_the_tables_box_is_around_its_words(contents: Callable[..., Contents]) -> None:
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(grid(ENGLISH))) as document:
        document.pages[0].MediaBox = [-20, -30, 595, 842]
        document.pages[0].CropBox = [30, 100, 560, 800]
        document.save(target)
    page = first_page(contents(target.getvalue()))
    (table,) = page.tables
    assert table.box.x0 == pytest.approx((_LEFT - 30) / 530, abs=0.005)
    assert table.box.y0 == pytest.approx((800 - _TOP) / 700, abs=0.005)
    assert page.words[0].box is not None
    assert table.box.y0 <= page.words[0].box.y0


@pytest.mark.parametrize("rotation", [90, 180])
def test_cells_of_a_page_that_stands_on_its_head_are_read_right_or_not_at_all(
    contents: Callable[..., Contents], rotation: int
) -> None:
    tables = first_page(contents(making.turned_pdf(grid(ENGLISH), rotation))).tables
    assert all("Standing charge" in row for table in tables for row in table.rows if any("charge" in c for c in row))
    assert not any("latoT" in cell for table in tables for row in table.rows for cell in row)


@pytest.mark.usefixtures("no_pdfplumber")
def test_a_page_without_rules_is_not_searched(contents: Callable[..., Contents]) -> None:
    assert first_page(contents(making.pdf("Dear Sirs\nno table here"))).tables == ()


@pytest.mark.usefixtures("no_pdfplumber")
def test_rules_that_run_one_way_only_are_not_searched(contents: Callable[..., Contents]) -> None:
    target = io.BytesIO()
    drawing = canvas.Canvas(target, pagesize=(595, 842), invariant=1)
    drawing.drawString(72, 800, "a form to be filled in by hand")
    for n in range(20):
        drawing.line(60, 700 - 20 * n, 500, 700 - 20 * n)
    drawing.save()
    assert first_page(contents(target.getvalue())).tables == ()


@pytest.mark.usefixtures("no_pdfplumber")
def test_tables_are_not_searched_where_pictures_are_not_asked_for(contents: Callable[..., Contents]) -> None:
    assert first_page(contents(grid(ENGLISH), with_pictures=False)).tables == ()


@pytest.mark.usefixtures("no_pdfplumber")
def test_a_page_of_fifty_thousand_lines_keeps_its_text_and_says_what_was_left_out(
    contents: Callable[..., Contents],
) -> None:
    answer = contents(lines(50_000))
    assert "one page of lines" in (first_page(answer).text or "")
    assert first_page(answer).tables == ()
    assert answer.notes == ("tables_left_out",)


def test_a_search_that_takes_too_long_is_broken_off(contents: Callable[..., Contents]) -> None:
    answer = contents(lines(2_000), replace(DEFAULT_LIMITS, table_cpu_s=0.1))
    assert "one page of lines" in (first_page(answer).text or "")
    assert answer.notes == ("tables_left_out",)


@pytest.mark.parametrize("tight", [{"table_cells": 5}, {"table_pages": 0}, {"table_rules": 5}, {"table_wall_s": -1.0}])
def test_each_limit_leaves_text_and_a_note(contents: Callable[..., Contents], tight: dict[str, float]) -> None:
    two_pages = joined(grid(ENGLISH), grid(ENGLISH))
    answer = contents(two_pages, replace(DEFAULT_LIMITS, **tight))
    assert answer.notes == ("tables_left_out",)
    assert all("Standing" in (page.text or "") for page in answer.parts[0].pages)


def test_a_file_that_pdfplumber_cannot_take_is_read_without_tables(
    contents: Callable[..., Contents], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object, **_options: object) -> None:
        raise KeyError("a stranger's file")

    monkeypatch.setattr(pdfplumber, "open", fail)
    answer = contents(grid(ENGLISH))
    assert "Standing" in (first_page(answer).text or "")
    assert (first_page(answer).tables, answer.notes) == ((), ("tables_left_out",))


def test_a_table_whose_words_the_page_does_not_have_is_dropped(tmp_path: Path) -> None:
    (tmp_path / "source.pdf").write_bytes(grid(ENGLISH))
    found, complete = pdf_tables.tables_on(tmp_path / "source.pdf", {1: "quite another page"}, DEFAULT_LIMITS)
    assert (found, complete) == ({1: ()}, True)


def test_tables_come_out_of_the_cell(tmp_path: Path) -> None:
    (tmp_path / "bill.pdf").write_bytes(grid(ENGLISH))
    with Sandbox() as box:
        answer = open_file(box, tmp_path / "bill.pdf", tmp_path, name="bill.pdf", with_pictures=True)
    assert [table.rows for table in first_page(answer).tables] == [ENGLISH]


def test_a_kept_reading_keeps_its_tables_and_one_without_stays_as_it_was(tmp_path: Path) -> None:
    objects = FolderStore(tmp_path)
    table = Table(Box(0.1, 0.2, 0.3, 0.4), (("Total", "1.00"), ("", "2.00")))
    read = PageReading(1, "Total", (), "text_layer", 1.0, tables=(table,))
    digest, _ = keep_reading(objects, [KeptPage(read, 0, 1)])
    assert load_reading(objects, digest) == (read,)
    plain, _ = keep_reading(objects, [KeptPage(replace(read, tables=()), 0, 1)])
    with objects.open(plain) as stream:
        assert b"tables" not in stream.read()
    assert load_reading(objects, plain)[0].tables == ()
