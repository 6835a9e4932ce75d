"""What people said of two customers: that they are not the same, that they are relatives, or not now."""

import sqlalchemy as sa
from alembic import op

revision = "0013_pair_words"
down_revision = "0012_object_received_again"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "pair_word",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("low_id", ID, nullable=False),
        sa.Column("high_id", ID, nullable=False),
        sa.Column("word", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False, server_default=""),
        sa.Column("at", TEXT, nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.CheckConstraint("word IN ('distinct','relatives','later')", name=op.f("ck_pair_word_word")),
        sa.ForeignKeyConstraint(["high_id"], ["customer.id"], name=op.f("fk_pair_word_high_id")),
        sa.ForeignKeyConstraint(["low_id"], ["customer.id"], name=op.f("fk_pair_word_low_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pair_word")),
        sa.UniqueConstraint("low_id", "high_id", name=op.f("uq_pair_word_low_id_high_id")),
    )
    op.create_index(op.f("ix_pair_word_high_id"), "pair_word", ["high_id"])
