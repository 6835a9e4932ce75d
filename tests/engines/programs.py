"""Where the programs come from: the system's packages, Go modules, and jars by Maven, each by its own tool."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.engines.description import EngineError

HINT = "./install.sh --with-engines installs it"
JAVA_NEEDED = 21
GO_NEEDED = 21
JAVA_FOLDERS = Path("/usr/lib/jvm")


def installed(name: str, *folders: str) -> str:
    """The path of a program, looked for in these folders, then in PATH. Raises `EngineError` where it is missing."""
    for folder in folders:
        if (Path(folder) / name).exists():
            return str(Path(folder) / name)
    found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/bin")
    if found is None:
        raise EngineError(f"{name} is missing; {HINT}.")
    return found


def go_program(target: Path, module: str) -> None:
    """Build a program from its Go module (`path@version`) into `target`; nothing to do when that version is there."""
    stamp = target.with_name(target.name + ".module")
    if target.exists() and stamp.exists() and stamp.read_text() == module:
        return
    go = _go()
    folder = target.parent / f"{target.name}.build"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    print(f"building {target.name}, which may take minutes the first time …", file=sys.stderr)
    run([go, "install", module], {"GOBIN": str(folder)})
    (made,) = folder.iterdir()
    made.replace(target)
    folder.rmdir()
    stamp.write_text(module)


def _go() -> str:
    """The Go command. Raises `EngineError` where it is too old to fetch the compiler that a module asks for."""
    go = installed("go", "/usr/local/go/bin")
    told = subprocess.run([go, "env", "GOVERSION"], capture_output=True, text=True, check=False).stdout
    version = re.match(r"go1\.(\d+)", told)
    if version and int(version[1]) < GO_NEEDED:
        raise EngineError(f"Go 1.{GO_NEEDED} or later is needed, found {told.strip()}: put a newer one into PATH.")
    return go


def jars(folder: Path, pom: Path) -> None:
    """Copy every jar that a pom.xml names, and what those need, into `folder`."""
    shutil.rmtree(folder, ignore_errors=True)
    print(f"fetching the jars of {pom.parent.name} …", file=sys.stderr)
    run(
        [installed("mvn"), "-q", "-B", "-f", str(pom), "dependency:copy-dependencies", f"-DoutputDirectory={folder}"],
        {},
    )


def compiled(sources: list[Path], class_path: str, into: Path) -> None:
    """Compile Java sources against a class path."""
    into.mkdir(parents=True, exist_ok=True)
    run([java("javac"), "-nowarn", "-cp", class_path, "-d", str(into), *map(str, sources)], {})


def java(program: str) -> str:
    """A program of the newest Java on this machine that has it. Raises `EngineError` below version 21."""
    homes = [Path(os.environ["JAVA_HOME"])] if os.environ.get("JAVA_HOME") else []
    homes += sorted(JAVA_FOLDERS.iterdir()) if JAVA_FOLDERS.exists() else []
    in_path = shutil.which(program)
    candidates = [home / "bin" / program for home in homes] + ([Path(in_path).resolve()] if in_path else [])
    newest = max(((_java_version(path), str(path)) for path in candidates if path.exists()), default=(0, ""))
    if newest[0] < JAVA_NEEDED:
        raise EngineError(
            f"A Java development kit of version {JAVA_NEEDED} or later is missing: install one, or name it in JAVA_HOME."
        )
    return newest[1]


def _java_version(program: Path) -> int:
    """The major version of the Java that a program belongs to, from the `release` file at its root; 0 if unknown."""
    release = program.resolve().parent.parent / "release"
    told = re.search(r'^JAVA_VERSION="(\d+)', release.read_text(), re.MULTILINE) if release.exists() else None
    return int(told[1]) if told else 0


def run(argv: list[str], environment: dict[str, str]) -> None:
    """Run a command to its end. Raises `EngineError` with the end of what it said when it fails."""
    done = subprocess.run(argv, env=os.environ | environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
        raise EngineError(f"{' '.join(argv[:3])} … ended with {done.returncode}:\n{said}")
