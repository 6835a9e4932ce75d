"""How far a system's events about one of its records have come: its own version of the record, or the time of the event.

Events may come twice, and later before earlier. What is older than the last one taken, or the same again, changes nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from sqlalchemy import Connection, select, update

from archive.clock import utc_now
from archive.directory_plan import Place
from archive.errors import BadInput, Conflict
from archive.schema import feed_mark
from archive.sentences import say
from archive.upserting import upsert

News = Literal["news", "repeated", "outdated"]
_LONGEST = 18
_BY_VERSION, _BY_TIME = "v", "t"


@dataclass(frozen=True, slots=True)
class Mark:
    """An event's place among those about one record; `text` sorts as they follow one another."""

    text: str


def mark_of(version: str, at: str) -> Mark:
    """The mark of an event: the system's version of the record (a whole number), or else the time of the event (ISO 8601; UTC
    where it names no offset). Raises: BadInput where neither can be read."""
    if version.strip():
        return Mark(_BY_VERSION + _version(version.strip()))
    if not at.strip():
        raise BadInput(say("an event has an order among those of its record: give version, or at"))
    try:
        time = datetime.fromisoformat(at.strip())
    except ValueError as error:
        raise BadInput(say("{given} is no time; write it as 2026-12-31T23:59:59+03:00", given=at)) from error
    moment = time if time.tzinfo else time.replace(tzinfo=UTC)
    return Mark(_BY_TIME + moment.astimezone(UTC).isoformat(timespec="microseconds"))


def advance(connection: Connection, place: Place, mark: Mark, cells: Mapping[str, str]) -> News:
    """Take an event's mark, in the transaction that takes the event. Others with events of the same record wait until it ends.

    Raises: Conflict where another event of the same mark said something else, or where the marks of one record are of two
    kinds.
    """
    table, (system, source_id) = feed_mark, place
    said = json.dumps(dict(cells), ensure_ascii=False, sort_keys=True)
    digest = hashlib.sha256(said.encode()).hexdigest()
    fresh = {"system": system, "source_id": source_id, "mark": "", "digest": "", "at": utc_now()}
    connection.execute(upsert(connection, table).values(fresh).on_conflict_do_nothing())
    this = (table.c.system == system, table.c.source_id == source_id)
    row = connection.execute(select(table.c.mark, table.c.digest).where(*this).with_for_update()).one()
    if row.mark and row.mark[0] != mark.text[0]:
        raise Conflict(
            say("the events of record {record} are ordered by version, or by time: not by both", record=source_id)
        )
    if row.mark == mark.text and row.digest != digest:
        raise Conflict(
            say(
                "another event of the same order said something else of record {record}; give a later one",
                record=source_id,
            )
        )
    if mark.text <= row.mark:
        return "repeated" if mark.text == row.mark else "outdated"
    connection.execute(update(table).where(*this).values(mark=mark.text, digest=digest, at=utc_now()))
    return "news"


def _version(text: str) -> str:
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST):
        raise BadInput(say("{given} is no version: give a whole number", given=text))
    return text.zfill(_LONGEST)
