"""The way of a letter.

*A channel receives an arrival. Intake preserves it, cuts it into letters, reads each, recognises what it is and whose,
compares it with what we hold, files it, indexes it.*

Three jobs, each safe to repeat: `open` preserves and cuts an arrival, `read` reads one letter, `settle` recognises,
compares and files it. Each ends in one transaction that also finishes the job and adds the next. Filing announces the
letter to the outbox, out of which `search.feeding` indexes it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from archive.disk_space import space_wanted
from intake import letters
from intake.engines import Engines
from intake.jobs import Job
from intake.steps.compare import compare
from intake.steps.cut import cut
from intake.steps.file import file, set_aside
from intake.steps.preserve import preserve
from intake.steps.read import read
from intake.steps.recognise import recognise


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The steps, strung together over one worker's engines."""

    engines: Engines

    def do(self, job: Job) -> None:
        """Do one job to its end. Raises what the step raises; then nothing of it is done."""
        {"open": self.open, "read": self.read, "settle": self.settle}[job.kind](job)

    def open(self, job: Job) -> None:
        """An arrival: preserved, and cut into letters."""
        received = letters.received(self.engines, job.subject)
        with self._folder() as folder:
            opened = cut(preserve(received, self.engines, folder), self.engines, folder)
        letters.enter(self.engines, opened, job)

    def read(self, job: Job) -> None:
        """One letter: read."""
        letter = letters.letter(self.engines, job.subject)
        with self._folder() as folder:
            pages = read(letter, self.engines, folder)
        letters.keep(self.engines, letter, pages, job)

    def settle(self, job: Job) -> None:
        """One letter: recognised, compared with what we hold, filed."""
        read_letter = letters.read_letter(self.engines, job.subject)
        recognised = recognise(read_letter, self.engines)
        with self.engines.catalogue.writing() as connection:
            file(compare(recognised, connection, self.engines.objects), connection)
            self.engines.jobs.finish(connection, job)

    def give_up(self, job: Job, error: Exception) -> None:
        """A job that can not be done: what is bad in itself is rejected, the rest goes to a person, with the reason."""
        (letters.give_up_opening if job.kind == "open" else set_aside)(self.engines, job, error)

    @contextmanager
    def _folder(self) -> Iterator[Path]:
        """A folder for one step's files, gone when the step is. Raises EngineAway where its disk is full."""
        with space_wanted(self.engines.scratch):
            self.engines.scratch.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=self.engines.scratch) as name:
                yield Path(name)
