"""A clerk cuts anew: this letter is two, or it belongs to the one before. Each is looked at afresh, and still waits.

The letters' bytes are cut in the sandbox, as in opening; what they say was read already, and only the recognising is
done again. Nothing is filed unseen here: a person is at it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, update

from archive import documents
from archive.access import Access
from archive.arrivals import keep_object
from archive.documents import NewLetter
from archive.errors import BadInput, Conflict
from archive.holds import refuse_where_held
from archive.outbox import announce
from archive.schema import document
from archive.sentences import say
from archive.showing.desk import letter_before
from intake import letters, recut_rows
from intake.decision import Decided, conclude, keep_label, number_of, take_up
from intake.engines import Engines
from intake.opening.arrival import split_letters
from intake.readers.registry import can_be_cut, has_pages
from intake.readings import KeptPage, keep_reading, load_pages
from intake.stages import Compared, Outcome, OutcomeKind, PageReading, ReadLetter, Recognised
from intake.steps.file import settlement_of
from intake.steps.preserve import lay_out
from intake.steps.recognise import recognise

CUT_BY_HAND = "cut_by_hand"
"""The reason of a letter that would be certain if no person had cut it just now."""
JOINS = ("review", "filed")
"""The states of a letter that another can be joined to."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """A reading in the store, and the columns of a letter that says this."""

    digest: str
    size_bytes: int
    columns: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Half:
    """One half of a letter: its bytes in the store, and its reading."""

    digest: str
    size_bytes: int
    reading: _Reading


@dataclass(frozen=True, slots=True)
class Recutter:
    """Cuts letters anew over the engines."""

    engines: Engines

    def split(self, access: Access, document_id: int, version: int, page: int) -> Decided:
        """Make a waiting letter two, of which the second begins at this page of it (from 2).

        The first keeps the number, the second gets the next one; both wait, each with a proposal of its own.
        Raises: NotFound, Forbidden, Conflict where somebody else was first, BadInput for a letter that cannot be cut
        there, Unreadable and LimitExceeded as the readers do, Damaged, EngineAway.
        """
        with self.engines.catalogue.reading() as connection:
            row = take_up(connection, access, document_id, version, ("review",))
            _cuttable(connection, row, page)
            refuse_where_held(connection, row.id)
        first, second = self._halves(row, page)
        with self.engines.catalogue.writing() as connection:
            row = take_up(connection, access, document_id, version, ("review",))
            middle = row.page_from + page - 1
            split_off = _enter(connection, row, middle, second)
            cut = (f"{row.page_from}-{row.page_to}", f"{row.page_from}-{middle - 1}|{middle}-{row.page_to}")
            labels = [keep_label(connection, access, row.id, "cut", *cut)]
            keep_object(connection, first.digest, first.size_bytes, row.media_type, "letter")
            after = _columns(connection, first.reading) | {"digest": first.digest, "page_to": middle - 1}
            made = {"split_off": split_off, "labels": labels}
            return conclude(connection, access, row, "split", after | {"suspicion": ""}, made=made)

    def join(self, access: Access, document_id: int, version: int) -> Decided:
        """Make a waiting letter a part of the one before it, which is answered; if that one waits, with a new proposal.

        Raises: NotFound, Forbidden, Conflict where somebody else was first, BadInput where there is none to join.
        """
        with self.engines.catalogue.reading() as connection:
            into, row = _two(connection, access, document_id, version)
            start = recut_rows.first_part_after(connection, into)
        behind = [replace(page, part=page.part + start - 1) for page in self._pages(row)]
        reading = self._looked_at(into, [*self._pages(into), *behind])
        with self.engines.catalogue.writing() as connection:
            seen, (into, row) = into, _two(connection, access, document_id, version)
            if (into.id, into.version) != (seen.id, seen.version):
                raise Conflict(
                    say(
                        "letter {number} was changed by somebody else meanwhile; look at it anew",
                        number=number_of(seen),
                    )
                )
            made = dict(recut_rows.join(connection, access, into, row))
            if into.arrival_id == row.arrival_id and into.page_to and row.page_from:
                cut = f"{into.page_from}-{into.page_to}|{row.page_from}-{row.page_to}"
                whole = f"{into.page_from}-{row.page_to}"
                made["labels"] = [keep_label(connection, access, into.id, "cut", cut, whole)]
            after = _columns(connection, reading) | {"suspicion": ""}
            if into.state == "filed":
                after = {"reading": reading.digest}
            return conclude(connection, access, into, "join", after, made=made)

    def _halves(self, row: Row[Any], page: int) -> tuple[_Half, _Half]:
        count = row.page_to - row.page_from + 1
        self.engines.scratch.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.engines.scratch) as name:
            folder = Path(name)
            cuts = folder / "halves"
            cuts.mkdir()
            source = lay_out(self.engines.objects, row.digest, folder)
            ranges = [(1, page - 1), (page, count)]
            pieces = split_letters(
                self.engines.sandbox, source, cuts, row.media_type, ranges, limits=self.engines.limits
            )
            stored = []
            for piece in pieces:
                with (cuts / piece.file).open("rb") as bytes_:
                    stored.append(self.engines.objects.put(bytes_))
        pages = self._pages(row)
        readings = [self._looked_at(row, _renumbered(pages[first - 1 : last])) for first, last in ranges]
        first_half, second_half = (_Half(*put, reading) for put, reading in zip(stored, readings, strict=True))
        return first_half, second_half

    def _pages(self, row: Row[Any]) -> list[KeptPage]:
        """What the letter says; pages without text where it was never read."""
        if row.reading:
            return list(load_pages(self.engines.objects, row.reading))
        count = row.page_to - row.page_from + 1 if row.page_from else int(has_pages(row.media_type))
        return [KeptPage(PageReading(number, "", (), "ocr", 0.0), 0, number) for number in range(1, count + 1)]

    def _looked_at(self, row: Row[Any], pages: Sequence[KeptPage]) -> _Reading:
        """These pages as a letter of their own: their reading kept, their type and customer proposed anew."""
        pages = [replace(page, reading=replace(page.reading, number=number)) for number, page in enumerate(pages, 1)]
        letter = letters.letter(self.engines, row.id)
        recognised = recognise(ReadLetter(letter, tuple(page.reading for page in pages)), self.engines)
        outcome = Outcome(row.id, OutcomeKind.REVIEW, _why_it_waits(recognised), ())
        digest, size_bytes = keep_reading(self.engines.objects, pages)
        columns = documents.columns_of(settlement_of(Compared(recognised, None, None), outcome))
        return _Reading(digest, size_bytes, columns)


def _cuttable(connection: Connection, row: Row[Any], page: int) -> None:
    whole = row.page_from is not None and can_be_cut(row.media_type)
    if not whole or documents.parts_of(connection, row.id):
        raise BadInput(
            say(
                "letter {number} cannot be cut in two: only a PDF or TIFF file without enclosures can; "
                "reject it, and hand each letter in by itself",
                number=number_of(row),
            )
        )
    count = row.page_to - row.page_from + 1
    if not 1 < page <= count:
        raise BadInput(
            say(
                "letter {number} has {pages} pages: the second letter begins at one of 2 to {pages}",
                number=number_of(row),
                pages=count,
            )
        )


def _two(connection: Connection, access: Access, document_id: int, version: int) -> tuple[Row[Any], Row[Any]]:
    """The letter before, and the letter that belongs to it."""
    row = take_up(connection, access, document_id, version, ("review",))
    before = letter_before(connection, access, row.id)
    if before is None:
        raise BadInput(say("no letter that you may see came before letter {number}", number=number_of(row)))
    if before.state not in JOINS:
        raise BadInput(
            say(
                "letter {number}, which came before, is {state}: nothing can be joined to it",
                number=before.registration_number,
                state=before.state,
            )
        )
    refuse_where_held(connection, row.id)
    return take_up(connection, access, before.id, None, JOINS), row


def _renumbered(pages: Sequence[KeptPage]) -> list[KeptPage]:
    """Pages as those of a file of their own."""
    return [replace(page, part_page=number) for number, page in enumerate(pages, 1)]


def _why_it_waits(recognised: Recognised) -> str:
    if not recognised.customer.certain:
        return recognised.customer.reason or "nobody_known"
    return CUT_BY_HAND if recognised.type.certain else "type_uncertain"


def _columns(connection: Connection, reading: _Reading) -> dict[str, Any]:
    """The letter's columns anew, its reading entered among the objects."""
    keep_object(connection, reading.digest, reading.size_bytes, "application/json", "rendition")
    return reading.columns | {"reading": reading.digest}


def _enter(connection: Connection, row: Row[Any], page_from: int, half: _Half) -> dict[str, int]:
    """The second half as a letter of its own, behind all others of its arrival; its id and version."""
    ordinal = max(letter.ordinal for letter in documents.letters_of(connection, row.arrival_id)) + 1
    new = NewLetter(
        ordinal,
        page_from,
        row.page_to,
        row.name,
        row.media_type,
        half.digest,
        half.size_bytes,
        (),
        answer_channel=row.answer_channel,
    )
    letter_id = documents.enter(connection, row.arrival_id, new)
    columns = _columns(connection, half.reading) | {"mark": row.mark, "facts": row.facts, "version": 2}
    connection.execute(update(document).where(document.c.id == letter_id).values(columns))
    announce(connection, "document", [(letter_id, 2)])
    return {"id": letter_id, "version": 2}
