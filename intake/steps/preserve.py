"""Preserve: prove the original against its digest before anything is made of it."""

from __future__ import annotations

import shutil
from pathlib import Path

from archive import tracing
from archive.ports import ObjectStore
from intake.engines import Engines
from intake.stages import Preserved, Received

_CHUNK_BYTES = 1 << 20


@tracing.spanned("preserve")
def preserve(received: Received, engines: Engines, folder: Path) -> Preserved:
    """The arrival, its bytes proven and laid out in `folder` (see `original`).

    Raises: Damaged where the store's bytes do not have their digest, NotFound where it has none.
    """
    lay_out(engines.objects, received.digest, folder)
    return Preserved(received)


def original(preserved: Preserved, folder: Path) -> Path:
    """Where `preserve` laid out the arrival's bytes."""
    return folder / preserved.received.digest


def lay_out(objects: ObjectStore, digest: str, folder: Path) -> Path:
    """Put an object's bytes into a file of `folder`, under a name of ours, proven on the way. Safe to repeat."""
    path = folder / digest
    if path.exists():
        return path
    # Under its name only when whole: a store that breaks off must not leave half a letter to the next try.
    half = folder / f"{digest}.half"
    with objects.open(digest) as source, half.open("wb") as sink:
        shutil.copyfileobj(source, sink, _CHUNK_BYTES)
    return half.rename(path)
