"""`dossier move|backup|restore`: the whole archive to other engines, into a folder, and back out of one."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from api import backup_folder
from api.cli_context import context, keeper, rooms
from api.printing import Progress
from api.proving import prove
from api.reindexing import reindex
from api.settings import Settings
from api.wiring import Rooms, open_rooms
from archive.backups import note_backup
from archive.errors import BadInput, Damaged
from archive.moving import Moved
from archive.moving import move as carry


def join(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command("move")(move)
    app.command("backup")(backup)
    app.command("restore")(restore)


def move(
    to_catalogue: Annotated[str, typer.Option(help="sqlite:///PATH or postgresql://…; empty: where it is.")] = "",
    to_objects: Annotated[str, typer.Option(help="file:///PATH or s3+https://…; empty: where they are.")] = "",
    to_search: Annotated[str, typer.Option(help="tantivy:///PATH or another index; empty: where it is.")] = "",
) -> None:
    """Carry the archive over to other engines, proven by count and digest; this one is only read.

    Stop the workers first. Broken off, the same command goes on where it stopped. At the end the new index is made and
    the settings to go on with are told.
    """
    wanted = {"catalogue_url": to_catalogue, "objects_url": to_objects, "search_url": to_search}
    given = {name: url for name, url in wanted.items() if url}
    if not to_catalogue:
        raise BadInput("give at least --to-catalogue: rows and originals go together")
    with rooms() as source:
        keeper(source)
        with _opened(_elsewhere(source.settings, given)) as target:
            _carry(source, target)
            _index_and_prove(target)
    for name, url in given.items():
        context().printer.note(f"DOSSIER_{name.upper()}={_without_secret(url)}")


def backup(
    folder: Annotated[Path, typer.Argument(help="Where to: a new folder, or that of an earlier backup.")],
) -> None:
    """Copy the archive into a folder while work goes on: one moment of the catalogue, and every object that it names.

    The folder is itself an archive: `dossier --home FOLDER …` opens it. Into the same folder again, objects that are
    there already are not copied anew.
    """
    folder = folder.absolute()
    with rooms() as source:
        keeper(source)
        fresh = backup_folder.begin(folder)
        with _opened(_in_folder(source.settings, folder, fresh)) as target:
            moved = _carry(source, target)
        backup_folder.settle(folder, moved)
        note_backup(source.catalogue)


def restore(folder: Annotated[Path, typer.Argument(help="The folder of a backup.")]) -> None:
    """Make the archive of these settings out of a backup; it must be empty. The index is made anew, all is proven.

    A backup that was cut, or of which a file is damaged, is refused with the file's name. The backup is only read.
    """
    folder = folder.absolute()
    with rooms() as target:
        keeper(target)
        proven = backup_folder.proven(folder, target.settings.home / "scratch")
        with proven as catalogue, _opened(_in_folder(target.settings, folder, catalogue)) as source:
            _carry(source, target)
        _index_and_prove(target)


@contextmanager
def _opened(settings: Settings) -> Iterator[Rooms]:
    """The rooms of an archive by other settings than this command's own."""
    other = open_rooms(settings)
    try:
        yield other
    finally:
        other.close()


def _in_folder(settings: Settings, folder: Path, catalogue: Path) -> Settings:
    urls = {
        "catalogue_url": f"sqlite:///{catalogue}",
        "objects_url": f"file:///{folder / backup_folder.OBJECTS}",
        "search_url": "",
    }
    return dataclasses.replace(_elsewhere(settings, urls), home=folder)


def _elsewhere(settings: Settings, urls: Mapping[str, str]) -> Settings:
    changes: dict[str, Any] = dict(urls)
    return dataclasses.replace(settings, **changes)


def _carry(source: Rooms, target: Rooms) -> Moved:
    progress = Progress("carried over", None)
    moved = carry(
        source.catalogue,
        source.objects,
        target.catalogue,
        target.objects,
        lambda what, count: progress.at(count, note=what),
    )
    progress.end()
    told = {
        "rows": sum(moved.rows.values()),
        "objects": moved.objects,
        "objects_sent": moved.objects - moved.known_objects,
    }
    context().printer.row(
        told, "{rows} rows and {objects} objects, {objects_sent} of them sent; all proven".format(**told)
    )
    return moved


def _index_and_prove(target: Rooms) -> None:
    reindex(target)
    damages = [problem for problem in prove(target, keeper(target)) if not problem.harmless]
    for problem in damages:
        context().printer.row(dataclasses.asdict(problem), f"{problem.kind}  {problem.subject}: {problem.words}")
    if damages:
        raise Damaged(f"{len(damages)} damages found in what was carried over, named above")


def _without_secret(url: str) -> str:
    scheme, found, rest = url.partition("://")
    who, at, where = rest.rpartition("@")
    return f"{scheme}{found}{who.partition(':')[0]}:…@{where}" if at and ":" in who else url
