"""Any object store, behind the catalogue's word: what is on hold or before its date is not removed, whoever asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO

from archive.ports import Catalogue, ObjectStore, Protection
from archive.retention import refuse_where_kept


class GuardedStore:
    """`archive.ports.ObjectStore` over another one."""

    def __init__(self, objects: ObjectStore, catalogue: Catalogue) -> None:
        self._objects = objects
        self._catalogue = catalogue

    @property
    def description(self) -> str:
        """The store's own."""
        return self._objects.description

    def put(self, source: BinaryIO) -> tuple[str, int]:
        """Keep the stream's bytes."""
        return self._objects.put(source)

    def open(self, digest: str) -> BinaryIO:
        """A stream over the bytes."""
        return self._objects.open(digest)

    def has(self, digest: str) -> bool:
        """Whether the bytes are there."""
        return self._objects.has(digest)

    def verify(self, digest: str) -> bool:
        """Whether the bytes are there and have that digest."""
        return self._objects.verify(digest)

    def digests(self) -> Iterator[str]:
        """Every digest held."""
        return self._objects.digests()

    def remove(self, digest: str) -> None:
        """Forget the bytes, unless the catalogue keeps them. Raises: Conflict."""
        refuse_where_kept(self._catalogue, digest)
        self._objects.remove(digest)

    def protection(self) -> Protection:
        """Whether the store's lock holds."""
        return self._objects.protection()

    def protect(self, digest: str, until: datetime) -> None:
        """Lock the bytes until then."""
        self._objects.protect(digest, until)

    def hold(self, digest: str, held: bool) -> None:
        """Hold the bytes, or no longer."""
        self._objects.hold(digest, held)

    def kept(self, digest: str) -> tuple[datetime | None, bool]:
        """What the store itself keeps."""
        return self._objects.kept(digest)

    def close(self) -> None:
        """Let go of every connection."""
        self._objects.close()
