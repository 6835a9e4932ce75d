"""Opening an arrival: what a worker calls. Everything here hands the bytes to the sandbox and takes facts back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter

from archive.errors import LimitExceeded, Unreadable
from intake.limits import DEFAULT_LIMITS, Limits
from intake.opening.results import PageLook, SplitLetter
from intake.readers.names import for_show
from intake.readers.registry import has_pages
from intake.readers.results import Contents, PageContent, PartContent, Picture
from intake.readers.verdicts import FOR_REVIEW, verdict_for
from intake.sandbox import Sandbox

_CONTENTS = TypeAdapter(Contents)
_PICTURES = TypeAdapter(tuple[Picture, ...])
_LOOKS = TypeAdapter(tuple[PageLook, ...])
_LETTERS = TypeAdapter(tuple[SplitLetter, ...])


def open_file(
    box: Sandbox,
    source: Path,
    scratch: Path,
    *,
    name: str,
    form_channel: bool = False,
    with_pictures: bool = False,
    limits: Limits = DEFAULT_LIMITS,
) -> Contents:
    """What the file holds, its enclosures opened too, however deep they lie.

    Never raises for what a stranger sent: a file that cannot be opened comes back with a verdict, an enclosure that
    cannot be with its `trouble`. Files named in the answer are relative to `scratch`, which must exist.
    Raises: EngineAway.
    """
    opening = _Opening(box, scratch, limits, with_pictures)
    try:
        contents = opening.opened(source, name, form_channel)
        parts = tuple(opening.enclosures_of(contents, depth=1))
    except (Unreadable, LimitExceeded) as error:
        part = PartContent("letter", for_show(name, limits), name, "application/octet-stream", trouble=error.reason)
        return Contents("application/octet-stream", (part,), verdict=verdict_for(error.reason))
    first, *others = parts
    named = replace(first, name=first.name or for_show(name, limits), original_name=first.original_name or name)
    return _judged(replace(contents, parts=(named, *others)))


def _judged(contents: Contents) -> Contents:
    """A verdict where nothing of substance could be read: the first trouble says why."""
    if contents.verdict is not None:
        return contents
    readable = [part for part in contents.parts if part.trouble is None and part.pages]
    troubles = [part.trouble for part in contents.parts if part.trouble is not None]
    if readable or not troubles:
        return contents
    worst = next((trouble for trouble in troubles if trouble in FOR_REVIEW), troubles[0])
    return replace(contents, verdict=verdict_for(worst))


class _Opening:
    """One arrival being opened: counts its parts, gives each call a scratch folder of its own."""

    def __init__(self, box: Sandbox, scratch: Path, limits: Limits, with_pictures: bool) -> None:
        self.box, self.scratch, self.limits, self.with_pictures = box, scratch, limits, with_pictures
        self.calls = 0
        self.parts = 0

    def opened(self, source: Path, name: str, form_channel: bool = False) -> Contents:
        """One file through the door; file names in the answer relative to the arrival's scratch folder."""
        folder = self._new_folder()
        answer = self.box.run(
            "intake.readers.door:read",
            source=source,
            scratch=self.scratch / folder,
            limits=self.limits,
            pass_limits=True,
            name=name,
            form_channel=form_channel,
            with_pictures=self.with_pictures,
        )
        return _below(_CONTENTS.validate_python(answer), folder)

    def _new_folder(self) -> str:
        """A folder for one call; what an earlier try left behind is not touched."""
        while True:
            self.calls += 1
            folder = f"call_{self.calls:04}"
            if not (self.scratch / folder).exists():
                (self.scratch / folder).mkdir()
                return folder

    def enclosures_of(self, contents: Contents, depth: int) -> Iterator[PartContent]:
        """Every part, those with a file of their own opened, and what lies in them right behind them."""
        for part in contents.parts:
            self.parts += 1
            if self.parts > self.limits.parts:
                raise LimitExceeded("too_many_parts", f"more than {self.limits.parts} parts in one arrival")
            if part.file is None or part.trouble is not None or not part.substantive:
                yield part
            else:
                yield from self._enclosure(part, part.file, depth)

    def _enclosure(self, part: PartContent, file: str, depth: int) -> Iterator[PartContent]:
        try:
            if depth > self.limits.depth:
                raise LimitExceeded("depth", f"files lie more than {self.limits.depth} deep in one another")
            inner = self.opened(self.scratch / file, part.original_name)
        except (Unreadable, LimitExceeded) as error:
            yield replace(part, trouble=error.reason)
            return
        yield from self._merged(part, inner, depth)

    def _merged(self, part: PartContent, inner: Contents, depth: int) -> Iterator[PartContent]:
        first, *others = inner.parts
        trouble = inner.verdict.reason if inner.verdict is not None else first.trouble
        if first.file is not None:  # an archive: its members are the parts, it is only their wrapping
            yield replace(part, media_type=inner.media_type, substantive=False)
            yield from self.enclosures_of(_as_enclosures(inner, inner.parts), depth + 1)
            return
        yield replace(
            part,
            media_type=inner.media_type,
            pages=first.pages,
            trouble=trouble,
            quoted=first.quoted,
            facts={**part.facts, **inner.facts},
        )
        yield from self.enclosures_of(_as_enclosures(inner, others), depth + 1)


def _as_enclosures(contents: Contents, parts: Sequence[PartContent]) -> Contents:
    """What lies within an enclosure is an enclosure too, but a mail's body stays one."""
    return replace(
        contents, parts=tuple(replace(part, role="enclosure") if part.role == "letter" else part for part in parts)
    )


def _below(contents: Contents, folder: str) -> Contents:
    return replace(contents, parts=tuple(_part_below(part, folder) for part in contents.parts))


def _part_below(part: PartContent, folder: str) -> PartContent:
    file = None if part.file is None else f"{folder}/{_plain(part.file)}"
    return replace(part, file=file, pages=tuple(_page_below(page, folder) for page in part.pages))


def _page_below(page: PageContent, folder: str) -> PageContent:
    if page.picture is None:
        return page
    return replace(page, picture=replace(page.picture, file=f"{folder}/{_plain(page.picture.file)}"))


def _plain(file: str) -> str:
    """A bare file name. Raises: Unreadable (`parser_failed`): the cell may be in a stranger's hands."""
    if "/" in file or file in ("", ".", "..") or "\x00" in file:
        raise Unreadable("parser_failed", "the parser answered a file name that is none")
    return file


def look_at_pages(
    box: Sandbox, source: Path, scratch: Path, media_type: str, limits: Limits = DEFAULT_LIMITS
) -> tuple[PageLook, ...]:
    """What each page is (separator, blank, or a page); empty for a type without pages.

    Raises: Unreadable, LimitExceeded, EngineAway.
    """
    if not has_pages(media_type):
        return ()
    answer = box.run(
        "intake.opening.looking:look",
        source=source,
        scratch=scratch,
        limits=limits,
        pass_limits=True,
        media_type=media_type,
    )
    return _LOOKS.validate_python(answer)


def split_letters(
    box: Sandbox,
    source: Path,
    scratch: Path,
    media_type: str,
    ranges: Sequence[tuple[int, int]],
    limits: Limits = DEFAULT_LIMITS,
) -> tuple[SplitLetter, ...]:
    """Each range of pages as a file of its own in scratch, proven page by page. Safe to repeat: same bytes each time.

    Raises: Unreadable (`unsplittable`, `no_such_page`), Damaged where a page came out other, LimitExceeded, EngineAway.
    """
    answer = box.run(
        "intake.opening.splitting:split",
        source=source,
        scratch=scratch,
        limits=limits,
        pass_limits=True,
        media_type=media_type,
        ranges=[list(pages) for pages in ranges],
    )
    return _LETTERS.validate_python(answer)


def draw_pages(
    box: Sandbox,
    source: Path,
    scratch: Path,
    media_type: str,
    numbers: Sequence[int] | None = None,
    *,
    form: Literal["pnm", "png", "jpeg"] = "pnm",
    max_side_px: int | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> tuple[Picture, ...]:
    """Pictures of the pages named (all, where None) as files in scratch: `pnm` for reading, `png` or `jpeg` for show.

    Raises: Unreadable, LimitExceeded, EngineAway.
    """
    answer: Any = box.run(
        "intake.readers.door:draw",
        source=source,
        scratch=scratch,
        limits=limits,
        pass_limits=True,
        media_type=media_type,
        numbers=None if numbers is None else list(numbers),
        form=form,
        max_side_px=max_side_px,
    )
    return _PICTURES.validate_python(answer)
