"""`dossier customers feed`: events of another system from a file, one by one past the guard that can not refuse them."""

from __future__ import annotations

import dataclasses
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from api.cli_context import asker, context, rooms
from api.cli_customers_merging import bring_up_index
from api.feeding import event_of
from api.printing import Progress
from archive.access import Access
from archive.directory_file import FileRow, RowProblem, count_lines, read_rows
from archive.errors import BadInput, Conflict
from archive.feed_events import FeedDoor, Taken, insist_on_feeding


def join(customers: typer.Typer) -> None:
    """Add this file's command."""
    customers.command("feed")(feed)


def feed(
    file: Annotated[
        Path, typer.Argument(help="CSV or CSV.gz: the import's columns, and version or at.", show_default=False)
    ],
    system: Annotated[
        str, typer.Option("--system", help="Whose records, where the file does not say.", show_default=False)
    ] = "",
) -> None:
    """Take events of another system one by one: linked to whom they certainly are, else new; doubtful pairs go to a person.

    Repeated and belated events change nothing. A whole export goes in with `import`, past the matcher.
    """
    printer, counts = context().printer, Counter[str]()
    with rooms() as opened:
        access = asker(opened)
        insist_on_feeding(access)
        progress = Progress("events", count_lines(file))
        for row in read_rows(file):
            told = _taken(opened.feed_door, access, row, system)
            if isinstance(told, RowProblem):
                counts["refused"] += 1
                printer.note(f"{file}, line {told.line}: {told.reason}; {told.remedy}")
            else:
                counts[told.outcome] += 1
                counts["contested"] += told.contested
                if context().as_json:
                    printer.row({"line": row.line} | dataclasses.asdict(told), "")
            progress.at(sum(counts.values()) - counts["contested"])
        progress.end()
        bring_up_index(opened)
    if not context().as_json:
        printer.row({}, f"{file}: " + ", ".join(f"{count:,} {what}" for what, count in sorted(counts.items())))


def _taken(door: FeedDoor, access: Access, row: FileRow | RowProblem, system: str) -> Taken | RowProblem:
    if isinstance(row, RowProblem):
        return row
    cells = row.cells
    try:
        order = (cells.get("version", ""), cells.get("at", ""))
        return door.take(access, event_of(cells.get("system") or system, cells.get("source_id", ""), *order, cells))
    except (BadInput, Conflict) as error:
        return RowProblem(row.line, str(error), "mend the row; the others were taken")
