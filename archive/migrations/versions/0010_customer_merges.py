"""Who stands for whom, since when, by whose word; and the own record of whoever stands for several."""

import sqlalchemy as sa
from alembic import op

revision = "0010_customer_merges"
down_revision = "0009_outbox_turn"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
IN_FORCE = sa.text("undone_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "customer_merge",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("customer_id", ID, nullable=False),
        sa.Column("into_id", ID, nullable=False),
        sa.Column("at", TEXT, nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("undone_at", TEXT, nullable=True),
        sa.Column("undone_by", TEXT, nullable=False, server_default=""),
        sa.Column("undone_reason", TEXT, nullable=False, server_default=""),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_customer_merge_customer_id")),
        sa.ForeignKeyConstraint(["into_id"], ["customer.id"], name=op.f("fk_customer_merge_into_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_merge")),
    )
    op.create_index(op.f("ix_customer_merge_into_id"), "customer_merge", ["into_id"])
    op.create_index(
        "ix_customer_merge_in_force",
        "customer_merge",
        ["customer_id"],
        unique=True,
        sqlite_where=IN_FORCE,
        postgresql_where=IN_FORCE,
    )
    op.create_table(
        "own_record",
        sa.Column("customer_id", ID, autoincrement=False, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("display_name", TEXT, nullable=False),
        sa.Column("branch", TEXT, nullable=False),
        sa.Column("golden", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_own_record_customer_id")),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_own_record")),
    )
