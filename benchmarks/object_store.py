"""Objects put and got a second, small and large, in a folder and in buckets; how much memory a large one takes.

    python benchmarks/object_store.py [--small 500] [--large 3] [--threads 8] [URL…]

Without URLs: a folder, and the servers that `make engines` started. Each store starts empty and is emptied at the end.
Small: 20 KB, one client and then so many threads. Large: 200 MB, one at a time, made as it is read, never whole in memory;
`memory_mib` is how much the process grew at its peak while they passed both ways. `folder` writes with fsync; what a
server does about power cuts is its own affair.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import resource
import tempfile
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from api.wiring import objects_at
from archive.ports import ObjectStore
from tests.engines.environment import url_of

SMALL_BYTES, LARGE_BYTES, CHUNK_BYTES = 20_000, 200_000_000, 1 << 20


class Made(io.RawIOBase):
    """Bytes made as they are read; each `seed` gives others."""

    def __init__(self, size_bytes: int, seed: int) -> None:
        self._left = size_bytes
        self._block = random.Random(seed).randbytes(CHUNK_BYTES)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        piece = self._block[: min(size, self._left)]
        self._left -= len(piece)
        return piece


def main() -> None:
    """Print one JSON line a store."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("urls", nargs="*")
    parser.add_argument("--small", type=int, default=500)
    parser.add_argument("--large", type=int, default=3)
    parser.add_argument("--threads", type=int, default=8)
    asked = parser.parse_args()
    bucket = f"bench-{uuid.uuid4().hex[:8]}"
    servers = [f"{url}/{bucket}" for name in ("minio", "versitygw") if (url := url_of(name))]
    with tempfile.TemporaryDirectory(dir=".") as folder:
        for url in asked.urls or [f"file://{Path(folder).absolute()}", *servers]:
            store = objects_at(url, Path(folder))
            print(json.dumps(measure(store, asked)), flush=True)
            for digest in list(store.digests()):
                store.remove(digest)
            store.close()


def measure(store: ObjectStore, asked: argparse.Namespace) -> dict[str, Any]:
    """Rates of one store, in objects and in MB a second."""
    contents = [random.Random(seed).randbytes(SMALL_BYTES) for seed in range(asked.small)]
    halves = contents[: asked.small // 2], contents[asked.small // 2 :]
    found: dict[str, Any] = {"store": store.description}
    digests: list[str] = []

    def put(content: bytes) -> None:
        digests.append(store.put(io.BytesIO(content))[0])

    found["small_put_s"] = _rate(lambda: [put(content) for content in halves[0]], len(halves[0]))
    found["small_get_s"] = _rate(lambda: [_drain(store, digest) for digest in digests], len(digests))
    with ThreadPoolExecutor(asked.threads) as pool:
        found[f"small_put_s_{asked.threads}_threads"] = _rate(lambda: list(pool.map(put, halves[1])), len(halves[1]))
        got = _rate(lambda: list(pool.map(lambda digest: _drain(store, digest), digests)), len(digests))
    found[f"small_get_s_{asked.threads}_threads"] = got
    before, large = _peak_mib(), list[str]()
    megabytes = asked.large * LARGE_BYTES // 1_000_000
    found["large_put_mb_s"] = _rate(
        lambda: large.extend(store.put(Made(LARGE_BYTES, seed))[0] for seed in range(asked.large)),  # type: ignore[arg-type]
        megabytes,
    )
    found["large_get_mb_s"] = _rate(lambda: [_drain(store, digest) for digest in large], megabytes)
    found["memory_mib"] = round(_peak_mib() - before)
    return found


def _drain(store: ObjectStore, digest: str) -> None:
    with store.open(digest) as stream:
        while stream.read(CHUNK_BYTES):
            pass


def _rate(do: Callable[[], object], count: int) -> float:
    began = time.perf_counter()
    do()
    return round(count / (time.perf_counter() - began), 1)


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
