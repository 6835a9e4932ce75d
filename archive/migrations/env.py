"""Alembic's entry: runs the missing steps on the connection it was handed."""

import logging
from typing import Any

from alembic import context

from archive.schema import metadata


def _tell(ctx: Any, step: Any, heads: Any, run_args: Any) -> None:
    logging.getLogger("dossier.migrations").info("the catalogue is at %s", step.up_revision_id)


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # A batch rewrite of a table is SQLite's only way to change a column.
    render_as_batch=True,
    # SQLite can take back the making of a table as well as PostgreSQL; Alembic does not believe it unless told.
    transactional_ddl=True,
    transaction_per_migration=True,
    on_version_apply=_tell,
)
with context.begin_transaction():
    context.run_migrations()
