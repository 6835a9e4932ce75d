"""A batch goes in, letters come out: each with bytes of its own, proven page by page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest
from PIL import Image, ImageSequence

from archive.errors import Damaged, Unreadable
from intake.opening import arrival, splitting
from intake.opening.cutting import cut
from intake.sandbox import Sandbox
from tests.unit import batch_making as making


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


def batch() -> list[Image.Image]:
    unreadable = making.separator("ARCHIVE-SEPARATOR-001-003")
    unreadable.paste(255, (700, 560, 760, 1120))
    unreadable.paste(255, (547, 800, 1107, 850))
    return [
        making.separator("ARCHIVE-SEPARATOR-001-001"),
        making.letter(1),
        making.paper(),
        making.turned(making.separator("ARCHIVE-SEPARATOR-001-002", "QRCode"), 3),
        making.letter(2),
        making.letter(3),
        unreadable,
        making.letter(4),
    ]


@pytest.mark.parametrize("kind", ["tiff", "bitonal tiff", "pdf"])
def test_a_batch_is_cut_without_loss(box: Sandbox, tmp_path: Path, kind: str) -> None:
    pages = [making.bitonal(page) for page in batch()] if kind == "bitonal tiff" else batch()
    source = making.as_pdf(pages, tmp_path / "b.pdf") if kind == "pdf" else making.as_tiff(pages, tmp_path / "b.tif")
    media_type = "application/pdf" if kind == "pdf" else "image/tiff"
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    found = cut(arrival.look_at_pages(box, source, scratch, media_type))
    assert [(s.page_from, s.page_to) for s in found.segments] == [(2, 3), (5, 6), (8, 8)]
    assert found.separators == (1, 4, 7)
    assert found.blanks == (3,)
    ranges = [(segment.page_from, segment.page_to) for segment in found.segments]
    letters = arrival.split_letters(box, source, scratch, media_type, ranges)
    assert [len(letter.page_digests) for letter in letters] == [2, 2, 1]
    if kind != "pdf":
        with Image.open(source) as whole, Image.open(scratch / letters[1].file) as letter:
            cut_out = [frame.copy() for frame in ImageSequence.Iterator(letter)]
            for place, page in zip((4, 5), cut_out, strict=True):
                whole.seek(place)
                assert page.mode == whole.mode
                assert page.tobytes() == whole.copy().tobytes()
                assert letter.info["dpi"] == (200.0, 200.0)


def test_cutting_again_gives_the_same_bytes(box: Sandbox, tmp_path: Path) -> None:
    for source, media_type in (
        (making.as_pdf(batch()[:3], tmp_path / "b.pdf"), "application/pdf"),
        (making.as_tiff(batch()[:3], tmp_path / "b.tif"), "image/tiff"),
    ):
        cut_twice = []
        for time in ("one", "two"):
            scratch = tmp_path / f"{time}{source.suffix}"
            scratch.mkdir()
            (letter,) = arrival.split_letters(box, source, scratch, media_type, [(2, 3)])
            cut_twice.append((scratch / letter.file).read_bytes())
        assert cut_twice[0] == cut_twice[1]


def test_an_ordinary_letter_is_one_letter(box: Sandbox, tmp_path: Path) -> None:
    source = making.as_tiff([making.letter(1), making.paper(), making.letter(2)], tmp_path / "l.tif")
    found = cut(arrival.look_at_pages(box, source, tmp_path, "image/tiff"))
    assert [(s.page_from, s.page_to) for s in found.segments] == [(1, 3)]
    assert found.blanks == (2,)


def test_pages_that_are_not_there_are_refused(box: Sandbox, tmp_path: Path) -> None:
    source = making.as_pdf([making.letter()], tmp_path / "l.pdf")
    for ranges in ([(1, 2)], [(0, 1)], [(2, 1)]):
        with pytest.raises(Unreadable) as caught:
            arrival.split_letters(box, source, tmp_path, "application/pdf", ranges)
        assert caught.value.reason == "no_such_page"


def test_a_page_that_came_out_other_is_damage() -> None:
    with pytest.raises(Damaged):
        splitting._prove(["a", "b"], ["a", "c"], 4)
    with pytest.raises(Damaged):
        splitting._prove(["a", "b"], ["a"], 4)


def test_another_picture_gives_another_page_digest(tmp_path: Path) -> None:
    one, other = making.letter(1), making.letter(1)
    other.putpixel((5, 5), 0)
    digests = []
    for number, page in enumerate((one, other)):
        with pikepdf.open(making.as_pdf([page], tmp_path / f"{number}.pdf")) as document:
            digests.append(splitting.pdf_page_digest(document.pages[0]))
    assert digests[0] != digests[1]
    assert splitting.pixel_digest(one) != splitting.pixel_digest(other)
