"""Proving the journal: every entry and block against the chain, and each day's last block against its anchor."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import secrets
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from archive import merkle
from archive.clock import utc_now
from archive.errors import Damaged, NotFound
from archive.journal import ERASE, GENESIS, HEAD, block_digest, digest_of, leaf_of
from archive.ports import Catalogue, ObjectStore
from archive.problems import Problem
from archive.schema import archive_fact, journal_block, journal_entry, object_
from archive.upserting import upsert

ANCHOR_KIND = "anchor"
_KEY = "anchor_key"
_BLOCKS_A_READ = 500


def verify(connection: Connection) -> Iterator[Problem]:
    """Every changed, removed or inserted entry or block. Reads the whole journal, a few blocks at a time."""
    previous, last_id = GENESIS, 0
    while blocks := _blocks_after(connection, last_id):
        entries = _entries_of(connection, blocks)
        for block in blocks:
            yield from _check_block(block, previous, entries.get(block.id, []))
            previous, last_id = block.digest, block.id
        yield from _check_payloads(connection, [entry for found in entries.values() for entry in found])
    head = connection.execute(select(archive_fact.c.value).where(archive_fact.c.name == HEAD)).scalar()
    if (head or GENESIS) != previous:
        yield Problem("block_removed", "journal", f"the chain should end at block {head} but ends at {previous}")
    yield from _check_payloads(
        connection, connection.execute(select(journal_entry).where(journal_entry.c.block_id.is_(None))).all()
    )
    yield from _strays(connection)


def _blocks_after(connection: Connection, last_id: int) -> Sequence[Row[Any]]:
    query = select(journal_block).where(journal_block.c.id > last_id)
    return connection.execute(query.order_by(journal_block.c.id).limit(_BLOCKS_A_READ)).all()


def _entries_of(connection: Connection, blocks: Sequence[Row[Any]]) -> dict[int, list[Row[Any]]]:
    query = select(journal_entry).where(journal_entry.c.block_id.between(blocks[0].id, blocks[-1].id))
    rows = connection.execute(query.order_by(journal_entry.c.block_id, journal_entry.c.place)).all()
    return {block_id: list(found) for block_id, found in groupby(rows, key=lambda row: row.block_id)}


def _check_block(block: Row[Any], previous: str, entries: list[Row[Any]]) -> Iterator[Problem]:
    subject = f"journal_block:{block.id}"
    if block.previous != previous:
        yield Problem("block_removed", subject, f"block {block.id} does not follow the block before it")
    if block.digest != block_digest(block.previous, block.entries, block.root, block.sealed_at):
        yield Problem("block_changed", subject, f"block {block.id} was changed after it was sealed")
    if len(entries) != block.entries or [entry.place for entry in entries] != list(range(block.entries)):
        words = f"block {block.id} was sealed over {block.entries} entries and now has {len(entries)}"
        yield Problem("entry_removed" if len(entries) < block.entries else "entry_inserted", subject, words)
    elif merkle.root([leaf_of(entry) for entry in entries]) != block.root:
        ids = f"{entries[0].id}…{entries[-1].id}" if entries else "none"
        yield Problem("entry_changed", subject, f"an entry of block {block.id} (entries {ids}) was changed")


def _check_payloads(connection: Connection, entries: Sequence[Row[Any]]) -> Iterator[Problem]:
    for entry in entries:
        if entry.payload is None:
            if not _was_erased(connection, entry.id):
                words = f"entry {entry.id} has lost its payload, and no erasure is journalled"
                yield Problem("entry_changed", f"journal:{entry.id}", words)
        elif digest_of(entry.payload) != entry.payload_digest:
            words = f"the payload of entry {entry.id} ({entry.action} of {entry.subject}) was changed"
            yield Problem("entry_changed", f"journal:{entry.id}", words)


def _was_erased(connection: Connection, entry_id: int) -> bool:
    query = select(journal_entry.c.id).where(
        journal_entry.c.subject == f"journal:{entry_id}", journal_entry.c.action == ERASE
    )
    return connection.execute(query.limit(1)).first() is not None


def _strays(connection: Connection) -> Iterator[Problem]:
    """Entries that name a block that is not there: a database without foreign keys, or one edited by hand."""
    query = select(journal_entry.c.id, journal_entry.c.block_id).where(
        journal_entry.c.block_id.is_not(None), journal_entry.c.block_id.not_in(select(journal_block.c.id))
    )
    for entry_id, block_id in connection.execute(query):
        yield Problem("block_removed", f"journal:{entry_id}", f"entry {entry_id} names block {block_id}, which is gone")


# ---- anchors ---------------------------------------------------------------------------------------------------


def anchor(catalogue: Catalogue, objects: ObjectStore, day: date) -> str | None:
    """Put the signed anchor of a UTC day's last block into the object store; answers its digest.

    None where nothing was sealed that day. Safe to repeat: the same block has the same anchor. Signed by HMAC-SHA-256
    (the standard library has no public-key signature) with a key kept in the catalogue: it shows tampering to
    whoever holds the key, and proves nothing to a third party.
    """
    with catalogue.reading() as connection:
        block = connection.execute(
            select(journal_block).where(journal_block.c.id == _last_of(connection, day))
        ).one_or_none()
    if block is None or block.anchor is not None:
        return None if block is None else str(block.anchor)
    with catalogue.writing() as connection:
        key = _key(connection)
    digest, size_bytes = objects.put(io.BytesIO(_signed(key, day, block)))
    with catalogue.writing() as connection:
        _note_object(connection, digest, size_bytes)
        connection.execute(update(journal_block).where(journal_block.c.id == block.id).values(anchor=digest))
    return digest


def verify_anchors(connection: Connection, objects: ObjectStore) -> Iterator[Problem]:
    """Every anchor whose signature fails, or whose block is no longer what it was on its day."""
    key = connection.execute(select(archive_fact.c.secret).where(archive_fact.c.name == _KEY)).scalar()
    for digest in connection.execute(select(object_.c.digest).where(object_.c.kind == ANCHOR_KIND)).scalars():
        yield from _check_anchor(connection, objects, digest, key or b"")


def _check_anchor(connection: Connection, objects: ObjectStore, digest: str, key: bytes) -> Iterator[Problem]:
    subject = f"object:{digest}"
    try:
        with objects.open(digest) as stream:
            envelope = json.load(stream)
        body, signature = str(envelope["anchor"]), str(envelope["hmac_sha256"])
    except (NotFound, Damaged, ValueError, KeyError, TypeError):
        yield Problem("anchor_damaged", subject, "an anchor of the journal is missing or can not be read")
        return
    if not hmac.compare_digest(hmac.new(key, body.encode(), hashlib.sha256).hexdigest(), signature):
        yield Problem("anchor_damaged", subject, "an anchor's signature is not ours")
        return
    said = json.loads(body)
    held = connection.execute(select(journal_block.c.digest).where(journal_block.c.id == said["block"])).scalar()
    if held != said["digest"]:
        words = f"block {said['block']} is not the one that was anchored on {said['day']}: the journal was rewritten"
        yield Problem("journal_rewritten", f"journal_block:{said['block']}", words)


def _last_of(connection: Connection, day: date) -> int | None:
    query = select(func.max(journal_block.c.id)).where(journal_block.c.sealed_at.startswith(day.isoformat()))
    return connection.execute(query).scalar()


def _signed(key: bytes, day: date, block: Row[Any]) -> bytes:
    body = json.dumps({"block": block.id, "day": day.isoformat(), "digest": block.digest}, sort_keys=True)
    signature = hmac.new(key, body.encode(), hashlib.sha256).hexdigest()
    return json.dumps({"anchor": body, "hmac_sha256": signature}, sort_keys=True).encode()


def _key(connection: Connection) -> bytes:
    fresh = upsert(connection, archive_fact).values(name=_KEY, value="HMAC-SHA-256", secret=secrets.token_bytes(32))
    connection.execute(fresh.on_conflict_do_nothing())
    return bytes(
        connection.execute(select(archive_fact.c.secret).where(archive_fact.c.name == _KEY)).scalar_one() or b""
    )


def _note_object(connection: Connection, digest: str, size_bytes: int) -> None:
    row = {
        "digest": digest,
        "size_bytes": size_bytes,
        "media_type": "application/json",
        "kind": ANCHOR_KIND,
        "created_at": utc_now(),
    }
    connection.execute(upsert(connection, object_).values(row).on_conflict_do_nothing())
