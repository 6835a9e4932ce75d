"""What every object store keeps to, wherever it is. A second adapter joins with one line in `STORES`."""

from __future__ import annotations

import hashlib
import io
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from archive.adapters.on_disk import FolderStore
from archive.errors import EngineAway, NotFound
from archive.ports import ObjectStore

STORES: list[Callable[[Path], ObjectStore]] = [lambda folder: FolderStore(folder / "objects")]
CONTENT = b"a letter"
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(params=STORES, ids=["on_disk"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    held: ObjectStore = request.param(tmp_path)
    return held


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


@pytest.mark.parametrize("size_bytes", [0, 1, (1 << 20) + 1])
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
