"""The files that letters come in: scans as PDF, G4 TIFF and JPEG, born-digital PDF, DOCX, HTML, text. Same input, same bytes."""

from __future__ import annotations

import html
import io
import zipfile
from xml.sax.saxutils import escape

import pikepdf
from letters import Sheet
from paper import font_path
from PIL import Image, TiffImagePlugin
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

_EARLIEST = (1980, 1, 1, 0, 0, 0)
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def jpeg(page: Image.Image, quality: int = 62, dpi: int = 200) -> bytes:
    """The page as JPEG."""
    buffer = io.BytesIO()
    page.save(buffer, "JPEG", quality=quality, dpi=(dpi, dpi))
    return buffer.getvalue()


def g4_tiff(pages: list[Image.Image]) -> bytes:
    """One-bit pages as a multi-page TIFF with group 4 compression, 200 dpi."""
    buffer = io.BytesIO()
    pages[0].save(buffer, "TIFF", save_all=True, append_images=pages[1:], compression="group4", dpi=(200, 200))
    return buffer.getvalue()


def scan_pdf(pages: list[Image.Image], layers: list[str] | None = None, quality: int = 62, dpi: int = 200) -> bytes:
    """A PDF with one picture a page (JPEG, or G4 where the page is one bit); `layers` lies invisibly over each page."""
    pdf = pikepdf.new()
    for number, page in enumerate(pages):
        width, height = page.width * 72 / dpi, page.height * 72 / dpi
        content = f"q {width:.2f} 0 0 {height:.2f} 0 0 cm /Im0 Do Q".encode()
        resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=_picture(pdf, page, quality)))
        if layers:
            helvetica = pikepdf.Dictionary(
                Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
            )
            resources.Font = pikepdf.Dictionary(F0=helvetica)
            content += _invisible(layers[number], height)
        pdf.add_blank_page(page_size=(width, height))
        pdf.pages[-1].obj.Resources = resources
        pdf.pages[-1].obj.Contents = pdf.make_stream(content)
    buffer = io.BytesIO()
    pdf.save(buffer, deterministic_id=True)
    return buffer.getvalue()


def _picture(pdf: pikepdf.Pdf, page: Image.Image, quality: int) -> pikepdf.Stream:
    shape = {"Type": pikepdf.Name.XObject, "Subtype": pikepdf.Name.Image, "Width": page.width, "Height": page.height}
    if page.mode != "1":
        colours = pikepdf.Name.DeviceGray if page.mode == "L" else pikepdf.Name.DeviceRGB
        stream = pdf.make_stream(jpeg(page, quality), **shape, ColorSpace=colours, BitsPerComponent=8)
        stream.Filter = pikepdf.Name.DCTDecode
        return stream
    buffer = io.BytesIO()
    page.save(buffer, "TIFF", compression="group4", strip_size=page.height * page.width)
    buffer.seek(0)
    tags = TiffImagePlugin.TiffImageFile(buffer).tag_v2
    data = buffer.getvalue()[tags[273][0] : tags[273][0] + tags[279][0]]
    stream = pdf.make_stream(data, **shape, ColorSpace=pikepdf.Name.DeviceGray, BitsPerComponent=1)
    stream.Filter = pikepdf.Name.CCITTFaxDecode
    # Where the TIFF says that black is zero, the runs that G4 calls black are its white.
    stream.DecodeParms = pikepdf.Dictionary(K=-1, Columns=page.width, Rows=page.height, BlackIs1=tags[262] == 1)
    return stream


def _invisible(layer: str, height: float) -> bytes:
    lines = [f"({line}) Tj 0 -14 Td" for line in layer.splitlines()]
    return f" BT 3 Tr /F0 11 Tf 60 {height - 80:.0f} Td {' '.join(lines)} ET".encode("latin-1")


def born_pdf(sheet: Sheet, password: str | None = None) -> bytes:
    """The letter as an office program exports it: real text, embedded fonts; locked where there is a password."""
    for name, bold in (("Body", False), ("Head", True)):
        pdfmetrics.registerFont(TTFont(name, font_path("serif", bold=bold)))
    lock = StandardEncryption(password, ownerPassword=password + "!", strength=40) if password else None
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1, encrypt=lock)
    y = 780.0
    for font, size, lines in (
        ("Head", 12, sheet.letterhead),
        ("Body", 10.5, sheet.opening),
        ("Head", 12, (sheet.heading,)),
    ):
        for line in lines:
            y = _written(canvas, line, font, size, y)
        y -= 14
    y = _written(canvas, sheet.paragraphs[0], "Body", 10.5, y)
    for row in sheet.table:
        canvas.setFont("Body", 10)
        for column, cell in enumerate(row):
            canvas.drawString(70 + column * 110, y, cell)
        y -= 16
    for paragraph in sheet.paragraphs[1:]:
        y = _written(canvas, paragraph, "Body", 10.5, y)
    _written(canvas, sheet.signature, "Body", 10.5, y - 30)
    canvas.save()
    return buffer.getvalue()


def _written(canvas: Canvas, text: str, font: str, size: float, y: float) -> float:
    for line in simpleSplit(text, font, size, A4[0] - 140):
        canvas.setFont(font, size)
        canvas.drawString(70, y, line)
        y -= size * 1.5
    return y


def docx(sheet: Sheet) -> bytes:
    """The letter as a Word file: paragraphs, and its table as a Word table."""
    body = "".join(
        _paragraph(line) for line in (*sheet.letterhead, *sheet.opening, sheet.heading, sheet.paragraphs[0]) if line
    )
    rows = "".join(f"<w:tr>{''.join(f'<w:tc>{_paragraph(cell)}</w:tc>' for cell in row)}</w:tr>" for row in sheet.table)
    body += f"<w:tbl>{rows}</w:tbl>" if rows else ""
    body += "".join(_paragraph(line) for line in (*sheet.paragraphs[1:], sheet.signature))
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    package = "http://schemas.openxmlformats.org/package/2006"
    return zipped(
        {
            "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{main}"/></Types>',
            "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" Type="{office}" Target="word/document.xml"/></Relationships>',
            "word/document.xml": f'<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="{_W}"><w:body>{body}</w:body></w:document>',
        }
    )


def _paragraph(text: str) -> str:
    return f'<w:p><w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'


def zipped(members: dict[str, str | bytes]) -> bytes:
    """The members as a ZIP whose bytes do not depend on the clock."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, _EARLIEST), content, zipfile.ZIP_DEFLATED, 9)
    return buffer.getvalue()


def web_page(sheet: Sheet, script: str = "") -> bytes:
    """The letter as an HTML page, with a script where one is wanted."""
    rows = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>\n" for row in sheet.table)
    table = f"<table border='1'>\n{rows}</table>" if rows else ""
    above = "".join(f"<p>{html.escape(line)}</p>\n" for line in (*sheet.letterhead, *sheet.opening))
    below = "".join(f"<p>{html.escape(line)}</p>\n" for line in (*sheet.paragraphs[1:], sheet.signature))
    head = (
        f"<meta charset='utf-8'><title>{html.escape(sheet.heading)}</title><style>td {{ padding: 2px }}</style>{script}"
    )
    first = html.escape(sheet.paragraphs[0])
    page = f"<!DOCTYPE html>\n<html><head>{head}</head>\n<body>\n{above}<h2>{html.escape(sheet.heading)}</h2>\n<p>{first}</p>\n{table}{below}</body></html>\n"
    return page.encode()


def plain_text(sheet: Sheet, charset: str = "utf-8") -> bytes:
    """The letter as a text file with Windows line ends."""
    return ("\r\n".join(sheet.lines) + "\r\n").encode(charset)
