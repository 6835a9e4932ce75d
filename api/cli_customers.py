"""`dossier customers`: load the directory, look for a customer and at one, and write down who is who."""

from __future__ import annotations

import csv
import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, TextIO

import typer
from sqlalchemy import Connection

from api import cli_customers_by_hand, cli_customers_feed, cli_customers_merging, cli_documents, looking
from api.cli_context import asker, context, keeper, rooms
from api.printing import Progress
from api.structured import addresses_of
from api.wiring import Rooms
from archive import customers as directory
from archive import customers_then, doubles, merging, pair_words
from archive.customers import CustomerView, FieldValue
from archive.customers_then import FieldChange
from archive.directory_file import ADDRESS_PARTS, count_lines
from archive.doubles import OPEN, Part
from archive.errors import BadInput
from archive.exporting import every_address, whose_records
from archive.importing import ImportReport, import_customers
from archive.showing.reasons import Why, reasons
from dedup.address_parts import PARSER, address_parts_of
from dedup.guard_models import likening_of
from dedup.guard_names import count_names
from dedup.rows import keys_of_row

_TOLD_EVERY = 100_000
_MOST_DOUBLES = 20


def join(app: typer.Typer) -> None:
    """Add this file's commands."""
    customers = typer.Typer(help="The customer directory.", no_args_is_help=True)
    customers.command("import")(import_file)
    customers.command("show")(show_one)
    customers.command("find")(find)
    customers.command("export")(export)
    cli_customers_feed.join(customers)
    cli_customers_by_hand.join(customers)
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
        count_names(opened.catalogue)
        cli_customers_merging.bring_up_index(opened)


def _counts(file: Path, report: ImportReport) -> dict[str, object]:
    kept = ("new", "changed", "unchanged", "refused", "rows")
    return {"file": str(file), "run": report.run_id} | {name: getattr(report, name) for name in kept}


def _told(file: Path, report: ImportReport) -> str:
    return (
        f"{file}: {report.rows:,} rows: {report.new:,} new, {report.changed:,} changed, "
        f"{report.unchanged:,} unchanged, {report.refused:,} refused"
    )


def show_one(
    customer: Annotated[int, typer.Argument(help="The customer's number.")],
    on: Annotated[str, typer.Option("--on", metavar="DAY", help="As it was on that day.", show_default=False)] = "",
    history: Annotated[bool, typer.Option("--history", help="How each field came to be, the newest first.")] = False,
) -> None:
    """One customer: the golden record field by field with its sources, accounts, contracts, meters."""
    printer = context().printer
    with rooms() as opened:
        access = asker(opened)
        with opened.catalogue.reading() as connection:
            view = (
                customers_then.show_on(connection, access, customer, on)
                if on
                else directory.show(connection, access, customer)
            )
            changes = customers_then.history(connection, access, customer) if history else []
            others = list(_others(connection, view))
        opened.looks.note(access.actor, "read", looking.customer(view.id), why=context().why)
    if history:
        for one in changes:
            printer.row(dataclasses.asdict(one), _change_told(one))
        return
    if printer.as_json:
        addresses = [dataclasses.asdict(one) for one in addresses_of(view)]
        why = [dataclasses.asdict(one) for one in reasons(view)]
        printer.row(dataclasses.asdict(view) | {"addresses": addresses, "why": why})
        return
    printer.row({}, f"{view.display_name} ({view.kind}), customer {view.id}, branch {view.branch or '–'}")
    printer.table("", ("field", "value", "source", "why"), map(_field_told, view.fields, reasons(view)))
    held = ({"holds": h.kind, "number": h.number, "from": h.valid_from, "to": h.valid_to} for h in view.holdings)
    printer.table("", ("holds", "number", "from", "to"), held)
    for line in others:
        printer.row({}, line)


def _field_told(one: FieldValue, why: Why) -> dict[str, str]:
    lost = "".join(f"; not {gone.value} ({gone.system} {gone.source_id}, {gone.at[:10]})" for gone in why.lost)
    source = f"{one.system} {one.source_id}"
    return {"field": one.field, "value": one.value, "source": source, "why": f"{why.told}{lost}"}


def _change_told(one: FieldChange) -> str:
    since = f", so since {one.valid_from}" if one.valid_from else ""
    by = f" by {one.actor}" if one.actor else ""
    what = f"{one.field}: {one.before or '–'} → {one.after or '–'}"
    return f"{one.at[:16].replace('T', ' ')}  {what}{since} ({one.system} {one.source_id}{by})"


def _others(connection: Connection, view: CustomerView) -> Iterator[str]:
    """Who else the customer is, may be, or is not."""
    if view.asked_id != view.id:
        yield f"customer {view.asked_id} was merged: {view.id} stands for it"
    members = directory.member_ids(connection, view.id)
    for merged in merging.merges(connection, members):
        yield f"stands for customer {merged.customer_id} since {merged.at[:10]}: {merged.reason}"
    for word in pair_words.words(connection, members):
        other = word.high_id if word.low_id in members else word.low_id
        yield f"customer {other}: {word.word} {word.kind}".rstrip() + f", said on {word.at[:10]}: {word.reason}"
    for one in doubles.entries(connection, Part("", customer_id=view.id), limit=_MOST_DOUBLES):
        if one.state in OPEN:
            other = one.high_root if one.low_root == view.id else one.low_root
            yield f"may be customer {other}, {one.probability:.0%}: dossier dedup review {one.id}"


def find(
    words: Annotated[list[str], typer.Argument(help="Any known datum or part of one.", show_default=False)],
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many at the most.")] = 10,
) -> None:
    """Search customers: by name, number, phone, address, or parts of them."""
    cli_documents.find(words, "customers", limit)


def export(
    file: Annotated[Path, typer.Argument(help="The CSV file to write.", show_default=False)],
    addresses: Annotated[
        Path | None, typer.Option("--addresses", help="And every address with its parts.", show_default=False)
    ] = None,
) -> None:
    """Write down who is who: system, source_id, customer of every source record (the number that stands for it)."""
    with rooms() as opened:
        access = keeper(opened)
        opened.looks.note(access.actor, "export", "customers:all", why=context().why)
        progress, count = Progress("records", None), 0
        with _to_write(file) as out, opened.catalogue.reading() as connection:
            lines = csv.writer(out, lineterminator="\n")
            lines.writerow(("system", "source_id", "customer"))
            for count, row in enumerate(whose_records(connection), 1):
                lines.writerow(row)
                if count % _TOLD_EVERY == 0:
                    progress.at(count)
        context().printer.row({"file": str(file), "records": count}, f"{file}: {count:,} records")
        if addresses is not None:
            _export_addresses(opened, addresses)


def _export_addresses(opened: Rooms, file: Path) -> None:
    progress, count = Progress("addresses", None), 0
    with _to_write(file) as out, opened.catalogue.reading() as connection:
        lines = csv.writer(out, lineterminator="\n")
        lines.writerow(("customer", "kind", "as_given", "valid_from", "valid_to", *ADDRESS_PARTS, "parser"))
        for count, row in enumerate(every_address(connection), 1):
            told = address_parts_of(row[2]).told
            lines.writerow((*row, *(told.get(name, "") for name in ADDRESS_PARTS), PARSER))
            if count % _TOLD_EVERY == 0:
                progress.at(count)
    context().printer.row({"file": str(file), "addresses": count}, f"{file}: {count:,} addresses")


def _to_write(file: Path) -> TextIO:
    try:
        return file.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise BadInput(f"{file} can not be written: {error.strerror}; name another file") from error
