"""The outside engines that intake meets, each behind one small Protocol."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import Connection

from intake.jobs import Job, NewJob
from intake.stages import PageReading

if TYPE_CHECKING:
    # Whoever only adds jobs need not load the picture libraries.
    from intake.ocr.picture import Source


class PageReader(Protocol):
    """Reads the picture of one page. Safe to repeat: the same picture gives the same reading."""

    def read_page(
        self, picture: Source, dpi: float | tuple[float, float] | None = None, *, number: int = 1
    ) -> PageReading:
        """What the page says, with a box for each word as fractions of the upright page.

        `picture`: PIL image, numpy array (height, width[, 3]) or a path. `dpi`: dots per inch, or (across, down)
        for pixels that are not square; None where unknown. `number`: the page's number, from 1. An empty page
        gives an empty text with confidence 1. Runs in the caller's process plus one engine process, one thread.
        Raises: Unreadable (`damaged`) when the picture cannot be decoded; EngineAway when the engine is not there
        or fails; LimitExceeded (`ocr_time`) when the page takes longer than the reader's limit.
        """
        ...

    def read_pages(
        self, pictures: Sequence[Source], dpis: Sequence[float | tuple[float, float] | None], *, first_number: int = 1
    ) -> tuple[PageReading, ...]:
        """The same for several pages of one document, numbered onward: cheaper than one by one.

        Raises as `read_page`; then none of the pages counts as read.
        """
        ...


class JobQueue(Protocol):
    """Jobs with a lease, an attempt cap and a reason at the end.

    `add`, `finish` and `bury` take the caller's transaction, so a job begins and ends with the business row that it is
    about. A job whose owner died comes back by itself; steps are therefore safe to repeat. The most urgent goes first;
    lanes that are equally urgent take turns. A kind that this version does not know is left for a later one's worker.
    """

    @property
    def description(self) -> str:
        """Engine, version and place, without secrets, for the operator. Asks a broker anew each time, for some seconds
        at most; raises EngineAway where it does not answer."""
        ...

    def add(self, connection: Connection, *jobs: NewJob) -> None:
        """Add jobs; one that is known by (kind, subject) already is left as it is."""
        ...

    def take(self, owner: str) -> Job | None:
        """The next job that may run now, held by `owner` for a lease; None where there is none."""
        ...

    def finish(self, connection: Connection, job: Job) -> None:
        """The job is done. Raises `archive.errors.Conflict` where it is no longer this owner's."""
        ...

    def retry(self, job: Job, reason: str) -> bool:
        """The job failed: try again later. False, and nothing done, where its attempts are used up."""
        ...

    def postpone(self, owner: str, reason: str) -> None:
        """Give back all that this owner holds, to be taken again in some seconds: an engine is away. Costs no attempt."""
        ...

    def bury(self, connection: Connection, job: Job, reason: str) -> None:
        """The job can not be done: it stays listed as dead with its reason. Raises as `finish`."""
        ...

    def renew(self, owner: str) -> None:
        """Lengthen the leases of a worker that lives; called every minute or so while it is at work."""
        ...

    def recover(self) -> int:
        """Take back the jobs whose owner is dead or whose lease ran out; answers how many."""
        ...

    def waiting(self) -> int:
        """How many jobs are ready or held."""
        ...

    def held(self) -> int:
        """How many jobs are held, by whichever worker."""
        ...
