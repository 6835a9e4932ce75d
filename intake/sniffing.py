"""What a file truly is, by its bytes. Its name is asked last, and only to tell kinds of text apart.

Called inside the sandbox: looking into a ZIP is parsing a stranger's bytes.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

from archive.errors import Unreadable

_HEAD_BYTES = 64 * 1024
EXECUTABLE = "application/x-executable"
UNKNOWN = "application/octet-stream"

_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x7fELF", EXECUTABLE),
    (0, b"MZ", EXECUTABLE),
    (0, b"\xfe\xed\xfa\xce", EXECUTABLE),
    (0, b"\xfe\xed\xfa\xcf", EXECUTABLE),
    (0, b"\xce\xfa\xed\xfe", EXECUTABLE),
    (0, b"\xcf\xfa\xed\xfe", EXECUTABLE),
    (0, b"\xca\xfe\xba\xbe", EXECUTABLE),
    (0, b"\x4c\x00\x00\x00\x01\x14\x02\x00", EXECUTABLE),
    (0, b"\x00asm", EXECUTABLE),
    (0, b"dex\n", EXECUTABLE),
    (0, b"#!", EXECUTABLE),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (0, b"II+\x00", "image/tiff"),
    (0, b"MM\x00+", "image/tiff"),
    (0, b"\x00\x00\x00\x0cjP  \r\n\x87\n", "image/jp2"),
    (0, b"\xff\x4f\xff\x51", "image/jp2"),
    (0, b"{\\rtf", "application/rtf"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"BZh", "application/x-bzip2"),
    (0, b"\xfd7zXZ\x00", "application/x-xz"),
    (0, b"\x28\xb5\x2f\xfd", "application/zstd"),
    (0, b"AT&TFORM", "image/vnd.djvu"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"OggS", "audio/ogg"),
    (0, b"fLaC", "audio/flac"),
    (0, b"%!PS", "application/postscript"),
    (0, b"\x78\x9f\x3e\x22", "application/ms-tnef"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypmif1", "image/heic"),
    (4, b"ftypavif", "image/avif"),
    (4, b"ftyp", "video/mp4"),
    (8, b"WEBP", "image/webp"),
    (8, b"AVI ", "video/x-msvideo"),
    (8, b"WAVE", "audio/wav"),
    (257, b"ustar", "application/x-tar"),
)
_BY_EXTENSION: dict[str, frozenset[str]] = {
    "application/pdf": frozenset({"pdf"}),
    "image/jpeg": frozenset({"jpg", "jpeg", "jpe", "jfif"}),
    "image/png": frozenset({"png"}),
    "image/gif": frozenset({"gif"}),
    "image/tiff": frozenset({"tif", "tiff"}),
    "image/webp": frozenset({"webp"}),
    "image/bmp": frozenset({"bmp", "dib"}),
    "image/jp2": frozenset({"jp2", "j2k", "jpf", "jpx", "j2c", "jpc"}),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": frozenset({"docx", "docm", "dotx"}),
    "application/vnd.oasis.opendocument.text": frozenset({"odt", "ott"}),
    "application/rtf": frozenset({"rtf", "doc"}),
    "application/x-ole-storage": frozenset({"doc", "dot", "xls", "ppt", "msg"}),
    "application/zip": frozenset({"zip"}),
    "message/rfc822": frozenset({"eml", "msg", "mht", "mhtml"}),
    "text/html": frozenset({"html", "htm", "xhtml"}),
    "application/json": frozenset({"json"}),
    "application/xml": frozenset({"xml"}),
    "text/plain": frozenset({"txt", "csv", "tsv", "text", "log", "md", "asc"}),
}
_CLAIMED = {extension: kind for kind, extensions in _BY_EXTENSION.items() for extension in extensions}
_SCRIPTS = frozenset(
    [
        "exe",
        "com",
        "bat",
        "cmd",
        "scr",
        "pif",
        "vbs",
        "vbe",
        "js",
        "jse",
        "wsf",
        "wsh",
        "ps1",
        "psm1",
        "hta",
        "msi",
        "jar",
        "sh",
        "lnk",
        "reg",
        "cpl",
        "dll",
    ]
)
_OFFICE = (
    ("word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
)
_MAIL_HEADER = re.compile(
    rb"^(from|to|subject|date|message-id|received|return-path|mime-version|content-type|delivered-to|reply-to|"
    rb"dkim-signature|x-[\w-]+|cc|sender|content-transfer-encoding|in-reply-to|references|importance)[ \t]*:",
    re.IGNORECASE,
)
_ANY_HEADER = re.compile(rb"^[!-9;-~]{1,76}[ \t]*:")
_HTML = re.compile(
    r"^\s*(<!--.*?-->\s*|<\?xml[^>]*\?>\s*)*<(!doctype\s+html|html|head|body|div|p|table|meta|span|h1)\b", re.I | re.S
)
_XML = re.compile(r"^\s*(<\?xml\b|<!DOCTYPE\b|<[\w:Ѐ-ӿ-]+[^<>]*>)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sniffed:
    """`media_type` by content; `lies`: the name's extension claims another kind."""

    media_type: str
    lies: bool


def sniff(source: Path, name: str, form_channel: bool = False) -> Sniffed:
    """The true media type. `name` is what the sender called it; `form_channel` makes text JSON whatever its name.

    Raises: Unreadable (`zero_bytes`, `executable`, `encrypted`, `malformed`).
    """
    if source.stat().st_size == 0:
        raise Unreadable("zero_bytes", "the file is empty: it has no bytes")
    with source.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    media_type = _by_magic(head, source) or _by_text(head, extension, form_channel)
    if media_type == EXECUTABLE:
        raise Unreadable("executable", "the file is a program, whatever its name says")
    claimed = _CLAIMED.get(extension)
    lies = claimed is not None and media_type != claimed and extension not in _BY_EXTENSION.get(media_type, ())
    return Sniffed(media_type, lies)


def _by_magic(head: bytes, source: Path) -> str | None:
    for offset, magic, media_type in _MAGIC:
        if head.startswith(magic, offset) and not (magic == b"#!" and b"/" not in head[:80]):
            return _checked_magic(media_type, magic, head, source)
    if head.startswith(b"BM") and len(head) > 26 and head[6:10] == b"\0\0\0\0":
        return "image/bmp"
    if b"%PDF-" in head[:1024]:
        return "application/pdf"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _zip_kind(source)
    return None


def _checked_magic(media_type: str, magic: bytes, head: bytes, source: Path) -> str | None:
    """Magic numbers of two letters need a second look; OLE files may be encrypted office documents."""
    if magic == b"MZ" and _is_text(head):
        return None
    if magic in (b"BZh", b"ID3", b"dex\n") and _is_text(head):
        return None
    if media_type == "application/x-ole-storage" and "EncryptedPackage".encode("utf-16-le") in _whole(source):
        raise Unreadable("encrypted", "the office document is encrypted and a password is needed")
    return media_type


def _whole(source: Path, at_most_bytes: int = 64 << 20) -> bytes:
    with source.open("rb") as file:
        return file.read(at_most_bytes)


def _zip_kind(source: Path) -> str:
    try:
        with zipfile.ZipFile(source) as archive:
            names = archive.namelist()[:5000]
            declared = archive.read("mimetype")[:200] if "mimetype" in names and _is_small(archive, "mimetype") else b""
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError):
        return "application/zip"
    if declared.startswith(b"application/"):
        return declared.decode("ascii", "replace").strip()
    if "[Content_Types].xml" in names:
        for folder, media_type in _OFFICE:
            if any(name.lower().startswith(folder) for name in names):
                return media_type
        return "application/vnd.openxmlformats-package"
    if "META-INF/MANIFEST.MF" in names and any(name.endswith(".class") for name in names):
        return EXECUTABLE
    return "application/zip"


def _is_small(archive: zipfile.ZipFile, name: str) -> bool:
    return archive.getinfo(name).file_size < 1000


def _by_text(head: bytes, extension: str, form_channel: bool) -> str:
    if not _is_text(head):
        return UNKNOWN
    if extension in _SCRIPTS:
        return EXECUTABLE
    if form_channel:
        return "application/json"
    if _is_mail(head, extension):
        return "message/rfc822"
    text = _readable(head)
    if extension == "json" or (text.lstrip()[:1] == "{" and '"form_id"' in text):
        return "application/json"
    if _HTML.match(text) or (extension in ("html", "htm") and "<" in text):
        return "text/html"
    if text.lstrip().startswith("<?xml") or (extension == "xml" and _XML.match(text)):
        return "application/xml"
    return "text/plain"


def _readable(head: bytes) -> str:
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return head.decode("utf-16", "replace")
    return head.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace").replace("\x00", "")


def _is_text(head: bytes) -> bool:
    """Few control characters; zero bytes only as UTF-16 has them."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return True
    body = head.replace(b"\x00", b"")
    zeros = len(head) - len(body)
    if zeros and not 0.3 < zeros / len(head) < 0.6 and zeros > 2:
        return zeros / len(head) < 0.001
    controls = sum(body.count(bytes([code])) for code in (*range(1, 8), *range(14, 27), 28, 29, 30, 31, 127))
    return controls <= max(2, 0.01 * len(body))


def _is_mail(head: bytes, extension: str) -> bool:
    """Header lines of a mail at the top; two known ones, or one where the name says it is a mail."""
    known = 0
    for number, line in enumerate(head.lstrip(b"\r\n").split(b"\n")[:60]):
        line = line.rstrip(b"\r")
        if _MAIL_HEADER.match(line):
            known += 1
        elif not line:
            break
        elif not (
            line[:1] in b" \t" or _ANY_HEADER.match(line) or (number == 0 and line.startswith((b"From ", b">From ")))
        ):
            return extension == "eml" and known > 0
    return known >= (1 if extension == "eml" else 2)
