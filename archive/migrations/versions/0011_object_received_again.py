"""An original that comes in anew is kept from that day on: the day is noted until its date says so."""

import sqlalchemy as sa
from alembic import op

revision = "0011_object_received_again"
down_revision = "0010_customer_merges"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("object", sa.Column("received_again_at", TEXT))
