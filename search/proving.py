"""Proving the indexes against the record: all that should be found is held, in its version, and nothing else is.

Reads only, through the same questions that everybody asks; what waits in the outbox is no difference yet.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Connection, select

from archive import outbox as waiting
from archive.access import Access
from archive.ports import Catalogue
from archive.problems import Problem
from archive.schema import customer, document, outbox
from search.paging import LONGEST_PAGE
from search.ports import CustomerIndex, DocumentIndex, NotBuilt, Query

_LOOKS = 3
"""What was changed and indexed between two looks is no difference at the next."""
_MOST_NAMED = 100
Progress = Callable[[str, int], None]


def differences(
    catalogue: Catalogue,
    documents: DocumentIndex,
    customers: CustomerIndex,
    access: Access,
    progress: Progress = lambda what, done: None,
) -> Iterator[Problem]:
    """What is in an index and should not be, or the other way round. Holds two numbers in memory for each thing held.

    Raises: EngineAway where the catalogue or an index does not answer.
    """
    everything = dataclasses.replace(access, branches=None, marks=_marks(catalogue))
    kinds: tuple[tuple[waiting.Kind, DocumentIndex | CustomerIndex], ...] = (
        ("document", documents),
        ("customer", customers),
    )
    for kind, index in kinds:
        progress(f"{kind} index", 0)
        try:
            yield from _told(kind, _different(catalogue, kind, index, everything))
        except NotBuilt as error:
            yield Problem("index_not_built", f"index:{kind}", str(error), harmless=True)


def _marks(catalogue: Catalogue) -> frozenset[str]:
    with catalogue.reading() as connection:
        return frozenset(filter(None, connection.execute(select(document.c.mark).distinct()).scalars()))


def _different(catalogue: Catalogue, kind: waiting.Kind, index: Any, access: Access) -> dict[int, tuple[int, int]]:
    """Id → (version on record, version in the index) where they differ at every look; 0 for none."""
    found: dict[int, tuple[int, int]] = {}
    for look in range(_LOOKS):
        now = _look(catalogue, kind, index, access)
        found = now if look == 0 else {key: now[key] for key in found.keys() & now.keys()}
        if not found:
            break
    return found


def _look(catalogue: Catalogue, kind: waiting.Kind, index: Any, access: Access) -> dict[int, tuple[int, int]]:
    held = dict(_held(index, access))
    with catalogue.reading() as connection:
        on_record = _on_record(connection, kind)
        waits = set(connection.execute(select(outbox.c.key).where(outbox.c.kind == kind)).scalars())
    return {
        key: (on_record.get(key, 0), held.get(key, 0))
        for key in on_record.keys() | held.keys()
        if key not in waits and on_record.get(key) != held.get(key)
    }


def _held(index: Any, access: Access) -> Iterator[tuple[int, int]]:
    """Id and version of everything that the index would ever show."""
    query = Query(order="newest", limit=LONGEST_PAGE, facets=False, highlights=False)
    while True:
        page = index.search(query, access)
        yield from ((hit.thing.id, hit.thing.version) for hit in page.hits)
        if page.next is None:
            return
        query = dataclasses.replace(query, after=page.next)


def _on_record(connection: Connection, kind: waiting.Kind) -> dict[int, int]:
    """Id and version of everything that a whole index holds."""
    if kind == "document":
        settled = (document.c.parent_id.is_(None), document.c.state != "work")
        rows = connection.execute(select(document.c.id, document.c.version).where(*settled))
    else:
        rows = connection.execute(select(customer.c.id, customer.c.version).where(customer.c.survivor_id.is_(None)))
    return {row.id: row.version for row in rows}


def _told(kind: waiting.Kind, found: dict[int, tuple[int, int]]) -> Iterator[Problem]:
    for count, (key, (on_record, held)) in enumerate(sorted(found.items())):
        if count == _MOST_NAMED:
            words = f"{len(found) - count} more of this kind differ: run `dossier reindex`"
            yield Problem("index_different", f"index:{kind}", words)
            return
        if not held:
            what, words = "index_lacks", f"{kind} {key} is on record and not in the index, and does not wait for it"
        elif not on_record:
            what, words = "index_has_more", f"{kind} {key} is found and is not on record, or not to be found"
        else:
            what, words = "index_different", f"{kind} {key} is found as of version {held}; on record is {on_record}"
        yield Problem(what, f"{kind}:{key}", f"{words}: run `dossier reindex`")
