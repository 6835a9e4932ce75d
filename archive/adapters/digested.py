"""Bytes and their SHA-256 digest, as every object store needs them: hashing on the way in, proving on the way out."""

from __future__ import annotations

import hashlib
import io
import re
from typing import Any, BinaryIO, Protocol

from archive.errors import Damaged, NotFound

CHUNK_BYTES = 1 << 20
_BUFFER_BYTES = 1 << 16
_DIGEST = re.compile(r"[0-9a-f]{64}")


class Source(Protocol):
    """What a proven stream reads from."""

    def read(self, count: int, /) -> bytes | None:
        """Up to so many bytes; none at the end."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


def place_of(digest: str) -> str:
    """`ab/cd/abcd…`, the same in every store. Raises NotFound for what is no digest."""
    if not _DIGEST.fullmatch(digest):
        raise NotFound(f"{digest!r} is not a SHA-256 digest")
    return f"{digest[:2]}/{digest[2:4]}/{digest}"


def digest_at(place: str) -> str | None:
    """The digest whose place this is; none for anything else that lies there."""
    digest = place.rpartition("/")[2]
    return digest if _DIGEST.fullmatch(digest) and place == place_of(digest) else None


def copy_hashing(source: BinaryIO, sink: Any) -> tuple[str, int]:
    """Copy to the end; answers (digest, size in bytes)."""
    running, size = hashlib.sha256(), 0
    while chunk := source.read(CHUNK_BYTES):
        running.update(chunk)
        sink.write(chunk)
        size += len(chunk)
    return running.hexdigest(), size


def proving(source: Source, digest: str, size_bytes: int) -> BinaryIO:
    """The source's bytes as a stream that raises `Damaged` instead of handing on the last of bytes that are not those.

    To be read from start to end; whoever stops before the end has proven nothing. Closing it closes the source.
    """
    return io.BufferedReader(_Proving(source, digest, size_bytes), _BUFFER_BYTES)


def proves_true(stream: BinaryIO) -> bool:
    """Read such a stream to its end and close it: whether the bytes are those of its digest."""
    with stream:
        try:
            while stream.read(CHUNK_BYTES):
                pass
        except Damaged:
            return False
    return True


class _Proving(io.RawIOBase):
    def __init__(self, source: Source, digest: str, size_bytes: int) -> None:
        self._source, self._digest = source, digest
        self._left, self._running = size_bytes, hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        # Never past the size that it had when it was opened: the last piece must be known as the last.
        piece = self._source.read(min(len(buffer), self._left)) or b""
        self._running.update(piece)
        self._left -= len(piece)
        if (self._left == 0 or not piece) and self._running.hexdigest() != self._digest:
            raise Damaged(
                f"object {self._digest} is damaged in the store: run `dossier verify`, then restore it from the backup"
            )
        buffer[: len(piece)] = piece
        return len(piece)

    def readall(self) -> bytes:
        pieces = []
        while piece := self.read(min(CHUNK_BYTES, self._left)):
            pieces.append(piece)
        return b"".join(pieces)

    def close(self) -> None:
        if not self.closed:
            self._source.close()
        super().close()
