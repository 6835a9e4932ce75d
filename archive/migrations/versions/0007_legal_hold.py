"""Letters on legal hold."""

import sqlalchemy as sa
from alembic import op

revision = "0007_legal_hold"
down_revision = "0006_superseded_indexes"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "legal_hold",
        sa.Column(
            "document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("placed_at", TEXT, nullable=False),
        sa.Column("placed_by", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_legal_hold_document_id")),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_legal_hold")),
    )
