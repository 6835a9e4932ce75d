"""A unit of work that survives its worker.

Kinds: `open` (preserve and cut an arrival), `read` (one letter), `settle` (recognise, compare, file one letter).
An arrival and then each of its letters has exactly one live job, until it is settled; `place` is its order in the
lane (a branch's post, a branch's bulk load), so that letters settle in the order in which they were received, however long each took to read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

JobKind = Literal["open", "read", "settle"]
KINDS: tuple[JobKind, ...] = get_args(JobKind)
"""What this version can do; a job of any other kind is a later version's, and waits for its worker."""

PRIORITY = 5
BULK_PRIORITY = 8
"""The smaller number goes first, whatever the lane."""

MAX_ATTEMPTS = 5
MAX_INTERRUPTIONS = 100
"""A power cut, a kill or a stop of everything at once is not the job's fault; a job there at each of so many is suspect."""

SUSPECT_INTERRUPTIONS = 10
"""From here on a job waits until all others are done: should it be what brings everything down, they are through."""

LEASE_S = 300.0
FIRST_RETRY_S = 2.0
POSTPONED_S = 5.0
LONGEST_WAIT_S = 600.0
"""No job is ever told to wait so long, nor given out for so long: one that says so was written before the clock went back."""


@dataclass(frozen=True, slots=True)
class NewJob:
    """A job to be done: `subject` is the arrival's id for `open`, the letter's for the others."""

    kind: JobKind
    subject: int
    lane: str
    place: int
    priority: int = PRIORITY


@dataclass(frozen=True, slots=True)
class Job:
    """A job that this worker holds until `lease` runs out."""

    id: int
    kind: JobKind
    subject: int
    lane: str
    place: int
    attempts: int
    owner: str
    interruptions: int = 0
    priority: int = PRIORITY

    def then(self, kind: JobKind, subject: int, place: int) -> NewJob:
        """What follows on this job. Settling is short and frees the lane: it goes one before reading."""
        return NewJob(kind, subject, self.lane, place, self.priority - (kind == "settle"))


def place_of(arrival_id: int, ordinal: int = 0) -> int:
    """Where in its lane an arrival (ordinal 0) or one of its letters stands."""
    return (arrival_id << 20) | ordinal


def lane_of(branch: str, bulk: bool = False) -> str:
    """The lane of what a branch receives; a bulk load has one of its own, or today's post would settle behind it."""
    return f"{branch}/bulk" if bulk else branch


def arrival_of(place: int) -> int:
    """The arrival whose place this is, or one of whose letters."""
    return place >> 20


def retry_after_s(attempts: int) -> float:
    """How long to wait before the next attempt: 2, 8, 32, 128 s."""
    return float(FIRST_RETRY_S * 4 ** max(attempts - 1, 0))
