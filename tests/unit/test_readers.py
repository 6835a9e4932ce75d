"""Each format's text comes out as a person would read it; what is hidden, hostile or foreign does not."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from archive.errors import LimitExceeded, Unreadable
from intake.limits import DEFAULT_LIMITS, Limits
from intake.readers import charset, docx, door, form, html_page, image, names, odt, pdf, rtf, text, tiff, xml_file
from intake.readers.results import Contents
from tests.unit import batch_making
from tests.unit import document_making as making

Read = Callable[..., Contents]


@pytest.fixture
def reading(tmp_path: Path) -> Callable[..., Contents]:
    def read(reader: Read, content: bytes, limits: Limits = DEFAULT_LIMITS, **options: object) -> Contents:
        (tmp_path / "source").write_bytes(content)
        return reader(tmp_path / "source", tmp_path, limits, **options)

    return read


def said(contents: Contents) -> str:
    return contents.parts[0].pages[0].text or ""


def reason_of(call: Callable[[], object]) -> str:
    with pytest.raises((Unreadable, LimitExceeded)) as caught:
        call()
    return str(caught.value.reason)  # type: ignore[union-attr]


# PDF


def test_a_pdf_page_has_text_and_words_with_boxes(reading: Read) -> None:
    contents = reading(pdf.read, making.pdf("Dear Sirs\nthe meter", "second page"))
    first, second = contents.parts[0].pages
    assert first.text is not None
    assert first.text.split() == ["Dear", "Sirs", "the", "meter"]
    assert [first.text[w.start : w.start + len(w.text)] for w in first.words] == ["Dear", "Sirs", "the", "meter"]
    box = first.words[0].box
    assert box is not None
    assert box.x0 == pytest.approx(72 / 595, abs=0.01)
    assert box.y1 == pytest.approx((842 - 770) / 842, abs=0.01)
    assert not first.scanned
    assert (second.text or "").strip() == "second page"


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_boxes_are_those_of_the_upright_page(reading: Read, tmp_path: Path, rotation: int) -> None:
    content = making.pdf("Top left", rotation=rotation)
    box = reading(pdf.read, content).parts[0].pages[0].words[0].box
    assert box is not None
    (drawn,) = pdf.draw(tmp_path / "source", tmp_path, DEFAULT_LIMITS)
    with Image.open(tmp_path / drawn.file) as page:
        word = page.convert("L").crop(
            (
                int(box.x0 * page.width),
                int(box.y0 * page.height),
                int(box.x1 * page.width) + 1,
                int(box.y1 * page.height) + 1,
            )
        )
    assert word.getextrema()[0] < 100


def test_a_scan_comes_straight_out_as_it_was_scanned(tmp_path: Path) -> None:
    source = batch_making.as_pdf([batch_making.letter()], tmp_path / "scan.pdf")
    contents = pdf.read(source, tmp_path, DEFAULT_LIMITS, with_pictures=True)
    page = contents.parts[0].pages[0]
    assert page.scanned
    assert page.picture is not None
    assert (page.picture.width_px, page.picture.height_px) == batch_making.SIZE_PX
    assert page.picture.dpi == pytest.approx(200, abs=1)
    assert not page.picture.drawn


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (making.changed_pdf(making.pdf("x"), encryption=making.pikepdf.Encryption(owner="o", user="u")), "encrypted"),
        (making.pdf("x " * 500)[:-400], "truncated"),
        (b"%PDF-1.4\nnothing here at all\nstartxref\n0\n%%EOF\n", "malformed"),
    ],
)
def test_a_pdf_that_cannot_be_opened_says_why(reading: Read, content: bytes, reason: str) -> None:
    assert reason_of(lambda: reading(pdf.read, content)) == reason


def test_a_pdf_with_an_owners_password_only_is_read(reading: Read) -> None:
    content = making.changed_pdf(making.pdf("open to all"), encryption=making.pikepdf.Encryption(owner="o", user=""))
    assert "open to all" in said(reading(pdf.read, content))


def test_pages_pixels_and_text_of_a_pdf_are_capped(reading: Read) -> None:
    assert reason_of(lambda: reading(pdf.read, making.pdf("a", "b", "c"), replace(DEFAULT_LIMITS, pages=2))) == "pages"
    tight = replace(DEFAULT_LIMITS, text_chars=10)
    assert reason_of(lambda: reading(pdf.read, making.pdf("a" * 60), tight)) == "text_chars"


def test_embedded_files_are_enclosures(reading: Read, tmp_path: Path) -> None:
    contents = reading(pdf.read, making.pdf_with_attachment(making.pdf("see inside"), "../in side.txt", b"inner text"))
    _, enclosure = contents.parts
    assert (enclosure.role, enclosure.name, enclosure.original_name) == ("enclosure", "in side.txt", "../in side.txt")
    assert (tmp_path / str(enclosure.file)).read_bytes() == b"inner text"


# Pictures


def test_a_picture_is_turned_as_its_camera_says(reading: Read, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[274] = 6
    reading(image.read, making.picture("JPEG", (300, 200), exif=exif), media_type="image/jpeg")
    (drawn,) = image.draw(tmp_path / "source", tmp_path, DEFAULT_LIMITS, "image/jpeg")
    assert (drawn.width_px, drawn.height_px) == (200, 300)


@pytest.mark.parametrize(("form_", "kind"), [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("GIF", "image/gif")])
def test_half_a_picture_is_truncated(reading: Read, form_: str, kind: str) -> None:
    noise = Image.effect_noise((400, 400), 90)
    target = making.io.BytesIO()
    noise.save(target, form_)
    content = target.getvalue()
    assert reason_of(lambda: reading(image.read, content[: len(content) // 2], media_type=kind)) in (
        "truncated",
        "undecodable_picture",
    )


def test_absurd_dimensions_are_refused_before_decoding(reading: Read) -> None:
    tight = replace(DEFAULT_LIMITS, page_pixels=1000)
    content = making.picture("PNG", (50, 50))
    assert reason_of(lambda: reading(image.read, content, tight, media_type="image/png")) == "absurd_dimensions"


def test_a_fax_keeps_both_its_resolutions(tmp_path: Path) -> None:
    source = batch_making.as_tiff([batch_making.faxed(batch_making.letter())], tmp_path / "f.tif", (204, 98))
    (drawn,) = tiff.draw(source, tmp_path, DEFAULT_LIMITS)
    assert (drawn.dpi, drawn.dpi_down, drawn.colour) == (204, 98, "bitonal")


def test_every_page_of_a_tiff_is_read_and_one_that_loops_ends(tmp_path: Path) -> None:
    source = batch_making.as_tiff([batch_making.paper()] * 3, tmp_path / "t.tif")
    assert len(tiff.read(source, tmp_path, DEFAULT_LIMITS).parts[0].pages) == 3
    tight = replace(DEFAULT_LIMITS, pages=2)
    assert reason_of(lambda: tiff.read(source, tmp_path, tight)) == "pages"
    source.write_bytes(source.read_bytes()[:200])
    assert reason_of(lambda: tiff.read(source, tmp_path, DEFAULT_LIMITS)) in ("truncated", "undecodable_picture")


def test_pages_that_are_not_there_cannot_be_drawn(tmp_path: Path) -> None:
    source = batch_making.as_tiff([batch_making.paper()], tmp_path / "t.tif")
    assert reason_of(lambda: tiff.draw(source, tmp_path, DEFAULT_LIMITS, numbers=[2])) == "no_such_page"


# Office documents


def test_a_docx_is_read_in_order_without_what_is_hidden_or_deleted(reading: Read) -> None:
    table = "<w:tbl><w:tr><w:tc>{}</w:tc><w:tc>{}</w:tc></w:tr></w:tbl>".format(
        making.paragraph("day"), making.paragraph("night")
    )
    deleted = "<w:p><w:del><w:r><w:t>struck out</w:t></w:r></w:del></w:p>"
    hidden = making.paragraph("hidden", "<w:rPr><w:vanish/></w:rPr>")
    header = f'<w:hdr xmlns:w="{making.W}">{making.paragraph("Our letterhead")}</w:hdr>'
    content = making.docx(
        making.paragraph("Dear Sirs") + table + deleted + hidden + making.paragraph("Bye"), header1=header
    )
    lines = [line.split() for line in said(reading(docx.read, content)).split("\n")]
    assert lines == [["Our", "letterhead"], ["Dear", "Sirs"], ["day", "night"], [], ["Bye"]] or lines == [
        ["Our", "letterhead"],
        ["Dear", "Sirs"],
        ["day", "night"],
        [],
        [],
        ["Bye"],
    ]


def test_a_docx_with_only_a_scan_in_it_hands_the_scan_on(reading: Read, tmp_path: Path) -> None:
    content = making.zipped(
        {
            "[Content_Types].xml": "",
            "word/document.xml": f'<w:document xmlns:w="{making.W}"><w:body/></w:document>',
            "word/media/image1.png": making.picture("PNG"),
        }
    )
    letter, scan = reading(docx.read, content).parts
    assert not letter.substantive
    assert (tmp_path / str(scan.file)).read_bytes().startswith(b"\x89PNG")


ENTITIES = '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>'


@pytest.mark.parametrize(
    ("reader", "content", "reason"),
    [
        (docx.read, making.docx(making.paragraph("a" * 6_000_000)), "docx_bomb"),
        (docx.read, making.docx("", header1=ENTITIES), "xml_entity_bomb"),
        (docx.read, making.zipped({"[Content_Types].xml": ""}), "malformed"),
        (odt.read, making.odt("<text:p>x</text:p>", "<m:encryption-data/>"), "encrypted"),
        (xml_file.read, ENTITIES.encode(), "xml_entity_bomb"),
        (xml_file.read, ENTITIES.encode("utf-16"), "xml_entity_bomb"),
        (xml_file.read, b"<a><b></a>", "malformed"),
        (rtf.read, b"{" * 5000, "depth"),
        (text.read, b"  \n\x00 \n", "empty"),
    ],
)
def test_hostile_documents_are_refused(reading: Read, reader: Read, content: bytes, reason: str) -> None:
    assert reason_of(lambda: reading(reader, content)) == reason


def test_an_odt_is_read_with_its_tables_and_spaces(reading: Read) -> None:
    body = (
        "<text:h>Заявление</text:h><text:p>счёт<text:s text:c='2'/>12<text:line-break/>далее</text:p>"
        "<table:table><table:table-row><table:table-cell><text:p>день</text:p></table:table-cell>"
        "<table:table-cell><text:p>ночь</text:p></table:table-cell></table:table-row></table:table>"
        "<text:tracked-changes><text:p>вычеркнуто</text:p></text:tracked-changes>"
    )
    lines = said(reading(odt.read, making.odt(body))).split("\n")
    assert [line.split() for line in lines] == [["Заявление"], ["счёт", "12"], ["далее"], ["день", "ночь"]]


def test_rtf_in_cyrillic_comes_out_in_both_its_ways_of_writing(reading: Read) -> None:
    content = rb"{\rtf1\ansi\ansicpg1251{\fonttbl{\f0\fcharset204 Arial;}}{\*\generator x}\f0 \'cf\'f0\'e8\'e2\'e5\'f2\par \u1084?\u1080?\u1088? {\v hidden}\{ok\}}"
    assert said(reading(rtf.read, content)).split() == ["Привет", "мир", "{ok}"]


# Text and HTML


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp1251", "koi8-r", "cp866", "iso8859-5", "utf-16", "utf-16-le"]
)
def test_russian_is_read_in_every_charset_it_comes_in(encoding: str) -> None:
    letter = "Прошу пересчитать начисления за июнь: прибор исправен, показания передаю вовремя. Иванов П.С., кв. 12"
    assert charset.decode(letter.encode(encoding)).text == letter


def test_a_charset_wrongly_declared_is_repaired_and_a_right_one_is_kept() -> None:
    letter = "Счёт за август не пришёл, вышлите копию."
    assert charset.decode(letter.encode("cp1251"), "iso-8859-1").text == letter
    assert charset.decode(letter.encode("cp1251"), "koi8-r").text == letter
    assert charset.decode("Das Café in München öffnet für £5".encode("cp1252"), "us-ascii").text.startswith(
        "Das Café in München"
    )
    assert charset.decode("日本語".encode("iso2022_jp"), "iso-2022-jp").text == "日本語"


def test_form_feeds_part_pages_and_control_characters_go(reading: Read) -> None:
    pages = reading(text.read, b"one\x07\x1b[31m\x0ctwo\r\nlines\x0c").parts[0].pages
    assert [page.text for page in pages] == ["one[31m", "two\nlines"]


def test_html_shows_what_a_reader_would_see(reading: Read) -> None:
    content = b"""<html><head><title>t</title><style>.x{display:none} p{margin:0}</style><script>alert(1)</script></head>
    <body><p>Dear   <b>Sirs</b></p><p class="a x">secret</p><p style="DISPLAY: None">more</p><div hidden>even</div>
    <table><tr><td>day</td><td>12</td></tr></table><!-- note --><iframe src="file:///etc/passwd">frame</iframe>
    one<br>two<input type="hidden" value="h"></body></html>"""
    assert said(reading(html_page.read, content)).split() == ["Dear", "Sirs", "day", "12", "one", "two"]


def test_html_nested_ten_thousand_deep_is_no_trouble(reading: Read) -> None:
    try:
        assert "deep" in said(reading(html_page.read, b"<div>" * 10_000 + b"deep"))
    except Unreadable as error:
        assert error.reason in ("empty", "malformed")


# Forms


def form_with(**changes: object) -> bytes:
    return json.dumps({**making.FORM, **changes}).encode()


def test_a_form_gives_its_message_and_its_facts(reading: Read) -> None:
    contents = reading(form.read, form_with())
    assert contents.verdict is None
    assert said(contents) == "The meter has stopped."
    assert contents.facts["account"] == "1234567890"
    assert contents.facts["name"] == "Ann Lee"
    assert "phone" not in contents.facts


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (form_with()[:-9], "broken_json"),
        (b'{"a": NaN}', "broken_json"),
        (b'{"form_id": "a", "form_id": "b"}', "broken_json"),
        (b"[" * 100_000, "broken_json"),
        (b"\xff\xfe\x00", "broken_json"),
        (form_with(message=[1]), "wrong_type"),
        (form_with(name="Ann"), "wrong_type"),
        (form_with(consent="yes"), "wrong_type"),
        (b"[]", "wrong_type"),
        (form_with(message="x" * 10_001), "over_long"),
        (b" " * (2 << 20), "over_long"),
        (form_with(message="  "), "missing_required"),
        (form_with(name={}), "missing_required"),
        (json.dumps({k: v for k, v in making.FORM.items() if k != "contact"}).encode(), "missing_required"),
        (form_with(consent=False), "no_consent"),
        (form_with(submitted_at="yesterday"), "bad_date"),
    ],
)
def test_a_form_that_breaks_its_schema_is_rejected_with_what_is_wrong(reading: Read, content: bytes, word: str) -> None:
    verdict = reading(form.read, content).verdict
    assert verdict is not None
    assert (verdict.outcome, verdict.reason) == ("rejected", f"invalid_form:{word}")


# Names and the door


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("..%2f..%2Fetc%2fpasswd.pdf", "passwd.pdf"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("a\x00b\u202egpj.pdf", "abgpj.pdf"),
        ("scan\r\nX-Injected: 1.pdf", "scan X-Injected: 1.pdf"),
        ("Заявление № 1.pdf", "Заявление № 1.pdf"),
        ("x" * 400 + ".pdf", "x" * 175 + "….pdf"),
        ("...", ""),
    ],
)
def test_names_are_made_fit_for_show(name: str, shown: str) -> None:
    assert names.for_show(name) == shown


def test_the_door_gives_a_verdict_where_a_reader_fails_and_notes_a_lying_name(tmp_path: Path) -> None:
    (tmp_path / "s").write_bytes(making.pdf("hello"))
    assert door.read(tmp_path / "s", tmp_path, DEFAULT_LIMITS, "a.jpg").notes == ("extension_lies",)
    (tmp_path / "s").write_bytes(b"7z\xbc\xaf\x27\x1c" + bytes(64))
    verdict = door.read(tmp_path / "s", tmp_path, DEFAULT_LIMITS, "a.7z").verdict
    assert verdict is not None
    assert (verdict.outcome, verdict.reason) == ("review", "unsupported_format")
    (tmp_path / "s").write_bytes(making.picture("PNG")[:60])
    verdict = door.read(tmp_path / "s", tmp_path, DEFAULT_LIMITS, "a.png").verdict
    assert verdict is not None
    assert verdict.outcome == "rejected"
    tight = replace(DEFAULT_LIMITS, arrival_bytes=10)
    assert reason_of(lambda: door.read(tmp_path / "s", tmp_path, tight, "a.png")) == "too_big"
