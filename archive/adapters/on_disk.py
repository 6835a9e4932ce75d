"""The object store in a folder: `ab/cd/abcd…`, each file named by the SHA-256 of its bytes."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from archive.errors import EngineAway, NotFound

_CHUNK_BYTES = 1 << 20
_DIGEST = re.compile(r"[0-9a-f]{64}")


class FolderStore:
    """`archive.ports.ObjectStore` in a folder of one file system."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @property
    def description(self) -> str:
        """Engine and place."""
        return f"folder {self._root}"

    def put(self, source: BinaryIO) -> tuple[str, int]:
        """Temporary name, fsync, rename, fsync of the folder: only then are the bytes safe."""
        incoming = self._root / "incoming"
        try:
            incoming.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=incoming)
            temporary = Path(name)
            try:
                with os.fdopen(handle, "wb") as sink:
                    digest, size = _copy(source, sink)
                    sink.flush()
                    os.fsync(sink.fileno())
                self._settle(temporary, digest)
            finally:
                temporary.unlink(missing_ok=True)
        except OSError as error:
            raise EngineAway(f"the object store {self._root} can not keep the bytes: {error}") from error
        return digest, size

    def _settle(self, temporary: Path, digest: str) -> None:
        target = self._path(digest)
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            temporary.chmod(0o444)
            temporary.rename(target)
        # Also where it was there already: whoever renamed it may have died before the folders were safe.
        for folder in (target.parent, target.parent.parent, self._root):
            _sync_folder(folder)

    def open(self, digest: str) -> BinaryIO:
        """A stream over the bytes."""
        try:
            return self._path(digest).open("rb")
        except FileNotFoundError as error:
            raise NotFound(f"object {digest} is not in {self._root}") from error
        except OSError as error:
            raise EngineAway(f"the object store {self._root} does not read: {error}") from error

    def has(self, digest: str) -> bool:
        """Whether the bytes are there."""
        return self._path(digest).exists()

    def verify(self, digest: str) -> bool:
        """Read the bytes and compare their digest."""
        if not self.has(digest):
            return False
        running = hashlib.sha256()
        with self.open(digest) as stream:
            while chunk := stream.read(_CHUNK_BYTES):
                running.update(chunk)
        return running.hexdigest() == digest

    def digests(self) -> Iterator[str]:
        """Every digest held."""
        for path in self._root.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*"):
            yield path.name

    def remove(self, digest: str) -> None:
        """Forget the bytes."""
        self._path(digest).unlink(missing_ok=True)

    def _path(self, digest: str) -> Path:
        if not _DIGEST.fullmatch(digest):
            raise NotFound(f"{digest!r} is not a SHA-256 digest")
        return self._root / digest[:2] / digest[2:4] / digest


def _copy(source: BinaryIO, sink: BinaryIO) -> tuple[str, int]:
    running, size = hashlib.sha256(), 0
    while chunk := source.read(_CHUNK_BYTES):
        running.update(chunk)
        sink.write(chunk)
        size += len(chunk)
    return running.hexdigest(), size


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
