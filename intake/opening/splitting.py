"""Cutting letters out of a batch without loss, in the cell: every page proven equal to the one it came from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pikepdf
from PIL import Image, TiffImagePlugin

from archive.errors import Damaged, Unreadable
from intake.limits import Limits
from intake.opening.results import SplitLetter
from intake.readers import pdf, pictures, tiff

_RESOLUTION_TAGS = (282, 283, 296)
_ORIENTATION_TAG = 274


def split(
    source: Path, scratch: Path, limits: Limits, media_type: str, ranges: Sequence[Sequence[int]]
) -> list[SplitLetter]:
    """Each range of pages (from, to; from 1, both included) as a file of its own, in the same format.

    The same source and range give the same bytes, whenever they are cut.
    Raises: Unreadable (`unsplittable`) for a format without pages, `no_such_page`; Damaged where a page came out other.
    """
    wanted = [(int(first), int(last)) for first, last in ranges]
    if any(first < 1 or last < first for first, last in wanted):
        raise Unreadable("no_such_page", f"these are no ranges of pages: {wanted}")
    if media_type == pdf.MEDIA_TYPE:
        return _split_pdf(source, scratch, wanted)
    if media_type == tiff.MEDIA_TYPE:
        return _split_tiff(source, scratch, limits, wanted)
    raise Unreadable("unsplittable", f"{media_type} cannot be cut into letters")


def _name(first: int, last: int, suffix: str) -> str:
    return f"letter_{first:04}_{last:04}{suffix}"


def _finished(scratch: Path, file: str, pages: tuple[int, int], media_type: str, digests: list[str]) -> SplitLetter:
    size = (scratch / file).stat().st_size
    return SplitLetter(file, pages[0], pages[1], media_type, size, tuple(digests))


def _split_pdf(source: Path, scratch: Path, ranges: list[tuple[int, int]]) -> list[SplitLetter]:
    letters = []
    with _whole_pdf(source) as whole:
        for first, last in ranges:
            if last > len(whole.pages):
                raise Unreadable("no_such_page", f"page {last} of {len(whole.pages)} is not there")
            file = _name(first, last, ".pdf")
            with pikepdf.new() as letter:
                letter.pages.extend(whole.pages[first - 1 : last])
                letter.remove_unreferenced_resources()
                letter.save(
                    scratch / file,
                    deterministic_id=True,
                    compress_streams=False,
                    stream_decode_level=pikepdf.StreamDecodeLevel.none,
                )
            before = [pdf_page_digest(whole.pages[number - 1]) for number in range(first, last + 1)]
            with pikepdf.open(scratch / file) as again:
                after = [pdf_page_digest(page) for page in again.pages]
            _prove(before, after, first)
            letters.append(_finished(scratch, file, (first, last), pdf.MEDIA_TYPE, after))
    return letters


def _whole_pdf(source: Path) -> pikepdf.Pdf:
    try:
        return pikepdf.open(source, suppress_warnings=True)
    except pikepdf.PasswordError as error:
        raise Unreadable("encrypted", "the PDF is encrypted and a password is needed") from error
    except pikepdf.PdfError as error:
        raise Unreadable("unsplittable", f"the PDF is too damaged to be cut: {error}") from error


def _prove(before: list[str], after: list[str], first: int) -> None:
    for offset, (one, other) in enumerate(zip(before, after, strict=False)):
        if one != other:
            raise Damaged(f"page {first + offset} came out of the cutting other than it went in; keep the batch whole")
    if len(before) != len(after):
        raise Damaged(f"{len(before)} pages from page {first} on came out as {len(after)}; keep the batch whole")


def pdf_page_digest(page: pikepdf.Page) -> str:
    """SHA-256 over the page's geometry, its content streams, and the stored bytes of every image and form it uses."""
    digest = hashlib.sha256()
    digest.update(repr([[float(side) for side in box] for box in (page.mediabox, page.cropbox)]).encode())
    digest.update(str(int(page.get("/Rotate", 0) or 0)).encode())
    contents = page.obj.get("/Contents")
    for stream in _streams(contents):
        digest.update(b"content")
        digest.update(stream.read_raw_bytes())
    for part in sorted(_resource_digests(page.resources, set())):
        digest.update(part.encode())
    return digest.hexdigest()


def _streams(contents: Any) -> list[Any]:
    if contents is None:
        return []
    return list(contents) if isinstance(contents, pikepdf.Array) else [contents]


def _resource_digests(resources: Any, seen: set[tuple[int, int]]) -> Iterator[str]:
    """Name, size, filter and stored bytes of each XObject, those within forms included."""
    for name, item in (resources.get("/XObject", {}) if resources is not None else {}).items():
        if not isinstance(item, pikepdf.Stream) or (item.objgen != (0, 0) and item.objgen in seen):
            continue
        seen.add(item.objgen)
        facts = [str(item.get(key, "")) for key in ("/Subtype", "/Width", "/Height", "/BitsPerComponent", "/Filter")]
        yield f"{name} {facts} {hashlib.sha256(item.read_raw_bytes()).hexdigest()}"
        if item.get("/Subtype") == "/Form" and "/Resources" in item:
            yield from _resource_digests(item["/Resources"], seen)


def pixel_digest(image: Image.Image) -> str:
    """SHA-256 over mode, size and decoded pixels."""
    head = f"{image.mode} {image.width} {image.height} ".encode()
    return hashlib.sha256(head + image.tobytes()).hexdigest()


def _split_tiff(source: Path, scratch: Path, limits: Limits, ranges: list[tuple[int, int]]) -> list[SplitLetter]:
    files = {pages: _name(*pages, ".tif") for pages in ranges}
    digests: dict[tuple[int, int], list[str]] = {pages: [] for pages in ranges}
    writers = {
        pages: TiffImagePlugin.AppendingTiffWriter(str(scratch / file), new=True) for pages, file in files.items()
    }
    for number, frame in tiff.frames(source, limits):
        for pages in (pages for pages in ranges if pages[0] <= number <= pages[1]):
            with pictures.decoding():
                digests[pages].append(_append(writers[pages], frame))
    for writer in writers.values():
        writer.close()
    for first, last in ranges:
        if len(digests[first, last]) != last - first + 1:
            raise Unreadable("no_such_page", f"pages {first} to {last} are not all there")
        _prove(digests[first, last], _tiff_digests(scratch / files[first, last], limits), first)
    return [_finished(scratch, files[pages], pages, tiff.MEDIA_TYPE, digests[pages]) for pages in ranges]


def _append(writer: TiffImagePlugin.AppendingTiffWriter, frame: Image.Image) -> str:
    """Write one page, compressed without loss, with its resolution and orientation; answers its pixels' digest."""
    frame.load()
    pixels = frame.copy()
    info = TiffImagePlugin.ImageFileDirectory_v2()
    tags = getattr(frame, "tag_v2", {})
    for tag in (*_RESOLUTION_TAGS, _ORIENTATION_TAG):
        if tag in tags:
            info[tag] = tags[tag]
    pixels.info = {}
    compression = "group4" if pixels.mode == "1" else "tiff_adobe_deflate"
    pixels.save(writer, "TIFF", compression=compression, tiffinfo=info)
    writer.newFrame()
    return pixel_digest(pixels)


def _tiff_digests(path: Path, limits: Limits) -> list[str]:
    digests = []
    for _, frame in tiff.frames(path, limits):
        frame.load()
        digests.append(pixel_digest(frame))
    return digests
