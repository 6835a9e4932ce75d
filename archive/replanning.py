"""What another folder plan would move: the dry run before it is put in force. Nothing is changed.

Places whose letters stay together and where they are need not be looked into; of the others every letter is asked, page by
page, so that memory stays flat however many there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Row, func, select

from archive.access import Access
from archive.errors import Forbidden
from archive.folder_plan import FolderPlan
from archive.looks import supervises
from archive.placing import Places, traits
from archive.schema import customer, document, filing, folder
from archive.sentences import say

_PLACES = 400
_LETTERS = 5_000


@dataclass(frozen=True, slots=True)
class Move:
    """A letter that would show in another folder of its customer (who stands for whom it was filed with)."""

    document: int
    registration_number: str
    customer: int
    document_type: str
    was: str
    now: str


def moves(
    connection: Connection,
    access: Access,
    old: FolderPlan,
    new: FolderPlan,
    *,
    places: int = _PLACES,
    letters: int = _LETTERS,
) -> Iterator[Move]:
    """Every letter that would move if `new` took the place of `old`. `places`, `letters`: how many are read at a time.

    For admins of every branch. Raises: Forbidden.
    """
    if not supervises(access):
        raise Forbidden(say("only an admin of every branch may try a folder plan"))
    return _moves(connection, old, new, places, letters)


def _moves(connection: Connection, old: FolderPlan, new: FolderPlan, places: int, letters: int) -> Iterator[Move]:
    last = 0
    while rows := _filed(connection, last, places):
        last = rows[-1].id
        roots = sorted({row.root for row in rows})
        found = traits(connection, roots, old.systems | new.systems)
        for row in rows:
            before, after = Places(old, found[row.root]), Places(new, found[row.root])
            was, now = before.whole(row.code), after.whole(row.code)
            if was is None or was != now:
                yield from _of(connection, row, before, after, letters)


def _filed(connection: Connection, after: int, limit: int) -> Sequence[Row[int, str, int]]:
    """The next places in which letters were filed, with who stands for their customers."""
    root = func.coalesce(customer.c.survivor_id, customer.c.id).label("root")
    query = select(folder.c.id, folder.c.code, root).join(customer, customer.c.id == folder.c.customer_id)
    return connection.execute(query.where(folder.c.id > after).order_by(folder.c.id).limit(limit)).all()


def _of(connection: Connection, place: Row[int, str, int], before: Places, after: Places, limit: int) -> Iterator[Move]:
    last, shown = 0, dict[str, tuple[str, ...]]()
    columns = (document.c.id, document.c.registration_number, document.c.document_type)
    query = select(*columns).join_from(filing, document, filing.c.document_id == document.c.id)
    query = query.where(filing.c.folder_id == place.id).order_by(filing.c.document_id).limit(limit)
    while rows := connection.execute(query.where(filing.c.document_id > last)).all():
        last = rows[-1].id
        for row in rows:
            if row.document_type not in shown:
                shown[row.document_type] = tuple(plan.of(place.code, row.document_type) for plan in (before, after))
            was, now = shown[row.document_type]
            if was != now:
                yield Move(row.id, row.registration_number or "", place.root, row.document_type, was, now)
