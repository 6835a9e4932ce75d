"""What repeats what: the letter received later repeats the earlier one, whichever of them was entered first."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive import documents
from archive.access import system
from archive.adapters.on_disk import FolderStore
from archive.importing import import_customers
from archive.ports import Catalogue
from intake.readings import KeptPage, keep_reading
from intake.stages import CustomerDecision, Letter, PageReading, Part, ReadLetter, Recognised, TypeDecision
from intake.steps.compare import compare
from tests.small_archive import SmallArchive

TEXT = (
    "I ask you to recalculate the charge for July and August, when the whole family was away and nobody used any power. "
    "The readings of the meter before and after are enclosed, together with the railway tickets. Account 5510077001."
)
POOLE = 1


@pytest.fixture
def small(catalogue: Catalogue, objects: FolderStore, tmp_path: Path) -> SmallArchive:
    """An archive with a customer in it and no letters."""
    file = tmp_path / "customers.csv"
    file.write_text("source_id,surname,accounts,branch\n1,Poole,5510077001,12\n", encoding="utf-8")
    import_customers(catalogue, file, lambda row: [1], system("test"))
    return SmallArchive(catalogue, objects)


def page() -> PageReading:
    return PageReading(1, TEXT, (), "markup", 1.0)


def settled(small: SmallArchive, document_id: int) -> None:
    kept = keep_reading(small.objects, [KeptPage(page(), 0, 1)])
    with small.catalogue.writing() as connection:
        documents.keep_reading(connection, document_id, *kept, "test")
    small.settle(document_id, "filed", POOLE)


def recognised(small: SmallArchive, document_id: int, content: bytes) -> Recognised:
    digest, size = small.keep(content)
    letter = Letter(document_id, 2, 1, None, None, (Part("letter", "letter", "text/plain", digest, size),))
    whose = CustomerDecision(POOLE, 1.0, True, None, "account", "5510077001", None, 20.0, ())
    what = TypeDecision("other", 1.0, None, 1.0, True, ())
    return Recognised(ReadLetter(letter, (page(),)), what, whose, (), None, {})


@pytest.mark.parametrize(
    ("again", "how"), [(b"the letter", "same_bytes"), (b"a scan of the letter", "same_text")], ids=["bytes", "text"]
)
@pytest.mark.parametrize("entered_first", ["earlier", "later"])
def test_the_later_arrivals_letter_repeats_the_earlier_ones(
    small: SmallArchive, entered_first: str, again: bytes, how: str
) -> None:
    arrivals = [small.receive("first.txt", b"the letter", "post"), small.receive("second.txt", again, "upload")]
    contents = dict(zip(arrivals, (b"the letter", again), strict=True))
    opened = arrivals if entered_first == "earlier" else reversed(arrivals)
    ids = {arrival: small.enter(arrival, 1, contents[arrival], None) for arrival in opened}
    earlier, later = (ids[arrival] for arrival in arrivals)
    assert (earlier < later) is (entered_first == "earlier")
    settled(small, earlier)
    with small.catalogue.reading() as connection:
        compared = compare(recognised(small, later, again), connection, small.objects)
    assert (compared.repeats, compared.how) == (earlier, how)


def test_a_letter_that_is_not_settled_yet_is_repeated_by_none(small: SmallArchive) -> None:
    arrival = small.receive("first.txt", b"the letter", "post")
    small.enter(arrival, 1, b"the letter", None)
    later = small.enter(small.receive("second.txt", b"once more", "upload"), 1, b"the letter", None)
    with small.catalogue.reading() as connection:
        assert compare(recognised(small, later, b"the letter"), connection, small.objects).repeats is None
