"""A case on its way through the house: a person says that its next step is done, or takes the last one back."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from archive import journal
from archive.access import Access
from archive.clock import utc_now
from archive.errors import BadInput, Conflict, Forbidden, NotFound
from archive.schema import case
from archive.sentences import say
from archive.showing import visible
from cases.needing import next_stage, stage_before
from cases.types import load_types

DONE = "done"
"""The completion code of a case that went its whole way."""


@dataclass(frozen=True, slots=True)
class Stepped:
    """Where a case stands now."""

    number: str
    state: str
    stage: str
    version: int


def step(connection: Connection, access: Access, number: str, version: int, stage: str) -> Stepped:
    """Note that an open case has reached this step: the one after its own, or the one before to take a step back.

    The last step closes the case, for good. Holds for the version that was seen.
    Raises: NotFound, Forbidden, Conflict where somebody else was first or the case is closed, BadInput for another step.
    """
    row = connection.execute(select(case).where(case.c.number == number, visible.cases(access))).first()
    if row is None:
        raise NotFound(say("there is no case {number} that you may see", number=number))
    if not access.decides:
        raise Forbidden(say("deciding takes the role of clerk; ask your administrator"))
    type_ = load_types().get(row.type)
    around = [one for one in (next_stage(type_, row.stage), stage_before(type_, row.stage)) if one] if type_ else []
    if row.state == "open" and stage not in {one.code for one in around}:
        raise BadInput(
            say("case {number} cannot go from here to step {stage}; look at it anew", number=number, stage=stage)
        )
    before, changes = {"stage": row.stage, "state": row.state}, {"stage": stage, "state": "open"}
    if type_ and stage == type_.stages[-1].code:
        changes = {"stage": stage, "state": "closed", "closed_on": utc_now()[:10], "completion_code": DONE}
    # The race is decided here: only one of two can find the version that both saw.
    seen = (case.c.id == row.id, case.c.state == "open", case.c.version == version)
    if not connection.execute(update(case).where(*seen).values(**changes, version=version + 1)).rowcount:
        raise Conflict(say("case {number} was changed by somebody else meanwhile; look at it anew", number=number))
    journal.write(connection, access.actor, "step", f"case:{row.id}", before, changes)
    return Stepped(number, changes["state"], stage, version + 1)
