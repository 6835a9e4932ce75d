"""How far each system's events about its records have come, so that repeated and belated ones change nothing."""

import sqlalchemy as sa
from alembic import op

revision = "0017_feed_marks"
down_revision = "0016_guard_keys"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "feed_mark",
        sa.Column("system", TEXT, nullable=False),
        sa.Column("source_id", TEXT, nullable=False),
        sa.Column("mark", TEXT, nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("at", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("system", "source_id", name=op.f("pk_feed_mark")),
        sqlite_with_rowid=False,
    )
