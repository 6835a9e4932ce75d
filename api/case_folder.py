"""A case as it is shown: its card, which of the documents that it needs are there, and its next step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from archive.access import Access
from archive.ports import ObjectStore
from archive.showing import cases
from cases.needing import Held, Need, needs, next_stage, stage_before
from cases.types import Stage, load_types
from intake.readings import load_reading


@dataclass(frozen=True, slots=True)
class CaseFolder:
    """A case with what it waits for.

    `stage` and `next` are None where the configuration has lost the type or step; `before` is None where no step can be
    taken back. `closes`: the next step is the last, which closes the case.
    """

    card: cases.Card
    needs: Sequence[Need]
    stage: Stage | None
    next: Stage | None
    before: Stage | None = None
    closes: bool = False


def folder_of(connection: Connection, objects: ObjectStore, access: Access, number: str) -> CaseFolder:
    """A case. Raises: NotFound where there is none, or none that the asker may see."""
    card = cases.card(connection, access, number)
    type_ = load_types().get(card.type)
    if type_ is None:
        return CaseFolder(card, (), None, None)
    letters = [_held(objects, one) for one in cases.sayings(connection, access, card.id)] if type_.required else []
    stage = next((one for one in type_.stages if one.code == card.stage), None)
    following = next_stage(type_, card.stage) if card.state == "open" else None
    closes = following is type_.stages[-1]
    before = stage_before(type_, card.stage) if card.state == "open" else None
    return CaseFolder(card, needs(type_, letters), stage, following, before, closes)


def _held(objects: ObjectStore, letter: cases.Saying) -> Held:
    pages = load_reading(objects, letter.reading) if letter.reading else ()
    return Held(letter.document_id, letter.document_type, "\n".join([*letter.names, *(page.text for page in pages)]))
