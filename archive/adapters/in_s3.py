"""The object store in a bucket of any S3 server, by the minio client: keys `ab/cd/abcd…`, the SHA-256 of their bytes."""

from __future__ import annotations

import base64
import hashlib
import os
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import BinaryIO, cast
from xml.etree import ElementTree

from minio import Minio
from minio.commonconfig import COMPLIANCE
from minio.datatypes import Object
from minio.error import S3Error
from minio.helpers import ObjectWriteResult
from minio.retention import Retention
from urllib3.response import BaseHTTPResponse

from archive.adapters.digested import copy_hashing, digest_at, place_of, proves_true, proving
from archive.adapters.s3_address import Patience, client_of, pool_of, read_address
from archive.adapters.s3_answers import answers_of, is_refusal
from archive.adapters.s3_body import Body
from archive.adapters.s3_lock import prove
from archive.errors import Conflict, EngineAway
from archive.ports import Protection

_PART_BYTES = 8 << 20
_MOST_PARTS = 10_000
_IN_MEMORY_BYTES = 4 << 20
"""What is larger is laid aside on disk until its digest, which is its key, is known."""
_SCRAPS = ".proof/"
_WORM_IS_OFF = "WORM mode is off; worm=compliance in DOSSIER_OBJECTS_URL asks for it"


class S3Store:
    """`archive.ports.ObjectStore` in one bucket, which is made at first use where the key may.

    Connections are made at first use, and anew after a fork. With `worm=compliance` nothing is taken in before the
    server was seen to keep a retention against this very key.
    """

    def __init__(self, url: str, patience: Patience | None = None) -> None:
        """`url`: see `s3_address.FORM`. Raises BadInput where it is none."""
        self._address = read_address(url)
        self._patience = patience or Patience()
        self._connect()
        self._bucket_is_there = False
        self._tried: Protection | None = None

    @property
    def description(self) -> str:
        """Server, place, versioning. Asks the server."""
        with answers_of(self._address.place):
            client = self._opened()
            try:
                server = client.stat_object(self._address.bucket, f"{self._address.prefix}{_SCRAPS}none").metadata
            except S3Error as error:
                if error.code != "NoSuchKey":
                    raise
                server = error.response.headers
            status = client.get_bucket_versioning(self._address.bucket).status
        name = (server or {}).get("Server", "unnamed")
        return f"S3 ({name}) at {self._address.place}, versioning {(status or 'off').lower()}"

    def put(self, source: BinaryIO) -> tuple[str, int]:
        """Lay aside, send under the digest unless it is there, and see that the server has these very bytes."""
        with answers_of(self._address.place):
            self._opened()
        self._insist_on_worm()
        with tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES, prefix="dossier-put-") as aside:
            try:
                digest, size = copy_hashing(source, aside)
            except OSError as error:
                raise EngineAway(f"bytes for {self._address.place} can not be read or laid aside: {error}") from error
            key = self._key(digest)
            known = self._stat(key)
            if known is None or known.size != size:
                self._send(cast(BinaryIO, aside), digest, size)
        return digest, size

    def open(self, digest: str) -> BinaryIO:
        """A stream over the bytes, proven on the way, taken up again where a connection breaks."""
        key = self._key(digest)
        with answers_of(self._address.place):
            self._opened()
        body = Body(partial(self._get, key, digest), self._address.place, self._patience)
        return proving(body, digest, body.size_bytes)

    def has(self, digest: str) -> bool:
        """Whether the bytes are there."""
        key = self._key(digest)
        with answers_of(self._address.place):
            client = self._opened()
            if self._stat(key) is not None:
                return True
            # The server gives one answer for a missing object and a missing bucket.
            self._bucket_is_there = client.bucket_exists(self._address.bucket)
        if not self._bucket_is_there:
            raise EngineAway(f"the object store {self._address.place} has lost its bucket")
        return False

    def verify(self, digest: str) -> bool:
        """Read the bytes and compare their digest."""
        return self.has(digest) and proves_true(self.open(digest))

    def digests(self) -> Iterator[str]:
        """Every digest held, a page of the server's list at a time."""
        prefix = self._address.prefix
        with answers_of(self._address.place):
            for item in self._opened().list_objects(self._address.bucket, prefix=prefix, recursive=True):
                if digest := digest_at((item.object_name or "").removeprefix(prefix)):
                    yield digest

    def remove(self, digest: str) -> None:
        """Forget the bytes with all their versions and marks of deletion; what is locked stays."""
        key = self._key(digest)
        with answers_of(self._address.place):
            client = self._opened()
            if not client.get_bucket_versioning(self._address.bucket).status:
                client.remove_object(self._address.bucket, key)
                return
            while versions := self._versions(key):
                for version in versions:
                    self._remove_version(digest, key, version)

    def protection(self) -> Protection:
        """What the server was seen to keep, tried out once a process."""
        if not self._address.worm:
            return Protection(wanted=False, proven=False, words=_WORM_IS_OFF)
        if self._tried is None:
            with answers_of(self._address.place):
                self._tried = prove(self._opened(), self._address.bucket, self._address.prefix + _SCRAPS)
        return self._tried

    def protect(self, digest: str, until: datetime) -> None:
        """A COMPLIANCE retention; one that is longer already stays."""
        key = self._lockable(digest)
        # Servers keep whole seconds; rounded up, for never is it shorter than asked.
        until = (until.astimezone(UTC) + timedelta(seconds=1, microseconds=-1)).replace(microsecond=0)
        with answers_of(self._address.place, digest):
            client = self._opened()
            kept = client.get_object_retention(self._address.bucket, key)
            if kept is None or kept.mode != COMPLIANCE or kept.retain_until_date < until:
                client.set_object_retention(self._address.bucket, key, Retention(COMPLIANCE, until))

    def hold(self, digest: str, held: bool) -> None:
        """A legal hold, set or ended."""
        key = self._lockable(digest)
        with answers_of(self._address.place, digest):
            client = self._opened()
            change = client.enable_object_legal_hold if held else client.disable_object_legal_hold
            change(self._address.bucket, key)

    def kept(self, digest: str) -> tuple[datetime | None, bool]:
        """What the server says of the newest version; a retention that can be shortened counts for nothing."""
        key = self._lockable(digest)
        with answers_of(self._address.place, digest):
            client = self._opened()
            lock = client.get_object_retention(self._address.bucket, key)
            until = lock.retain_until_date if lock is not None and lock.mode == COMPLIANCE else None
            return until, client.is_object_legal_hold_enabled(self._address.bucket, key)

    def close(self) -> None:
        """Let go of every connection; the next call makes new ones."""
        self._pool.clear()

    def _opened(self) -> Minio:
        """The client of this process: a connection shared with a parent would mix up their answers."""
        if self._pid != os.getpid():
            # The parent's is kept, not let go: clearing it takes locks that another of its threads may have held.
            self._parents = self._client
            self._connect()
        if not self._bucket_is_there:
            self._make_bucket(self._client)
            self._bucket_is_there = True
        return self._client

    def _connect(self) -> None:
        self._pool = pool_of(self._patience)
        self._client = client_of(self._address, self._pool)
        self._pid = os.getpid()

    def _make_bucket(self, client: Minio) -> None:
        if client.bucket_exists(self._address.bucket):
            return
        try:
            client.make_bucket(self._address.bucket, object_lock=self._address.worm)
        except S3Error as error:
            # Another process was first.
            if error.code not in {"BucketAlreadyOwnedByYou", "BucketAlreadyExists"}:
                raise

    def _insist_on_worm(self) -> None:
        # Not BadInput, for which letters would be rejected: the operator's mistake must not become the sender's.
        if self._address.worm and not (protection := self.protection()).proven:
            raise EngineAway(f"the object store {self._address.place} takes nothing in: {protection.words}")

    def _lockable(self, digest: str) -> str:
        key, protection = self._key(digest), self.protection()
        if not protection.proven:
            raise Conflict(f"object {digest} can not be locked in {self._address.place}: {protection.words}")
        return key

    def _key(self, digest: str) -> str:
        return self._address.prefix + place_of(digest)

    def _stat(self, key: str) -> Object | None:
        with answers_of(self._address.place):
            try:
                return self._opened().stat_object(self._address.bucket, key)
            except S3Error as error:
                if error.code != "NoSuchKey":
                    raise
                return None

    def _get(self, key: str, digest: str, offset: int) -> BaseHTTPResponse:
        with answers_of(self._address.place, digest):
            return self._opened().get_object(self._address.bucket, key, offset=offset)

    def _send(self, aside: BinaryIO, digest: str, size: int) -> None:
        part_bytes = max(_PART_BYTES, -(-size // _MOST_PARTS))
        checksum = base64.b64encode(bytes.fromhex(digest)).decode()
        with answers_of(self._address.place):
            aside.seek(0)
            kept = self._opened().put_object(
                self._address.bucket,
                self._key(digest),
                aside,
                size,
                # Over parts S3 knows no SHA-256 of the whole: there each part carries its own digest.
                metadata={"x-amz-checksum-sha256": checksum} if size <= part_bytes else None,
                part_size=part_bytes,
                # One at a time: memory stays at one part, and a server that is away is found out at the first.
                num_parallel_uploads=1,
            )
        if _told(kept) == checksum or kept.etag == _etag(aside, size, part_bytes) or self.verify(digest):
            return
        self.remove(digest)
        raise EngineAway(f"the object store {self._address.place} kept other bytes than were sent; try again")

    def _versions(self, key: str) -> list[str]:
        """Up to 1,000 of what lies under the key; fewer only where there are no more."""
        # Not by the client's own list, which can not read the dates that versitygw gives to marks of deletion.
        query: dict[str, str | list[str] | tuple[str]] = {"versions": "", "prefix": key}
        answer = self._client._execute("GET", self._address.bucket, query_params=query)
        found = ElementTree.fromstring(answer.data).iterfind("*")  # noqa: S314 the server's own words
        return [
            item.findtext("{*}VersionId", "null")
            for item in found
            if item.tag.endswith(("}Version", "}DeleteMarker")) and item.findtext("{*}Key") == key
        ]

    def _remove_version(self, digest: str, key: str, version: str) -> None:
        try:
            self._client.remove_object(self._address.bucket, key, version_id=version)
        except S3Error as error:
            if is_refusal(error) and (lock := self._lock(key, version)):
                raise Conflict(f"object {digest} is kept by {self._address.place} {lock}") from error
            raise

    def _lock(self, key: str, version: str) -> str:
        """What keeps this version, in words; empty where nothing does."""
        try:
            kept = self._client.get_object_retention(self._address.bucket, key, version_id=version)
            held = self._client.is_object_legal_hold_enabled(self._address.bucket, key, version_id=version)
        except S3Error:
            return ""
        if held:
            return "on legal hold"
        return f"until {kept.retain_until_date:%Y-%m-%d %H:%M:%S} UTC" if kept else ""


def _told(kept: ObjectWriteResult) -> str:
    """The checksum that the server computed; empty where it computes none."""
    return str(kept.http_headers.get("x-amz-checksum-sha256", "")) if kept.http_headers else ""


def _etag(aside: BinaryIO, size: int, part_bytes: int) -> str:
    """The ETag that S3 gives where it does not encrypt: the MD5, or of parts the MD5 of theirs and their number."""
    aside.seek(0)
    parts = [hashlib.md5(aside.read(part_bytes), usedforsecurity=False).digest() for _ in range(0, size, part_bytes)]
    if size <= part_bytes:
        return parts[0].hex() if parts else hashlib.md5(b"", usedforsecurity=False).hexdigest()
    return f"{hashlib.md5(b''.join(parts), usedforsecurity=False).hexdigest()}-{len(parts)}"
