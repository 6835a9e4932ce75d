"""Every change, with who, when, before and after: append-only, sealed in a chain of blocks.

An entry is written in the business transaction with a pending mark (`block_id` NULL), so writers never queue for
one chain. The sealer gathers pending entries by their mark, not by their id (commit order is not id order), and
chains a block over them. A block covers each entry's payload by its digest only, so a payload can be erased lawfully
while the chain still holds; the salt in each payload keeps the digest from giving an erased payload away.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from archive import merkle
from archive.clock import utc_now
from archive.errors import NotFound
from archive.ports import Catalogue
from archive.schema import archive_fact, journal_block, journal_entry
from archive.upserting import upsert

GENESIS = "0" * 64
HEAD = "journal_head"
ERASE = "journal.erase"
# Few enough that sealing one block holds SQLite's writer only for some milliseconds.
BLOCK_ENTRIES = 1000


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: who did what to what; `subject`, `before` and `after` as `write` says."""

    actor: str
    action: str
    subject: str
    before: Any = None
    after: Any = None


def write(connection: Connection, actor: str, action: str, subject: str, before: Any = None, after: Any = None) -> int:
    """Add one entry in the caller's transaction and answer its id.

    `subject` is `kind:id` (`document:17`); `before` and `after` are whatever JSON can hold, None where there is none.
    """
    return int(connection.execute(_WRITE, _row(Entry(actor, action, subject, before, after))).scalar_one())


def write_many(connection: Connection, entries: Sequence[Entry]) -> None:
    """Add entries in the caller's transaction."""
    connection.execute(insert(journal_entry), [_row(entry) for entry in entries])


def _row(entry: Entry) -> dict[str, str]:
    payload = _canonical({"after": entry.after, "before": entry.before, "salt": secrets.token_hex(8)})
    return {
        "at": utc_now(),
        "actor": entry.actor,
        "action": entry.action,
        "subject": entry.subject,
        "payload": payload,
        "payload_digest": digest_of(payload),
    }


def write_chunk(
    connection: Connection, actor: str, action: str, subject: str, items: Sequence[str], details: Any = None
) -> int:
    """Add one entry for a whole chunk of a bulk change: how many, and the Merkle root over the items' texts.

    The items themselves (e.g. `42 v3 <payload digest>`) are not kept: whoever has them can prove that they
    are the ones that were written. `details` is what the chunk changed in things that were there already.
    """
    root = merkle.root([merkle.leaf(item.encode()) for item in items])
    after = {"count": len(items), "merkle_root": root, "details": details}
    return write(connection, actor, action, subject, None, after)


def erase(connection: Connection, entry_id: int, actor: str, reason: str) -> None:
    """Take out an entry's payload where the law asks for it; the erasure is an entry of its own.

    Raises:
        NotFound: there is no such entry.
    """
    found = connection.execute(update(journal_entry).where(journal_entry.c.id == entry_id).values(payload=None))
    if found.rowcount == 0:
        raise NotFound(f"journal entry {entry_id} does not exist")
    write(connection, actor, ERASE, f"journal:{entry_id}", None, {"reason": reason})


def seal(catalogue: Catalogue) -> int:
    """Chain all pending entries into blocks; answers how many entries were sealed. Safe to repeat and to race."""
    sealed = 0
    while count := _seal_block(catalogue):
        sealed += count
        if count < BLOCK_ENTRIES:
            break
    return sealed


def pending(connection: Connection) -> int:
    """How many entries are not sealed yet."""
    query = select(func.count()).select_from(journal_entry).where(journal_entry.c.block_id.is_(None))
    return int(connection.execute(query).scalar_one())


def _seal_block(catalogue: Catalogue) -> int:
    with catalogue.reading() as connection:
        if connection.execute(_PENDING.limit(1)).first() is None:
            return 0  # the idle worker's usual case must not take the writer
    with catalogue.writing() as connection:
        previous = _take_head(connection)
        entries = connection.execute(_PENDING.order_by(journal_entry.c.id).limit(BLOCK_ENTRIES)).all()
        if entries:
            _add_block(connection, previous, entries)
        return len(entries)


def _take_head(connection: Connection) -> str:
    """The last block's digest, with its row locked so that two sealers make one chain."""
    connection.execute(upsert(connection, archive_fact).values(name=HEAD, value=GENESIS).on_conflict_do_nothing())
    query = select(archive_fact.c.value).where(archive_fact.c.name == HEAD).with_for_update()
    return str(connection.execute(query).scalar_one())


def _add_block(connection: Connection, previous: str, entries: Sequence[Row[Any]]) -> None:
    root = merkle.root([leaf_of(entry) for entry in entries])
    sealed_at = utc_now()
    digest = block_digest(previous, len(entries), root, sealed_at)
    block = {"previous": previous, "entries": len(entries), "root": root, "digest": digest, "sealed_at": sealed_at}
    block_id = connection.execute(insert(journal_block).values(block).returning(journal_block.c.id)).scalar_one()
    mark = update(journal_entry).where(journal_entry.c.id == bindparam("entry"))
    mark = mark.values(block_id=block_id, place=bindparam("at_place"))
    connection.execute(mark, [{"entry": entry.id, "at_place": place} for place, entry in enumerate(entries)])
    connection.execute(update(archive_fact).where(archive_fact.c.name == HEAD).values(value=digest))


def leaf_of(entry: Row[Any]) -> bytes:
    """An entry's digest as its block covers it: everything but the payload, which its own digest stands for."""
    return merkle.leaf(
        _canonical([entry.id, entry.at, entry.actor, entry.action, entry.subject, entry.payload_digest]).encode()
    )


def block_digest(previous: str, entries: int, root: str, sealed_at: str) -> str:
    """What a block's digest is made of."""
    return digest_of(_canonical([previous, entries, root, sealed_at]))


def digest_of(text: str) -> str:
    """SHA-256 (hex) of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def _canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


# Put together once: to do so costs several times what the database takes to run it.
_WRITE = insert(journal_entry).returning(journal_entry.c.id)
_PENDING = select(journal_entry).where(journal_entry.c.block_id.is_(None))
