"""The job queue as a table of the catalogue: a job is added in the same transaction as what it is about."""

from __future__ import annotations

import os
import socket
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Connection,
    Delete,
    Row,
    Select,
    Update,
    and_,
    bindparam,
    delete,
    func,
    or_,
    select,
    tuple_,
    update,
)

from archive.clock import as_text, utc_now
from archive.errors import Conflict
from archive.ports import Catalogue
from archive.schema import job
from archive.upserting import upsert
from intake.jobs import (
    KINDS,
    LEASE_S,
    LONGEST_WAIT_S,
    MAX_ATTEMPTS,
    POSTPONED_S,
    SUSPECT_INTERRUPTIONS,
    Job,
    JobKind,
    NewJob,
    retry_after_s,
)


def this_owner() -> str:
    """Who holds a lease: host, process and parent, each by id and start, so that a reused id is not taken for it."""
    processes = (f"{pid}:{_started(pid)}" for pid in (os.getpid(), os.getppid()))
    return ":".join((socket.gethostname(), *processes))


def _started(pid: int) -> str:
    """The kernel's start time of a process in ticks since boot; '' where there is no such process, or only its corpse."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return ""
    # One that died is listed until its parent asks after it, which in a container without an init may be never.
    return "" if told[0] in "ZX" else told[19]


def _is_alive(owner: str) -> bool:
    """Whether a lease's owner may still be at work; owners on another host are judged by their lease alone."""
    host, pid, started, _parent, _parent_started = owner.rsplit(":", 4)
    return host != socket.gethostname() or _started(int(pid)) == started


def _died_with_its_parent(owner: str) -> bool:
    """Whether everything was stopped at once: then it was not the job that cost its worker the life."""
    host, _pid, _started_at, parent, parent_started = owner.rsplit(":", 4)
    return host == socket.gethostname() and not _is_alive(owner) and _started(int(parent)) != parent_started


class CatalogueQueue:
    """`intake.ports.JobQueue` in the table `job`."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._served = ""  # the lane of the last job taken: the next is another's

    @property
    def description(self) -> str:
        """Where jobs are kept."""
        return "in the catalogue"

    def add(self, connection: Connection, *jobs: NewJob) -> None:
        """Add jobs, each once."""
        rows = [
            {
                "kind": one.kind,
                "key": str(one.subject),
                "state": "ready",
                "priority": one.priority,
                "lane": one.lane,
                "place": one.place,
                "run_after": utc_now(),
            }
            for one in jobs
        ]
        connection.execute(upsert(connection, job).on_conflict_do_nothing(), rows)

    def take(self, owner: str) -> Job | None:
        """The most urgent job whose turn it is; looked up without the writer, so that idle workers cost nothing."""
        while (chosen := self._next_one()) is not None:
            ours = {"its_id": chosen.id, "spent": chosen.attempts, "by": owner, "until": _lease_end()}
            # After a power cut no owner lives: a lease that went with it is given back a little sooner, and that is all.
            with self._catalogue.writing(durable=False) as connection:
                is_ours = connection.execute(_taking(), ours).rowcount == 1
            if is_ours:
                self._served = chosen.lane
                kind, subject, attempts = cast(JobKind, chosen.kind), int(chosen.key), chosen.attempts + 1
                place, stops = chosen.place, chosen.interruptions
                return Job(chosen.id, kind, subject, chosen.lane, place, attempts, owner, stops, chosen.priority)
            # Another worker was quicker: there is progress, so this ends.
        return None

    def is_due(self) -> bool:
        """Whether there is a job that may run now."""
        return self._next_one() is not None

    def _next_one(self) -> Row[Any] | None:
        """The next job; what was there at many an interruption only when nothing else is due."""
        times = {"now": utc_now(), "implausible": _implausible()}
        with self._catalogue.reading() as connection:
            for is_suspect in (False, True):
                first = connection.execute(_due(is_suspect), times).first()
                if first is not None:
                    break
            else:
                return None
            if not self._served:
                return first
            # Equally urgent lanes take turns: no branch's load holds up another's post.
            others = {**times, "priority": first.priority, "served": self._served}
            return connection.execute(_due_after(is_suspect), others).first() or first

    def finish(self, connection: Connection, job_: Job) -> None:
        """Take the job out, only while it is still this owner's."""
        held = {"its_id": job_.id, "by": job_.owner, "spent": job_.attempts}
        if connection.execute(_ending(), held).rowcount == 0:
            raise _taken_back(job_)

    def bury(self, connection: Connection, job_: Job, reason: str) -> None:
        """Lay the job aside as dead, only while it is still this owner's."""
        dead = {"state": "dead", "owner": "", "lease_until": "", "reason": reason}
        if connection.execute(update(job).where(_is_still(job_)).values(dead)).rowcount == 0:
            raise _taken_back(job_)

    def retry(self, job_: Job, reason: str) -> bool:
        """Give the job back, not to be taken before its time."""
        if job_.attempts >= MAX_ATTEMPTS:
            return False
        later = as_text(datetime.now(UTC) + timedelta(seconds=retry_after_s(job_.attempts)))
        ready = {"state": "ready", "run_after": later, "owner": "", "lease_until": "", "reason": reason}
        with self._catalogue.writing() as connection:
            connection.execute(update(job).where(_is_still(job_)).values(ready))
        return True

    def postpone(self, owner: str, reason: str) -> None:
        """Give back all that this owner holds, to be taken again in some seconds."""
        later = as_text(datetime.now(UTC) + timedelta(seconds=POSTPONED_S))
        ready = {"state": "ready", "run_after": later, "owner": "", "lease_until": "", "reason": reason}
        with self._catalogue.writing() as connection:
            mine = and_(job.c.owner == owner, job.c.state == "taken")
            connection.execute(update(job).where(mine).values(**ready, attempts=job.c.attempts - 1))

    def renew(self, owner: str) -> None:
        """Lengthen this worker's leases."""
        with self._catalogue.writing() as connection:
            mine = and_(job.c.owner == owner, job.c.state == "taken")
            connection.execute(update(job).where(mine).values(lease_until=_lease_end()))

    def recover(self) -> int:
        """Give back what dead owners held: an attempt is spent only where the owner died alone."""
        with self._catalogue.reading() as connection:
            held = connection.execute(select(job.c.id, job.c.owner, job.c.lease_until).where(job.c.state == "taken"))
            now, implausible = utc_now(), _implausible()
            lost = [
                (row.id, row.owner)
                for row in held
                if not now <= row.lease_until <= implausible or not _is_alive(row.owner)
            ]
        if lost:
            with self._catalogue.writing() as connection:
                for id_, owner in lost:
                    mine = and_(job.c.id == id_, job.c.owner == owner, job.c.state == "taken")
                    back: dict[str, Any] = {"state": "ready", "owner": "", "lease_until": ""}
                    if _died_with_its_parent(owner):
                        back |= {"attempts": job.c.attempts - 1, "interruptions": job.c.interruptions + 1}
                    connection.execute(update(job).where(mine).values(back))
        return len(lost)

    def waiting(self) -> int:
        """How many jobs are ready or held."""
        with self._catalogue.reading() as connection:
            return connection.execute(select(func.count()).where(job.c.state != "dead")).scalar_one()

    def held(self) -> int:
        """How many jobs are held, by whichever worker."""
        with self._catalogue.reading() as connection:
            return connection.execute(select(func.count()).where(job.c.state == "taken")).scalar_one()


@cache
def _taking() -> Update:
    """A ready job becomes `by`'s, unless somebody was quicker."""
    is_ready = and_(job.c.id == bindparam("its_id"), job.c.state == "ready", job.c.attempts == bindparam("spent"))
    taken = {"state": "taken", "owner": bindparam("by"), "lease_until": bindparam("until")}
    return update(job).where(is_ready).values(**taken, attempts=job.c.attempts + 1)


@cache
def _ending() -> Delete:
    """A job that is still `by`'s goes; as `_is_still`, made once since every step ends with it."""
    is_taken = and_(job.c.owner == bindparam("by"), job.c.attempts == bindparam("spent"), job.c.state == "taken")
    return delete(job).where(job.c.id == bindparam("its_id"), is_taken)


def _is_still(job_: Job) -> ColumnElement[bool]:
    """Whether the job is this owner's, in this very attempt."""
    return and_(job.c.id == job_.id, job.c.owner == job_.owner, job.c.attempts == job_.attempts, job.c.state == "taken")


def _taken_back(job_: Job) -> Conflict:
    return Conflict(f"job {job_.kind} {job_.subject} was taken back meanwhile: another worker does it")


def _implausible() -> str:
    """Beyond this, no moment was written by a clock that stood as ours does: it was set back since, and is not waited for."""
    return as_text(datetime.now(UTC) + timedelta(seconds=LONGEST_WAIT_S))


def _lease_end() -> str:
    return as_text(datetime.now(UTC) + timedelta(seconds=LEASE_S))


@cache
def _due(is_suspect: bool) -> Select[Any]:
    """The first job that may run at `now`; a `settle` only when nothing received before it in its lane is unsettled.

    In the order of the index, so that a long queue costs no more than a short one. Within a lane, reading comes before
    opening: what was begun is brought to its end first.
    """
    stops = job.c.interruptions
    return (
        select(job)
        .where(
            job.c.state == "ready",
            or_(job.c.run_after <= bindparam("now"), job.c.run_after > bindparam("implausible")),
            job.c.kind.in_(KINDS),
            stops >= SUSPECT_INTERRUPTIONS if is_suspect else stops < SUSPECT_INTERRUPTIONS,
            or_(job.c.kind != "settle", tuple_(job.c.lane, job.c.place).in_(_firsts())),
        )
        .order_by(job.c.priority, job.c.lane, job.c.kind.desc(), job.c.place)
        .limit(1)
    )


def _firsts() -> Select[Any]:
    """Of each lane the first place that is not settled. Worked out once a question, by one look into the index a lane:
    asked for each gated letter anew, it took PostgreSQL 50 ms where two thousand were waiting."""
    lane, before, following = job.alias("lane"), job.alias("before"), job.alias("following")
    lanes = select(func.min(lane.c.lane).label("lane")).cte("lanes", recursive=True)
    after = select(func.min(following.c.lane)).where(following.c.lane > lanes.c.lane).scalar_subquery()
    lanes = lanes.union_all(select(after).where(lanes.c.lane.is_not(None)))
    first = select(func.min(before.c.place)).where(before.c.lane == lanes.c.lane, before.c.state != "dead")
    return select(lanes.c.lane, first.correlate(lanes).scalar_subquery()).where(lanes.c.lane.is_not(None))


@cache
def _due_after(is_suspect: bool) -> Select[Any]:
    """The same among the lanes behind `served`, of one priority."""
    return _due(is_suspect).where(job.c.priority == bindparam("priority"), job.c.lane > bindparam("served"))
