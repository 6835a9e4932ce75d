"""Arrivals that must be turned away, each small on disk and harmless as long as nobody believes it."""

from __future__ import annotations

import struct
import zlib

from containers import zipped

NOT_A_PDF = b"MZ" + bytes(58) + (64).to_bytes(4, "little") + b"PE\0\0" + bytes(range(256)) * 8
"""Bytes that begin as a Windows program and are called a PDF."""


def swelling_zip(unpacked_mib: int = 96) -> bytes:
    """A ZIP of some 100 KB that unpacks to `unpacked_mib` MiB of zeros."""
    return zipped({"letter.txt": bytes(unpacked_mib * 2**20)})


def boundless_png(side_px: int = 60_000) -> bytes:
    """A PNG of a few hundred bytes whose header claims `side_px` pixels each way."""
    header = struct.pack(">IIBBBBB", side_px, side_px, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(4096))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
