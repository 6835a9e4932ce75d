"""Between two jobs a letter lives in the catalogue: fetched for a step, kept after it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from sqlalchemy import Connection, select

from archive import arrivals, documents
from archive.clock import as_moment
from archive.documents import NewLetter, NewPart
from archive.errors import LimitExceeded, Unreadable
from archive.schema import document, object_
from archive.sentences import quoted, say, stored
from intake.engines import Engines
from intake.jobs import Job, place_of
from intake.readings import KeptPage, keep_reading, load_pages
from intake.stages import Channel, Letter, Opened, PageReading, Part, PartRole, ReadLetter, Received

READING_BY = "dossier/1"
UNREAD = "enclosure_unread"
_UNKNOWN = "application/octet-stream"
_ACTOR = "system:intake"


def received(engines: Engines, arrival_id: int) -> Received:
    """An arrival as the door left it."""
    with engines.catalogue.reading() as connection:
        row = arrivals.get(connection, arrival_id)
    return Received(
        row.id,
        row.receipt_number,
        cast(Channel, row.channel),
        row.branch,
        row.name,
        row.digest,
        row.size_bytes,
        as_moment(row.received_at),
    )


def enter(engines: Engines, opened: Opened, job: Job) -> None:
    """Enter an opened arrival's letters, each with its job to be read; or its refusal, where there are none."""
    arrival_id = opened.preserved.received.arrival_id
    known = _known_readings(engines, opened)
    with engines.catalogue.writing() as connection:
        engines.jobs.finish(connection, job)
        if opened.refusal is not None:
            arrivals.mark_rejected(connection, arrival_id, *opened.refusal)
            return
        for letter in opened.letters:
            letter_id = documents.enter(connection, arrival_id, letter)
            place = place_of(arrival_id, letter.ordinal)
            reading = known.get(letter.ordinal)
            if reading is None:
                engines.jobs.add(connection, job.then("read", letter_id, place))
            else:
                documents.keep_reading(connection, letter_id, *reading, READING_BY)
                engines.jobs.add(connection, job.then("settle", letter_id, place))
        arrivals.mark_opened(connection, arrival_id, opened.media_type, opened.pages, opened.separators, opened.blanks)


def _known_readings(engines: Engines, opened: Opened) -> dict[int, tuple[str, int]]:
    """By ordinal, the kept reading (digest, size) of each letter all of whose pages were read to cut it."""
    known = {}
    for letter_ in opened.letters:
        pages = range(letter_.page_from or 0, (letter_.page_to or -1) + 1)
        if any(page not in opened.readings and page not in opened.blanks for page in pages) or not pages:
            continue
        kept = [
            KeptPage(_renumbered(opened.readings.get(page), place), 0, place) for place, page in enumerate(pages, 1)
        ]
        known[letter_.ordinal] = keep_reading(engines.objects, kept)
    return known


def _renumbered(reading: PageReading | None, number: int) -> PageReading:
    """A page by its number in the letter; one that was not read is blank."""
    return replace(reading, number=number) if reading else PageReading(number, "", (), "ocr", 1.0)


def letter(engines: Engines, document_id: int) -> Letter:
    """A letter as the cut left it."""
    with engines.catalogue.reading() as connection:
        row = documents.get(connection, document_id)
        own = documents.parts_of(connection, document_id) or [row]
        sizes = _sizes(connection, {part.digest for part in own})
    parts = tuple(
        Part(
            cast(PartRole, part.role),
            part.name,
            part.media_type,
            part.digest,
            sizes[part.digest],
            bool(part.substantive),
        )
        for part in own
    )
    return Letter(
        row.id,
        row.arrival_id,
        row.ordinal,
        row.page_from,
        row.page_to,
        parts,
        row.suspicion or None,
        json.loads(row.facts),
    )


def _sizes(connection: Connection, digests: set[str]) -> dict[str, int]:
    rows = connection.execute(select(object_.c.digest, object_.c.size_bytes).where(object_.c.digest.in_(digests)))
    return {row.digest: row.size_bytes for row in rows}


def keep(engines: Engines, letter_: Letter, pages: Sequence[KeptPage], job: Job) -> None:
    """Keep a letter's reading, and hand the letter on to be settled in its turn."""
    digest, size_bytes = keep_reading(engines.objects, pages)
    with engines.catalogue.writing() as connection:
        engines.jobs.finish(connection, job)
        documents.keep_reading(connection, letter_.document_id, digest, size_bytes, READING_BY)
        engines.jobs.add(connection, job.then("settle", letter_.document_id, job.place))


def read_letter(engines: Engines, document_id: int) -> ReadLetter:
    """A letter with its reading."""
    with engines.catalogue.reading() as connection:
        digest = connection.execute(select(document.c.reading).where(document.c.id == document_id)).scalar_one()
    pages = load_pages(engines.objects, digest) if digest else ()
    return ReadLetter(_doubted(letter(engines, document_id), pages), tuple(page.reading for page in pages))


def _doubted(letter_: Letter, pages: Sequence[KeptPage]) -> Letter:
    """The letter, suspicious where an enclosure gave no page: what nobody read may say what the letter is about."""
    read = {page.part for page in pages}
    unread = [
        part
        for place, part in enumerate(letter_.parts)
        if part.role == "enclosure" and part.substantive and place not in read
    ]
    if letter_.suspicion or not unread:
        return letter_
    told = tuple(say("the enclosure {name} could not be read", name=part.name or "—") for part in unread)
    return replace(letter_, suspicion=f"{UNREAD}: {stored(told)}")


def give_up_opening(engines: Engines, job: Job, error: Exception) -> None:
    """An arrival that can not be opened: rejected where it is bad in itself, else one letter, for a person to look at."""
    came = received(engines, job.subject)
    with engines.catalogue.writing() as connection:
        if isinstance(error, Unreadable | LimitExceeded):
            engines.jobs.finish(connection, job)
            arrivals.mark_rejected(connection, came.arrival_id, error.reason, (quoted(error),))
            return
        engines.jobs.bury(connection, job, str(error))
        whole = NewPart("letter", came.name, _UNKNOWN, came.digest, came.size_bytes)
        letter_ = NewLetter(1, None, None, came.name, _UNKNOWN, came.digest, came.size_bytes, (whole,))
        letter_id = documents.enter(connection, came.arrival_id, letter_)
        documents.settle(connection, letter_id, documents.unsettled("review", "not_opened", (quoted(error),)), _ACTOR)
        arrivals.mark_opened(connection, came.arrival_id, _UNKNOWN, 0, (), ())
