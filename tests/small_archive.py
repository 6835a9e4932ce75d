"""A small archive made through the archive's own doors: a scan of five pages, a mail, and what came again."""

from __future__ import annotations

import io
from pathlib import Path

from sqlalchemy import Connection, insert

from archive import arrivals, documents, filings, journal, outbox
from archive.access import system
from archive.arrivals import NewArrival
from archive.documents import NewLetter, Settlement
from archive.importing import import_customers
from archive.numbers import next_number
from archive.ports import Catalogue, ObjectStore
from archive.schema import case
from archive.sentences import quoted

ACTOR = "system:test"
SCAN, MAIL, AGAIN = 1, 2, 3
"""Arrivals. The scan: letter 1 on pages 1 and 2 (2 is a blank back), a separator, letter 2 on pages 4 and 5."""
FILED, REVIEWED, DUPLICATE, REJECTED = 1, 2, 3, 4
"""Letters: 1 and 2 of the scan; 3 is letter 1 once more by mail; 4 is of an arrival of its own."""


class SmallArchive:
    """One customer, four arrivals, four letters, one case; every letter in another state."""

    def __init__(self, catalogue: Catalogue, objects: ObjectStore) -> None:
        self.catalogue, self.objects = catalogue, objects

    def fill(self, folder: Path) -> None:
        """Take everything in; `folder` is for the customer file."""
        path = folder / "customers.csv"
        path.write_text("source_id,surname,accounts,branch\n1,Poole,A-1,12\n", encoding="utf-8")
        import_customers(self.catalogue, path, lambda row: [1], system("test"))
        self._scan()
        self._mail()
        self._refused()
        journal.seal(self.catalogue)
        with self.catalogue.writing() as connection:
            # As if an index had been fed: however old a copy of this archive gets, none is behind.
            outbox.settle(connection, outbox.pending(connection))

    def keep(self, content: bytes) -> tuple[str, int]:
        return self.objects.put(io.BytesIO(content))

    def receive(self, name: str, content: bytes, channel: str) -> int:
        digest, size = self.keep(content)
        with self.catalogue.writing() as connection:
            new = NewArrival(channel, f"{name}:{digest}", "12", name, name, digest, size)
            return arrivals.register(connection, new, ACTOR)[0]

    def enter(self, arrival_id: int, ordinal: int, content: bytes, pages: tuple[int, int] | None) -> int:
        digest, size = self.keep(content)
        first, last = pages or (None, None)
        with self.catalogue.writing() as connection:
            letter = NewLetter(ordinal, first, last, f"letter {ordinal}", "text/plain", digest, size, ())
            return documents.enter(connection, arrival_id, letter)

    def settle(self, document_id: int, state: str, customer_id: int | None = None, repeats: int | None = None) -> None:
        how = Settlement(state, "test", (quoted("by the test"),), "other", 1.0, customer_id, 1.0, repeats, None, {}, {})
        with self.catalogue.writing() as connection:
            documents.settle(connection, document_id, how, ACTOR)

    def _scan(self) -> None:
        scan = self.receive("scan.pdf", b"scan", "post")
        first = self.enter(scan, 1, b"first", (1, 2))
        second = self.enter(scan, 2, b"second", (4, 5))
        with self.catalogue.writing() as connection:
            arrivals.mark_opened(connection, scan, "application/pdf", 5, [3], [2])
            copy = NewArrival("post", "scan", "12", "scan.pdf", "elsewhere/scan.pdf", *self.keep(b"scan"))
            arrivals.note_again(connection, scan, copy, ACTOR)
        self.settle(first, "filed", 1)
        self.settle(second, "review")
        why = filings.Filed("account", "A-1", ACTOR)
        with self.catalogue.writing() as connection:
            filings.file_in_folder(connection, first, 1, "correspondence", why)
            filings.file_in_case(connection, first, _open_case(connection), why)

    def _mail(self) -> None:
        mail = self.receive("again.eml", b"mail", "email")
        letter = self.enter(mail, 1, b"first", None)
        with self.catalogue.writing() as connection:
            arrivals.mark_opened(connection, mail, "message/rfc822", 0, [], [])
        self.settle(letter, "duplicate", None, FILED)

    def _refused(self) -> None:
        note = self.receive("note.txt", b"note", "upload")
        letter = self.enter(note, 1, b"note", None)
        with self.catalogue.writing() as connection:
            arrivals.mark_opened(connection, note, "text/plain", 0, [], [])
        self.settle(letter, "rejected")
        empty = self.receive("empty.pdf", b"", "upload")
        with self.catalogue.writing() as connection:
            arrivals.mark_rejected(connection, empty, "zero_bytes", (quoted("the file is empty"),))


def _open_case(connection: Connection) -> int:
    row = {
        "number": next_number(connection, "12", "case", 2026),
        "type": "other",
        "customer_id": 1,
        "branch": "12",
        "state": "open",
        "opened_on": "2026-01-01",
        "last_letter_on": "2026-01-01",
    }
    return int(connection.execute(insert(case).values(row).returning(case.c.id)).scalar_one())
