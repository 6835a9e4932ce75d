"""Small documents made by code, for the tests of sniffing and reading."""

from __future__ import annotations

import io
import zipfile

import pikepdf
from PIL import Image
from reportlab.pdfgen import canvas

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def zipped(members: dict[str, bytes | str], compress: bool = True) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target.getvalue()


def docx(body: str, **others: str | bytes) -> bytes:
    members: dict[str, bytes | str] = {"[Content_Types].xml": "<Types/>"}
    members["word/document.xml"] = f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'
    for name, content in others.items():
        members[f"word/{name}.xml"] = content
    return zipped(members)


def paragraph(text: str, properties: str = "") -> str:
    return f"<w:p><w:r>{properties}<w:t>{text}</w:t></w:r></w:p>"


def odt(body: str, manifest: str = "<m/>") -> bytes:
    spaces = (
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    )
    content = f"<office:document-content {spaces}><office:body><office:text>{body}</office:text></office:body></office:document-content>"
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": content,
            "META-INF/manifest.xml": manifest,
        }
    )


def picture(form: str = "PNG", size: tuple[int, int] = (640, 900), mode: str = "L", **options: object) -> bytes:
    target = io.BytesIO()
    Image.new(mode, size, 255 if mode in ("1", "L") else "white").save(target, form, **options)
    return target.getvalue()


def pdf(*pages: str, rotation: int = 0) -> bytes:
    target = io.BytesIO()
    drawing = canvas.Canvas(target, pagesize=(595, 842), invariant=1)
    for page in pages:
        for line, words in enumerate(page.split("\n")):
            drawing.drawString(72, 770 - 20 * line, words)
        drawing.showPage()
    drawing.save()
    return turned_pdf(target.getvalue(), rotation) if rotation else target.getvalue()


def turned_pdf(content: bytes, rotation: int) -> bytes:
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as document:
        for page in document.pages:
            page.obj["/Rotate"] = rotation
        document.save(target)
    return target.getvalue()


def changed_pdf(content: bytes, **options: object) -> bytes:
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as document:
        document.save(target, **options)
    return target.getvalue()


def pdf_with_attachment(content: bytes, name: str, attached: bytes) -> bytes:
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as document:
        document.attachments[name] = pikepdf.AttachedFileSpec(document, attached, filename=name)
        document.save(target)
    return target.getvalue()


def mail(headers: str, body: str | bytes) -> bytes:
    raw = body if isinstance(body, bytes) else body.encode()
    return headers.strip().replace("\n", "\r\n").encode() + b"\r\n\r\n" + raw


FORM = {
    "form_id": "w-1",
    "submitted_at": "2026-05-10T17:07:00+03:00",
    "topic": "Meter",
    "name": {"full": "Ann Lee"},
    "contact": {"email": "ann@example.org", "phone": None},
    "account": "1234567890",
    "address": None,
    "message": "The meter has stopped.",
    "consent": True,
}
