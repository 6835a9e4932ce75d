"""What the guard finds customers by: models of likeness, their blocking keys, and records as they are compared."""

import sqlalchemy as sa
from alembic import op

revision = "0016_guard_keys"
down_revision = "0015_changes_by_hand"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "guard_model",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("version", TEXT, nullable=False),
        sa.Column("content", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("upto", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("last", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("organisations", sa.Float(), nullable=False),
        sa.Column("at", TEXT, nullable=False),
        sa.CheckConstraint("state IN ('arriving','active','kept','leaving')", name=op.f("ck_guard_model_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guard_model")),
        sa.UniqueConstraint("version", name=op.f("uq_guard_model_version")),
    )
    op.create_table(
        "guard_key",
        sa.Column("model", sa.Integer(), nullable=False),
        sa.Column("key", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", ID, nullable=False),
        sa.PrimaryKeyConstraint("model", "key", "customer_id", name=op.f("pk_guard_key")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "guard_record",
        sa.Column("model", sa.Integer(), nullable=False),
        sa.Column("customer_id", ID, nullable=False),
        sa.Column("records", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("model", "customer_id", name=op.f("pk_guard_record")),
        sqlite_with_rowid=False,
    )
