"""The command `dossier`: one file a group of commands, this one strings them together."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from api import (
    cli_customers,
    cli_dedup,
    cli_documents,
    cli_folders,
    cli_holds,
    cli_intake,
    cli_looks,
    cli_moving,
    cli_serve,
    cli_upkeep,
)
from api.cli_context import Context, set_context
from api.cli_trouble import DEBUG, tell
from archive.disk_space import is_no_space
from archive.errors import DossierError, EngineAway

app = typer.Typer(
    name="dossier",
    help="Takes in a utility's mail, knows what it is and whose it is, keeps it, files it, finds it.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.callback()
def _common(
    home: Annotated[Path | None, typer.Option(help="Folder of the archive (DOSSIER_HOME).")] = None,
    json: Annotated[bool, typer.Option("--json", help="Answer in JSON lines on stdout.")] = False,
    login: Annotated[str, typer.Option("--as", help="See and do only what this employee may.")] = "",
    why: Annotated[str, typer.Option("--why", help="Why you look; kept with who looked at what.")] = "",
    debug: Annotated[bool, typer.Option(DEBUG, help="Show the traceback of an error that nobody foresaw.")] = False,
) -> None:
    set_context(Context(home=home, as_json=json, login=login, why=why, debug=debug))


cli_customers.join(app)
cli_dedup.join(app)
cli_intake.join(app)
cli_documents.join(app)
cli_folders.join(app)
cli_serve.join(app)
cli_upkeep.join(app)
cli_moving.join(app)
cli_looks.join(app)
cli_holds.join(app)


# Typer brings its own Click; the class that all its usage errors share is the last of ours before Python's.
_UsageTrouble: Any = next(cls for cls in typer.BadParameter.__mro__ if cls.__name__ == "ClickException")


def main() -> None:
    """Run the command line; a known error is one sentence on stderr and the exit code of its class."""
    arguments = _hoisted(sys.argv[1:])
    try:
        code = app(args=arguments, standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except DossierError as error:
        sys.stderr.write(f"dossier: {error}\n")
        sys.exit(error.exit_code)
    except typer.Exit as stop:
        sys.exit(stop.exit_code)
    except _UsageTrouble as error:
        error.show()
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        sys.stderr.write("dossier: stopped; what was accepted is safe, run the same command again to go on\n")
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(141)
    except OSError as error:
        if not is_no_space(error):
            tell(error)
            sys.exit(DossierError.exit_code)
        sys.stderr.write(f"dossier: {error}: free some space, then run the same command again\n")
        sys.exit(EngineAway.exit_code)
    except Exception as error:
        tell(error)
        sys.exit(DossierError.exit_code)


_WITH_VALUE = frozenset({"--home", "--as", "--why"})


def _hoisted(arguments: list[str]) -> list[str]:
    """`--json`, `--debug`, `--home DIR`, `--as LOGIN` and `--why WORDS` may stand anywhere on the line; they are moved before the command."""
    front, rest = [], []
    words = iter(arguments)
    for word in words:
        if word == "--":
            rest += [word, *words]
        elif word in ("--json", DEBUG) or (word.partition("=")[0] in _WITH_VALUE and "=" in word):
            front.append(word)
        elif word in _WITH_VALUE:
            front += [word, next(words, "")]
        else:
            rest.append(word)
    return front + rest
