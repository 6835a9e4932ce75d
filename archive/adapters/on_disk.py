"""The object store in a folder: `ab/cd/abcd…`, each file named by the SHA-256 of its bytes."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from archive.adapters.digested import copy_hashing, digest_at, place_of, proves_true, proving
from archive.durable import sync
from archive.errors import Conflict, EngineAway, NotFound
from archive.ports import Protection

_NO_LOCK = "a folder can not refuse: whoever may write to it may remove a file before its date"


class FolderStore:
    """`archive.ports.ObjectStore` in a folder of one file system."""

    def __init__(self, root: Path) -> None:
        self._root = root
        # Folders whose own name this process has made safe in the folder above: no need to wait for the disk again.
        self._safe: set[str] = set()

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
                    digest, size = copy_hashing(source, sink)
                    sink.flush()
                    os.fsync(sink.fileno())
                self._settle(temporary, digest)
            finally:
                temporary.unlink(missing_ok=True)
        except OSError as error:
            words = f"the object store {self._root} can not keep the bytes: {error}"
            raise EngineAway(f"{words}; see that its disk has space, then try again") from error
        return digest, size

    def _settle(self, temporary: Path, digest: str) -> None:
        target = self._path(digest)
        if not target.exists():
            if not target.parent.is_dir():
                self._safe -= {digest[:2], digest[:4]}
                target.parent.mkdir(parents=True, exist_ok=True)
            temporary.chmod(0o444)
            temporary.rename(target)
        # Also where it was there already: whoever renamed it may have died before the folders were safe.
        sync(target.parent)
        for name, above in ((digest[:4], target.parent.parent), (digest[:2], self._root)):
            if name not in self._safe:
                sync(above)
                self._safe.add(name)

    def open(self, digest: str) -> BinaryIO:
        """A stream over the bytes, proven on the way."""
        path = self._path(digest)
        try:
            file = path.open("rb", buffering=0)
            return proving(file, digest, os.fstat(file.fileno()).st_size)
        except FileNotFoundError as error:
            raise NotFound(f"object {digest} is not in {self._root}") from error
        except OSError as error:
            raise EngineAway(f"the object store {self._root} does not read: {error}") from error

    def has(self, digest: str) -> bool:
        """Whether the bytes are there."""
        return self._path(digest).exists()

    def verify(self, digest: str) -> bool:
        """Read the bytes and compare their digest."""
        return self.has(digest) and proves_true(self.open(digest))

    def digests(self) -> Iterator[str]:
        """Every digest held."""
        for path in self._root.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*"):
            if digest := digest_at(path.relative_to(self._root).as_posix()):
                yield digest

    def remove(self, digest: str) -> None:
        """Forget the bytes."""
        self._path(digest).unlink(missing_ok=True)

    def protection(self) -> Protection:
        """None: a folder has no lock that binds everybody."""
        return Protection(wanted=False, proven=False, words=_NO_LOCK)

    def protect(self, digest: str, until: datetime) -> None:
        """Refused: what can not be kept is not promised."""
        raise Conflict(f"object {digest} can not be locked: {_NO_LOCK}")

    def hold(self, digest: str, held: bool) -> None:
        """Refused, as `protect` is."""
        raise Conflict(f"object {digest} can not be held: {_NO_LOCK}")

    def kept(self, digest: str) -> tuple[datetime | None, bool]:
        """Refused, as `protect` is."""
        raise Conflict(f"object {digest} can not be kept: {_NO_LOCK}")

    def close(self) -> None:
        """Nothing is kept open."""

    def _path(self, digest: str) -> Path:
        return self._root / place_of(digest)
