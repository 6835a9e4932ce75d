"""When the archive was last copied whole, for whoever asks whether it can be trusted."""

from __future__ import annotations

from archive.clock import utc_now
from archive.ports import Catalogue
from archive.schema import archive_fact
from archive.upserting import upsert

LAST_BACKUP = "last_backup"


def note_backup(catalogue: Catalogue) -> None:
    """A backup was just made, and its objects proven."""
    now = utc_now()
    with catalogue.writing() as connection:
        statement = upsert(connection, archive_fact).values(name=LAST_BACKUP, value=now)
        connection.execute(statement.on_conflict_do_update(index_elements=[archive_fact.c.name], set_={"value": now}))
