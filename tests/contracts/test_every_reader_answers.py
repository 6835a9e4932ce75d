"""Every reader answers any bytes with contents or with one of our errors, and nothing else."""

from __future__ import annotations

import json
import tempfile
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.errors import LimitExceeded, Unreadable
from intake.limits import Limits
from intake.readers import door
from intake.readers.registry import READERS
from intake.readers.results import Contents
from tests.unit import batch_making
from tests.unit import document_making as making

LIMITS = Limits(text_chars=200_000, archive_bytes=4 << 20, page_pixels=4_000_000, render_pixels=1_000_000)
ZIP = making.zipped({"a.txt": "hello", "b.json": "{}"})
SEEDS: dict[str, bytes] = {
    "application/pdf": making.pdf("Dear Sirs"),
    "image/tiff": making.picture("TIFF", (40, 40)),
    "image/jpeg": making.picture("JPEG", (40, 40)),
    "image/png": making.picture("PNG", (40, 40)),
    "image/gif": making.picture("GIF", (40, 40)),
    "image/webp": making.picture("WEBP", (40, 40), "RGB"),
    "image/bmp": making.picture("BMP", (40, 40)),
    "image/jp2": making.picture("JPEG2000", (40, 40)),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": making.docx(making.paragraph("hello")),
    "application/vnd.oasis.opendocument.text": making.odt("<text:p>hello</text:p>"),
    "application/rtf": rb"{\rtf1\ansi\ansicpg1251 {\b hello} \u1084? \'cf}",
    "text/html": b"<html><body><p class=x>hello</p><blockquote>old</blockquote></body></html>",
    "text/plain": "Привет, hello".encode("cp1251"),
    "application/xml": b"<?xml version='1.0'?><a><b>c</b></a>",
    "application/json": json.dumps(making.FORM).encode(),
    "message/rfc822": b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=q\r\n\r\n--q\r\n\r\nhi\r\n--q--",
    "application/zip": ZIP,
}


@st.composite
def damaged(draw: st.DrawFn, seed: bytes) -> bytes:
    """The seed with some bytes changed, cut off, or doubled; or bytes of no sense at all."""
    if draw(st.integers(0, 5)) == 0:
        return draw(st.binary(max_size=400))
    content = bytearray(seed)
    for _ in range(draw(st.integers(0, 6))):
        content[draw(st.integers(0, len(content) - 1))] = draw(st.integers(0, 255))
    start = draw(st.integers(0, len(content)))
    if draw(st.booleans()):
        return bytes(content[:start])
    return bytes(content[:start] + draw(st.binary(max_size=30)) + content[start:])


def test_there_is_a_seed_for_every_reader() -> None:
    assert set(SEEDS) == set(READERS)


@pytest.mark.parametrize("media_type", sorted(READERS))
def test_a_whole_file_is_read(media_type: str, tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(SEEDS[media_type])
    reader = import_module(f"intake.readers.{READERS[media_type]}")
    assert isinstance(reader.read(tmp_path / "source", tmp_path, LIMITS, media_type, True), Contents)


@pytest.mark.parametrize("media_type", sorted(READERS))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_damaged_file_is_answered(media_type: str, data: st.DataObject) -> None:
    content = data.draw(damaged(SEEDS[media_type]))
    reader = import_module(f"intake.readers.{READERS[media_type]}")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "source"
        source.write_bytes(content)
        try:
            assert isinstance(reader.read(source, Path(folder), LIMITS, media_type, True), Contents)
        except (Unreadable, LimitExceeded) as error:
            assert error.reason.replace("_", "").isalpha()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    content=st.one_of(st.binary(max_size=300), st.sampled_from(sorted(SEEDS.values())).flatmap(damaged)),
    name=st.one_of(
        st.sampled_from(["a.pdf", "b.docx", "c.eml", "d.json", "e.xml", "f.html", "g"]), st.text(max_size=12)
    ),
    form_channel=st.booleans(),
)
def test_the_door_answers_anything(content: bytes, name: str, form_channel: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "source"
        source.write_bytes(content)
        try:
            assert isinstance(door.read(source, Path(folder), LIMITS, name, form_channel), Contents)
        except (Unreadable, LimitExceeded) as error:
            assert error.reason in ("zero_bytes", "executable", "encrypted", "too_big")


def test_the_batch_makers_pages_are_read_too(tmp_path: Path) -> None:
    source = batch_making.as_pdf([batch_making.letter()], tmp_path / "l.pdf")
    assert door.read(source, tmp_path, Limits(), "l.pdf").parts[0].pages[0].scanned
