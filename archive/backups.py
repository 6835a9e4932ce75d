"""When the archive was last copied whole, for whoever asks whether it can be trusted."""

from __future__ import annotations

from archive.clock import utc_now
from archive.facts import set_fact
from archive.ports import Catalogue

LAST_BACKUP = "last_backup"


def note_backup(catalogue: Catalogue) -> None:
    """A backup was just made, and its objects proven."""
    with catalogue.writing() as connection:
        set_fact(connection, LAST_BACKUP, utc_now())
