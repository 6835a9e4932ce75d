"""WORM mode on real servers: used where a COMPLIANCE retention was seen to hold, refused with the reason where not."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from minio.commonconfig import COMPLIANCE
from minio.error import S3Error

from archive.adapters.in_s3 import S3Store
from archive.adapters.s3_address import read_address
from archive.errors import Conflict, EngineAway, NotFound
from tests.on_engines import fresh_bucket, minio_client

pytestmark = pytest.mark.engine

WORM = "?worm=compliance"


@pytest.fixture
def url() -> Iterator[str]:
    """A bucket on a server whose lock holds."""
    with fresh_bucket("minio") as bucket:
        yield bucket


@pytest.fixture
def locking(url: str) -> Iterator[S3Store]:
    """A store in WORM mode there."""
    store = S3Store(url + WORM)
    yield store
    store.close()


def soon(**length: int) -> datetime:
    return datetime.now(UTC) + timedelta(**length)


def test_where_the_lock_holds_it_is_used(locking: S3Store) -> None:
    protection = locking.protection()
    assert (protection.wanted, protection.proven) == (True, True)
    digest, _ = locking.put(io.BytesIO(b"a letter"))
    locking.protect(digest, soon(hours=1))
    with pytest.raises(Conflict, match="until"):
        locking.remove(digest)
    assert locking.verify(digest)
    assert list(locking.digests()) == [digest], "the scraps of the trial are no objects"


def test_a_retention_is_lengthened_and_never_shortened(url: str, locking: S3Store) -> None:
    digest, _ = locking.put(io.BytesIO(b"a letter"))
    for asked, kept in ((1, 1), (3, 3), (2, 3)):
        until = soon(hours=kept)
        locking.protect(digest, soon(hours=asked))
        place = f"{digest[:2]}/{digest[2:4]}/{digest}"
        retention = minio_client(url).get_object_retention(read_address(url).bucket, place)
        assert retention is not None
        assert retention.mode == COMPLIANCE
        assert abs(retention.retain_until_date - until) < timedelta(minutes=5)


def test_after_its_date_an_object_can_be_removed(locking: S3Store) -> None:
    digest, _ = locking.put(io.BytesIO(b"a letter"))
    locking.protect(digest, soon(seconds=2))
    with pytest.raises(Conflict):
        locking.remove(digest)
    while locking.has(digest):
        try:
            locking.remove(digest)
        except Conflict:
            time.sleep(0.2)


def test_what_is_on_hold_stays_until_the_hold_ends(locking: S3Store) -> None:
    digest, _ = locking.put(io.BytesIO(b"a letter"))
    for _ in range(2):
        locking.hold(digest, True)
    with pytest.raises(Conflict, match="hold"):
        locking.remove(digest)
    locking.hold(digest, False)
    locking.remove(digest)
    assert not locking.has(digest)


def test_what_is_not_there_can_not_be_locked(locking: S3Store) -> None:
    for promise in (lambda: locking.protect("0" * 64, soon(hours=1)), lambda: locking.hold("0" * 64, True)):
        with pytest.raises(NotFound):
            promise()


def test_a_server_whose_lock_can_be_shortened_is_refused() -> None:
    with fresh_bucket("versitygw") as url:
        store = S3Store(url + WORM)
        protection = store.protection()
        assert (protection.wanted, protection.proven) == (True, False)
        assert "shorten" in protection.words
        with pytest.raises(EngineAway, match="shorten"):
            store.put(io.BytesIO(b"a letter"))
        assert list(store.digests()) == []
        store.close()


@pytest.mark.parametrize("engine", ["minio", "versitygw"])
def test_a_bucket_without_object_lock_is_refused(engine: str) -> None:
    with fresh_bucket(engine) as url:
        plain = S3Store(url)
        digest, _ = plain.put(io.BytesIO(b"a letter"))
        plain.close()
        store = S3Store(url + WORM)
        assert "takes no retention" in store.protection().words
        with pytest.raises(EngineAway, match="takes no retention"):
            store.put(io.BytesIO(b"another"))
        assert store.verify(digest), "what is there is read all the same"
        store.close()


@pytest.mark.parametrize("engine", ["minio", "versitygw"])
def test_all_versions_go_and_none_comes_back(engine: str) -> None:
    with fresh_bucket(engine) as url:
        client, bucket = minio_client(url), read_address(url).bucket
        client.make_bucket(bucket, object_lock=True)  # which turns versioning on
        store = S3Store(url)
        assert "versioning enabled" in store.description
        digest, _ = store.put(io.BytesIO(b"a letter"))
        place = f"{digest[:2]}/{digest[2:4]}/{digest}"
        old = client.stat_object(bucket, place).version_id
        for _ in range(2):
            client.put_object(bucket, place, io.BytesIO(b"a letter"), 8)
        client.remove_object(bucket, place)  # a mark of deletion, by another program
        assert not store.has(digest)
        assert store.put(io.BytesIO(b"a letter"))[0] == digest
        assert store.verify(digest)
        for _ in range(2):
            store.remove(digest)
        assert not store.has(digest)
        with pytest.raises(S3Error, match="NoSuch"):
            client.stat_object(bucket, place, version_id=old)
        store.close()


@pytest.mark.parametrize("engine", ["minio", "versitygw"])
def test_the_same_bytes_twice_are_one_version(engine: str) -> None:
    with fresh_bucket(engine) as url:
        client, bucket = minio_client(url), read_address(url).bucket
        client.make_bucket(bucket, object_lock=True)
        store = S3Store(url)
        versions = set()
        for _ in range(2):
            digest, _ = store.put(io.BytesIO(b"a letter"))
            versions.add(client.stat_object(bucket, f"{digest[:2]}/{digest[2:4]}/{digest}").version_id)
        assert len(versions) == 1
        store.close()
