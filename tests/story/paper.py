"""A pile of paper on the scanner: one PDF of several pages, cut into letters that wait at the desk."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace

from PIL import Image

from archive import arrivals, documents
from archive.arrivals import NewArrival
from archive.documents import NewLetter, Settlement
from intake.readings import KeptPage, keep_reading
from intake.stages import PageReading
from tests.story.stocked import Stock, drawn

Lines = Sequence[str]

COMPLAINT: Lines = (
    "Complaint",
    "Account 5510077001",
    "Margaret Whitlock, 14 Tanner Row, Northbridge",
    "The supply fails every evening since Monday.",
)
GOES_ON: Lines = ("Page 2", "On Tuesday it failed for two hours.", "Please put the line in order.")
ANOTHER: Lines = (
    "Please issue an invoice for October.",
    "Northbridge Bakery Ltd, 2 Mill Lane, Northbridge",
    "Account 5510088002",
    "We have not received the invoice.",
)


def pile(
    made: Stock, name: str, letters: Sequence[Sequence[Lines]], channel: str = "post", branch: str = "63"
) -> list[int]:
    """One scan of these letters, each a list of pages, without separators; answers the letters' ids in order."""
    pages = [drawn(lines) for letter in letters for lines in letter]
    digest, size = made.opened.objects.put(io.BytesIO(_pdf([picture for picture, _ in pages])))
    found, first = [], 1
    with made.opened.catalogue.writing() as connection:
        new = NewArrival(channel, f"test:{name}", branch, f"{name}.pdf", "", digest, size)
        arrival_id, made.receipts[name] = arrivals.register(connection, new, "test")
        for ordinal, letter in enumerate(letters, 1):
            last = first + len(letter) - 1
            own = made.opened.objects.put(io.BytesIO(_pdf([picture for picture, _ in pages[first - 1 : last]])))
            what = NewLetter(ordinal, first, last, f"{name}, p. {first}–{last}", "application/pdf", *own, ())
            letter_id = documents.enter(connection, arrival_id, what)
            kept = [_page(reading, number) for number, (_, reading) in enumerate(pages[first - 1 : last], 1)]
            documents.keep_reading(connection, letter_id, *keep_reading(made.opened.objects, kept), made_by="test")
            documents.settle(connection, letter_id, _waits(), "system:intake")
            found.append(letter_id)
            first = last + 1
        arrivals.mark_opened(connection, arrival_id, "application/pdf", first - 1, (), ())
    return found


def _page(reading: PageReading, number: int) -> KeptPage:
    return KeptPage(replace(reading, number=number), 0, number)


def _waits() -> Settlement:
    return documents.unsettled("review", "nobody_known", ())


def _pdf(pictures: Sequence[bytes]) -> bytes:
    images = [Image.open(io.BytesIO(picture)) for picture in pictures]
    kept = io.BytesIO()
    images[0].save(kept, "PDF", save_all=True, append_images=images[1:], resolution=120)
    return kept.getvalue()
