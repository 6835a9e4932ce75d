"""`dossier dedup review`: work through the review list at the terminal, or decide a pair by its number."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Annotated

import typer

from api import looking, pair_telling
from api.cli_context import asker, context, rooms
from api.cli_customers_merging import bring_up_index
from api.wiring import Rooms
from archive import doubles, doubles_deciding
from archive.access import Access
from archive.doubles import STATES, WHYS, Entry, Part
from archive.doubles_deciding import Decision
from archive.errors import BadInput, Conflict, Forbidden
from archive.pair_words import RELATIVES
from archive.showing import doubles as showing
from archive.showing.doubles import PairCard

_SHAPES = {"same": "=", "shared": "~", "differs": "≠", "one_side": " "}
_COLUMNS = ("pair", "one", "other", "why", "probability", "documents", "accounts", "state")
_ASKED = "[s]ame, [d]ifferent, [r]elatives, [l]ater, [n]ext, [u]ndo the last, [q]uit"


def join(dedup: typer.Typer) -> None:
    """Add this file's command."""
    dedup.command("review")(review)


def review(
    pair: Annotated[int | None, typer.Argument(help="A pair's number: shown, or decided.", show_default=False)] = None,
    listed: Annotated[bool, typer.Option("--list", help="List the pairs, the most valuable first.")] = False,
    state: Annotated[str, typer.Option(help="One of: " + ", ".join(STATES))] = "waiting",
    why: Annotated[str, typer.Option(help="Why a person is asked; one of: " + ", ".join(WHYS))] = "",
    limit: Annotated[int, typer.Option(min=1, help="How many at the most.")] = 50,
    same: Annotated[bool, typer.Option("--same", help="The two are one: they are merged.")] = False,
    different: Annotated[bool, typer.Option("--different", help="Two people: never asked again.")] = False,
    relatives: Annotated[str, typer.Option(help="Relatives of this kind: " + ", ".join(RELATIVES))] = "",
    later: Annotated[bool, typer.Option("--later", help="Not now.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Take back what was decided of the pair.")] = False,
    reason: Annotated[str, typer.Option(help="Why; kept in the journal.")] = "",
    into: Annotated[int | None, typer.Option(help="With --same: who stands for both.", show_default=False)] = None,
) -> None:
    """The review list: pairs of customers that may be one. Without options one pair after the other is asked.

    To say that two are the same, different people or relatives is for admins; to put a pair off for clerks too.
    """
    said = _said(same, different, relatives, later, reason, into)
    part = _part(state, why)
    with rooms() as opened:
        access = asker(opened)
        if not access.decides:
            raise Forbidden("the review list takes the role of clerk; ask your administrator")
        if pair is None and (said or undo):
            raise BadInput("name the pair by its number; `dossier dedup review --list` shows them")
        if pair is not None:
            _one(opened, access, pair, said, undo)
        elif listed or context().as_json:
            _list(opened, access, part, limit)
        else:
            _interactive(opened, access, part)
        bring_up_index(opened)


def _part(state: str, why: str) -> Part:
    if state not in STATES:
        raise BadInput(f"{state} is no state of a pair; give one of: {', '.join(STATES)}")
    if why and why not in WHYS:
        raise BadInput(f"{why} is no reason to ask; give one of: {', '.join(WHYS)}")
    return Part(state, why)


def _said(same: bool, different: bool, relatives: str, later: bool, reason: str, into: int | None) -> Decision | None:
    found = [
        *([Decision("same", reason, "", into)] if same else []),
        *([Decision("different", reason)] if different else []),
        *([Decision("relatives", reason, relatives)] if relatives else []),
        *([Decision("later", reason)] if later else []),
    ]
    if len(found) > 1:
        raise BadInput("say one thing of a pair")
    return found[0] if found else None


def _one(opened: Rooms, access: Access, pair: int, said: Decision | None, undo: bool) -> None:
    if undo:
        _tell(doubles_deciding.undo(opened.catalogue, access, pair))
    elif said is not None:
        _tell(doubles_deciding.decide(opened.catalogue, access, pair, said))
    else:
        _show(opened, access, pair)


def _tell(done: Entry) -> None:
    kind = f" ({done.kind})" if done.kind else ""
    words = f"pair {done.id}, {done.low_name} ({done.low_id}) and {done.high_name} ({done.high_id}): {done.state}{kind}"
    context().printer.row(dataclasses.asdict(done), words)


def _list(opened: Rooms, access: Access, part: Part, limit: int) -> None:
    with opened.catalogue.reading() as connection:
        found = doubles.entries(connection, part, limit=limit)
    _note(opened, access, found)
    if context().as_json:
        for one in found:
            context().printer.row(dataclasses.asdict(one))
        return
    rows = (
        {"pair": e.id, "one": f"{e.low_root} {e.low_name}", "other": f"{e.high_root} {e.high_name}"}
        | {"why": e.why, "probability": e.probability, "documents": e.documents, "accounts": e.accounts}
        | {"state": e.state}
        for e in found
    )
    context().printer.table("Review list", _COLUMNS, rows)


def _show(opened: Rooms, access: Access, pair: int) -> PairCard:
    with opened.catalogue.reading() as connection:
        card = showing.pair(connection, access, pair)
    _note(opened, access, [card.entry])
    said = pair_telling.weighed(card.entry)
    if context().as_json:
        weighed = [{"field": w.field, "told": str(w.told), "bits": w.bits, "strength": w.strength} for w in said]
        context().printer.row(dataclasses.asdict(card) | {"weighed": weighed})
        return card
    entry = card.entry
    context().printer.row({}, f"pair {entry.id}: one customer to {entry.probability:.0%} ({entry.why})")
    lines = (
        {
            "field": one.field,
            "": _SHAPES[one.standing],
            f"{card.low.id} {card.low.name}": "; ".join(one.low),
            f"{card.high.id} {card.high.name} ": "; ".join(one.high),
            "says": "; ".join(str(w.told) for w in pair_telling.of_field(said, one.field)),
        }
        for one in card.lines
    )
    heads = ("field", "", f"{card.low.id} {card.low.name}", f"{card.high.id} {card.high.name} ", "says")
    context().printer.table("", heads, lines)
    return card


def _note(opened: Rooms, access: Access, found: Sequence[Entry]) -> None:
    whom = dict.fromkeys(key for one in found for key in (one.low_root, one.high_root))
    if whom:
        opened.looks.note(access.actor, "doubles", *(looking.customer(one) for one in whom), why=context().why)


def _interactive(opened: Rooms, access: Access, part: Part) -> None:
    """One pair after the other until there is none, or the person has enough."""
    after: tuple[float, int] | None = None
    last = 0
    while True:
        with opened.catalogue.reading() as connection:
            found = doubles.entries(connection, part, after, 1)
        if not found:
            context().printer.note("no more pairs")
            return
        entry = _show(opened, access, found[0].id).entry
        after = (entry.worth, entry.id)
        try:
            answer = typer.prompt(_ASKED, default="n", show_default=False).strip().lower()[:1]
            if answer == "q":
                return
            if answer == "u" and last:
                again = doubles_deciding.undo(opened.catalogue, access, last)
                _tell(again)
                after, last = None, 0
            elif (said := _answered(answer)) is not None:
                _tell(doubles_deciding.decide(opened.catalogue, access, entry.id, said, entry.seen))
                last = entry.id
        except (Conflict, Forbidden) as error:
            context().printer.note(str(error))


def _answered(answer: str) -> Decision | None:
    """What a letter says of a pair; None for none of them: the next one."""
    if answer == "r":
        kinds = ", ".join(f"{at} {kind}" for at, kind in enumerate(RELATIVES, 1))
        chosen = int(typer.prompt(f"what kind: {kinds}", type=int))
        return Decision("relatives", "", RELATIVES[chosen - 1]) if 1 <= chosen <= len(RELATIVES) else None
    return {"s": Decision("same"), "d": Decision("different"), "l": Decision("later")}.get(answer)
