"""Cut: which letters lie in an arrival. Each gets bytes of its own, cut out without loss and proven page by page."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from archive import tracing
from archive.documents import NewLetter, NewPart
from archive.sentences import Told, stored
from intake.engines import Engines
from intake.opening import arrival as opening
from intake.opening.cutting import Cut, Segment, cut_again
from intake.opening.cutting import cut as cut_pages
from intake.opening.results import PageLook
from intake.opening.suspicion import suspect_starts
from intake.readers.registry import has_pages
from intake.readers.results import Contents, PartContent
from intake.stages import Opened, PageReading, Preserved
from intake.steps.preserve import original
from intake.steps.read import dpi_of

TEXT = "text/plain"
SUSPECTED = "suspected_missing_separator"
READ_AT_ONCE_PAGES = 24
"""A batch of no more pages is read when it is opened: its models are loaded once."""


@tracing.spanned("cut")
def cut(preserved: Preserved, engines: Engines, folder: Path) -> Opened:
    """The arrival's letters, their bytes in the object store; or why it is refused. Raises `EngineAway`."""
    source, scratch = original(preserved, folder), folder / "opened"
    scratch.mkdir(exist_ok=True)
    received = preserved.received
    contents = opening.open_file(
        engines.sandbox,
        source,
        scratch,
        name=received.name,
        form_channel=received.channel == "form",
        limits=engines.limits,
    )
    if contents.verdict is not None and contents.verdict.outcome == "rejected":
        return Opened(preserved, (), 0, (), (), refusal=(contents.verdict.reason, ()))
    if contents.verdict is not None:
        return _one_letter(preserved, contents, engines, scratch, f"{contents.verdict.reason}: ")
    pages = [page for page in contents.parts[0].pages if page.drawable]
    if not pages or not has_pages(contents.media_type):
        return _one_letter(preserved, contents, engines, scratch, "")
    return _paged(preserved, contents, engines, source, scratch)


def _one_letter(preserved: Preserved, contents: Contents, engines: Engines, scratch: Path, suspicion: str) -> Opened:
    letter = _whole(preserved, contents, engines, scratch, None, suspicion)
    return Opened(preserved, (letter,), 0, (), (), media_type=contents.media_type)


def _whole(
    preserved: Preserved,
    contents: Contents,
    engines: Engines,
    scratch: Path,
    pages: tuple[int, int] | None,
    suspicion: str = "",
) -> NewLetter:
    """The arrival as one letter: its own bytes are the letter's, its parts are kept beside it."""
    received = preserved.received
    parts = tuple(_parts(preserved, contents, engines, scratch))
    return NewLetter(
        1,
        pages[0] if pages else None,
        pages[1] if pages else None,
        received.name,
        contents.media_type,
        received.digest,
        received.size_bytes,
        parts,
        suspicion,
        contents.facts,
        contents.facts.get("answer_channel", ""),
    )


def _parts(preserved: Preserved, contents: Contents, engines: Engines, scratch: Path) -> Iterator[NewPart]:
    received = preserved.received
    several = len(contents.parts) > 1 or contents.parts[0].role == "body"
    for part in contents.parts:
        if part.file is not None:
            with (scratch / part.file).open("rb") as source:
                digest, size_bytes = engines.objects.put(source)
            yield NewPart(part.role, part.name, part.media_type or _ANY, digest, size_bytes, part.substantive)
        elif part.role == "body":
            digest, size_bytes = engines.objects.put(io.BytesIO(_text(part).encode()))
            yield NewPart("body", part.name, TEXT, digest, size_bytes, part.substantive)
        elif several and part.role == "letter":
            # A file with enclosures inside it: the file itself is their cover.
            yield NewPart("body", part.name, part.media_type, received.digest, received.size_bytes, part.substantive)
        elif part.role == "letter":
            yield NewPart("letter", part.name, contents.media_type, received.digest, received.size_bytes)


_ANY = "application/octet-stream"


def _text(part: PartContent) -> str:
    return "\f".join(page.text or "" for page in part.pages)


def _paged(preserved: Preserved, contents: Contents, engines: Engines, source: Path, scratch: Path) -> Opened:
    # One page is one letter, whatever is on it: it need not be looked at.
    looks: Sequence[PageLook] = (PageLook(1),)
    if len(contents.parts[0].pages) > 1:
        looks = opening.look_at_pages(engines.sandbox, source, scratch, contents.media_type, engines.limits)
    found = cut_pages(looks)
    readings: Mapping[int, PageReading] = {}
    if found.is_batch:
        found, readings = _suspected(found, contents, engines, source, scratch)
        letters = tuple(_cut_out(preserved, contents, found, engines, source, scratch))
    else:
        letters = (_whole(preserved, contents, engines, scratch, (1, max(found.pages, 1))),)
    return Opened(
        preserved,
        letters,
        found.pages,
        found.separators,
        found.blanks,
        media_type=contents.media_type,
        readings=readings,
    )


def _suspected(
    found: Cut, contents: Contents, engines: Engines, source: Path, scratch: Path
) -> tuple[Cut, Mapping[int, PageReading]]:
    """The cut with the places where a separator seems to be missing, and the pages that were read to tell."""
    written = [page for segment in found.segments for page in segment.pages]
    if len(written) > READ_AT_ONCE_PAGES:
        # Of a large batch only what may hide a letter is read now; the rest side by side, letter by letter.
        written = [page for segment in found.segments if len(segment.pages) > 1 for page in segment.pages]
    readings = _read_now(written, contents, engines, source, scratch)
    starts: dict[int, Told] = {}
    for segment in found.segments:
        texts = [readings[number].text for number in segment.pages if number in readings]
        for suspicion in suspect_starts(texts, separator_missing=segment.separator_missing):
            starts[segment.pages[suspicion.page - 1]] = suspicion.why
    return cut_again(found, starts), readings


def _read_now(
    numbers: Sequence[int], contents: Contents, engines: Engines, source: Path, scratch: Path
) -> dict[int, PageReading]:
    drawn = scratch / "drawn"
    drawn.mkdir(exist_ok=True)
    pictures = opening.draw_pages(engines.sandbox, source, drawn, contents.media_type, numbers, limits=engines.limits)
    readings = engines.page_reader.read_pages(
        [drawn / picture.file for picture in pictures], [dpi_of(picture) for picture in pictures]
    )
    return {number: replace(reading, number=number) for number, reading in zip(numbers, readings, strict=True)}


def _cut_out(
    preserved: Preserved, contents: Contents, found: Cut, engines: Engines, source: Path, scratch: Path
) -> Iterator[NewLetter]:
    ranges = [(segment.page_from, segment.page_to) for segment in found.segments]
    cuts = scratch / "letters"
    cuts.mkdir(exist_ok=True)
    split = opening.split_letters(engines.sandbox, source, cuts, contents.media_type, ranges, engines.limits)
    for ordinal, (segment, piece) in enumerate(zip(found.segments, split, strict=True), 1):
        with (cuts / piece.file).open("rb") as bytes_:
            digest, size_bytes = engines.objects.put(bytes_)
        name = f"{preserved.received.name}, p. {segment.page_from}–{segment.page_to}"
        part = NewPart("letter", name, piece.media_type, digest, size_bytes)
        yield NewLetter(
            ordinal,
            segment.page_from,
            segment.page_to,
            name,
            piece.media_type,
            digest,
            size_bytes,
            (part,),
            _suspicion(segment),
        )


def _suspicion(segment: Segment) -> str:
    return f"{SUSPECTED}: {stored(segment.suspicion)}" if segment.suspicion else ""
