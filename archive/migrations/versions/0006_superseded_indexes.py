"""Indexes whose columns others now begin with."""

from alembic import op

revision = "0006_superseded_indexes"
down_revision = "0005_filing_seen_fill"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_filing_folder_id", "filing")
    op.drop_index("ix_document_customer_id", "document")
