"""What a run of the matcher found in the directory: whom it would join, and which pairs a person is to look at."""

import sqlalchemy as sa
from alembic import op

revision = "0014_possible_doubles"
down_revision = "0013_pair_words"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "match_run",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("model", TEXT, nullable=False),
        sa.Column("started_at", TEXT, nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.Column("ended_at", TEXT, nullable=True),
        sa.Column("counts", TEXT, nullable=False, server_default="{}"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_run")),
    )
    _members()
    _doubles()
    _labels()


def _members() -> None:
    op.create_table(
        "match_member",
        sa.Column("run_id", ID, nullable=False),
        sa.Column("customer_id", ID, nullable=False),
        sa.Column("into_id", ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("state", TEXT, nullable=False, server_default="waiting"),
        sa.Column("merge_id", ID, nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting','stands','merged','left','apart','undone')", name=op.f("ck_match_member_state")
        ),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_match_member_customer_id")),
        sa.ForeignKeyConstraint(["into_id"], ["customer.id"], name=op.f("fk_match_member_into_id")),
        sa.ForeignKeyConstraint(["merge_id"], ["customer_merge.id"], name=op.f("fk_match_member_merge_id")),
        sa.ForeignKeyConstraint(["run_id"], ["match_run.id"], name=op.f("fk_match_member_run_id")),
        sa.PrimaryKeyConstraint("run_id", "customer_id", name=op.f("pk_match_member")),
    )
    op.create_index(op.f("ix_match_member_merge_id"), "match_member", ["merge_id"])
    op.create_index("ix_match_member_turn", "match_member", ["run_id", "state", "into_id"])


def _doubles() -> None:
    op.create_table(
        "possible_double",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("low_id", ID, nullable=False),
        sa.Column("high_id", ID, nullable=False),
        sa.Column("low_version", sa.Integer(), nullable=False),
        sa.Column("high_version", sa.Integer(), nullable=False),
        sa.Column("why", TEXT, nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("turn", sa.Float(), nullable=False),
        sa.Column("documents", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("accounts", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("run_id", ID, nullable=True),
        sa.Column("model", TEXT, nullable=False, server_default=""),
        sa.Column("evidence", TEXT, nullable=False, server_default="{}"),
        sa.Column("found_at", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False, server_default="waiting"),
        sa.Column("kind", TEXT, nullable=False, server_default=""),
        sa.Column("decided_at", TEXT, nullable=False, server_default=""),
        sa.Column("decided_by", TEXT, nullable=False, server_default=""),
        sa.Column("reason", TEXT, nullable=False, server_default=""),
        sa.Column("merge_id", ID, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
        sa.CheckConstraint(
            "state IN ('waiting','same','different','relatives','later','gone')", name=op.f("ck_possible_double_state")
        ),
        sa.ForeignKeyConstraint(["high_id"], ["customer.id"], name=op.f("fk_possible_double_high_id")),
        sa.ForeignKeyConstraint(["low_id"], ["customer.id"], name=op.f("fk_possible_double_low_id")),
        sa.ForeignKeyConstraint(["merge_id"], ["customer_merge.id"], name=op.f("fk_possible_double_merge_id")),
        sa.ForeignKeyConstraint(["run_id"], ["match_run.id"], name=op.f("fk_possible_double_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_possible_double")),
        sa.UniqueConstraint("low_id", "high_id", name=op.f("uq_possible_double_low_id_high_id")),
    )
    op.create_index(op.f("ix_possible_double_high_id"), "possible_double", ["high_id"])
    op.create_index("ix_possible_double_turn", "possible_double", ["state", "turn", "id"])


def _labels() -> None:
    op.create_table(
        "pair_label",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("low_id", ID, nullable=False),
        sa.Column("high_id", ID, nullable=False),
        sa.Column("party", TEXT, nullable=False),
        sa.Column("verdict", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False, server_default=""),
        sa.Column("levels", TEXT, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("at", TEXT, nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.CheckConstraint("verdict IN ('same','different','relatives')", name=op.f("ck_pair_label_verdict")),
        sa.ForeignKeyConstraint(["high_id"], ["customer.id"], name=op.f("fk_pair_label_high_id")),
        sa.ForeignKeyConstraint(["low_id"], ["customer.id"], name=op.f("fk_pair_label_low_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pair_label")),
        sa.UniqueConstraint("low_id", "high_id", name=op.f("uq_pair_label_low_id_high_id")),
    )
