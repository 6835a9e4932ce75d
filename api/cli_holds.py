"""`dossier hold|lift|protect`: what must not be deleted."""

from __future__ import annotations

import dataclasses
from typing import Annotated

import typer

from api.cli_context import context, keeper, rooms
from api.wiring import Rooms
from archive import employees, holds
from archive.access import Access, Role, system


def join(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command("hold")(hold)
    app.command("lift")(lift)
    app.command("protect")(protect)


Document = Annotated[int, typer.Argument(help="The letter's number.", show_default=False)]
Reason = Annotated[str, typer.Option("--reason", help="Why; kept in the journal.", show_default=False)]


def hold(document: Document, reason: Reason) -> None:
    """Put a letter on legal hold: nothing of it is deleted or cut anew until the hold is lifted."""
    with rooms() as opened:
        placed = holds.place(opened.catalogue, opened.objects, _supervisor(opened), document, reason)
    context().printer.row(
        {"document": document} | dataclasses.asdict(placed), f"on hold since {placed.since}: {placed.reason}"
    )


def lift(document: Document, reason: Reason) -> None:
    """End a letter's legal hold."""
    with rooms() as opened:
        holds.lift(opened.catalogue, opened.objects, _supervisor(opened), document, reason)
    context().printer.row({"document": document}, f"the hold on {document} is lifted")


def _supervisor(opened: Rooms) -> Access:
    """The employee of `--as`, with what they hold as an admin; else whoever runs the machine."""
    if not context().login:
        return system("operator")
    with opened.catalogue.reading() as connection:
        return employees.by_login(connection, context().login).access_as(Role.ADMIN)


def protect() -> None:
    """Date the originals that have no date yet, and lock again what the object store lost the lock of."""
    with rooms() as opened:
        keeper(opened)
        opened.insist_on_lock()
        dated, mended = opened.retention.keep_up(), opened.retention.mend()
    context().printer.row({"dated": dated, "locked_again": mended}, f"{dated} originals dated, {mended} locked again")
