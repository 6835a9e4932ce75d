"""What every object store keeps to, wherever it is. Another adapter joins by one line in `on_engines.STORES`."""

from __future__ import annotations

import hashlib
import io
import multiprocessing
import random
import threading
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.adapters.on_disk import FolderStore
from archive.errors import Conflict, Damaged, EngineAway, NotFound
from archive.ports import ObjectStore
from tests.on_engines import STORES, OpenedStore, opened_store

CONTENT = b"a letter"
DIGEST = hashlib.sha256(CONTENT).hexdigest()


MIB = 1 << 20


@pytest.fixture(params=STORES)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenedStore]:
    yield from opened_store(request, tmp_path)


@pytest.fixture
def store(opened: OpenedStore) -> ObjectStore:
    return opened.store


class Generated(io.RawIOBase):
    """So many bytes that are never all in memory, the same each time."""

    def __init__(self, size_bytes: int) -> None:
        self._left, self._random = size_bytes, random.Random(63)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        piece = self._random.randbytes(min(size, self._left))
        self._left -= len(piece)
        return piece


class Breaking(io.RawIOBase):
    """A stream whose source goes away in the middle."""

    def __init__(self) -> None:
        self._left = 3

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        self._left -= 1
        if self._left == 0:
            raise OSError("the source went away")
        return b"half"


def test_what_is_put_is_read_under_its_digest(store: ObjectStore) -> None:
    assert store.put(io.BytesIO(CONTENT)) == (DIGEST, len(CONTENT))
    with store.open(DIGEST) as stream:
        assert stream.read() == CONTENT
    assert store.has(DIGEST)
    assert store.verify(DIGEST)
    assert list(store.digests()) == [DIGEST]


@pytest.mark.parametrize("size_bytes", [0, 1, MIB + 1, 8 * MIB, 17 * MIB + 5])
def test_any_size_is_kept_whole(store: ObjectStore, size_bytes: int) -> None:
    content = bytes(range(256)) * (size_bytes // 256 + 1)
    digest, size = store.put(io.BytesIO(content[:size_bytes]))
    with store.open(digest) as stream:
        assert stream.read() == content[:size_bytes]
    assert (size, store.verify(digest)) == (size_bytes, True)


def test_the_same_bytes_are_kept_once(store: ObjectStore) -> None:
    for _ in range(2):
        store.put(io.BytesIO(CONTENT))
    assert list(store.digests()) == [DIGEST]


def test_many_at_once_put_the_same_bytes(store: ObjectStore) -> None:
    gate, answers = threading.Barrier(6), []

    def put() -> None:
        gate.wait()
        answers.append(store.put(io.BytesIO(CONTENT))[0])

    putters = [threading.Thread(target=put) for _ in range(6)]
    for putter in putters:
        putter.start()
    for putter in putters:
        putter.join()
    assert answers == [DIGEST] * 6
    assert list(store.digests()) == [DIGEST]
    assert store.verify(DIGEST)


def test_a_source_that_breaks_leaves_nothing(store: ObjectStore) -> None:
    with pytest.raises((EngineAway, OSError)):
        store.put(Breaking())  # type: ignore[arg-type]
    assert list(store.digests()) == []


@pytest.mark.parametrize("digest", ["0" * 64, "", "../../etc/passwd", "ABC", DIGEST.upper()])
def test_a_digest_that_is_not_held_is_not_found(store: ObjectStore, digest: str) -> None:
    store.put(io.BytesIO(CONTENT))
    with pytest.raises(NotFound):
        store.open(digest)


def test_what_is_removed_is_gone_and_may_be_removed_again(store: ObjectStore) -> None:
    store.put(io.BytesIO(CONTENT))
    for _ in range(2):
        store.remove(DIGEST)
    assert not store.has(DIGEST)
    assert not store.verify(DIGEST)
    assert list(store.digests()) == []


def test_a_large_object_passes_both_ways_without_filling_the_memory(store: ObjectStore) -> None:
    size_bytes = 64 * MIB
    tracemalloc.start()
    try:
        digest, size = store.put(Generated(size_bytes))  # type: ignore[arg-type]
        with store.open(digest) as stream:
            while stream.read(MIB):
                pass
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert size == size_bytes
    assert peak < size_bytes / 2


def test_other_bytes_under_a_digest_are_never_handed_on_whole(opened: OpenedStore) -> None:
    content = random.Random(1).randbytes(3 * MIB)
    digest, _ = opened.store.put(io.BytesIO(content))
    changed = bytearray(content)
    changed[-1] ^= 1
    for planted in (bytes(changed), content[:-1], content + b"!", b""):
        opened.plant(digest, planted)
        handed = b""
        with pytest.raises(Damaged), opened.store.open(digest) as stream:
            while piece := stream.read(MIB):
                handed += piece
        assert len(handed) < max(len(planted), 1)
        with pytest.raises(Damaged), opened.store.open(digest) as stream:
            stream.read()
        assert not opened.store.verify(digest)
        assert opened.store.has(digest)
        opened.store.remove(digest)


def test_who_reads_in_small_pieces_gets_the_same(store: ObjectStore) -> None:
    content = random.Random(2).randbytes(300_000)
    digest, _ = store.put(io.BytesIO(content))
    with store.open(digest) as stream:
        assert b"".join(iter(lambda: stream.read(7_001), b"")) == content
        assert stream.read() == b""
    with store.open(digest) as stream:
        assert stream.read(10) == content[:10], "and may stop before the end"


def test_what_lies_beside_the_objects_is_no_object(opened: OpenedStore) -> None:
    opened.store.put(io.BytesIO(CONTENT))
    for place in (DIGEST, f"{DIGEST[:2]}/{DIGEST}", f"{DIGEST[:2]}/{DIGEST[2:4]}/notes", f"00/11/{'22' * 32}"):
        opened.lay(place, b"not one of ours")
    assert list(opened.store.digests()) == [DIGEST]


def test_a_forked_process_reads_and_puts_with_connections_of_its_own(store: ObjectStore) -> None:
    content = random.Random(3).randbytes(MIB)
    digest, _ = store.put(io.BytesIO(content))
    other = b"from the child"

    def work() -> None:
        assert all(store.verify(digest) for _ in range(40))
        store.put(io.BytesIO(other))

    child = multiprocessing.get_context("fork").Process(target=work)
    child.start()
    while child.is_alive():
        assert store.verify(digest), "both at once"
    child.join()
    assert child.exitcode == 0
    assert store.verify(hashlib.sha256(other).hexdigest())


def test_a_lock_that_is_not_proven_is_not_promised(store: ObjectStore) -> None:
    store.put(io.BytesIO(CONTENT))
    protection = store.protection()
    assert (protection.proven, protection.wanted) == (False, False)
    assert protection.words
    for promise in (
        lambda: store.protect(DIGEST, datetime.now(UTC) + timedelta(days=1)),
        lambda: store.hold(DIGEST, True),
    ):
        with pytest.raises(Conflict, match="can"):
            promise()
    store.remove(DIGEST)
    assert not store.has(DIGEST)


def test_a_closed_store_opens_again(store: ObjectStore) -> None:
    store.put(io.BytesIO(CONTENT))
    store.close()
    assert store.verify(DIGEST)


def test_the_description_says_where(store: ObjectStore) -> None:
    assert store.description


def test_a_changed_byte_does_not_verify(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    store.put(io.BytesIO(CONTENT))
    path = tmp_path / DIGEST[:2] / DIGEST[2:4] / DIGEST
    assert path.stat().st_mode & 0o222 == 0, "an original is not to be written to"
    path.chmod(0o644)
    path.write_bytes(b"A letter")
    assert not store.verify(DIGEST)
    assert store.has(DIGEST)


def test_a_folder_that_can_not_be_written_is_an_engine_away(tmp_path: Path) -> None:
    (tmp_path / "objects").write_text("a file stands here")
    with pytest.raises(EngineAway):
        FolderStore(tmp_path / "objects").put(io.BytesIO(CONTENT))
