"""Runs of the matcher over the directory: what each found, and what became of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from archive import journal
from archive.access import Access
from archive.clock import utc_now
from archive.errors import NotFound
from archive.ports import Catalogue
from archive.schema import customer, match_member, match_run
from archive.sentences import say
from archive.upserting import upsert

STATES = ("waiting", "stands", "merged", "left", "apart", "undone")
"""Of a member: to be merged; stands for its cluster; merged; left alone, as it or another was changed or merged since;
told apart from another of its cluster; merged and taken back."""


@dataclass(frozen=True, slots=True)
class MatchRun:
    """A run: its model, when it began and (None: not yet) ended, who asked for it, what it counted, its members by state."""

    id: int
    model: str
    started_at: str
    actor: str
    ended_at: str | None
    counts: Mapping[str, Any]
    members: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Member:
    """One of a cluster: a customer in the version that the run saw, who is to stand for it, and how sure that is."""

    customer_id: int
    into_id: int
    version: int
    probability: float
    state: str = "waiting"
    merge_id: int | None = None


@dataclass(frozen=True, slots=True)
class Proposed:
    """A merge that a run would do, with the names that the two bear now. `changed`: not as the run saw them any more."""

    customer_id: int
    name: str
    into_id: int
    into_name: str
    probability: float
    changed: bool


def begin(catalogue: Catalogue, access: Access, model: str) -> int:
    """Note a new run; answers its number."""
    with catalogue.writing() as connection:
        row = {"model": model, "started_at": utc_now(), "actor": access.actor}
        run_id = int(connection.execute(insert(match_run).values(row).returning(match_run.c.id)).scalar_one())
        journal.write(connection, access.actor, "dedup.run", f"match_run:{run_id}", None, {"model": model})
        return run_id


def keep_members(connection: Connection, run_id: int, members: Sequence[Member]) -> None:
    """Keep whom the run would join. Safe to repeat: who is known already stays as it is."""
    columns = ("customer_id", "into_id", "version", "probability", "state")
    rows = [{"run_id": run_id, **{name: getattr(one, name) for name in columns}} for one in members]
    if rows:
        connection.execute(upsert(connection, match_member).on_conflict_do_nothing(), rows)


def end(connection: Connection, run_id: int, counts: Mapping[str, Any]) -> None:
    """Note that all the run found lies in the catalogue."""
    values = {"ended_at": utc_now(), "counts": json.dumps(counts, sort_keys=True)}
    connection.execute(update(match_run).where(match_run.c.id == run_id).values(values))


def runs(connection: Connection) -> list[MatchRun]:
    """Every run, the last first."""
    return [_run(connection, row) for row in connection.execute(select(match_run).order_by(match_run.c.id.desc()))]


def run_of(connection: Connection, run_id: int | None) -> MatchRun:
    """One run; the last that ended where none is named. Raises: NotFound."""
    query = select(match_run)
    if run_id is None:
        query = query.where(match_run.c.ended_at.is_not(None)).order_by(match_run.c.id.desc()).limit(1)
    else:
        query = query.where(match_run.c.id == run_id)
    row = connection.execute(query).first()
    if row is None and run_id is None:
        raise NotFound(say("no run of the matcher over the directory has ended; begin one with: dossier dedup run"))
    if row is None:
        raise NotFound(say("there is no run {number} of the matcher", number=run_id or 0))
    return _run(connection, row)


def waiting_clusters(connection: Connection, run_id: int, after: int, limit: int) -> list[int]:
    """Who is to stand for the next clusters that are not applied yet, in order."""
    m = match_member.c
    query = select(m.into_id).where(m.run_id == run_id, m.state == "waiting", m.into_id > after)
    return list(connection.execute(query.distinct().order_by(m.into_id).limit(limit)).scalars())


def cluster(connection: Connection, run_id: int, into_id: int) -> list[Member]:
    """All members of a cluster, in whatever state, smallest number first."""
    m = match_member.c
    query = select(*(m[name] for name in Member.__slots__)).where(m.run_id == run_id, m.into_id == into_id)
    # The index leads to a cluster by its members' states.
    rows = connection.execute(query.where(m.state.in_(STATES)).order_by(m.customer_id))
    return [Member(*row) for row in rows]


def merged(connection: Connection, run_id: int, limit: int) -> list[Member]:
    """Members whose merge by this run was not taken back, the last merge first."""
    m = match_member.c
    query = select(*(m[name] for name in Member.__slots__)).where(m.run_id == run_id, m.state == "merged")
    return [Member(*row) for row in connection.execute(query.order_by(m.merge_id.desc()).limit(limit))]


def note(connection: Connection, run_id: int, customer_ids: Sequence[int], state: str) -> None:
    """Note what became of some members."""
    these = (match_member.c.run_id == run_id, match_member.c.customer_id.in_(customer_ids))
    connection.execute(update(match_member).where(*these).values(state=state))


def note_merged(connection: Connection, run_id: int, customer_id: int, merge_id: int) -> None:
    """Note the merge of a member."""
    these = (match_member.c.run_id == run_id, match_member.c.customer_id == customer_id)
    connection.execute(update(match_member).where(*these).values(state="merged", merge_id=merge_id))


def proposed(connection: Connection, run_id: int, after: int = 0, limit: int = 1000) -> list[Proposed]:
    """What the run would merge still, by the number of the customer, from the one after `after` on."""
    m, own, into = match_member.c, customer.alias("own"), customer.alias("into")
    stands = match_member.alias("stands")
    changed = (own.c.version != m.version) | (into.c.version != stands.c.version)
    query = (
        select(m.customer_id, own.c.display_name, m.into_id, into.c.display_name, m.probability, changed)
        .join_from(match_member, own, own.c.id == m.customer_id)
        .join(into, into.c.id == m.into_id)
        .join(stands, (stands.c.run_id == m.run_id) & (stands.c.customer_id == m.into_id))
        .where(m.run_id == run_id, m.state == "waiting", m.customer_id > after)
    )
    rows = connection.execute(query.order_by(m.customer_id).limit(limit))
    return [Proposed(*row) for row in rows]


def _run(connection: Connection, row: Row[Any]) -> MatchRun:
    m = match_member.c
    states = connection.execute(select(m.state, func.count()).where(m.run_id == row.id).group_by(m.state))
    members = {state: int(count) for state, count in states}
    return MatchRun(row.id, row.model, row.started_at, row.actor, row.ended_at, json.loads(row.counts), members)
