"""What the two search servers have in common: jars by Maven, classes of ours beside them, a modest heap."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.engines.description import Command, Site
from tests.engines.programs import compiled, jars, java

SOURCES = Path(__file__).parent / "java"
HEAP = "512m"


def fingerprint(name: str) -> str:
    """Everything that the programs are made from: another text here means that they must be made anew."""
    return "\n".join(path.read_text() for path in sorted((SOURCES / name).iterdir()))


def is_made(programs: Path, name: str) -> bool:
    """Whether the programs were made from what the sources say now."""
    stamp = programs / "made-from"
    return stamp.exists() and stamp.read_text() == fingerprint(name)


def make(programs: Path, name: str, main: str) -> None:
    """Fetch the jars into `lib` and compile the class `main` into `classes`."""
    shutil.rmtree(programs, ignore_errors=True)
    programs.mkdir(parents=True)
    jars(programs / "lib", SOURCES / name / "pom.xml")
    compiled([SOURCES / name / f"{main}.java"], f"{programs / 'lib'}/*", programs / "classes")


def set_made(programs: Path, name: str) -> None:
    """Say that the programs are whole; the last thing an installation does."""
    (programs / "made-from").write_text(fingerprint(name))


def node(site: Site, programs: Path, main: str, arguments: list[str]) -> Command:
    """The process of one node. It is no daemon of root's: the check that refuses root is in a launcher not used here."""
    temporary = site.data / "tmp"
    options = [f"-Xms{HEAP}", f"-Xmx{HEAP}", "-XX:MaxDirectMemorySize=256m", f"-Djava.io.tmpdir={temporary}"]
    options += ["-Djava.awt.headless=true", "-Dfile.encoding=UTF-8", "--enable-native-access=ALL-UNNAMED"]
    class_path = f"{programs / 'classes'}:{programs / 'lib'}/*"
    return Command((java("java"), *options, "-cp", class_path, main, *arguments))
