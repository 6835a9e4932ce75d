"""How the indexes stand to the record: which archive they are made from, how far they were fed, what of them is lost.

Kept as facts of the catalogue, which are about this archive's own indexes and are carried nowhere with it. An index has
the same two marks, so that one that was wiped, put back from an old copy, or is another archive's is told from a whole one.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial

from sqlalchemy import Connection, delete, select

from archive import outbox
from archive.facts import fact, set_fact
from archive.ports import Catalogue
from archive.schema import archive_fact
from archive.sentences import say
from archive.upserting import upsert
from search import from_catalogue
from search.ports import NotBuilt, Origin

KINDS: tuple[outbox.Kind, ...] = ("document", "customer")
_IDENTITY, _FED, _LOST = "index_identity", "index_fed_", "index_lost_"


@dataclass(frozen=True, slots=True)
class Lost:
    """An index that is not whole: how many things were put into the new one so far, and of how many."""

    kind: outbox.Kind
    done: int
    of: int


@dataclass(frozen=True, slots=True)
class Standing:
    """By kind: the sequence that the index has been fed up to, 0 where it never was; and those known not to be whole."""

    fed: Mapping[outbox.Kind, int]
    lost: Sequence[Lost]


def origin_of(catalogue: Catalogue, kind: outbox.Kind) -> Origin:
    """What an index of this kind is made from. Nothing is asked of the catalogue yet."""

    def is_empty() -> bool:
        with catalogue.reading() as connection:
            return not from_catalogue.some_of(kind)(connection, 0, 1)

    return Origin(cache(partial(_identity, catalogue)), is_empty)


def _identity(catalogue: Catalogue) -> str:
    """The mark of this archive's indexes; made at the first use."""
    with catalogue.reading() as connection:
        known = fact(connection, _IDENTITY)
    if known:
        return known
    with catalogue.writing() as connection:
        # Another process may be as quick: both then go by the one that stands.
        fresh = upsert(connection, archive_fact).values(name=_IDENTITY, value=uuid.uuid4().hex)
        connection.execute(fresh.on_conflict_do_nothing())
        return fact(connection, _IDENTITY)


def standing(connection: Connection) -> Standing:
    """How the indexes stand now."""
    names = [mark + kind for mark in (_FED, _LOST) for kind in KINDS]
    query = select(archive_fact.c.name, archive_fact.c.value).where(archive_fact.c.name.in_(names))
    told = {row.name: row.value for row in connection.execute(query)}
    fed = {kind: int(told.get(_FED + kind, 0)) for kind in KINDS}
    return Standing(fed, [Lost(kind, **json.loads(told[_LOST + kind])) for kind in KINDS if _LOST + kind in told])


def note_fed(connection: Connection, kind: outbox.Kind, sequence: int) -> None:
    """Remember how far this index was fed: it is lost where it knows less."""
    set_fact(connection, _FED + kind, str(sequence))


def note_lost(connection: Connection, lost: Lost) -> None:
    """Remember that this index is not whole, and how far a new one is."""
    set_fact(connection, _LOST + lost.kind, json.dumps({"done": lost.done, "of": lost.of}))


def note_whole(connection: Connection, kind: outbox.Kind) -> None:
    """Forget that this index was lost."""
    connection.execute(delete(archive_fact).where(archive_fact.c.name == _LOST + kind))


def refuse_where_lost(catalogue: Catalogue, kinds: Sequence[outbox.Kind] = KINDS) -> None:
    """To be asked before "nothing found" is said. Raises `NotBuilt` with how far the new index is."""
    with catalogue.reading() as connection:
        missing = [one for one in standing(connection).lost if one.kind in kinds]
    if missing:
        done, of = sum(one.done for one in missing), sum(one.of for one in missing)
        raise NotBuilt(say("the search index is being made anew: {done} of {of} are in it so far", done=done, of=of))
