"""`dossier folders plan`: what another folder plan would move."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from api.cli_context import context, rooms
from api.settings import TABLE
from api.wiring import Rooms, folder_plan_at
from archive.access import Access, Role, system
from archive.employees import by_login
from archive.folder_plan import plan_in_force
from archive.replanning import Move, moves

_SAMPLE = 20


def join(app: typer.Typer) -> None:
    """Add this file's commands."""
    group = typer.Typer(name="folders", help="The folders of customers.", no_args_is_help=True)
    group.callback()(lambda: None)
    group.command("plan")(plan)
    app.add_typer(group)


def plan(
    file: Annotated[Path, typer.Argument(help="The YAML file of the plan to try.", show_default=False)],
) -> None:
    """List what a folder plan would move; changes nothing. For admins of every branch.

    With `--json` every letter that would move, then the counts; without, the counts and the first letters.
    """
    printer, counts, sample = context().printer, Counter[tuple[str, str]](), list[Move]()
    with rooms() as opened:
        access, new = _admin(opened), folder_plan_at(str(file))
        with opened.catalogue.reading() as connection:
            for move in moves(connection, access, plan_in_force(), new):
                counts[move.was, move.now] += 1
                if printer.as_json:
                    printer.row(_row(move))
                elif len(sample) < _SAMPLE:
                    sample.append(move)
        opened.looks.note(access.actor, "list", "letters:folder plan", why=context().why)
    columns = ("from", "to", "letters")
    told = [dict(zip(columns, (*pair, count), strict=True)) for pair, count in sorted(counts.items())]
    if printer.as_json:
        printer.row({"moves": sum(counts.values()), "by_folder": told})
        return
    if told:
        printer.table("Would move", columns, told)
        printer.table(
            "The first of them", ("document", "registration_number", "customer", "from", "to"), map(_row, sample)
        )
    printer.out.print(f"{sum(counts.values())} letters would move; set {TABLE['folder_plan'].name}={file} to do so")


def _row(move: Move) -> dict[str, object]:
    return {
        "document": move.document,
        "registration_number": move.registration_number,
        "customer": move.customer,
        "document_type": move.document_type,
        "from": move.was,
        "to": move.now,
    }


def _admin(opened: Rooms) -> Access:
    """The employee of `--as`, with what they hold as an admin; else whoever runs the machine."""
    if not context().login:
        return system("operator")
    with opened.catalogue.reading() as connection:
        return by_login(connection, context().login).access_as(Role.ADMIN)
