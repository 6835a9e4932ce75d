"""The oldest changes that wait for the index, out of however many, without sorting them all."""

from archive.migrations.big_tables import make_index

revision = "0009_outbox_turn"
down_revision = "0008_object_undated"
branch_labels = None
depends_on = None


def upgrade() -> None:
    make_index("ix_outbox_turn", "outbox", ["refusal", "changed_at"])
