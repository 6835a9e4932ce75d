"""A folder's letters with their branch and mark, newest first, out of one index."""

from archive.migrations.big_tables import make_index

revision = "0003_filing_seen_index"
down_revision = "0002_filing_seen"
branch_labels = None
depends_on = None


def upgrade() -> None:
    make_index("ix_filing_seen", "filing", ["folder_id", "document_id", "branch", "mark"])
