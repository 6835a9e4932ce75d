"""The catalogue's tables (SQLAlchemy Core), the same on SQLite and PostgreSQL.

Numbers are 64-bit integers inside; times are ISO 8601 UTC text with microseconds and `+00:00`, so that they sort
as text on both databases; dates are ISO text; JSON is text that the code writes with sorted keys.
A change here needs a migration in `archive/migrations/`; a test compares the two.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy import Text as AnyText

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# Text sorts and compares by code point on both: PostgreSQL must not do it by the rules of whatever locale it is in.
Text = AnyText().with_variant(AnyText(collation="C"), "postgresql")

# SQLite only makes INTEGER PRIMARY KEY its own row id; elsewhere it is 64 bits.
Id = BigInteger().with_variant(Integer(), "sqlite")


def _id() -> Column[int]:
    return Column("id", Id, primary_key=True, autoincrement=True)


def _to(target: str, name: str, nullable: bool = False, index: bool = True) -> Column[int]:
    return Column(name, Id, ForeignKey(target), nullable=nullable, index=index)


# ---- who works here -------------------------------------------------------------------------------------------

branch = Table(
    "branch",
    metadata,
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("time_zone", Text, nullable=False, server_default="UTC"),
    Column("calendar", Text, nullable=False, server_default="RU"),
)

employee = Table(
    "employee",
    metadata,
    _id(),
    Column("login", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("language", Text, nullable=False, server_default=""),
    Column("marks", Text, nullable=False, server_default=""),
    Column("active", Integer, nullable=False, server_default="1"),
)

employee_role = Table(
    "employee_role",
    metadata,
    _to("employee.id", "employee_id", index=False),
    Column("role", Text, nullable=False),
    Column("branch", Text, nullable=False),  # '*' = every branch
    PrimaryKeyConstraint("employee_id", "role", "branch"),
)

session = Table(
    "session",
    metadata,
    Column("token_digest", Text, primary_key=True),
    _to("employee.id", "employee_id"),
    Column("created_at", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
)

# ---- objects, arrivals, documents -----------------------------------------------------------------------------

UNDATED = text("retain_until IS NULL AND kind <> 'rendition'")
"""Originals without an end of their retention; said as its index says it, or the index would not be used."""

RECEIVED_AGAIN = text("received_again_at IS NOT NULL")
"""Originals that came in anew and whose retention was not prolonged yet."""

object_ = Table(
    "object",
    metadata,
    Column("digest", Text, primary_key=True),  # sha-256, hex
    Column("size_bytes", BigInteger, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("kind", Text, nullable=False),  # transport | letter | part | rendition
    Column("created_at", Text, nullable=False),
    Column("retain_until", Text),
    Column("received_again_at", Text),  # when it came in anew, on a later day; None once the date says so
    Column("hold", Integer, nullable=False, server_default="0"),  # whether a legal hold is about these bytes
    # Originals that wait for the end of their retention to be set: few at any time, where one is set at all.
    Index("ix_object_undated", "digest", sqlite_where=UNDATED, postgresql_where=UNDATED),
    Index("ix_object_received_again", "digest", sqlite_where=RECEIVED_AGAIN, postgresql_where=RECEIVED_AGAIN),
)

import_run = Table(
    "import_run",
    metadata,
    _id(),
    Column("kind", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("started_at", Text, nullable=False),
    Column("ended_at", Text),
    Column("counts", Text, nullable=False, server_default="{}"),
)

arrival = Table(
    "arrival",
    metadata,
    _id(),
    Column("receipt_number", Text, nullable=False, unique=True),
    Column("channel", Text, nullable=False),
    Column("source_key", Text, nullable=False),
    Column("branch", Text, ForeignKey("branch.code"), nullable=False),
    Column("received_at", Text, nullable=False),
    Column("received_on", Text, nullable=False),  # the branch's own day
    Column("digest", Text, ForeignKey("object.digest"), nullable=False, index=True),
    Column("size_bytes", BigInteger, nullable=False),
    Column("name", Text, nullable=False),  # as it was given
    Column("source_path", Text, nullable=False, server_default=""),
    Column("media_type", Text, nullable=False, server_default=""),
    Column("state", Text, nullable=False),  # waiting | opened | rejected
    Column("reason", Text, nullable=False, server_default=""),
    Column("explanation", Text, nullable=False, server_default=""),
    Column("pages", Integer, nullable=False, server_default="0"),
    Column("separators", Text, nullable=False, server_default="[]"),
    Column("blanks", Text, nullable=False, server_default="[]"),
    Column("submitted_by", Text, nullable=False),
    UniqueConstraint("channel", "source_key"),
    CheckConstraint("state IN ('waiting','opened','rejected')", name="state"),
    Index("ix_arrival_ledger", "branch", "channel", "received_on", "state"),
    Index("ix_arrival_state", "state", "id"),
)

document = Table(
    "document",
    metadata,
    _id(),
    _to("arrival.id", "arrival_id", index=False),
    _to("document.id", "parent_id", nullable=True),  # a part's letter
    Column("ordinal", Integer, nullable=False),  # the letter's place in its arrival
    Column("part", Integer, nullable=False, server_default="0"),  # 0 = the letter itself
    Column("role", Text, nullable=False),  # letter | body | enclosure
    Column("name", Text, nullable=False),
    Column("page_from", Integer),
    Column("page_to", Integer),
    Column("digest", Text, ForeignKey("object.digest"), nullable=False, index=True),
    Column("media_type", Text, nullable=False),
    Column("substantive", Integer, nullable=False, server_default="1"),
    Column("branch", Text, ForeignKey("branch.code"), nullable=False),
    Column("mark", Text, nullable=False, server_default=""),
    Column("channel", Text, nullable=False),
    Column("received_on", Text, nullable=False),
    Column("state", Text, nullable=False),  # work | filed | review | rejected | duplicate
    Column("reason", Text, nullable=False, server_default=""),
    Column("explanation", Text, nullable=False, server_default=""),
    Column("registration_number", Text, unique=True),
    Column("document_type", Text, nullable=False, server_default=""),
    Column("type_confidence", Float, nullable=False, server_default="0"),
    _to("customer.id", "customer_id", nullable=True, index=False),  # proposal while in review, sender once filed
    Column("customer_confidence", Float, nullable=False, server_default="0"),
    Column("decision", Text, nullable=False, server_default="{}"),  # evidence, runners-up, margins
    Column("facts", Text, nullable=False, server_default="{}"),  # what the channel itself says
    Column("fields", Text, nullable=False, server_default="{}"),
    Column("suspicion", Text, nullable=False, server_default=""),
    _to("document.id", "duplicate_of", nullable=True),
    Column("letter_date", Text),
    Column("answer_channel", Text, nullable=False, server_default=""),  # how the sender wants to be answered
    Column("reading", Text),  # digest of the reading rendition, None until read
    Column("held_by", Text, nullable=False, server_default=""),
    Column("held_until", Text, nullable=False, server_default=""),
    Column("created_at", Text, nullable=False),
    Column("settled_at", Text),
    Column("version", Integer, nullable=False, server_default="1"),
    UniqueConstraint("arrival_id", "ordinal", "part"),
    CheckConstraint("state IN ('work','filed','review','rejected','duplicate')", name="state"),
    Index("ix_document_state", "state", "branch", "id"),
    Index("ix_document_ledger", "branch", "channel", "received_on", "state"),
    Index("ix_document_sender", "customer_id", "id"),
)

rendition = Table(
    "rendition",
    metadata,
    Column("source", Text, nullable=False),  # digest of what it was made from
    Column("kind", Text, nullable=False),  # reading | picture | part_text
    Column("page", Integer, nullable=False, server_default="0"),
    Column("digest", Text, ForeignKey("object.digest"), nullable=False),
    Column("made_by", Text, nullable=False, server_default=""),  # engine and its version
    PrimaryKeyConstraint("source", "kind", "page"),
)

document_event = Table(
    "document_event",
    metadata,
    _id(),
    _to("document.id", "document_id"),  # what it is about
    Column("kind", Text, nullable=False),  # received_again | ...
    Column("source_key", Text, nullable=False, server_default=""),
    Column("details", Text, nullable=False, server_default="{}"),
    Column("at", Text, nullable=False),
    Column("actor", Text, nullable=False),
    UniqueConstraint("document_id", "kind", "source_key"),
)

received_again = Table(
    "received_again",
    metadata,
    _id(),
    _to("arrival.id", "arrival_id"),  # the first
    Column("channel", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("source_path", Text, nullable=False),
    Column("digest", Text, ForeignKey("object.digest"), nullable=False),  # a mail's copy may differ in its headers
    Column("at", Text, nullable=False),
    Column("submitted_by", Text, nullable=False),
    UniqueConstraint("arrival_id", "source_path"),
)

legal_hold = Table(
    "legal_hold",
    metadata,
    Column("document_id", Id, ForeignKey("document.id"), primary_key=True, autoincrement=False),  # a letter
    Column("placed_at", Text, nullable=False),
    Column("placed_by", Text, nullable=False),
    Column("reason", Text, nullable=False),
)

label = Table(
    "label",
    metadata,
    _id(),
    _to("document.id", "document_id"),
    Column("kind", Text, nullable=False),  # type | customer | case | cut
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("at", Text, nullable=False),
)

# ---- customers -------------------------------------------------------------------------------------------------

IN_FORCE = text("undone_at IS NULL")
"""Merges that nobody took back."""

customer = Table(
    "customer",
    metadata,
    _id(),
    Column("kind", Text, nullable=False),  # person | organisation
    _to("customer.id", "survivor_id", nullable=True),  # derived from the merges in force: the root, never a chain
    Column("display_name", Text, nullable=False),
    Column("branch", Text, nullable=False, server_default=""),
    Column("golden", Text, nullable=False),  # field → {value, record}: the golden record with its sources
    Column("answer_channel", Text, nullable=False, server_default=""),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("created_at", Text, nullable=False),
)

customer_merge = Table(
    "customer_merge",
    metadata,
    _id(),
    _to("customer.id", "customer_id", index=False),  # who is stood for
    _to("customer.id", "into_id"),  # who stands for them
    Column("at", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("undone_at", Text),  # None while it is in force
    Column("undone_by", Text, nullable=False, server_default=""),
    Column("undone_reason", Text, nullable=False, server_default=""),
    # Whoever is stood for is so by one other at a time.
    Index("ix_customer_merge_in_force", "customer_id", unique=True, sqlite_where=IN_FORCE, postgresql_where=IN_FORCE),
)

own_record = Table(
    "own_record",
    metadata,
    # The golden record of a customer's own source records, kept aside while its row tells the one of all it stands for.
    Column("customer_id", Id, ForeignKey("customer.id"), primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("display_name", Text, nullable=False),
    Column("branch", Text, nullable=False),
    Column("golden", Text, nullable=False),
)

pair_word = Table(
    "pair_word",
    metadata,
    # What a person said of two customers; the smaller number first, so that a pair is one row.
    _id(),
    _to("customer.id", "low_id", index=False),
    _to("customer.id", "high_id"),
    Column("word", Text, nullable=False),  # distinct | relatives | later
    Column("kind", Text, nullable=False, server_default=""),  # what kind of relatives
    Column("at", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
    CheckConstraint("word IN ('distinct','relatives','later')", name="word"),
    UniqueConstraint("low_id", "high_id"),
)

match_run = Table(
    "match_run",
    metadata,
    # A run of the matcher over the directory, on a snapshot of it.
    _id(),
    Column("model", Text, nullable=False),
    Column("started_at", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("ended_at", Text),  # when all that it found lay in the catalogue
    Column("counts", Text, nullable=False, server_default="{}"),
)

match_member = Table(
    "match_member",
    metadata,
    # Who a run would join with whom without a person; whoever is to stand for the others is a row of its own.
    _to("match_run.id", "run_id", index=False),
    _to("customer.id", "customer_id", index=False),
    _to("customer.id", "into_id", index=False),  # who is to stand for the whole cluster
    Column("version", Integer, nullable=False),  # the customer's, in the snapshot
    Column("probability", Float, nullable=False),
    Column("state", Text, nullable=False, server_default="waiting"),
    _to("customer_merge.id", "merge_id", nullable=True),
    PrimaryKeyConstraint("run_id", "customer_id"),
    CheckConstraint("state IN ('waiting','stands','merged','left','apart','undone')", name="state"),
    Index("ix_match_member_turn", "run_id", "state", "into_id"),
)

possible_double = Table(
    "possible_double",
    metadata,
    # Two customers that may be one, for a person to say; the smaller number first, so that a pair is one row.
    _id(),
    _to("customer.id", "low_id", index=False),
    _to("customer.id", "high_id"),
    Column("low_version", Integer, nullable=False),  # of who stood for each when the pair was found
    Column("high_version", Integer, nullable=False),
    Column("why", Text, nullable=False),  # why a person is asked
    Column("probability", Float, nullable=False),
    Column("turn", Float, nullable=False),  # the list's order: the less, the more an answer is worth
    Column("documents", BigInteger, nullable=False, server_default="0"),  # of both
    Column("accounts", BigInteger, nullable=False, server_default="0"),
    _to("match_run.id", "run_id", nullable=True, index=False),  # None where the guard or a feed found it
    Column("model", Text, nullable=False, server_default=""),
    Column("evidence", Text, nullable=False, server_default="{}"),
    Column("found_at", Text, nullable=False),
    Column("state", Text, nullable=False, server_default="waiting"),
    Column("kind", Text, nullable=False, server_default=""),  # what kind of relatives
    Column("decided_at", Text, nullable=False, server_default=""),
    Column("decided_by", Text, nullable=False, server_default=""),
    Column("reason", Text, nullable=False, server_default=""),
    _to("customer_merge.id", "merge_id", nullable=True, index=False),  # what joined the two, where they are the same
    Column("version", Integer, nullable=False, server_default="1"),
    CheckConstraint("state IN ('waiting','same','different','relatives','later','gone')", name="state"),
    UniqueConstraint("low_id", "high_id"),
    Index("ix_possible_double_turn", "state", "turn", "id"),
)

pair_label = Table(
    "pair_label",
    metadata,
    # What a person decided of a pair, with how its fields agreed then: what a model is corrected by and measured on.
    _id(),
    _to("customer.id", "low_id", index=False),
    _to("customer.id", "high_id", index=False),
    Column("party", Text, nullable=False),  # person | organisation
    Column("verdict", Text, nullable=False),  # same | different | relatives
    Column("kind", Text, nullable=False, server_default=""),
    Column("levels", Text, nullable=False),  # field → level
    Column("source", Text, nullable=False),  # review | guard
    Column("at", Text, nullable=False),
    Column("actor", Text, nullable=False),
    CheckConstraint("verdict IN ('same','different','relatives')", name="verdict"),
    UniqueConstraint("low_id", "high_id"),
)

source_record = Table(
    "source_record",
    metadata,
    _id(),
    Column("system", Text, nullable=False),
    Column("source_id", Text, nullable=False),
    _to("customer.id", "customer_id"),
    Column("payload", Text, nullable=False),  # the row as it came, every column
    Column("payload_digest", Text, nullable=False),
    _to("import_run.id", "run_id", nullable=True),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("at", Text, nullable=False),  # when we learnt it
    Column("valid_from", Text, nullable=False, server_default=""),  # the day from which it is so; '' from the first
    Column("actor", Text, nullable=False, server_default=""),  # who said it at the desk
    UniqueConstraint("system", "source_id"),
)

source_past = Table(
    "source_past",
    metadata,
    # What source records said before: each version that another took the place of, as it was.
    Column("record_id", Id, ForeignKey("source_record.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("payload", Text, nullable=False),
    Column("payload_digest", Text, nullable=False),
    Column("run_id", Id, nullable=True),
    Column("at", Text, nullable=False),
    Column("valid_from", Text, nullable=False),
    Column("actor", Text, nullable=False),
    PrimaryKeyConstraint("record_id", "version"),
)

feed_mark = Table(
    "feed_mark",
    metadata,
    # How far a system's events about one of its records have come: what is older, or the same again, changes nothing.
    Column("system", Text, nullable=False),
    Column("source_id", Text, nullable=False),
    Column(
        "mark", Text, nullable=False
    ),  # the last event's version or time, so that text sorts as they follow; '' = none yet
    Column("digest", Text, nullable=False),  # of what it said
    Column("at", Text, nullable=False),
    PrimaryKeyConstraint("system", "source_id"),
    sqlite_with_rowid=False,
)

identifier = Table(
    "identifier",
    metadata,
    _id(),
    _to("customer.id", "customer_id"),
    Column("kind", Text, nullable=False),  # tax_id | passport | ...
    Column("issuer", Text, nullable=False, server_default=""),
    Column("value", Text, nullable=False),
    Column("folded", Text, nullable=False),
    Column("valid_from", Text),
    Column("valid_to", Text),
    Index("ix_identifier_folded", "folded", "kind"),
)

contact_point = Table(
    "contact_point",
    metadata,
    _id(),
    _to("customer.id", "customer_id"),
    Column("kind", Text, nullable=False),  # phone | email
    Column("value", Text, nullable=False),
    Column("folded", Text, nullable=False),
    Column("valid_from", Text),
    Column("valid_to", Text),
    Index("ix_contact_point_folded", "folded", "kind"),
)

address = Table(
    "address",
    metadata,
    _id(),
    _to("customer.id", "customer_id"),
    Column("kind", Text, nullable=False),  # current | former
    Column("as_given", Text, nullable=False),
    Column("valid_from", Text),
    Column("valid_to", Text),
)

account = Table(
    "account",
    metadata,
    _id(),
    Column("issuer", Text, nullable=False, server_default=""),
    Column("number", Text, nullable=False),
    Column("folded", Text, nullable=False, index=True),
    UniqueConstraint("issuer", "number"),
)

point_of_delivery = Table(
    "point_of_delivery",
    metadata,
    _id(),
    Column("code", Text, nullable=False),
    Column("folded", Text, nullable=False, index=True),
    UniqueConstraint("code"),
)

meter = Table(
    "meter",
    metadata,
    _id(),
    Column("number", Text, nullable=False),
    Column("folded", Text, nullable=False, index=True),
    _to("point_of_delivery.id", "point_of_delivery_id", nullable=True),
    UniqueConstraint("number"),
)

contract = Table(
    "contract",
    metadata,
    _id(),
    Column("issuer", Text, nullable=False, server_default=""),
    Column("number", Text, nullable=False),
    Column("folded", Text, nullable=False, index=True),
    _to(
        "contract.id", "continues_id", nullable=True, index=False
    ),  # the one before, of another holder of the same supply
    UniqueConstraint("issuer", "number"),
)

holding = Table(
    "holding",
    metadata,
    _id(),
    _to("customer.id", "customer_id"),
    Column("kind", Text, nullable=False),  # account | contract | point_of_delivery | meter
    Column("held_id", Id, nullable=False),
    Column("valid_from", Text, nullable=False, server_default=""),
    Column("valid_to", Text, nullable=False, server_default=""),
    UniqueConstraint("kind", "held_id", "customer_id", "valid_from"),
)

customer_key = Table(
    "customer_key",
    metadata,
    Column("key", BigInteger, nullable=False),
    Column("customer_id", Id, nullable=False),
    PrimaryKeyConstraint("key", "customer_id"),
    Index("ix_customer_key_customer_id", "customer_id"),
    sqlite_with_rowid=False,
)

guard_model = Table(
    "guard_model",
    metadata,
    # The models of likeness whose blocking keys are kept: the one that the guard asks, one on its way, the one before.
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("version", Text, nullable=False, unique=True),
    Column("content", Text, nullable=False),  # the model's file: every machine compares by the same
    Column("state", Text, nullable=False),  # arriving | active | kept | leaving
    Column("upto", BigInteger, nullable=False, server_default="0"),  # customers up to this number have their keys
    Column("last", BigInteger, nullable=False, server_default="0"),  # those after this number got them when written
    Column("organisations", Float, nullable=False),  # their share of the customers
    Column("at", Text, nullable=False),
    Column("names", Text, nullable=False, server_default=""),  # the file with the names of this directory counted in
    Column(
        "counted", BigInteger, nullable=False, server_default="0"
    ),  # customers that there were when they were counted
    CheckConstraint("state IN ('arriving','active','kept','leaving')", name="state"),
)

guard_key = Table(
    "guard_key",
    metadata,
    Column("model", Integer, nullable=False),
    Column("key", BigInteger, nullable=False),
    Column("customer_id", Id, nullable=False),
    PrimaryKeyConstraint("model", "key", "customer_id"),
    sqlite_with_rowid=False,
)

guard_record = Table(
    "guard_record",
    metadata,
    # A customer's source records as the model compares them: what the guard reads instead of working it out again.
    Column("model", Integer, nullable=False),
    Column("customer_id", Id, nullable=False),
    Column("records", Text, nullable=False),
    PrimaryKeyConstraint("model", "customer_id"),
    sqlite_with_rowid=False,
)

directory_size = Table(
    "directory_size",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("customers", BigInteger, nullable=False),
)

# ---- cases, folders, filings -----------------------------------------------------------------------------------

case = Table(
    "case_",
    metadata,
    _id(),
    Column("number", Text, nullable=False, unique=True),
    Column("type", Text, nullable=False),
    _to("customer.id", "customer_id", nullable=True),  # a case may exist before its customer does
    Column("account", Text, nullable=False, server_default=""),
    Column("point_of_delivery", Text, nullable=False, server_default=""),
    Column("branch", Text, ForeignKey("branch.code"), nullable=False),
    Column("mark", Text, nullable=False, server_default=""),
    Column("state", Text, nullable=False),  # open | closed
    Column("opened_on", Text, nullable=False),
    Column("last_letter_on", Text, nullable=False),
    Column("due_on", Text),
    Column("closed_on", Text),
    Column("completion_code", Text, nullable=False, server_default=""),
    Column("stage", Text, nullable=False, server_default=""),
    _to("case_.id", "follows_id", nullable=True),  # a closed case that this one continues
    Column("version", Integer, nullable=False, server_default="1"),
    Index("ix_case_customer_type", "customer_id", "type", "state"),
    Index("ix_case_branch_state", "branch", "state", "id"),
)

party = Table(
    "party",
    metadata,
    _id(),
    _to("document.id", "document_id", nullable=True),
    _to("case_.id", "case_id", nullable=True),
    _to("customer.id", "customer_id", nullable=True),
    Column("name", Text, nullable=False, server_default=""),
    Column("role", Text, nullable=False),  # sender | about | on_behalf_of | addressee
    CheckConstraint("role IN ('sender','about','on_behalf_of','addressee')", name="role"),
    UniqueConstraint("document_id", "case_id", "customer_id", "role"),
)

folder = Table(
    "folder",
    metadata,
    _id(),
    _to("customer.id", "customer_id", index=False),
    Column("code", Text, nullable=False),  # the place in the folder plan
    UniqueConstraint("customer_id", "code"),
)

filing = Table(
    "filing",
    metadata,
    _id(),
    _to("document.id", "document_id"),
    _to("folder.id", "folder_id", nullable=True, index=False),
    _to("case_.id", "case_id", nullable=True),
    Column("ground", Text, nullable=False),  # account | person | hand
    Column("ground_value", Text, nullable=False, server_default=""),
    Column("filed_at", Text, nullable=False),
    Column("actor", Text, nullable=False),
    # The letter's own, so that a folder of very many is counted and listed out of the index; None where 0.1.0 filed.
    Column("branch", Text),
    Column("mark", Text),
    CheckConstraint("ground IN ('account','person','hand')", name="ground"),
    CheckConstraint("(folder_id IS NULL) <> (case_id IS NULL)", name="one_place"),
    UniqueConstraint("document_id", "folder_id", "case_id"),
    Index("ix_filing_seen", "folder_id", "document_id", "branch", "mark"),
)

# ---- numbers, journal, outbox, jobs ----------------------------------------------------------------------------

counter = Table(
    "counter",
    metadata,
    Column("branch", Text, nullable=False),
    Column("register", Text, nullable=False),
    Column("year", Integer, nullable=False),
    Column("last", BigInteger, nullable=False),
    PrimaryKeyConstraint("branch", "register", "year"),
)

number_void = Table(
    "number_void",
    metadata,
    Column("number", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("at", Text, nullable=False),
)

journal_block = Table(
    "journal_block",
    metadata,
    _id(),
    Column("previous", Text, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("root", Text, nullable=False),  # Merkle root over the entries' digests
    Column("digest", Text, nullable=False, unique=True),
    Column("sealed_at", Text, nullable=False),
    Column("anchor", Text),  # digest of the signed anchor in the object store
)

journal_entry = Table(
    "journal_entry",
    metadata,
    _id(),
    Column("at", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False, index=True),  # e.g. document:17
    Column("payload", Text),  # before and after; None once lawfully erased
    Column("payload_digest", Text, nullable=False),
    _to("journal_block.id", "block_id", nullable=True),
    Column("place", Integer),  # the entry's place in its block
)

access_log = Table(
    "access_log",
    metadata,
    _id(),
    Column("at", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("subject", Text, nullable=False, index=True),
    Column("action", Text, nullable=False),
    Column("why", Text, nullable=False, server_default=""),
    Index("ix_access_log_actor", "actor", "id"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("kind", Text, nullable=False),  # document | customer
    Column("key", Id, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("changed_at", Text, nullable=False),
    Column("refusal", Text, nullable=False, server_default=""),  # why the index would not take it; '' where it waits
    PrimaryKeyConstraint("kind", "key"),
    Index("ix_outbox_turn", "refusal", "changed_at"),  # the oldest of a million without sorting them all
)

job = Table(
    "job",
    metadata,
    _id(),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),  # what it is about; unique with the kind
    Column("state", Text, nullable=False),  # ready | taken | dead; a finished job has no row
    Column("priority", Integer, nullable=False, server_default="5"),
    Column("lane", Text, nullable=False, server_default=""),
    Column("place", BigInteger, nullable=False, server_default="0"),  # order within the lane
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("interruptions", Integer, nullable=False, server_default="0"),  # stops of everything at once
    Column("run_after", Text, nullable=False),
    Column("owner", Text, nullable=False, server_default=""),
    Column("lease_until", Text, nullable=False, server_default=""),
    Column("reason", Text, nullable=False, server_default=""),
    UniqueConstraint("kind", "key"),
    CheckConstraint("state IN ('ready','taken','dead')", name="state"),
    Index("ix_job_turn", "state", "priority", "lane", text("kind DESC"), "place"),
    Index("ix_job_lane", "lane", "place"),
)

measure = Table(
    "measure",
    metadata,
    Column("name", Text, nullable=False),  # ocr_page_seconds | ...
    Column("label", Text, nullable=False),
    Column("upto", Text, nullable=False),  # the bucket's upper bound in seconds, as text; the last is +Inf
    Column("count", BigInteger, nullable=False),
    Column("total_s", Float, nullable=False),
    PrimaryKeyConstraint("name", "label", "upto"),
)

archive_fact = Table(
    "archive_fact",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("secret", LargeBinary),
)
