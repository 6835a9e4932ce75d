"""A sender's letters, newest first, without sorting all that there are."""

from archive.migrations.big_tables import make_index

revision = "0004_document_sender"
down_revision = "0003_filing_seen_index"
branch_labels = None
depends_on = None


def upgrade() -> None:
    make_index("ix_document_sender", "document", ["customer_id", "id"])
