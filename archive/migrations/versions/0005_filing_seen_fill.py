"""The filings that there are repeat their letter's branch and mark, too."""

import sqlalchemy as sa
from alembic import op

from archive.migrations.big_tables import in_chunks

revision = "0005_filing_seen_fill"
down_revision = "0004_document_sender"
branch_labels = None
depends_on = None

FILING = sa.table("filing", sa.column("id"), sa.column("document_id"), sa.column("branch"), sa.column("mark"))
DOCUMENT = sa.table("document", sa.column("id"), sa.column("branch"), sa.column("mark"))


def upgrade() -> None:
    of_letter = DOCUMENT.c.id == FILING.c.document_id
    filled = sa.update(FILING).values(
        branch=sa.select(DOCUMENT.c.branch).where(of_letter).scalar_subquery(),
        mark=sa.select(DOCUMENT.c.mark).where(of_letter).scalar_subquery(),
    )
    for rows in in_chunks(FILING, FILING.c.branch.is_(None)):
        between = FILING.c.id.between(rows[0]["id"], rows[-1]["id"])
        op.get_bind().execute(filled.where(between, FILING.c.branch.is_(None)))
