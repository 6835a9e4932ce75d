"""A backup that was cut or damaged is refused with the file and its place; an earlier one survives a later one that is cut."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.killing import ROOT, dossier
from tests.small_archive import SmallArchive

_KILLED = """
import os, signal, sys
from pathlib import Path
from api import backup_folder, cli, cli_moving
place, sys.argv = sys.argv[1], ["dossier", *sys.argv[2:]]
def die(*_about, **_named):
    os.kill(os.getpid(), signal.SIGKILL)
def cut(owner, name, after):
    whole = getattr(owner, name)
    def until(*given, **named):
        after and whole(*given, **named)
        die()
    setattr(owner, name, until)
if place == "objects":
    from archive import moving
    cut(moving, "_copy_kept", after=True)
elif place == "rows":
    cut(cli_moving.backup_folder, "settle", after=False)
else:
    rename, left = Path.rename, [1 if place == "one rename" else 2]
    def counted(self, to):
        if ".new" in self.name:
            rename(self, to)
            left[0] -= 1
            left[0] or die()
            return
        return rename(self, to)
    Path.rename = counted
cli.main()
"""


@pytest.fixture
def home(archive: SmallArchive, tmp_path: Path) -> Path:
    """The small archive where the command line looks for one."""
    place = tmp_path / "home"
    place.mkdir()
    archive.catalogue.close()
    shutil.copyfile(tmp_path / "catalogue.sqlite", place / "catalogue.db")
    shutil.copytree(tmp_path / "objects", place / "objects")
    return place


@pytest.fixture
def backup(home: Path, tmp_path: Path) -> Iterator[Path]:
    """A whole backup of it."""
    dossier(home, "backup", str(tmp_path / "backup"))
    yield tmp_path / "backup"


def refused(backup: Path, elsewhere: Path, *told: str) -> None:
    command = [
        sys.executable,
        "-c",
        "from api.cli import main; main()",
        "restore",
        str(backup),
        "--home",
        str(elsewhere),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode in (2, 8), done
    for words in told:
        assert words in done.stderr, done.stderr


def overwrite(path: Path, at: int) -> None:
    path.chmod(0o644)
    with path.open("r+b") as stream:
        stream.seek(at)
        byte = stream.read(1)
        stream.seek(at)
        stream.write(bytes([byte[0] ^ 1]))


def some_object(folder: Path) -> Path:
    return next(path for path in sorted((folder / "objects").rglob("*")) if len(path.name) == 64)


def test_a_backup_is_restored_and_stays_as_it_was(backup: Path, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in sorted(backup.rglob("*")) if path.is_file()}
    dossier(tmp_path / "elsewhere", "restore", str(backup))
    assert {path: path.read_bytes() for path in sorted(backup.rglob("*")) if path.is_file()} == before


@pytest.mark.parametrize("at", [18, 0.5, -1])
def test_a_damaged_catalogue_is_refused_by_name(at: float, backup: Path, tmp_path: Path) -> None:
    catalogue = backup / "catalogue.db"
    size = catalogue.stat().st_size
    overwrite(catalogue, int(at if at >= 1 else size * at if at > 0 else size - 1))
    refused(backup, tmp_path / "elsewhere", str(catalogue), "not those that the backup wrote")


def test_a_shortened_catalogue_and_a_missing_note_are_refused_by_name(backup: Path, tmp_path: Path) -> None:
    note = backup / "backup.json"
    whole = note.read_bytes()
    for broken in (b"", whole[:40]):
        note.write_bytes(broken)
        refused(backup, tmp_path / "elsewhere", str(note))
    note.write_bytes(whole)
    os.truncate(backup / "catalogue.db", 4096)
    refused(backup, tmp_path / "elsewhere", str(backup / "catalogue.db"))


def test_a_damaged_or_missing_object_is_refused_with_its_place_and_mended_it_goes_on(
    backup: Path, tmp_path: Path
) -> None:
    path, elsewhere = some_object(backup), tmp_path / "elsewhere"
    whole, place = path.read_bytes(), str(path.relative_to(backup / "objects"))
    overwrite(path, 0)
    refused(backup, elsewhere, place, str(backup / "objects"), "other bytes")
    path.unlink()
    refused(backup, elsewhere, place, str(backup / "objects"), "not there")
    path.write_bytes(whole)
    dossier(elsewhere, "restore", str(backup))


@pytest.mark.parametrize("cut", ["rows", "objects", "one rename", "both renames"])
def test_a_backup_that_is_killed_is_none_or_whole(cut: str, home: Path, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    killed(cut, home, backup)
    if cut in ("rows", "objects"):
        refused(backup, tmp_path / "elsewhere", "cut before its end")
        dossier(home, "backup", str(backup))
    dossier(tmp_path / "elsewhere", "restore", str(backup))


@pytest.mark.parametrize("cut", ["rows", "objects", "one rename", "both renames"])
def test_an_earlier_backup_survives_one_that_is_killed(cut: str, home: Path, backup: Path, tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Account number A-1. Please send me a copy of my contract.")
    dossier(home, "intake", str(letter), "--branch", "12")
    killed(cut, home, backup)
    dossier(tmp_path / "elsewhere", "restore", str(backup))
    dossier(home, "backup", str(backup))
    dossier(tmp_path / "once_more", "restore", str(backup))


def killed(cut: str, home: Path, backup: Path) -> None:
    """Run a backup that dies there."""
    command = [sys.executable, "-c", _KILLED, cut, "backup", str(backup), "--home", str(home)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done
