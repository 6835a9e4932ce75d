"""Alembic's entry: runs the versions on the engine it was handed."""

from alembic import context

from archive.schema import metadata

with context.config.attributes["engine"].connect() as connection:
    # A batch rewrite of a table is SQLite's only way to change a column.
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
