"""Looking into ZIP files without being swollen by them: members counted and measured before and while they unpack."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archive.errors import LimitExceeded, Unreadable
from intake.limits import Limits

_CHUNK_BYTES = 1 << 20


class Budget:
    """What may still be unpacked from one arrival, over all archives in it."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.members = limits.archive_members
        self.size_bytes = limits.archive_bytes

    def spend(self, *, members: int = 0, size_bytes: int = 0) -> None:
        """Raises: LimitExceeded (`zip_bomb`)."""
        self.members -= members
        self.size_bytes -= size_bytes
        if self.members < 0 or self.size_bytes < 0:
            raise LimitExceeded("zip_bomb", "the archive holds more files or bytes than an arrival may")


@contextmanager
def opened(source: Path, budget: Budget) -> Iterator[zipfile.ZipFile]:
    """The archive, its directory checked against the budget.

    Raises: Unreadable (`malformed`, `encrypted`), LimitExceeded (`zip_bomb`).
    """
    try:
        with zipfile.ZipFile(source) as archive:
            members = archive.infolist()
            budget.spend(members=len(members))
            for member in members:
                _check_ratio(member, budget.limits)
            if sum(member.file_size for member in members) > budget.size_bytes:
                raise LimitExceeded("zip_bomb", "the archive says it holds more bytes than an arrival may")
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, struct.error) as error:
        raise Unreadable("malformed", f"the archive cannot be read: {error}") from error
    except RuntimeError as error:
        reason = "encrypted" if "password" in str(error).lower() or "encrypt" in str(error).lower() else "malformed"
        raise Unreadable(reason, f"the archive cannot be read: {error}") from error


def _check_ratio(member: zipfile.ZipInfo, limits: Limits) -> None:
    swollen = member.file_size > limits.archive_ratio * max(1, member.compress_size)
    if member.file_size > limits.archive_ratio_from_bytes and swollen:
        raise LimitExceeded("zip_bomb", f"a member unpacks to {member.file_size} bytes from {member.compress_size}")


def unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo, budget: Budget) -> bytes:
    """The member's bytes, counted as they come, whatever the directory said.

    Raises: LimitExceeded (`zip_bomb`); within `opened` also what that raises.
    """
    pieces: list[bytes] = []
    with archive.open(member) as stream:
        while piece := stream.read(_CHUNK_BYTES):
            budget.spend(size_bytes=len(piece))
            pieces.append(piece)
    return b"".join(pieces)


def member_bytes(archive: zipfile.ZipFile, name: str, budget: Budget) -> bytes | None:
    """The bytes of the member of that name, None where there is none."""
    try:
        return unpacked(archive, archive.getinfo(name), budget)
    except KeyError:
        return None
