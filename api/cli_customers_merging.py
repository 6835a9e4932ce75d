"""`dossier customers merge|unmerge|distinct|relatives`: who is who, by a supervisor's word."""

from __future__ import annotations

import dataclasses
from typing import Annotated

import typer

from api.cli_context import asker, context, rooms
from api.wiring import Rooms
from archive import merging, pair_words
from archive.errors import EngineAway
from archive.merging import Stands
from archive.pair_words import RELATIVES, Said

Customer = Annotated[int, typer.Argument(help="The customer's number.", show_default=False)]
Other = Annotated[int, typer.Argument(help="The other customer's number.", show_default=False)]
Reason = Annotated[str, typer.Option("--reason", help="Why; kept in the journal.", show_default=False)]
TakeBack = Annotated[bool, typer.Option("--take-back", help="Take back what was said of the two.")]
Kind = Annotated[str, typer.Option("--kind", help="One of: " + ", ".join(RELATIVES))]


def join(customers: typer.Typer) -> None:
    """Add this file's commands."""
    customers.command("merge")(merge)
    customers.command("unmerge")(unmerge)
    customers.command("distinct")(distinct)
    customers.command("relatives")(relatives)


def bring_up_index(opened: Rooms) -> None:
    """Bring the index up with what was changed; it is changed, and where the index is away it catches up later."""
    try:
        opened.feed_all()
    except EngineAway as error:
        waiting = opened.feeder.lag().waiting
        later = f"{waiting} changes wait for it; `dossier work` or `dossier serve` brings it up"
        context().printer.note(f"index: {error}; {later}")


def merge(
    customer: Customer, into: Annotated[int, typer.Argument(help="Who stands for both.")], reason: Reason
) -> None:
    """Two customers are one: all that is the first one's is reached through the second. Nothing is moved."""
    with rooms() as opened:
        done = merging.merge(opened.catalogue, asker(opened), customer, into, reason, learn_of=opened.guard.learn_of)
        _tell(done, f"customer {done.root_id} stands for {customer} now")
        bring_up_index(opened)


def unmerge(customer: Customer, reason: Reason) -> None:
    """A customer is one of its own again, with all that was its own."""
    with rooms() as opened:
        done = merging.unmerge(opened.catalogue, asker(opened), customer, reason, learn_of=opened.guard.learn_of)
        _tell(done, f"customer {customer} stands for itself again")
        bring_up_index(opened)


def distinct(one: Customer, other: Other, reason: Reason, take_back: TakeBack = False) -> None:
    """Two customers are not the same: they are not asked about again, and not merged."""
    _say(one, other, None if take_back else Said("distinct", reason), reason)


def relatives(one: Customer, other: Other, reason: Reason, kind: Kind = "other", take_back: TakeBack = False) -> None:
    """Two customers are relatives, and not the same: they are not asked about again, and not merged."""
    _say(one, other, None if take_back else Said("relatives", reason, kind), reason)


def _say(one: int, other: int, said: Said | None, reason: str) -> None:
    with rooms() as opened:
        if said is None:
            pair_words.take_back(opened.catalogue, asker(opened), one, other, reason)
            row, words = {"customers": [one, other]}, f"nothing is said of {one} and {other} any more"
            context().printer.row(row, words)
            return
        kept = pair_words.tell(opened.catalogue, asker(opened), one, other, said, learn_of=opened.guard.learn_of)
    words = f"customers {kept.low_id} and {kept.high_id}: {kept.word} {kept.kind}".rstrip()
    context().printer.row(dataclasses.asdict(kept), words)


def _tell(done: Stands, words: str) -> None:
    context().printer.row(dataclasses.asdict(done), words)
