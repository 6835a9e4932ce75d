"""`dossier ledger|verify|reindex|serve|doctor|employees`: is all well, and keep it so."""

from __future__ import annotations

import dataclasses
from typing import Annotated

import typer

from api.cli_context import asker, context, keeper, rooms
from api.doctoring import apart, engines, examine
from api.printing import Progress
from api.proving import prove
from api.reindexing import reindex as reindex_told
from archive import ledger
from archive.errors import Damaged, EngineAway
from archive.verifying import note_proven


def join(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command("ledger")(show_ledger)
    app.command("verify")(verify)
    app.command("reindex")(reindex)
    app.command("doctor")(doctor)


def show_ledger() -> None:
    """Received = opened + rejected whole + waiting; letters = filed + review + rejected + duplicate + in work."""
    with rooms() as opened:
        access = asker(opened)
        with opened.catalogue.reading() as connection:
            rows = ledger.balance(connection, access)
    for row in rows:
        context().printer.row(dataclasses.asdict(row) | {"balanced": row.balanced}, _balance(row))
    if not rows:
        context().printer.note("nothing was received yet")
    if not all(row.balanced for row in rows):
        raise Damaged("the ledger does not balance: " + "; ".join(str(fault) for row in rows for fault in row.faults))


def _balance(row: ledger.LedgerRow) -> str:
    """Both balances of one day, branch and channel, as sums that a person can check."""
    return (
        f"{row.day}  {row.branch}  {row.channel}{'' if row.balanced else '  DOES NOT BALANCE'}\n"
        f"  arrivals {row.received} = {row.opened} opened + {row.rejected_whole} rejected whole + {row.waiting} waiting"
        f"   (received again: {row.received_again})\n"
        f"  pages {row.pages_in} = {row.pages_in_letters} in letters + {row.separators} separators + {row.blanks} blank\n"
        f"  letters {row.letters} = {row.filed} filed + {row.review} review + {row.rejected} rejected"
        f" + {row.duplicate} duplicate + {row.in_work} in work"
    )


def verify() -> None:
    """Prove originals, journal, numbers, states, ledger and index; every damage is a line, and the exit code 8."""
    printer, damages = context().printer, 0
    with rooms() as opened:
        progress = Progress("verified", None)
        for problem in prove(opened, keeper(opened), lambda what, done: progress.at(done, note=what)):
            damages += not problem.harmless
            printer.row(dataclasses.asdict(problem), f"{problem.kind}  {problem.subject}: {problem.words}")
        if not damages:
            note_proven(opened.catalogue)
    if damages:
        raise Damaged(f"{damages} damages found, named above")
    printer.note("proven: originals, journal, numbers, states, pages, directory, ledger, index")


def reindex() -> None:
    """Make the search index anew from the catalogue and the objects; searching goes on meanwhile."""
    with rooms() as opened:
        keeper(opened)
        reindex_told(opened)


def doctor(
    quiet: Annotated[bool, typer.Option(help="Only what is wrong.")] = False,
) -> None:
    """What is there, which version, and what is missing."""
    try:
        with rooms() as opened:
            keeper(opened)
            findings = list(examine(opened))
    except EngineAway:
        if context().login:
            raise  # who that is stands in the catalogue
        findings = list(engines(apart(context().settings)))
    shown = [finding for finding in findings if not (quiet and finding["well"])]
    context().printer.table("Doctor", ("what", "well", "found", "remedy"), shown)
    if not all(finding["well"] for finding in findings):
        raise typer.Exit(1)
