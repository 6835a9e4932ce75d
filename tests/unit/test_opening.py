"""An arrival is opened through the sandbox: its enclosures too, and what cannot be opened says why."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from intake.limits import DEFAULT_LIMITS
from intake.opening import arrival
from intake.readers.results import Contents
from intake.sandbox import Sandbox
from tests.unit import document_making as making

Open = Callable[..., Contents]


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def opened(box: Sandbox, tmp_path: Path) -> Open:
    def open_it(content: bytes, name: str, **options: object) -> Contents:
        source, scratch = tmp_path / "source", tmp_path / "scratch"
        source.write_bytes(content)
        scratch.mkdir(exist_ok=True)
        return arrival.open_file(box, source, scratch, name=name, **options)  # type: ignore[arg-type]

    return open_it


def mail_with(*enclosures: tuple[str, bytes], text: str = "See enclosed.") -> bytes:
    body = f"--q\r\nContent-Type: text/plain\r\n\r\n{text}\r\n"
    for name, content in enclosures:
        encoded = base64.encodebytes(content).decode()
        body += (
            "--q\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n"
            f'Content-Disposition: attachment; filename="{name}"\r\n\r\n{encoded}\r\n'
        )
    return making.mail('From: Ann <ann@example.org>\nContent-Type: multipart/mixed; boundary="q"', body + "--q--\r\n")


def test_a_letter_is_its_own_part_and_keeps_its_name(opened: Open) -> None:
    contents = opened(making.pdf("Dear Sirs"), "../..%2fmy letter.pdf")
    (part,) = contents.parts
    assert contents.verdict is None
    assert (part.role, part.name, part.original_name) == ("letter", "my letter.pdf", "../..%2fmy letter.pdf")
    assert part.file is None


def test_enclosures_are_opened_whatever_they_are_called(opened: Open, tmp_path: Path) -> None:
    contents = opened(mail_with(("a.jpg", making.pdf("inside")), ("b.txt", b"plain words")), "m.eml")
    body, scan, words = contents.parts
    assert [part.role for part in contents.parts] == ["body", "enclosure", "enclosure"]
    assert (scan.media_type, (scan.pages[0].text or "").strip()) == ("application/pdf", "inside")
    assert words.pages[0].text == "plain words"
    assert (tmp_path / "scratch" / str(scan.file)).read_bytes() == making.pdf("inside")
    assert body.facts["from_address"] == "ann@example.org"


def test_one_bad_enclosure_does_not_spoil_the_others(opened: Open) -> None:
    program = b"MZ\x90\x00\x03\x00\x00\x00\x04" + bytes(range(256))
    contents = opened(
        mail_with(("a.pdf", program), ("b.pdf", making.pdf("x" * 900)[:-600]), ("c.txt", b"good")), "m.eml"
    )
    assert contents.verdict is None
    assert [part.trouble for part in contents.parts] == [None, "executable", "truncated", None]


def test_an_archive_in_a_mail_is_unwrapped(opened: Open) -> None:
    inner = making.zipped({"deep/letter.txt": "inner words", "__MACOSX/x": "litter"})
    contents = opened(mail_with(("photos.zip", making.zipped({"more.zip": inner, "a.txt": "outer words"}))), "m.eml")
    texts = [part.pages[0].text for part in contents.parts if part.pages]
    assert texts == ["See enclosed.", "inner words", "outer words"]
    assert [part.role for part in contents.parts] == ["body", "enclosure", "enclosure", "enclosure"]


def test_an_archive_of_letters_has_a_letter_and_enclosures(opened: Open) -> None:
    contents = opened(making.zipped({"one.txt": "first", "two.txt": "second"}), "a.zip")
    assert [(part.role, part.name) for part in contents.parts] == [("letter", "one.txt"), ("enclosure", "two.txt")]


def bomb() -> bytes:
    swollen = making.zipped({"zeros.bin": bytes(20 << 20)})
    return making.zipped({f"copy{n}.zip": swollen for n in range(4)})


@pytest.mark.parametrize(
    ("content", "name", "outcome", "reason"),
    [
        (b"", "a.pdf", "rejected", "zero_bytes"),
        (bomb(), "a.zip", "rejected", "zip_bomb"),
        (making.zipped({"a.docx": making.docx(making.paragraph("a" * 6_000_000))}), "a.zip", "rejected", "docx_bomb"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(64), "a.7z", "review", "unsupported_format"),
        (making.zipped({"a.7z": b"7z\xbc\xaf\x27\x1c" + bytes(64)}), "a.zip", "review", "unsupported_format"),
        (b"not json", "form.json", "rejected", "invalid_form:broken_json"),
    ],
)
def test_what_cannot_be_opened_ends_with_a_reason(
    opened: Open, content: bytes, name: str, outcome: str, reason: str
) -> None:
    verdict = opened(content, name).verdict
    assert verdict is not None
    assert (verdict.outcome, verdict.reason) == (outcome, reason)


def test_files_within_files_are_limited_in_depth_and_number(opened: Open) -> None:
    nested = making.pdf("core")
    for level in range(4):
        nested = making.pdf_with_attachment(making.pdf(f"level {level}"), "inner.pdf", nested)
    shallow = opened(nested, "a.pdf", limits=replace(DEFAULT_LIMITS, depth=2))
    assert shallow.parts[-1].trouble == "depth"
    verdict = opened(
        mail_with(*[(f"{n}.txt", b"x") for n in range(9)]), "m.eml", limits=replace(DEFAULT_LIMITS, parts=5)
    ).verdict
    assert verdict is not None
    assert verdict.reason == "too_many_parts"


def test_pages_are_drawn_for_reading_and_for_show(box: Sandbox, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(making.pdf("one", "two", "three"))
    reading = arrival.draw_pages(box, source, tmp_path, "application/pdf", [2])
    assert [(picture.file, picture.drawn) for picture in reading] == [("page_0002.pgm", True)]
    show = arrival.draw_pages(box, source, tmp_path, "application/pdf", form="png", max_side_px=400)
    assert [max(picture.height_px, picture.width_px) for picture in show] == [400, 400, 400]
    assert (tmp_path / show[0].file).read_bytes().startswith(b"\x89PNG")
    assert arrival.draw_pages(box, source, tmp_path, "text/plain") == ()


def test_a_file_name_that_the_cell_makes_up_is_refused() -> None:
    for made_up in ("../outside", "/etc/passwd", "", ".."):
        with pytest.raises(arrival.Unreadable):
            arrival._plain(made_up)
