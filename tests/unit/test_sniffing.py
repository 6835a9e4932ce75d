"""A file is what its bytes say, whatever its name says."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive.errors import Unreadable
from intake.sniffing import sniff
from tests.unit import document_making as making

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
KINDS = [
    ("a.pdf", making.pdf("hello"), "application/pdf", False),
    ("photo.jpg", making.pdf("hello"), "application/pdf", True),
    ("a.jpg", making.picture("JPEG"), "image/jpeg", False),
    ("a.jpg", making.picture("PNG"), "image/png", True),
    ("a.jpeg", making.picture("JPEG"), "image/jpeg", False),
    ("a.tif", making.picture("TIFF"), "image/tiff", False),
    ("a.gif", making.picture("GIF"), "image/gif", False),
    ("a.webp", making.picture("WEBP", mode="RGB"), "image/webp", False),
    ("a.bmp", making.picture("BMP"), "image/bmp", False),
    ("a.jp2", making.picture("JPEG2000"), "image/jp2", False),
    ("a.docx", making.docx(making.paragraph("hello")), DOCX, False),
    ("a.odt", making.odt("<text:p>hello</text:p>"), "application/vnd.oasis.opendocument.text", False),
    (
        "a.xlsx",
        making.zipped({"[Content_Types].xml": "", "xl/workbook.xml": ""}),
        DOCX.replace("wordprocessingml.document", "spreadsheetml.sheet"),
        False,
    ),
    ("a.zip", making.zipped({"a.txt": "hello"}), "application/zip", False),
    ("a.rtf", rb"{\rtf1\ansi hello}", "application/rtf", False),
    ("a.html", b"<!DOCTYPE html><p>hello", "text/html", False),
    ("a.txt", "Уважаемые господа".encode("cp1251"), "text/plain", False),
    ("a.txt", "hello there".encode("utf-16"), "text/plain", False),
    ("a.txt", b"MZ is how this text begins, for no reason at all", "text/plain", False),
    ("a.csv", b"a,b,c\n1,2,3\n", "text/plain", False),
    ("a.eml", b"From: a@b.example\r\nSubject: x\r\n\r\nhello", "message/rfc822", False),
    (
        "msg_01.txt",
        b"Return-Path: <a@b.example>\nReceived: by c; today\nFrom: a@b.example\n\nhi",
        "message/rfc822",
        True,
    ),
    ("letter.txt", b"From: Ann Lee\nDear Sirs,\nplease call me.\n", "text/plain", False),
    ("a.json", b'{"form_id": "x"', "application/json", False),
    ("a.xml", b"<?xml version='1.0'?><a>b</a>", "application/xml", False),
    ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "application/x-ole-storage", False),
    ("a.7z", b"7z\xbc\xaf\x27\x1c" + bytes(64), "application/x-7z-compressed", False),
    ("a.djvu", b"AT&TFORM\x00\x00\x01\x00DJVU", "image/vnd.djvu", False),
    ("a.bin", bytes(range(256)) * 8, "application/octet-stream", False),
]


@pytest.mark.parametrize(("name", "content", "kind", "lies"), KINDS, ids=[f"{k[0]} is {k[2]}" for k in KINDS])
def test_the_true_type_is_told(tmp_path: Path, name: str, content: bytes, kind: str, lies: bool) -> None:
    source = tmp_path / "source"
    source.write_bytes(content)
    sniffed = sniff(source, name)
    assert (sniffed.media_type, sniffed.lies) == (kind, lies)


REFUSED = [
    ("a.pdf", b"", "zero_bytes"),
    ("invoice.pdf", b"MZ\x90\x00\x03\x00\x00\x00\x04" + bytes(range(256)), "executable"),
    ("a.txt", b"\x7fELF\x02\x01\x01" + bytes(64), "executable"),
    ("a.txt", b"#!/bin/sh\nrm -rf /\n", "executable"),
    ("letter.bat", b"@echo off\r\ndel *.*\r\n", "executable"),
    ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64) + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
]


@pytest.mark.parametrize(("name", "content", "reason"), REFUSED, ids=[f"{r[0]} {r[2]}" for r in REFUSED])
def test_what_is_no_document_is_refused(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    source = tmp_path / "source"
    source.write_bytes(content)
    with pytest.raises(Unreadable) as caught:
        sniff(source, name)
    assert caught.value.reason == reason


def test_text_from_the_form_channel_is_a_form_whatever_its_name(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"not json")
    assert sniff(source, "upload", form_channel=True).media_type == "application/json"
