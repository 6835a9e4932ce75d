"""What lies in a customer's folders: how many letters, and one page of them, newest first.

A folder may hold a hundred thousand letters, so both are answered out of one index alone (`ix_filing_seen`): a filing
repeats its letter's branch and mark, by which it is known whether the asker may see it. Where an older version filed and
left them out, the letter itself is asked; so it is where the plan parts what was filed in one place (`archive.placing`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Row, case, false, func, literal_column, or_, select

from archive.access import Access
from archive.placing import Places, places_of
from archive.schema import document, filing, folder
from archive.showing import visible

MOST_PAGES = 100_000
"""How far pages are numbered: what is skipped is counted off, so that a number without bound would be work without bound."""


@dataclass(frozen=True, slots=True)
class FolderCount:
    """One folder of the customer's set that holds something, and how many letters of it the asker may see."""

    code: str
    documents: int


@dataclass(frozen=True, slots=True)
class _Shown:
    """What shows in one folder: the places in the catalogue that do so whole, and those of which some types do.

    `owners`: whose places they are.
    """

    whole: list[int]
    parted: list[int]
    types: ColumnElement[bool]
    owners: set[int]


def counts(connection: Connection, access: Access, owners: Sequence[int]) -> list[FolderCount]:
    """The folders of these identities of one customer (the one that stands for all first) that hold something for the
    asker, by code."""
    shown = _shown(connection, owners)
    ids = [place for one in shown.values() for place in one.whole]
    seen, silent = (
        func.count().filter(visible.documents(access, filing)),
        func.count().filter(filing.c.branch.is_(None)),
    )
    query = select(filing.c.folder_id, seen, silent).where(filing.c.folder_id.in_(ids)).group_by(filing.c.folder_id)
    held = {place: (count, unsaid) for place, count, unsaid in connection.execute(query)}
    found, to_ask = {}, {}
    for code, one in shown.items():
        here = [held[place] for place in one.whole if place in held]
        # Of customers that were merged, one letter may lie with several; of what is silent or parted, the letter is asked.
        if one.parted or len(one.owners) > 1 or any(unsaid for _, unsaid in here):
            to_ask[code] = one
        found[code] = sum(count for count, _ in here)
    found |= _asked(connection, access, to_ask)
    return [FolderCount(code, count) for code, count in sorted(found.items()) if count]


def _asked(connection: Connection, access: Access, shown: Mapping[str, _Shown]) -> dict[str, int]:
    """How many letters that show in these folders the asker may see, by the letters themselves, each once."""
    if not shown:
        return {}
    whole = [(filing.c.folder_id.in_(one.whole), code) for code, one in shown.items() if one.whole]
    parted = [(filing.c.folder_id.in_(one.parted) & one.types, code) for code, one in shown.items() if one.parted]
    code = case(*whole, *parted, else_="")
    query = select(code, func.count(filing.c.document_id.distinct()))
    query = query.join_from(filing, document, document.c.id == filing.c.document_id).group_by(literal_column("1"))
    places = {place for one in shown.values() for place in (*one.whole, *one.parted)}
    rows = connection.execute(query.where(filing.c.folder_id.in_(places), visible.documents(access)))
    return dict.fromkeys(shown, 0) | {found: count for found, count in rows if found}


def newest(
    connection: Connection, access: Access, owners: Sequence[int], code: str, before: int, skip: int, limit: int
) -> list[int]:
    """The ids of the newest letters in the folder of this code, of any code where it is empty, highest first.

    `owners`: as in `counts`. `before`: only those below it, where it is not 0. `skip`: leave out so many first. Some of them
    may not be for the asker, where an older version filed: whoever shows them asks the letters.
    """
    wanted: list[tuple[int, ColumnElement[bool] | None]] = []
    if not code:
        wanted += [(place, None) for _, place, _ in _filed(connection, owners)]
    elif shown := _shown(connection, owners).get(code):
        wanted += [(place, None) for place in shown.whole] + [(place, shown.types) for place in shown.parted]
    if len(wanted) == 1:
        return _newest(connection, access, wanted[0], before, skip, limit)
    # Each folder's own newest come out of the index in order; together they would have to be sorted.
    every = {key for place in wanted for key in _newest(connection, access, place, before, 0, skip + limit)}
    return sorted(every, reverse=True)[skip : skip + limit]


def _newest(
    connection: Connection,
    access: Access,
    place: tuple[int, ColumnElement[bool] | None],
    before: int,
    skip: int,
    limit: int,
) -> list[int]:
    folder_id, types = place
    query = select(filing.c.document_id).where(filing.c.folder_id == folder_id, _may_be_seen(access))
    if types is not None:
        query = query.join(document, document.c.id == filing.c.document_id).where(types)
    if before:
        query = query.where(filing.c.document_id < before)
    query = query.order_by(filing.c.document_id.desc()).offset(skip).limit(limit)
    return list(connection.execute(query).scalars())


def _may_be_seen(access: Access) -> ColumnElement[bool]:
    """Filings whose letter the asker may see, and silent ones: whoever shows a letter asks it itself."""
    return or_(visible.documents(access, filing), filing.c.branch.is_(None))


def _filed(connection: Connection, owners: Sequence[int]) -> Sequence[Row[str, int, int]]:
    """The places in the catalogue where letters of these were filed: the place, its folder's id, whose."""
    query = select(folder.c.code, folder.c.id, folder.c.customer_id).where(folder.c.customer_id.in_(owners))
    return connection.execute(query).all()


def _shown(connection: Connection, owners: Sequence[int]) -> dict[str, _Shown]:
    """Code → what shows in that folder of the set of the first of these identities."""
    filed = _filed(connection, owners)
    if not filed:
        return {}
    places = places_of(connection, owners[0])
    whole = {place: places.whole(place) for place, _, _ in filed}
    parts = None in whole.values()
    found = {one.code: _Shown([], [], _types(places, one.code) if parts else false(), set()) for one in places.folders}
    for place, key, owner in filed:
        code = whole[place]
        for one in found.values() if code is None else [found[code]]:
            (one.parted if code is None else one.whole).append(key)
            one.owners.add(owner)
    return found


def _types(places: Places, code: str) -> ColumnElement[bool]:
    """Whether a letter's type shows in this folder; what no folder names shows in the rest."""
    if places.of_type("") != code:
        return document.c.document_type.in_(places.types_of(code))
    return document.c.document_type.not_in(places.plan.types - places.types_of(code))
