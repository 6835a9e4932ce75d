"""An error that nobody foresaw, at the command line: one line with an id, and the traceback in a file beside it."""

from __future__ import annotations

import secrets
import sys
import tempfile
import traceback
from pathlib import Path

from api.cli_context import context
from archive.clock import utc_now
from archive.errors import DossierError

DEBUG = "--debug"
_FOLDER = "trouble"


def tell(error: Exception) -> None:
    """One line on stderr: what failed, an id, and the file that has the traceback. With `--debug`, the traceback too."""
    number = secrets.token_hex(4)
    if context().debug:
        traceback.print_exception(error, file=sys.stderr)
    told = " ".join(str(error).split())[:200]
    sys.stderr.write(
        f"dossier: something went wrong that was not foreseen ({type(error).__name__}{': ' if told else ''}{told}); "
        f"what was accepted is safe. Tell id {number}; {_kept(error, number)}\n"
    )


def _kept(error: Exception, number: str) -> str:
    """Where the traceback is. No argument of the command is kept with it: an address may hold a password."""
    text = f"{utc_now()} {number}\n" + "".join(traceback.format_exception(error))
    for folder in _folders():
        path = folder / f"{number}.txt"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(text, encoding="utf-8")
        except OSError:
            continue
        return f"the traceback is in {path}"
    return f"run the command with {DEBUG} to see the traceback"


def _folders() -> list[Path]:
    """The archive's own folder, where there is one; else the system's for temporary files."""
    try:
        home = context().settings.home
    except DossierError:
        home = None
    return [*([home / _FOLDER] if home and home.is_dir() else []), Path(tempfile.gettempdir()) / "dossier-trouble"]
