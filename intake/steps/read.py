"""Read: what a letter says, page by page over all its parts.

A text layer that can be believed is taken as it is; a page without one, or with garbage, is read from its picture.
The picture comes out of the sandbox as bare pixels, so that nothing of the stranger's file is decoded here.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path

from archive import tracing
from archive.errors import LimitExceeded, Unreadable
from intake.engines import Engines
from intake.ocr.text_layer import judge_text_layer
from intake.opening.arrival import open_file
from intake.readers.results import ENCRYPTED_TYPES, PageContent, Picture
from intake.readings import KeptPage
from intake.stages import Letter, PageReading, Part
from intake.steps.preserve import lay_out

_NOTHING_IN_IT = "empty"


@tracing.spanned("read")
def read(letter: Letter, engines: Engines, folder: Path) -> tuple[KeptPage, ...]:
    """Every page of every part, numbered through the letter.

    A part that can not be read is left out, not the letter, which then goes to a person. A part with nothing in it, such
    as the blank text that some mail programs add, is one blank page.

    Raises: Unreadable, LimitExceeded where the letter is that one part; EngineAway.
    """
    kept: list[KeptPage] = []
    for place, part in enumerate(letter.parts):
        try:
            readings = list(_of_part(part, letter, engines, folder))
        except (Unreadable, LimitExceeded) as error:
            if len(letter.parts) == 1 and not letter.suspicion:
                raise
            if error.reason != _NOTHING_IN_IT:
                continue
            readings = [PageReading(1, "", (), "markup", 1.0)]
        for reading in readings:
            kept.append(KeptPage(dataclasses.replace(reading, number=len(kept) + 1), place, reading.number))
    return tuple(kept)


def _of_part(part: Part, letter: Letter, engines: Engines, folder: Path) -> Iterator[PageReading]:
    """The pages of a part itself; what lies inside it is a part of its own."""
    if not part.substantive:
        return
    if part.media_type in ENCRYPTED_TYPES:
        raise Unreadable("encrypted", f"{part.name} is encrypted")
    scratch = folder / f"part-{part.digest}-{part.role}"
    scratch.mkdir(exist_ok=True)
    contents = open_file(
        engines.sandbox,
        lay_out(engines.objects, part.digest, folder),
        scratch,
        name=part.name or "body.txt",
        form_channel=part.media_type == "application/json",
        with_pictures=True,
        limits=engines.limits,
    )
    if contents.verdict is not None:
        raise Unreadable(contents.verdict.reason, f"{part.name}: {contents.verdict.reason}")
    yield from read_pages(contents.parts[0].pages, engines, scratch)


def read_pages(pages: Sequence[PageContent], engines: Engines, scratch: Path) -> Iterator[PageReading]:
    """Each page: its own text where that can be believed, else what its picture says. Pictures are read together."""
    known = {page.number: reading for page in pages if (reading := _believed(page)) is not None}
    shown = [(page.number, page.picture) for page in pages if page.number not in known and page.picture is not None]
    read_now = engines.page_reader.read_pages(
        [scratch / picture.file for _, picture in shown], [dpi_of(picture) for _, picture in shown]
    )
    for (number, _), reading in zip(shown, read_now, strict=True):
        known[number] = dataclasses.replace(reading, number=number)
    for page in pages:
        yield known.get(page.number) or PageReading(page.number, "", (), "text_layer", 1.0)


def _believed(page: PageContent) -> PageReading | None:
    """A page's own text as its reading; None where there is none, or it is garbage over a picture."""
    if page.text and not page.drawable:
        return PageReading(page.number, page.text, page.words, "markup", 1.0)
    if page.text and judge_text_layer(page.text, page.words).good:
        return PageReading(page.number, page.text, page.words, "text_layer", 1.0, tables=page.tables)
    return None


def dpi_of(picture: Picture) -> float | tuple[float, float] | None:
    """The resolution as the page reader takes it: one number, or (across, down) where pixels are not square."""
    return (picture.dpi, picture.dpi_down) if picture.dpi and picture.dpi_down else picture.dpi
