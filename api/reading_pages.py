"""A letter page by page: what each page says, and which object its picture is drawn from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from archive.errors import NotFound
from archive.ports import ObjectStore
from archive.sentences import say
from archive.showing.letters import Card
from intake.readers.registry import has_pages
from intake.readings import KeptPage, load_pages
from intake.stages import PageReading


@dataclass(frozen=True, slots=True)
class LetterPage:
    """One page of a letter. `digest`, `media_type` and `page` say where its picture comes from; '' where it has none."""

    number: int
    reading: PageReading | None
    part_name: str
    digest: str
    media_type: str
    page: int

    @property
    def has_picture(self) -> bool:
        """Whether the page can be drawn."""
        return bool(self.digest)

    @property
    def text(self) -> str:
        """What the page says; '' where it is not read yet."""
        return self.reading.text if self.reading else ""


def pages_of(objects: ObjectStore, card: Card) -> list[LetterPage]:
    """All pages of a letter in order; one without text where it is not read yet but can be drawn."""
    if card.row.reading:
        kept = load_pages(objects, card.row.reading)
        return [_page(card, number, page) for number, page in enumerate(kept, 1)]
    if has_pages(card.row.media_type):
        count = _pages_within(card)
        return [
            LetterPage(number, None, card.row.name, card.row.digest, card.row.media_type, number)
            for number in range(1, count + 1)
        ]
    return []


def _pages_within(card: Card) -> int:
    first, last = card.row.page_from, card.row.page_to
    return last - first + 1 if first and last else 1


def _page(card: Card, number: int, kept: KeptPage) -> LetterPage:
    name, digest, media_type = card.row.name, card.row.digest, card.row.media_type
    for part in card.parts:
        if part.part == kept.part + 1:
            name, digest, media_type = part.name, part.digest, part.media_type
    drawn = kept.reading.source != "markup" and has_pages(media_type)
    return LetterPage(number, kept.reading, name, digest if drawn else "", media_type, kept.part_page)


def page_of(pages: Sequence[LetterPage], number: int) -> LetterPage:
    """The page of this number. Raises: NotFound."""
    if not 1 <= number <= len(pages):
        raise NotFound(say("the letter has {count} pages, and none of number {page}", count=len(pages), page=number))
    return pages[number - 1]
