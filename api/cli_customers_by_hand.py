"""`dossier customers add|change|takeover|holder`: one customer made and changed by hand, past the guard."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from api.cli_context import asker, context, rooms
from api.cli_customers_merging import bring_up_index
from api.problems import finding_row
from archive.by_hand import Given, Saved
from archive.clock import utc_now
from archive.customers_then import insist_on_day
from archive.errors import BadInput, Guarded
from archive.guarding import Finding
from archive.hand_record import SAYABLE
from archive.holders import holders_on
from archive.overriding import Nevertheless
from archive.takeover import Takeover, take_over

_FIELDS = "As FIELD=VALUE; lists joined by ;. One of: " + ", ".join(SAYABLE)
Said = Annotated[list[str], typer.Argument(metavar="FIELD=VALUE...", help=_FIELDS, show_default=False)]
Since = Annotated[str, typer.Option("--from", metavar="DAY", help="The day from which it is so.", show_default=False)]
Acknowledge = Annotated[
    list[str],
    typer.Option("--acknowledge", metavar="ID", help="A finding of the guard that was looked at.", show_default=False),
]
Override = Annotated[
    str,
    typer.Option("--override", metavar="WHY", help="An admin's reason to save what is refused.", show_default=False),
]
Seen = Annotated[
    int | None, typer.Option("--seen", metavar="VERSION", help="Only where it still has it.", show_default=False)
]
_LEAST_BITS = 0.05
Number = Annotated[str, typer.Argument(help="Of an account, contract, point of delivery or meter.", show_default=False)]


def join(customers: typer.Typer) -> None:
    """Add this file's commands."""
    customers.command("add")(add)
    customers.command("change")(change)
    customers.command("holder")(holder)
    customers.command("takeover")(takeover)


def add(said: Said, since: Since = "", acknowledge: Acknowledge = [], override: Override = "") -> None:  # noqa: B006
    """Make a customer by hand. The guard warns of whom it is probably, and refuses whom it certainly is."""
    given = Given(_cells(said), since, _answer(acknowledge, override))
    with rooms() as opened, _findings_told():
        saved = opened.customer_door.add(asker(opened), given)
        _tell(saved, f"customer {saved.customer_id} is made")
        bring_up_index(opened)


def change(
    customer: Annotated[int, typer.Argument(help="The customer's number.", show_default=False)],
    said: Said,
    since: Since = "",
    seen: Seen = None,
    acknowledge: Acknowledge = [],  # noqa: B006
    override: Override = "",
) -> None:
    """Change a customer field by field; FIELD= takes a value away. What a person says stands above every feed."""
    given = Given(_cells(said), since, _answer(acknowledge, override))
    with rooms() as opened, _findings_told():
        saved = opened.customer_door.change(asker(opened), customer, given, seen)
        told = f"version {saved.version}" if saved.changed else "nothing of it is new"
        _tell(saved, f"customer {saved.customer_id}: {told}")
        bring_up_index(opened)


def holder(
    number: Number, on: Annotated[str, typer.Option("--on", metavar="DAY", help="Today where it is left out.")] = ""
) -> None:
    """Who holds an account, a contract, a point of delivery or a meter on a day."""
    day = insist_on_day(on) if on else utc_now()[:10]
    with rooms() as opened:
        access = asker(opened)
        with opened.catalogue.reading() as connection:
            found = holders_on(connection, number, day)
        subjects = [f"customer:{one}" for one in dict.fromkeys(one.customer_id for one in found)]
        opened.looks.note(access.actor, "holder", *subjects, why=context().why)
    columns = ("kind", "number", "issuer", "customer_id", "name", "valid_from", "valid_to")
    context().printer.table("", columns, map(dataclasses.asdict, found))
    if not found:
        context().printer.note(f"nobody holds {number} on {day}")


def takeover(
    number: Number,
    to: Annotated[int, typer.Option("--to", metavar="CUSTOMER", help="Who holds it from then on.")],
    on: Annotated[str, typer.Option("--on", metavar="DAY", help="From which day.", show_default=False)],
    contract: Annotated[str, typer.Option("--contract", help="The new contract's number.", show_default=False)] = "",
    along: Annotated[
        list[str],
        typer.Option("--along", metavar="NUMBER", help="What else passes over.", show_default=False),
    ] = [],  # noqa: B006
    reason: Annotated[
        str, typer.Option("--reason", metavar="WHY", help="Kept in the journal.", show_default=False)
    ] = "",
    acknowledge: Acknowledge = [],  # noqa: B006
    override: Override = "",
) -> None:
    """Another holds a supply from a day on: account, point and meters pass over, the contract is duplicated."""
    what = Takeover(number, to, on, contract, tuple(along), reason)
    with rooms() as opened, _findings_told():
        done = take_over(opened.customer_door, asker(opened), what, None, _answer(acknowledge, override))
        row = dataclasses.asdict(done)
        held = ", ".join((*done.accounts, *done.points_of_delivery, *done.meters, *done.contracts.values()))
        context().printer.row(row, f"customer {done.customer_id} holds {held} from {done.day} on")
        if done.later_letters:
            context().printer.note(
                f"{done.later_letters} letters of that day or later lie with customer {done.before_id}: look at them"
            )
        bring_up_index(opened)


def _cells(said: Sequence[str]) -> dict[str, str]:
    pairs = [one.partition("=") for one in said]
    if odd := [name for name, sign, _ in pairs if not sign]:
        raise BadInput(f"{odd[0]!r} is not FIELD=VALUE; write for example surname=Poole")
    return {name.strip(): value for name, _, value in pairs}


def _answer(acknowledge: Sequence[str], override: str) -> Nevertheless:
    return Nevertheless(frozenset(acknowledge), override)


@contextmanager
def _findings_told() -> Iterator[None]:
    """Whom the guard knows is an answer of its own, before the error that ends the command."""
    try:
        yield
    except Guarded as error:
        for one in error.findings:
            context().printer.row(finding_row(one), "\n".join(_told(one)))
        raise


def _told(one: Finding) -> Iterator[str]:
    relation = "the same, or a relative of the same name" if one.may_be_the_same else one.relation
    who = f"customer {one.customer_id}, {one.name or 'without a name'}: {relation}"
    yield f"{one.severity}: {who}, {one.probability:.4f}  (--acknowledge {one.id})"
    for agreed in one.agreed:
        if abs(agreed.weight) < _LEAST_BITS:
            continue  # says nothing either way
        yield f"  {agreed.weight:+6.1f} bits  {agreed.field}: {agreed.told}"


def _tell(saved: Saved, words: str) -> None:
    row: dict[str, Any] = {"customer": saved.customer_id, "version": saved.version, "changed": dict(saved.changed)}
    context().printer.row(row | {"known": [one.id for one in saved.known]}, words)
