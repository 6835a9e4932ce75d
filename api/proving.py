"""All that can be proven of an archive: what it holds, and that its indexes find all of it and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from api.wiring import Rooms
from archive.access import Access
from archive.problems import Problem
from archive.verifying import Progress, verify
from search.proving import differences


def prove(opened: Rooms, access: Access, progress: Progress = lambda what, done: None) -> Iterator[Problem]:
    """Everything that does not prove true; nothing where all is well. Reads every byte that we hold.

    Raises: Forbidden, EngineAway.
    """
    yield from verify(opened.catalogue, opened.objects, access, progress, opened.settings.retain_years)
    yield from differences(opened.catalogue, opened.documents_index, opened.customers_index, access, progress)
