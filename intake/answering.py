"""What became of an arrival: one record a letter, as the command line and HTTP tell it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, select

from archive import arrivals, documents
from archive.placing import shown_in
from archive.schema import case, filing, folder, source_record
from archive.sentences import in_english, restored

Answer = dict[str, Any]


def answers(connection: Connection, arrival_id: int, file: str | None = None) -> Iterator[Answer]:
    """A record for each letter of an arrival, or one for the whole of it where no letter was cut.

    `file` is the name to tell; without it, the one that was given at acceptance.
    """
    came = arrivals.get(connection, arrival_id)
    name = came.name if file is None else file
    letters = documents.letters_of(connection, arrival_id)
    if not letters:
        yield _whole(came, name)
    for letter in letters:
        yield _of_letter(connection, came.receipt_number, name, letter)


def answer_again(connection: Connection, arrival_id: int, file: str) -> Answer:
    """The record for a mail that is a known arrival come once more from another place."""
    came = arrivals.get(connection, arrival_id)
    letters = documents.letters_of(connection, arrival_id)
    record = _of_letter(connection, came.receipt_number, file, letters[0]) if letters else _whole(came, file)
    if letters:
        record["duplicate_of"] = letters[0].id
    return record | {"outcome": "duplicate", "reason": "received_again", "document": None}


def _whole(came: Any, name: str) -> Answer:
    outcome = {"rejected": "rejected", "waiting": "work"}.get(came.state, "rejected")
    return _record(came.receipt_number, name) | {
        "outcome": outcome,
        "reason": came.reason,
        "explanation": in_english(restored(came.explanation)),
    }


def _record(number: str, name: str) -> Answer:
    return {
        "arrival": number,
        "file": name,
        "page_from": None,
        "page_to": None,
        "outcome": "work",
        "reason": "",
        "explanation": "",
        "document": None,
        "document_type": None,
        "type_confidence": None,
        "customer": None,
        "customer_confidence": None,
        "case": None,
        "folder": None,
        "registration_number": None,
        "duplicate_of": None,
        "fields": {},
    }


def _of_letter(connection: Connection, number: str, name: str, letter: Any) -> Answer:
    filed_in = _places(connection, letter)
    return _record(number, name) | {
        "page_from": letter.page_from,
        "page_to": letter.page_to,
        "outcome": letter.state,
        "reason": letter.reason,
        "explanation": in_english(restored(letter.explanation)),
        "document": letter.id,
        "document_type": letter.document_type or None,
        "type_confidence": round(letter.type_confidence, 4),
        "customer": _customer(connection, letter.customer_id),
        "customer_confidence": round(letter.customer_confidence, 4),
        "case": filed_in.get("case"),
        "folder": filed_in.get("folder"),
        "registration_number": letter.registration_number,
        "duplicate_of": letter.duplicate_of,
        "fields": json.loads(letter.fields),
    }


def _places(connection: Connection, letter: Any) -> Mapping[str, str]:
    rows = connection.execute(
        select(case.c.number, folder.c.code, folder.c.customer_id)
        .select_from(filing.outerjoin(case, filing.c.case_id == case.c.id).outerjoin(folder))
        .where(filing.c.document_id == letter.id)
    )
    places = {}
    for row in rows.all():
        if row.number:
            places["case"] = row.number
        else:
            places["folder"] = shown_in(connection, row.customer_id, row.code, letter.document_type)
    return places


def _customer(connection: Connection, customer_id: int | None) -> Answer | None:
    if customer_id is None:
        return None
    record = connection.execute(
        select(source_record.c.system, source_record.c.source_id)
        .where(source_record.c.customer_id == customer_id)
        .order_by(source_record.c.id)
        .limit(1)
    ).first()
    return {
        "id": customer_id,
        "system": record.system if record else None,
        "source_id": record.source_id if record else None,
    }
