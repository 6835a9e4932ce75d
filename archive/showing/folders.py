"""What lies in a customer's folders: how many letters, and one page of them, newest first.

A folder may hold a hundred thousand letters, so both are answered out of one index alone (`ix_filing_seen`): a filing
repeats its letter's branch and mark, by which it is known whether the asker may see it. Where an older version filed and
left them out, the letter itself is asked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, func, or_, select

from archive.access import Access
from archive.schema import document, filing, folder
from archive.showing import visible

MOST_PAGES = 100_000
"""How far pages are numbered: what is skipped is counted off, so that a number without bound would be work without bound."""


@dataclass(frozen=True, slots=True)
class FolderCount:
    """One folder of the customer's set that holds something, and how many letters of it the asker may see."""

    code: str
    documents: int


def counts(connection: Connection, access: Access, owners: Sequence[int]) -> list[FolderCount]:
    """The folders of these identities of one customer that hold something for the asker, by code."""
    ids = _ids(connection, owners)
    places = [place for several in ids.values() for place in several]
    seen, silent = (
        func.count().filter(visible.documents(access, filing)),
        func.count().filter(filing.c.branch.is_(None)),
    )
    query = select(filing.c.folder_id, seen, silent).where(filing.c.folder_id.in_(places)).group_by(filing.c.folder_id)
    held = {place: (count, unsaid) for place, count, unsaid in connection.execute(query)}
    found = {}
    for code, several in ids.items():
        count, unsaid = held.get(several[0], (0, 0))
        # Of customers that were merged, one letter may lie with several; of what is silent, the letter is asked.
        found[code] = _asked(connection, access, several) if len(several) > 1 or unsaid else count
    return [FolderCount(code, count) for code, count in sorted(found.items()) if count]


def _asked(connection: Connection, access: Access, places: Sequence[int]) -> int:
    """How many letters in these folders the asker may see, by the letters themselves, each once."""
    query = select(func.count(filing.c.document_id.distinct())).join(document, document.c.id == filing.c.document_id)
    return int(connection.execute(query.where(filing.c.folder_id.in_(places), visible.documents(access))).scalar_one())


def newest(
    connection: Connection, access: Access, owners: Sequence[int], code: str, before: int, skip: int, limit: int
) -> list[int]:
    """The ids of the newest letters in the folder of this code, of any code where it is empty, highest first.

    `before`: only those below it, where it is not 0. `skip`: leave out so many first. Some of them may not be for the asker,
    where an older version filed: whoever shows them asks the letters.
    """
    ids = _ids(connection, owners)
    wanted = ids.get(code, []) if code else [place for places in ids.values() for place in places]
    if len(wanted) == 1:
        return _newest(connection, access, wanted[0], before, skip, limit)
    # Each folder's own newest come out of the index in order; together they would have to be sorted.
    every = {key for place in wanted for key in _newest(connection, access, place, before, 0, skip + limit)}
    return sorted(every, reverse=True)[skip : skip + limit]


def _newest(connection: Connection, access: Access, place: int, before: int, skip: int, limit: int) -> list[int]:
    query = select(filing.c.document_id).where(filing.c.folder_id == place, _may_be_seen(access))
    if before:
        query = query.where(filing.c.document_id < before)
    query = query.order_by(filing.c.document_id.desc()).offset(skip).limit(limit)
    return list(connection.execute(query).scalars())


def _may_be_seen(access: Access) -> ColumnElement[bool]:
    """Filings whose letter the asker may see, and silent ones: whoever shows a letter asks it itself."""
    return or_(visible.documents(access, filing), filing.c.branch.is_(None))


def _ids(connection: Connection, owners: Sequence[int]) -> dict[str, list[int]]:
    """Code → the folders of these owners."""
    found: dict[str, list[int]] = defaultdict(list)
    rows = connection.execute(select(folder.c.code, folder.c.id).where(folder.c.customer_id.in_(owners)))
    for code, place in rows:
        found[code].append(place)
    return found
