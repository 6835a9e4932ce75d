"""Each letter is in exactly one state, its filings and its parts agree with it, and its pages are its own."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, FromClause, Row, Select, Tuple, exists, func, or_, select, tuple_

from archive.problems import Problem
from archive.schema import arrival, customer, directory_size, document, filing

_part = document.alias("part")
_first = document.alias("first")


def states(connection: Connection) -> Iterator[Problem]:
    """Letters whose state, reason, customer, filings, parts or repetition do not agree."""
    for kind, words, query in _checks():
        for document_id in connection.execute(query).scalars():
            yield Problem(kind, f"document:{document_id}", words)


def _checks() -> Iterator[tuple[str, str, Select[Any]]]:
    letters = select(document.c.id).where(document.c.part == 0).order_by(document.c.id)
    filed = document.c.state == "filed"
    in_folder = exists().where(filing.c.document_id == document.c.id, filing.c.folder_id.is_not(None))
    anywhere = exists().where(filing.c.document_id == document.c.id)
    yield "state_unknown", "its state is none that a letter can be in", letters.where(document.c.state.not_in(_STATES))
    yield (
        "state_without_reason",
        "it is settled and no reason is given",
        letters.where(document.c.state != "work", document.c.reason == ""),
    )
    yield (
        "filed_without_customer",
        "it is filed and has no customer",
        letters.where(filed, document.c.customer_id.is_(None)),
    )
    yield "filed_nowhere", "it is filed and lies in no customer's folder", letters.where(filed, ~in_folder)
    yield "filing_of_unfiled", "it lies in a folder or case and is not filed", letters.where(~filed, anywhere)
    yield (
        "filing_disagrees",
        "a filing of it repeats another branch or mark than its own, so counts of the folder are wrong",
        letters.where(
            exists().where(
                filing.c.document_id == document.c.id,
                or_(filing.c.branch != document.c.branch, filing.c.mark != document.c.mark),
            )
        ),
    )
    yield (
        "part_disagrees",
        "its state is not its letter's",
        (
            select(_part.c.id)
            .join(document, document.c.id == _part.c.parent_id)
            .where(_part.c.part > 0, _part.c.state != document.c.state)
        ),
    )
    repeated = exists().where(
        _first.c.id == document.c.duplicate_of,
        _first.c.part == 0,
        _first.c.id != document.c.id,
        # Within a branch letters settle in the order of receipt, which is not that of their ids; across branches, in any.
        or_(_first.c.branch != document.c.branch, _received(_first) < _received(document)),
        or_(_first.c.state != "duplicate", document.c.state != "duplicate"),
        or_(_first.c.duplicate_of.is_(None), _first.c.duplicate_of != document.c.id),
    )
    repeats = or_(document.c.duplicate_of.is_not(None), document.c.state == "duplicate")
    yield "duplicate_of_nothing", "it repeats no letter that came before it", letters.where(repeats, ~repeated)


def _received(letter: FromClause) -> Tuple:
    """A letter's place in the order of receipt."""
    return tuple_(letter.c.arrival_id, letter.c.ordinal)


_STATES = ("work", "filed", "review", "rejected", "duplicate")


def pages(connection: Connection) -> Iterator[Problem]:
    """Opened arrivals whose pages are not each in exactly one letter, separator or blank."""
    last = 0
    while arrivals := connection.execute(_PAGED.where(arrival.c.id > last).limit(500)).all():
        last = arrivals[-1].id
        ranges = _ranges(connection, arrivals)
        for row in arrivals:
            if words := _fault(row, ranges[row.id]):
                yield Problem("pages_unaccounted", f"arrival:{row.id}", words)


_PAGED = select(arrival).where(arrival.c.state == "opened", arrival.c.pages > 0).order_by(arrival.c.id)


def _ranges(connection: Connection, arrivals: Any) -> dict[int, list[tuple[int, int]]]:
    query = select(document.c.arrival_id, document.c.page_from, document.c.page_to).where(
        # Of letters, and of parts that were letters until they were joined to another.
        document.c.arrival_id.between(arrivals[0].id, arrivals[-1].id),
        document.c.page_from.is_not(None),
    )
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.arrival_id].append((row.page_from, row.page_to))
    return found


def _fault(row: Row[Any], ranges: list[tuple[int, int]]) -> str | None:
    """What is wrong with an arrival's pages; a blank back within a letter counts as a blank."""
    apart = [*json.loads(row.separators), *json.loads(row.blanks)]
    blanks = set(json.loads(row.blanks))
    lettered = [page for first, to in ranges for page in range(first, to + 1) if page not in blanks]
    if sorted([*lettered, *apart]) == list(range(1, row.pages + 1)):
        return None
    return f"of {row.pages} pages, {len(lettered)} are in letters and {len(apart)} are separators or blanks"


def directory(connection: Connection) -> Iterator[Problem]:
    """The directory's size as it was counted up, against the customers that there are."""
    counted = connection.execute(select(func.sum(directory_size.c.customers))).scalar() or 0
    held = connection.execute(select(func.count()).select_from(customer)).scalar_one()
    if counted != held:
        words = f"{counted} customers were entered and {held} are there: restore the missing ones from a copy"
        yield Problem("customers_missing", "directory", words)
