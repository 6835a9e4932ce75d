"""`dossier customers`: load the directory, look at one customer."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated

import typer

from api import cli_customers_merging, looking
from api.cli_context import asker, context, rooms
from api.printing import Progress
from archive import customers as directory
from archive.directory_file import count_lines
from archive.importing import ImportReport, import_customers
from dedup.guard_models import likening_of
from dedup.rows import keys_of_row


def join(app: typer.Typer) -> None:
    """Add this file's commands."""
    customers = typer.Typer(help="The customer directory.", no_args_is_help=True)
    customers.command("import")(import_file)
    customers.command("show")(show_one)
    cli_customers_merging.join(customers)
    app.add_typer(customers, name="customers")


def import_file(file: Annotated[Path, typer.Argument(help="CSV or CSV.gz, columns by name, in any order.")]) -> None:
    """Load customers. The same file again changes nothing; a bad row is named and the rest goes on."""
    printer = context().printer
    with rooms() as opened:
        progress = Progress("customers", count_lines(file))
        report = import_customers(opened.catalogue, file, keys_of_row, asker(opened), progress.at, likening=likening_of)
        progress.at(report.rows, report.rows)
        progress.end()
        for problem in report.problems:
            printer.note(f"{file}, line {problem.line}: {problem.reason}; {problem.remedy}")
        printer.row(_counts(file, report), _told(file, report))
        cli_customers_merging.bring_up_index(opened)


def _counts(file: Path, report: ImportReport) -> dict[str, object]:
    kept = ("new", "changed", "unchanged", "refused", "rows")
    return {"file": str(file), "run": report.run_id} | {name: getattr(report, name) for name in kept}


def _told(file: Path, report: ImportReport) -> str:
    return (
        f"{file}: {report.rows:,} rows: {report.new:,} new, {report.changed:,} changed, "
        f"{report.unchanged:,} unchanged, {report.refused:,} refused"
    )


def show_one(customer: Annotated[int, typer.Argument(help="The customer's number.")]) -> None:
    """One customer: the golden record field by field with its sources, accounts, contracts, meters."""
    printer = context().printer
    with rooms() as opened:
        access = asker(opened)
        with opened.catalogue.reading() as connection:
            view = directory.show(connection, access, customer)
        opened.looks.note(access.actor, "read", looking.customer(view.id), why=context().why)
    if printer.as_json:
        printer.row(dataclasses.asdict(view))
        return
    printer.row({}, f"{view.display_name} ({view.kind}), customer {view.id}, branch {view.branch or '–'}")
    values = ({"field": f.field, "value": f.value, "source": f"{f.system} {f.source_id}"} for f in view.fields)
    printer.table("", ("field", "value", "source"), values)
    held = ({"holds": h.kind, "number": h.number, "from": h.valid_from, "to": h.valid_to} for h in view.holdings)
    printer.table("", ("holds", "number", "from", "to"), held)
