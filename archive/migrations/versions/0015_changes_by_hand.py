"""Versions of source records are kept with the day from which they hold; a contract names the one that it continues."""

import sqlalchemy as sa
from alembic import op

revision = "0015_changes_by_hand"
down_revision = "0014_possible_doubles"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("source_record", sa.Column("valid_from", TEXT, nullable=False, server_default=""))
    op.add_column("source_record", sa.Column("actor", TEXT, nullable=False, server_default=""))
    op.create_table(
        "source_past",
        sa.Column("record_id", ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("payload", TEXT, nullable=False),
        sa.Column("payload_digest", TEXT, nullable=False),
        sa.Column("run_id", ID, nullable=True),
        sa.Column("at", TEXT, nullable=False),
        sa.Column("valid_from", TEXT, nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["source_record.id"], name=op.f("fk_source_past_record_id")),
        sa.PrimaryKeyConstraint("record_id", "version", name=op.f("pk_source_past")),
    )
    # In one statement with its key: SQLite can not add a key to a table that is there.
    wide = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    op.execute(
        f"ALTER TABLE contract ADD COLUMN continues_id {wide} "
        "CONSTRAINT fk_contract_continues_id REFERENCES contract (id)"
    )
