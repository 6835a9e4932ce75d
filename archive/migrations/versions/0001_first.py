"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001_first"
down_revision = None
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "access_log",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", TEXT, nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("action", TEXT, nullable=False),
        sa.Column("why", TEXT, server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_log")),
    )
    op.create_index("ix_access_log_actor", "access_log", ["actor", "id"], unique=False)
    op.create_index(op.f("ix_access_log_subject"), "access_log", ["subject"], unique=False)
    op.create_table(
        "account",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("issuer", TEXT, server_default="", nullable=False),
        sa.Column("number", TEXT, nullable=False),
        sa.Column("folded", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("issuer", "number", name=op.f("uq_account_issuer_number")),
    )
    op.create_index(op.f("ix_account_folded"), "account", ["folded"], unique=False)
    op.create_table(
        "archive_fact",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_archive_fact")),
    )
    op.create_table(
        "branch",
        sa.Column("code", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("time_zone", TEXT, server_default="UTC", nullable=False),
        sa.Column("calendar", TEXT, server_default="RU", nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_branch")),
    )
    op.create_table(
        "contract",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("issuer", TEXT, server_default="", nullable=False),
        sa.Column("number", TEXT, nullable=False),
        sa.Column("folded", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract")),
        sa.UniqueConstraint("issuer", "number", name=op.f("uq_contract_issuer_number")),
    )
    op.create_index(op.f("ix_contract_folded"), "contract", ["folded"], unique=False)
    op.create_table(
        "counter",
        sa.Column("branch", TEXT, nullable=False),
        sa.Column("register", TEXT, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("branch", "register", "year", name=op.f("pk_counter")),
    )
    op.create_table(
        "customer",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("survivor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("display_name", TEXT, nullable=False),
        sa.Column("branch", TEXT, server_default="", nullable=False),
        sa.Column("golden", TEXT, nullable=False),
        sa.Column("answer_channel", TEXT, server_default="", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["survivor_id"], ["customer.id"], name=op.f("fk_customer_survivor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer")),
    )
    op.create_index(op.f("ix_customer_survivor_id"), "customer", ["survivor_id"], unique=False)
    op.create_table(
        "customer_key",
        sa.Column("key", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("key", "customer_id", name=op.f("pk_customer_key")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_customer_key_customer_id", "customer_key", ["customer_id"], unique=False)
    op.create_table(
        "directory_size",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customers", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_size")),
    )
    op.create_table(
        "employee",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("login", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("password_hash", TEXT, nullable=False),
        sa.Column("language", TEXT, server_default="", nullable=False),
        sa.Column("marks", TEXT, server_default="", nullable=False),
        sa.Column("active", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_employee")),
        sa.UniqueConstraint("login", name=op.f("uq_employee_login")),
    )
    op.create_table(
        "import_run",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("started_at", TEXT, nullable=False),
        sa.Column("ended_at", TEXT, nullable=True),
        sa.Column("counts", TEXT, server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
    )
    op.create_table(
        "job",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("priority", sa.Integer(), server_default="5", nullable=False),
        sa.Column("lane", TEXT, server_default="", nullable=False),
        sa.Column("place", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("interruptions", sa.Integer(), server_default="0", nullable=False),
        sa.Column("run_after", TEXT, nullable=False),
        sa.Column("owner", TEXT, server_default="", nullable=False),
        sa.Column("lease_until", TEXT, server_default="", nullable=False),
        sa.Column("reason", TEXT, server_default="", nullable=False),
        sa.CheckConstraint("state IN ('ready','taken','dead')", name=op.f("ck_job_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("kind", "key", name=op.f("uq_job_kind_key")),
    )
    op.create_index("ix_job_lane", "job", ["lane", "place"], unique=False)
    op.create_index("ix_job_turn", "job", ["state", "priority", "lane", sa.text("kind DESC"), "place"], unique=False)
    op.create_table(
        "journal_block",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("previous", TEXT, nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("root", TEXT, nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("sealed_at", TEXT, nullable=False),
        sa.Column("anchor", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_block")),
        sa.UniqueConstraint("digest", name=op.f("uq_journal_block_digest")),
    )
    op.create_table(
        "number_void",
        sa.Column("number", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.Column("at", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_number_void")),
    )
    op.create_table(
        "measure",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("label", TEXT, nullable=False),
        sa.Column("upto", TEXT, nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("total_s", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("name", "label", "upto", name=op.f("pk_measure")),
    )
    op.create_table(
        "object",
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("media_type", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("created_at", TEXT, nullable=False),
        sa.Column("retain_until", TEXT, nullable=True),
        sa.Column("hold", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_object")),
    )
    op.create_table(
        "outbox",
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", TEXT, nullable=False),
        sa.Column("refusal", TEXT, server_default="", nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", name=op.f("pk_outbox")),
    )
    op.create_table(
        "point_of_delivery",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("folded", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_point_of_delivery")),
        sa.UniqueConstraint("code", name=op.f("uq_point_of_delivery_code")),
    )
    op.create_index(op.f("ix_point_of_delivery_folded"), "point_of_delivery", ["folded"], unique=False)
    op.create_table(
        "address",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("customer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("as_given", TEXT, nullable=False),
        sa.Column("valid_from", TEXT, nullable=True),
        sa.Column("valid_to", TEXT, nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_address_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address")),
    )
    op.create_index(op.f("ix_address_customer_id"), "address", ["customer_id"], unique=False)
    op.create_table(
        "arrival",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("receipt_number", TEXT, nullable=False),
        sa.Column("channel", TEXT, nullable=False),
        sa.Column("source_key", TEXT, nullable=False),
        sa.Column("branch", TEXT, nullable=False),
        sa.Column("received_at", TEXT, nullable=False),
        sa.Column("received_on", TEXT, nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("source_path", TEXT, server_default="", nullable=False),
        sa.Column("media_type", TEXT, server_default="", nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("reason", TEXT, server_default="", nullable=False),
        sa.Column("explanation", TEXT, server_default="", nullable=False),
        sa.Column("pages", sa.Integer(), server_default="0", nullable=False),
        sa.Column("separators", TEXT, server_default="[]", nullable=False),
        sa.Column("blanks", TEXT, server_default="[]", nullable=False),
        sa.Column("submitted_by", TEXT, nullable=False),
        sa.CheckConstraint("state IN ('waiting','opened','rejected')", name=op.f("ck_arrival_state")),
        sa.ForeignKeyConstraint(["branch"], ["branch.code"], name=op.f("fk_arrival_branch")),
        sa.ForeignKeyConstraint(["digest"], ["object.digest"], name=op.f("fk_arrival_digest")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_arrival")),
        sa.UniqueConstraint("channel", "source_key", name=op.f("uq_arrival_channel_source_key")),
        sa.UniqueConstraint("receipt_number", name=op.f("uq_arrival_receipt_number")),
    )
    op.create_index(op.f("ix_arrival_digest"), "arrival", ["digest"], unique=False)
    op.create_index("ix_arrival_ledger", "arrival", ["branch", "channel", "received_on", "state"], unique=False)
    op.create_index("ix_arrival_state", "arrival", ["state", "id"], unique=False)
    op.create_table(
        "case_",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("number", TEXT, nullable=False),
        sa.Column("type", TEXT, nullable=False),
        sa.Column("customer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("account", TEXT, server_default="", nullable=False),
        sa.Column("point_of_delivery", TEXT, server_default="", nullable=False),
        sa.Column("branch", TEXT, nullable=False),
        sa.Column("mark", TEXT, server_default="", nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("opened_on", TEXT, nullable=False),
        sa.Column("last_letter_on", TEXT, nullable=False),
        sa.Column("due_on", TEXT, nullable=True),
        sa.Column("closed_on", TEXT, nullable=True),
        sa.Column("completion_code", TEXT, server_default="", nullable=False),
        sa.Column("stage", TEXT, server_default="", nullable=False),
        sa.Column("follows_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["follows_id"], ["case_.id"], name=op.f("fk_case__follows_id")),
        sa.ForeignKeyConstraint(["branch"], ["branch.code"], name=op.f("fk_case__branch")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_case__customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_")),
        sa.UniqueConstraint("number", name=op.f("uq_case__number")),
    )
    op.create_index(op.f("ix_case__customer_id"), "case_", ["customer_id"], unique=False)
    op.create_index(op.f("ix_case__follows_id"), "case_", ["follows_id"], unique=False)
    op.create_index("ix_case_branch_state", "case_", ["branch", "state", "id"], unique=False)
    op.create_index("ix_case_customer_type", "case_", ["customer_id", "type", "state"], unique=False)
    op.create_table(
        "contact_point",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("customer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.Column("folded", TEXT, nullable=False),
        sa.Column("valid_from", TEXT, nullable=True),
        sa.Column("valid_to", TEXT, nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_contact_point_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_point")),
    )
    op.create_index(op.f("ix_contact_point_customer_id"), "contact_point", ["customer_id"], unique=False)
    op.create_index("ix_contact_point_folded", "contact_point", ["folded", "kind"], unique=False)
    op.create_table(
        "employee_role",
        sa.Column("employee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("role", TEXT, nullable=False),
        sa.Column("branch", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name=op.f("fk_employee_role_employee_id")),
        sa.PrimaryKeyConstraint("employee_id", "role", "branch", name=op.f("pk_employee_role")),
    )
    op.create_table(
        "folder",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("customer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_folder_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_folder")),
        sa.UniqueConstraint("customer_id", "code", name=op.f("uq_folder_customer_id_code")),
    )
    op.create_table(
        "holding",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("customer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("held_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("valid_from", TEXT, server_default="", nullable=False),
        sa.Column("valid_to", TEXT, server_default="", nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_holding_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holding")),
        sa.UniqueConstraint(
            "kind", "held_id", "customer_id", "valid_from", name=op.f("uq_holding_kind_held_id_customer_id_valid_from")
        ),
    )
    op.create_index(op.f("ix_holding_customer_id"), "holding", ["customer_id"], unique=False)
    op.create_table(
        "identifier",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("customer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("issuer", TEXT, server_default="", nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.Column("folded", TEXT, nullable=False),
        sa.Column("valid_from", TEXT, nullable=True),
        sa.Column("valid_to", TEXT, nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_identifier_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identifier")),
    )
    op.create_index(op.f("ix_identifier_customer_id"), "identifier", ["customer_id"], unique=False)
    op.create_index("ix_identifier_folded", "identifier", ["folded", "kind"], unique=False)
    op.create_table(
        "journal_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", TEXT, nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.Column("action", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("payload", TEXT, nullable=True),
        sa.Column("payload_digest", TEXT, nullable=False),
        sa.Column("block_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["block_id"], ["journal_block.id"], name=op.f("fk_journal_entry_block_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_entry")),
    )
    op.create_index(op.f("ix_journal_entry_block_id"), "journal_entry", ["block_id"], unique=False)
    op.create_index(op.f("ix_journal_entry_subject"), "journal_entry", ["subject"], unique=False)
    op.create_table(
        "meter",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("number", TEXT, nullable=False),
        sa.Column("folded", TEXT, nullable=False),
        sa.Column("point_of_delivery_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["point_of_delivery_id"], ["point_of_delivery.id"], name=op.f("fk_meter_point_of_delivery_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meter")),
        sa.UniqueConstraint("number", name=op.f("uq_meter_number")),
    )
    op.create_index(op.f("ix_meter_folded"), "meter", ["folded"], unique=False)
    op.create_index(op.f("ix_meter_point_of_delivery_id"), "meter", ["point_of_delivery_id"], unique=False)
    op.create_table(
        "rendition",
        sa.Column("source", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("page", sa.Integer(), server_default="0", nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("made_by", TEXT, server_default="", nullable=False),
        sa.ForeignKeyConstraint(["digest"], ["object.digest"], name=op.f("fk_rendition_digest")),
        sa.PrimaryKeyConstraint("source", "kind", "page", name=op.f("pk_rendition")),
    )
    op.create_table(
        "session",
        sa.Column("token_digest", TEXT, nullable=False),
        sa.Column("employee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", TEXT, nullable=False),
        sa.Column("expires_at", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name=op.f("fk_session_employee_id")),
        sa.PrimaryKeyConstraint("token_digest", name=op.f("pk_session")),
    )
    op.create_index(op.f("ix_session_employee_id"), "session", ["employee_id"], unique=False)
    op.create_table(
        "source_record",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("system", TEXT, nullable=False),
        sa.Column("source_id", TEXT, nullable=False),
        sa.Column("customer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("payload", TEXT, nullable=False),
        sa.Column("payload_digest", TEXT, nullable=False),
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("at", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_source_record_customer_id")),
        sa.ForeignKeyConstraint(["run_id"], ["import_run.id"], name=op.f("fk_source_record_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_record")),
        sa.UniqueConstraint("system", "source_id", name=op.f("uq_source_record_system_source_id")),
    )
    op.create_index(op.f("ix_source_record_customer_id"), "source_record", ["customer_id"], unique=False)
    op.create_index(op.f("ix_source_record_run_id"), "source_record", ["run_id"], unique=False)
    op.create_table(
        "document",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("arrival_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), server_default="0", nullable=False),
        sa.Column("role", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("page_from", sa.Integer(), nullable=True),
        sa.Column("page_to", sa.Integer(), nullable=True),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("media_type", TEXT, nullable=False),
        sa.Column("substantive", sa.Integer(), server_default="1", nullable=False),
        sa.Column("branch", TEXT, nullable=False),
        sa.Column("mark", TEXT, server_default="", nullable=False),
        sa.Column("channel", TEXT, nullable=False),
        sa.Column("received_on", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("reason", TEXT, server_default="", nullable=False),
        sa.Column("explanation", TEXT, server_default="", nullable=False),
        sa.Column("registration_number", TEXT, nullable=True),
        sa.Column("document_type", TEXT, server_default="", nullable=False),
        sa.Column("type_confidence", sa.Float(), server_default="0", nullable=False),
        sa.Column("customer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("customer_confidence", sa.Float(), server_default="0", nullable=False),
        sa.Column("decision", TEXT, server_default="{}", nullable=False),
        sa.Column("facts", TEXT, server_default="{}", nullable=False),
        sa.Column("fields", TEXT, server_default="{}", nullable=False),
        sa.Column("suspicion", TEXT, server_default="", nullable=False),
        sa.Column("duplicate_of", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("letter_date", TEXT, nullable=True),
        sa.Column("answer_channel", TEXT, server_default="", nullable=False),
        sa.Column("reading", TEXT, nullable=True),
        sa.Column("held_by", TEXT, server_default="", nullable=False),
        sa.Column("held_until", TEXT, server_default="", nullable=False),
        sa.Column("created_at", TEXT, nullable=False),
        sa.Column("settled_at", TEXT, nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("state IN ('work','filed','review','rejected','duplicate')", name=op.f("ck_document_state")),
        sa.ForeignKeyConstraint(["arrival_id"], ["arrival.id"], name=op.f("fk_document_arrival_id")),
        sa.ForeignKeyConstraint(["branch"], ["branch.code"], name=op.f("fk_document_branch")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_document_customer_id")),
        sa.ForeignKeyConstraint(["digest"], ["object.digest"], name=op.f("fk_document_digest")),
        sa.ForeignKeyConstraint(["duplicate_of"], ["document.id"], name=op.f("fk_document_duplicate_of")),
        sa.ForeignKeyConstraint(["parent_id"], ["document.id"], name=op.f("fk_document_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint("arrival_id", "ordinal", "part", name=op.f("uq_document_arrival_id_ordinal_part")),
        sa.UniqueConstraint("registration_number", name=op.f("uq_document_registration_number")),
    )
    op.create_index(op.f("ix_document_customer_id"), "document", ["customer_id"], unique=False)
    op.create_index(op.f("ix_document_digest"), "document", ["digest"], unique=False)
    op.create_index(op.f("ix_document_duplicate_of"), "document", ["duplicate_of"], unique=False)
    op.create_index("ix_document_ledger", "document", ["branch", "channel", "received_on", "state"], unique=False)
    op.create_index(op.f("ix_document_parent_id"), "document", ["parent_id"], unique=False)
    op.create_index("ix_document_state", "document", ["state", "branch", "id"], unique=False)
    op.create_table(
        "received_again",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("arrival_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("channel", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("source_path", TEXT, nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("at", TEXT, nullable=False),
        sa.Column("submitted_by", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["arrival_id"], ["arrival.id"], name=op.f("fk_received_again_arrival_id")),
        sa.ForeignKeyConstraint(["digest"], ["object.digest"], name=op.f("fk_received_again_digest")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_received_again")),
        sa.UniqueConstraint("arrival_id", "source_path", name=op.f("uq_received_again_arrival_id_source_path")),
    )
    op.create_index(op.f("ix_received_again_arrival_id"), "received_again", ["arrival_id"], unique=False)
    op.create_table(
        "document_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("source_key", TEXT, server_default="", nullable=False),
        sa.Column("details", TEXT, server_default="{}", nullable=False),
        sa.Column("at", TEXT, nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_document_event_document_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_event")),
        sa.UniqueConstraint(
            "document_id", "kind", "source_key", name=op.f("uq_document_event_document_id_kind_source_key")
        ),
    )
    op.create_index(op.f("ix_document_event_document_id"), "document_event", ["document_id"], unique=False)
    op.create_table(
        "filing",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("folder_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("ground", TEXT, nullable=False),
        sa.Column("ground_value", TEXT, server_default="", nullable=False),
        sa.Column("filed_at", TEXT, nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.CheckConstraint("ground IN ('account','person','hand')", name=op.f("ck_filing_ground")),
        sa.CheckConstraint("(folder_id IS NULL) <> (case_id IS NULL)", name=op.f("ck_filing_one_place")),
        sa.ForeignKeyConstraint(["case_id"], ["case_.id"], name=op.f("fk_filing_case_id")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_filing_document_id")),
        sa.ForeignKeyConstraint(["folder_id"], ["folder.id"], name=op.f("fk_filing_folder_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing")),
        sa.UniqueConstraint(
            "document_id", "folder_id", "case_id", name=op.f("uq_filing_document_id_folder_id_case_id")
        ),
    )
    op.create_index(op.f("ix_filing_case_id"), "filing", ["case_id"], unique=False)
    op.create_index(op.f("ix_filing_document_id"), "filing", ["document_id"], unique=False)
    op.create_index("ix_filing_folder_id", "filing", ["folder_id", "document_id"], unique=False)
    op.create_table(
        "label",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("before", TEXT, nullable=False),
        sa.Column("after", TEXT, nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.Column("at", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_label_document_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label")),
    )
    op.create_index(op.f("ix_label_document_id"), "label", ["document_id"], unique=False)
    op.create_table(
        "party",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("customer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("name", TEXT, server_default="", nullable=False),
        sa.Column("role", TEXT, nullable=False),
        sa.CheckConstraint("role IN ('sender','about','on_behalf_of','addressee')", name=op.f("ck_party_role")),
        sa.ForeignKeyConstraint(["case_id"], ["case_.id"], name=op.f("fk_party_case_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_party_customer_id")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_party_document_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party")),
        sa.UniqueConstraint(
            "document_id", "case_id", "customer_id", "role", name=op.f("uq_party_document_id_case_id_customer_id_role")
        ),
    )
    op.create_index(op.f("ix_party_case_id"), "party", ["case_id"], unique=False)
    op.create_index(op.f("ix_party_customer_id"), "party", ["customer_id"], unique=False)
    op.create_index(op.f("ix_party_document_id"), "party", ["document_id"], unique=False)
