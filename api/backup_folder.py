"""A backup as a folder: the catalogue in one file, the objects beside it, and a note by which a damaged one is known."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archive.clock import utc_now
from archive.durable import sync
from archive.errors import BadInput, Damaged
from archive.moving import Moved

CATALOGUE, OBJECTS, NOTE = "catalogue.db", "objects", "backup.json"
_NEW = ".new"


def fresh_catalogue(folder: Path) -> Path:
    """Where a backup that is being made keeps its catalogue: the earlier one stays whole until this one is."""
    return folder / f"{CATALOGUE}{_NEW}"


def begin(folder: Path) -> Path:
    """Where the new catalogue goes. Of a backup that was cut only the objects are of use: the archive went on since."""
    fresh = fresh_catalogue(folder)
    for ending in ("", "-wal", "-shm"):
        fresh.with_name(fresh.name + ending).unlink(missing_ok=True)
    return fresh


def settle(folder: Path, moved: Moved) -> None:
    """Let the new catalogue take the earlier one's place. Cut anywhere, the folder holds the one or the other, whole."""
    fresh, note = fresh_catalogue(folder), folder / f"{NOTE}{_NEW}"
    told = {"made_at": utc_now(), "rows": moved.rows, "objects": moved.objects, "catalogue_sha256": _digest(fresh)}
    note.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    for path in (note, fresh, folder):
        sync(path)
    for ending in ("-wal", "-shm"):
        # The earlier one's, where it was opened as an archive: they must not be taken for this one's.
        (folder / f"{CATALOGUE}{ending}").unlink(missing_ok=True)
    fresh.rename(folder / CATALOGUE)
    sync(folder)
    note.rename(folder / NOTE)
    sync(folder)


@contextmanager
def proven(folder: Path, scratch: Path) -> Iterator[Path]:
    """A copy of the backup's catalogue, proven to be what was written; it may be changed, and is gone at the end.

    `scratch`: a folder with room for it.
    Raises: BadInput where there is no backup, or one that was cut before its end; Damaged naming the file.
    """
    catalogue = folder / CATALOGUE
    if not catalogue.exists():
        cut = fresh_catalogue(folder).exists()
        told = "it was cut before its end; make it again" if cut else f"there is no {CATALOGUE} in it"
        raise BadInput(f"{folder} holds no backup: {told}")
    # Two notes where it was cut between the catalogue's taking its place and the note's.
    wanted = {found for name in (NOTE, f"{NOTE}{_NEW}") if (found := _noted(folder / name))}
    if not wanted:
        raise Damaged(f"{folder / NOTE}: it is missing or damaged, and says what the backup holds; restore another one")
    scratch.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="restore-", dir=scratch) as place:
        copy = Path(shutil.copyfile(catalogue, Path(place) / CATALOGUE))
        if _digest(copy) not in wanted:
            raise Damaged(
                f"{catalogue}: its bytes are not those that the backup wrote; restore another one. Where it was opened "
                f"as an archive since: `dossier --home {folder} backup` into a new folder, and restore that"
            )
        yield copy


def _noted(note: Path) -> str:
    try:
        return str(json.loads(note.read_text(encoding="utf-8"))["catalogue_sha256"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return ""


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
