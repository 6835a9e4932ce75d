"""Every object row has its bytes with the right digest; bytes without a row are named."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from sqlalchemy import Connection, select

from archive.ports import Catalogue, ObjectStore
from archive.problems import Problem
from archive.schema import document, object_

_BATCH = 500


def damaged(catalogue: Catalogue, objects: ObjectStore, progress: Callable[[int], None]) -> Iterator[Problem]:
    """Read all bytes and compare their digests; `progress` is told how many objects were read."""
    last, done = "", 0
    while digests := _after(catalogue, last):
        for digest in digests:
            if not objects.has(digest):
                words = (
                    "the catalogue names these bytes and the object store does not have them: restore them from a copy"
                )
                yield Problem("object_missing", f"object:{digest}", words)
            elif not objects.verify(digest):
                words = "the bytes are not those that were kept: restore them from a copy"
                yield Problem("object_damaged", f"object:{digest}", words)
        last, done = digests[-1], done + len(digests)
        progress(done)


def _after(catalogue: Catalogue, last: str) -> Sequence[str]:
    # A snapshot a batch: one held for hours would keep the database from tidying up behind it.
    with catalogue.reading() as connection:
        query = select(object_.c.digest).where(object_.c.digest > last).order_by(object_.c.digest).limit(_BATCH)
        return connection.execute(query).scalars().all()


def leftovers(catalogue: Catalogue, objects: ObjectStore) -> Iterator[Problem]:
    """Bytes that no row names: harmless, but they take room."""
    held = objects.digests()
    while digests := list(islice(held, _BATCH)):
        with catalogue.reading() as connection:
            query = select(object_.c.digest).where(object_.c.digest.in_(digests))
            known = set(connection.execute(query).scalars())
        for digest in digests:
            if digest not in known:
                words = "no row names these bytes: an acceptance was interrupted, or is under way; they may be removed"
                yield Problem("leftover", f"object:{digest}", words, harmless=True)


def unnamed_readings(connection: Connection) -> Iterator[Problem]:
    """Letters whose reading is no object."""
    query = select(document.c.id).where(
        document.c.reading.is_not(None), document.c.reading.not_in(select(object_.c.digest))
    )
    for document_id in connection.execute(query).scalars():
        yield Problem("reading_missing", f"document:{document_id}", "its reading is no object: read the letter anew")
