"""Whether the archive can be trusted now: what waits, since when, and when it was last proven."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from archive import journal, outbox
from archive.access import Access
from archive.backups import LAST_BACKUP
from archive.schema import archive_fact, arrival, directory_size, document, job, journal_block
from archive.showing import visible

LAST_VERIFY = "last_verify"


@dataclass(frozen=True, slots=True)
class State:
    """Counts and moments (UTC text, None where there was none). `jobs_dead` were given up."""

    index_waiting: int
    index_waiting_since: str | None
    jobs_waiting: int
    jobs_taken: int
    jobs_dead: int
    review_waiting: int
    review_oldest: str | None
    journal_unsealed: int
    last_block: str | None
    last_verify: str | None
    last_backup: str | None
    arrivals: int
    customers: int


@dataclass(frozen=True, slots=True)
class Queue:
    """The jobs of one kind; `oldest`: since when (UTC text) the first of those that are ready may run."""

    kind: str
    ready: int
    taken: int
    dead: int
    oldest: str | None


def queues(connection: Connection) -> list[Queue]:
    """The job queue by kind; a kind without jobs is not named."""
    query = select(job.c.kind, job.c.state, func.count(), func.min(job.c.run_after)).group_by(job.c.kind, job.c.state)
    found: dict[str, dict[str, tuple[int, str]]] = {}
    for kind, name, count, oldest in connection.execute(query):
        found.setdefault(kind, {})[name] = (count, oldest)
    return [_queue(kind, states) for kind, states in sorted(found.items())]


def _queue(kind: str, states: Mapping[str, tuple[int, str]]) -> Queue:
    ready, taken, dead = (states[name][0] if name in states else 0 for name in ("ready", "taken", "dead"))
    return Queue(kind, ready, taken, dead, states["ready"][1] if ready else None)


def arrivals_by_state(connection: Connection) -> list[tuple[str, int]]:
    """How many arrivals are in each state."""
    query = select(arrival.c.state, func.count()).group_by(arrival.c.state).order_by(arrival.c.state)
    return [(name, count) for name, count in connection.execute(query)]


def state(connection: Connection, access: Access) -> State:
    """The state of the archive; the letters in review and the arrivals are those that the asker may see."""
    index_waiting, index_since = outbox.lag(connection)
    jobs = {row[0]: row[1] for row in connection.execute(select(job.c.state, func.count()).group_by(job.c.state))}
    review = select(func.count(), func.min(document.c.created_at)).where(
        document.c.state == "review", document.c.part == 0, visible.documents(access)
    )
    review_waiting, review_oldest = connection.execute(review).one()
    facts = select(archive_fact.c.name, archive_fact.c.value).where(archive_fact.c.name.in_((LAST_VERIFY, LAST_BACKUP)))
    proven = {row.name: row.value for row in connection.execute(facts)}
    return State(
        index_waiting,
        index_since,
        jobs.get("ready", 0),
        jobs.get("taken", 0),
        jobs.get("dead", 0),
        review_waiting,
        review_oldest,
        journal.pending(connection),
        connection.execute(select(func.max(journal_block.c.sealed_at))).scalar(),
        proven.get(LAST_VERIFY),
        proven.get(LAST_BACKUP),
        connection.execute(select(func.count()).select_from(arrival).where(visible.arrivals(access))).scalar_one(),
        connection.execute(select(func.max(directory_size.c.customers))).scalar() or 0,
    )
