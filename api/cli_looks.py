"""`dossier looks`: who looked at whom."""

from __future__ import annotations

import dataclasses
from typing import Annotated

import typer

from api.cli_context import asker, context, rooms
from archive import looks as kept
from archive.access import Access, Role
from archive.employees import by_login


def join(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command("looks")(looks)


def looks(
    customer: Annotated[int, typer.Option(help="Who looked at this customer and their letters.")] = 0,
    document: Annotated[int, typer.Option(help="Who looked at this letter.")] = 0,
    employee: Annotated[str, typer.Option(help="What this employee looked at.")] = "",
    since: Annotated[str, typer.Option(help="First day (UTC, 2026-03-08).")] = "",
    until: Annotated[str, typer.Option(help="Last day (UTC).")] = "",
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many, the last first.")] = 100,
) -> None:
    """Who looked at a customer or letter, or what an employee looked at. For admins of every branch."""
    asked = kept.Asked(customer, document, employee, since, until, limit=limit)
    with rooms() as opened:
        access: Access = asker(opened)
        with opened.catalogue.reading() as connection:
            if context().login:
                # Held as an admin: what other roles open elsewhere does not open this.
                access = by_login(connection, context().login).access_as(Role.ADMIN)
            found = kept.find(connection, access, asked)
        opened.looks.note(access.actor, "looks", kept.subject_of(asked), why=context().why)
    columns = ("at", "actor", "action", "subject", "why")
    context().printer.table("", columns, (dataclasses.asdict(look) for look in found))
