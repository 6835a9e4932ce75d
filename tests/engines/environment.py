"""The file through which tests learn where the engines are: `.engines/env`, one NAME=VALUE a line."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
DEFAULT_FOLDER = PROJECT / ".engines"


def variable(engine: str) -> str:
    """What the variable with this engine's address is called: DOSSIER_TEST_POSTGRES_URL."""
    return f"DOSSIER_TEST_{engine.upper()}_URL"


def write_env(folder: Path, urls: Mapping[str, str]) -> None:
    """Write the addresses of the engines that run, readable by this user alone; no file where none runs."""
    path = folder / "env"
    if not urls:
        path.unlink(missing_ok=True)
        return
    fresh = path.with_suffix(".new")
    fresh.touch(mode=0o600)
    fresh.write_text("".join(f"{variable(name)}={url}\n" for name, url in sorted(urls.items())))
    fresh.replace(path)


def read_env(folder: Path = DEFAULT_FOLDER) -> dict[str, str]:
    """The variables in the file; none where there is no file."""
    path = folder / "env"
    if not path.exists():
        return {}
    pairs = (line.partition("=") for line in path.read_text().splitlines() if "=" in line)
    return {name: value for name, _, value in pairs}


def url_of(engine: str, folder: Path = DEFAULT_FOLDER) -> str | None:
    """Where this engine is: from the process's environment, else from the file, else nowhere."""
    return os.environ.get(variable(engine)) or read_env(folder).get(variable(engine))
