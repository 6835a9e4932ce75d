"""A filing repeats its letter's branch and mark, so that a folder of very many letters is counted out of an index."""

import sqlalchemy as sa
from alembic import op

revision = "0002_filing_seen"
down_revision = "0001_first"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("filing", sa.Column("branch", TEXT))
    op.add_column("filing", sa.Column("mark", TEXT))
