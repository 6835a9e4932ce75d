"""What is installed is what is here: a wheel holds every file of every room, code and data alike."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("archive", "dedup", "search", "cases", "intake", "api")
BESIDE = ("pyproject.toml", "README.md", "LICENSE")


def files_of(root: Path) -> set[str]:
    """The rooms' files, by their paths below the root."""
    found = (path for room in ROOMS for path in (root / room).rglob("*") if path.is_file())
    return {str(path.relative_to(root)) for path in found if "__pycache__" not in path.parts}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names in a wheel built from a copy of the tree, without network."""
    source, made = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for room in ROOMS:
        shutil.copytree(ROOT / room, source / room, ignore=shutil.ignore_patterns("__pycache__"))
    for name in BESIDE:
        shutil.copy(ROOT / name, source / name)
    options = ("--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(made))
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, str(source)], check=True)
    (built,) = made.glob("*.whl")
    return set(zipfile.ZipFile(built).namelist())


def test_a_wheel_holds_every_file_of_the_rooms(wheel: set[str]) -> None:
    assert files_of(ROOT) - wheel == set()


def test_a_wheel_holds_nothing_else(wheel: set[str]) -> None:
    assert {name for name in wheel - files_of(ROOT) if ".dist-info/" not in name} == set()


def test_the_comparison_sees_data() -> None:
    kinds = {Path(name).suffix for name in files_of(ROOT)}
    assert {".py", ".po", ".html", ".css", ".js", ".npz", ".yaml", ".txt", ".mako"} <= kinds
