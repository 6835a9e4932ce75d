"""What the steps work with: the engines, joined by the wiring, and handed to each step that needs them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from archive.ports import Catalogue, ObjectStore
from dedup.own_company import OwnCompany
from dedup.ports import Directory
from intake.limits import Limits
from intake.ports import JobQueue, PageReader
from intake.sandbox import Sandbox


@dataclass(frozen=True, slots=True)
class Engines:
    """The engines of one worker. `scratch` is a folder of this machine for files that nobody will miss."""

    catalogue: Catalogue
    objects: ObjectStore
    jobs: JobQueue
    sandbox: Sandbox
    page_reader: PageReader
    directory: Directory
    company: OwnCompany
    limits: Limits
    scratch: Path
