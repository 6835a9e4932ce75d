"""How common names are in the directory itself, counted for each model of the guard."""

import sqlalchemy as sa
from alembic import op

revision = "0018_guard_names"
down_revision = "0017_feed_marks"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("guard_model", sa.Column("names", TEXT, nullable=False, server_default=""))
    op.add_column("guard_model", sa.Column("counted", sa.BigInteger(), nullable=False, server_default="0"))
