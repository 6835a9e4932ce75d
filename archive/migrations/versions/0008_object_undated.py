"""Originals that wait for the end of their retention, without going through all objects."""

import sqlalchemy as sa

from archive.migrations.big_tables import make_index

revision = "0008_object_undated"
down_revision = "0007_legal_hold"
branch_labels = None
depends_on = None

UNDATED = sa.text("retain_until IS NULL AND kind <> 'rendition'")


def upgrade() -> None:
    make_index("ix_object_undated", "object", ["digest"], sqlite_where=UNDATED, postgresql_where=UNDATED)
