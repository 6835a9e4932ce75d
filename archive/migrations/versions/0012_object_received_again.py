"""Originals that came in anew, without going through all objects."""

import sqlalchemy as sa

from archive.migrations.big_tables import make_index

revision = "0012_object_received_again"
down_revision = "0011_object_received_again"
branch_labels = None
depends_on = None

RECEIVED_AGAIN = sa.text("received_again_at IS NOT NULL")


def upgrade() -> None:
    make_index(
        "ix_object_received_again", "object", ["digest"], sqlite_where=RECEIVED_AGAIN, postgresql_where=RECEIVED_AGAIN
    )
