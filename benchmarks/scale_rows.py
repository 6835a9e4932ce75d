"""Made-up letters as the rows and objects that intake leaves behind, written many at once.

Whoever reads the archive cannot tell them from letters that came through the door: arrival and receipt number, letter
and registration number, original and reading, filings, case, party, journal and outbox; `dossier verify` proves them.
"""

from __future__ import annotations

import hashlib
import io
import json
import random
import re
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO, cast

import made_up
from made_up_letters import Letter, letter
from sqlalchemy import Connection, func, select

from archive import journal, numbers
from archive.adapters.digested import place_of
from archive.arrivals import ensure_branch
from archive.bulk import insert_rows, reserve_ids
from archive.clock import utc_now
from archive.folder_plan import load_plan
from archive.outbox import announce
from archive.ports import Catalogue, ObjectStore
from archive.schema import arrival, case, counter, document, filing, folder, journal_entry, object_, party, rendition
from archive.schema import source_record as record
from archive.upserting import upsert
from cases.types import load_types
from intake.readings import KeptPage, keep_reading
from intake.stages import Box, PageReading, Word

ACTOR = "system:intake"
_SHORT, _FOLDER_TEXTS = 260, 2000
_LINE_CHARS, _LINES = 90, 60
_IN_REVIEW, _MARKED, _IN_CASE = 0.08, 0.03, 0.4
_MAKER = "made up"


@dataclass(frozen=True, slots=True)
class Held:
    """A letter whose original and reading are in the store."""

    letter: Letter
    digest: str
    size_bytes: int
    reading: str
    reading_bytes: int


@dataclass(frozen=True, slots=True)
class Made(Held):
    """A letter with whose it is and where it goes."""

    sender: int
    branch: str
    folder: str
    state: str
    mark: str
    in_case: bool


@dataclass(frozen=True, slots=True)
class Prepared:
    """A chunk of letters whose objects are in the store."""

    letters: Sequence[Made]


@dataclass(frozen=True)
class _Unsynced:
    """Puts objects where a folder store has them, and leaves the disk to sync all at the end."""

    root: Path

    def put(self, source: BinaryIO) -> tuple[str, int]:
        """Digest and size of the bytes, which are there now."""
        body = source.read()
        digest = hashlib.sha256(body).hexdigest()
        path = self.root / place_of(digest)
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.write_bytes(body)
            path.chmod(0o444)
        return digest, len(body)


def prepare(which: range, only: int, customers: int, objects: Path, folder_code: str) -> Prepared:
    """Write the letters of these numbers, all from customer `only` where it is not 0; short ones there."""
    store = _Unsynced(objects)
    return Prepared([_made(number, only, customers, store, folder_code) for number in which])


def sender_number(number: int, customers: int) -> int:
    """Who sent the letter of this number."""
    return 1 + number * 7919 % customers


def _made(number: int, only: int, customers: int, store: _Unsynced, folder_code: str) -> Made:
    chance = random.Random(number * 2_750_159)
    sender = _customer(only) if only else made_up.customer(sender_number(number, customers))
    held = _short(number % _FOLDER_TEXTS, sender, store) if only else _held(letter(number, sender), store)
    one = replace(held.letter, number=number)
    state = "review" if not only and chance.random() < _IN_REVIEW else "filed"
    mark = "confidential" if chance.random() < _MARKED else ""
    place = folder_code if only else load_plan().place_of(one.type, sender.kind).code
    in_case = not only and state == "filed" and chance.random() < _IN_CASE
    return Made(
        one,
        held.digest,
        held.size_bytes,
        held.reading,
        held.reading_bytes,
        sender.number,
        sender.branch,
        place,
        state,
        mark,
        in_case,
    )


_customer = cache(made_up.customer)


@cache
def _short(number: int, sender: made_up.Customer, store: _Unsynced) -> Held:
    """One of the texts that the letters of the big folder repeat."""
    return _held(letter(-number, sender, _SHORT, "meter_reading"), store)


def _held(one: Letter, store: _Unsynced) -> Held:
    digest, size = store.put(cast(BinaryIO, io.BytesIO(one.text.encode())))
    page = KeptPage(PageReading(1, one.text, _words(one.text), "ocr", 0.95), 0, 1)
    return Held(one, digest, size, *keep_reading(cast(ObjectStore, store), [page]))


def _words(text: str) -> tuple[Word, ...]:
    """Every word with a box: so many characters a line, so many lines a page."""
    found = []
    for match in re.finditer(r"\S+", text):
        line, column = divmod(match.start(), _LINE_CHARS)
        x, y = 0.08 + 0.84 * column / _LINE_CHARS, 0.05 + 0.9 * line / _LINES
        box = Box(x, y, min(0.99, x + 0.009 * len(match[0])), y + 0.012)
        found.append(Word(match[0], match.start(), box, 0.95))
    return tuple(found)


def loaded(catalogue: Catalogue) -> int:
    """The number of the last letter that is there."""
    with catalogue.reading() as connection:
        last = connection.execute(select(func.max(document.c.id))).scalar()
        if last is None:
            return 0
        name = connection.execute(select(document.c.name).where(document.c.id == last)).scalar_one()
    return int(re.sub(r"\D", "", str(name)))


def write(catalogue: Catalogue, prepared: Prepared) -> None:
    """One chunk in one transaction."""
    with catalogue.writing() as connection:
        owners = _owners(connection, prepared.letters)
        for branch in sorted({one.branch for one in prepared.letters}):
            ensure_branch(connection, branch)
        _objects(connection, prepared.letters)
        arrivals = reserve_ids(connection, arrival, len(prepared.letters))
        documents = reserve_ids(connection, document, len(prepared.letters))
        _arrivals(connection, prepared.letters, arrivals)
        named = _documents(connection, prepared.letters, arrivals, documents, owners)
        _filings(connection, prepared.letters, documents, owners)
        _journal(connection, prepared.letters, arrivals, documents, named)
        announce(connection, "document", [(key, 2) for key in documents])


def _owners(connection: Connection, letters: Sequence[Made]) -> dict[int, int]:
    """Customer's number → its id here."""
    wanted = {f"M{one.sender:08d}": one.sender for one in letters}
    query = select(record.c.source_id, record.c.customer_id).where(
        record.c.system == "made_up", record.c.source_id.in_(wanted)
    )
    return {wanted[source_id]: customer_id for source_id, customer_id in connection.execute(query)}


def _objects(connection: Connection, letters: Sequence[Made]) -> None:
    now = utc_now()
    rows = [
        {"digest": digest, "size_bytes": size, "media_type": media, "kind": kind, "created_at": now}
        for one in letters
        for digest, size, media, kind in (
            (one.digest, one.size_bytes, "text/plain", "letter"),
            (one.reading, one.reading_bytes, "application/json", "rendition"),
        )
    ]
    connection.execute(upsert(connection, object_).on_conflict_do_nothing(), rows)
    held = [
        {"source": one.digest, "kind": "reading", "page": 0, "digest": one.reading, "made_by": _MAKER}
        for one in letters
    ]
    connection.execute(upsert(connection, rendition).on_conflict_do_nothing(), held)


def _numbers(connection: Connection, register: numbers.Register, places: Sequence[tuple[str, int]]) -> list[str]:
    """The next number of each branch and year, gapless; one statement a counter instead of one a letter."""
    last: dict[tuple[str, int], int] = {}
    for (branch, year), count in sorted(Counter(places).items()):
        statement = upsert(connection, counter).values(branch=branch, register=register, year=year, last=count)
        grown = statement.on_conflict_do_update(
            index_elements=[counter.c.branch, counter.c.register, counter.c.year],
            set_={"last": counter.c.last + count},
        ).returning(counter.c.last)
        last[branch, year] = int(connection.execute(grown).scalar_one()) - count
    given = []
    for branch, year in places:
        last[branch, year] += 1
        given.append(f"{numbers.prefix(branch, register, year)}{last[branch, year]:07d}")
    return given


def _arrivals(connection: Connection, letters: Sequence[Made], ids: Sequence[int]) -> None:
    receipts = _numbers(connection, "receipt", [(one.branch, one.letter.received_on.year) for one in letters])
    columns = ("id", "receipt_number", "channel", "source_key", "branch", "received_at", "received_on", "digest",
               "size_bytes", "name", "media_type", "state", "submitted_by")  # fmt: skip
    rows = [
        (key, number, "post", f"made_up:{one.letter.number}", one.branch, f"{one.letter.received_on}T09:00:00.000000+00:00",
         one.letter.received_on.isoformat(), one.digest, one.size_bytes, f"{one.letter.number}.txt", "text/plain", "opened",
         "made_up")
        for key, number, one in zip(ids, receipts, letters, strict=True)
    ]  # fmt: skip
    insert_rows(connection, arrival, columns, rows)


def _documents(
    connection: Connection,
    letters: Sequence[Made],
    arrivals: Sequence[int],
    ids: Sequence[int],
    owners: Mapping[int, int],
) -> list[str]:
    """Answers their registration numbers."""
    named = _numbers(connection, "incoming", [(one.branch, one.letter.received_on.year) for one in letters])
    columns = ("id", "arrival_id", "ordinal", "role", "name", "digest", "media_type", "branch", "mark", "channel", "received_on",
               "state", "reason", "explanation", "registration_number", "document_type", "type_confidence", "customer_id",
               "customer_confidence", "decision", "fields", "letter_date", "reading", "created_at", "settled_at",
               "version")  # fmt: skip
    now = utc_now()
    rows = []
    for key, came, number, one in zip(ids, arrivals, named, letters, strict=True):
        day = one.letter.received_on.isoformat()
        reason = "account" if one.state == "filed" else "type_uncertain"
        decision = json.dumps({"type": {"document_type": one.letter.type}, "customer": {"account": one.letter.account}})
        fields = json.dumps({"account": one.letter.account})
        rows.append(
            (key, came, 1, "letter", f"{one.letter.number}.txt", one.digest, "text/plain", one.branch, one.mark, "post", day,
             one.state, reason, "[]", number, one.letter.type, 0.97, owners[one.sender], 0.99, decision, fields, day,
             one.reading, now, now, 2)
        )  # fmt: skip
    insert_rows(connection, document, columns, rows)
    return named


def _filings(connection: Connection, letters: Sequence[Made], ids: Sequence[int], owners: Mapping[int, int]) -> None:
    now, filed = utc_now(), [(key, one) for key, one in zip(ids, letters, strict=True) if one.state == "filed"]
    places = _folders(connection, sorted({(owners[one.sender], one.folder) for _, one in filed}))
    cases = _cases(connection, [one for _, one in filed if one.in_case], owners)
    by_letter = dict(zip((one.letter.number for _, one in filed if one.in_case), cases, strict=True))
    rows: list[tuple[Any, ...]] = []
    for key, one in filed:
        own = (one.mark, one.branch) if "mark" in filing.c else ()
        rows.append(
            (key, places[owners[one.sender], one.folder], None, "account", one.letter.account, now, ACTOR, *own)
        )
        if one.letter.number in by_letter:
            rows.append((key, None, by_letter[one.letter.number], "account", one.letter.account, now, ACTOR, *own))
    columns = ("document_id", "folder_id", "case_id", "ground", "ground_value", "filed_at", "actor")
    insert_rows(connection, filing, (*columns, "mark", "branch") if "mark" in filing.c else columns, rows)
    sent = [(key, owners[one.sender], "sender") for key, one in filed]
    insert_rows(connection, party, ("document_id", "customer_id", "role"), sent)


def _folders(connection: Connection, wanted: Sequence[tuple[int, str]]) -> dict[tuple[int, str], int]:
    rows = [{"customer_id": owner, "code": code} for owner, code in wanted]
    if rows:
        connection.execute(upsert(connection, folder).on_conflict_do_nothing(), rows)
    query = select(folder).where(folder.c.customer_id.in_({owner for owner, _ in wanted}))
    return {(row.customer_id, row.code): row.id for row in connection.execute(query)}


def _cases(connection: Connection, letters: Sequence[Made], owners: Mapping[int, int]) -> list[int]:
    """A case of its own for each of these letters."""
    ids = reserve_ids(connection, case, len(letters))
    given = _numbers(connection, "case", [(one.branch, one.letter.received_on.year) for one in letters])
    columns = ("id", "number", "type", "customer_id", "account", "branch", "state", "opened_on", "last_letter_on", "due_on",
               "stage")  # fmt: skip
    rows = []
    for key, number, one in zip(ids, given, letters, strict=True):
        day = one.letter.received_on.isoformat()
        kind = load_types().for_letter(one.letter.type).code
        state = "open" if one.letter.number % 3 else "closed"
        rows.append(
            (key, number, kind, owners[one.sender], one.letter.account, one.branch, state, day, day, day, "register")
        )
    insert_rows(connection, case, columns, rows)
    sent = [(key, owners[one.sender], "sender") for key, one in zip(ids, letters, strict=True)]
    insert_rows(connection, party, ("case_id", "customer_id", "role"), sent)
    return ids


def _journal(
    connection: Connection, letters: Sequence[Made], arrivals: Sequence[int], ids: Sequence[int], named: Sequence[str]
) -> None:
    now = utc_now()
    rows = []
    for came, key, number, one in zip(arrivals, ids, named, letters, strict=True):
        for action, subject, before, after in (
            ("receive", f"arrival:{came}", None, {"digest": one.digest}),
            ("cut", f"document:{key}", None, {"number": number}),
            ("settle", f"document:{key}", {"state": "work"}, {"state": one.state, "type": one.letter.type}),
        ):
            told = {"after": after, "before": before, "salt": secrets.token_hex(8)}
            payload = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
            rows.append((now, ACTOR, action, subject, payload, journal.digest_of(payload)))
    insert_rows(connection, journal_entry, ("at", "actor", "action", "subject", "payload", "payload_digest"), rows)
