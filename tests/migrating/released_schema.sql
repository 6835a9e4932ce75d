-- 0001_first
CREATE TABLE access_log (
	id INTEGER NOT NULL,
	at TEXT NOT NULL,
	actor TEXT NOT NULL,
	subject TEXT NOT NULL,
	action TEXT NOT NULL,
	why TEXT DEFAULT '' NOT NULL,
	CONSTRAINT pk_access_log PRIMARY KEY (id)
);

CREATE TABLE account (
	id INTEGER NOT NULL,
	issuer TEXT DEFAULT '' NOT NULL,
	number TEXT NOT NULL,
	folded TEXT NOT NULL,
	CONSTRAINT pk_account PRIMARY KEY (id),
	CONSTRAINT uq_account_issuer_number UNIQUE (issuer, number)
);

CREATE TABLE address (
	id INTEGER NOT NULL,
	customer_id INTEGER NOT NULL,
	kind TEXT NOT NULL,
	as_given TEXT NOT NULL,
	valid_from TEXT,
	valid_to TEXT,
	CONSTRAINT pk_address PRIMARY KEY (id),
	CONSTRAINT fk_address_customer_id FOREIGN KEY(customer_id) REFERENCES customer (id)
);

CREATE TABLE archive_fact (
	name TEXT NOT NULL,
	value TEXT NOT NULL,
	secret BLOB,
	CONSTRAINT pk_archive_fact PRIMARY KEY (name)
);

CREATE TABLE arrival (
	id INTEGER NOT NULL,
	receipt_number TEXT NOT NULL,
	channel TEXT NOT NULL,
	source_key TEXT NOT NULL,
	branch TEXT NOT NULL,
	received_at TEXT NOT NULL,
	received_on TEXT NOT NULL,
	digest TEXT NOT NULL,
	size_bytes BIGINT NOT NULL,
	name TEXT NOT NULL,
	source_path TEXT DEFAULT '' NOT NULL,
	media_type TEXT DEFAULT '' NOT NULL,
	state TEXT NOT NULL,
	reason TEXT DEFAULT '' NOT NULL,
	explanation TEXT DEFAULT '' NOT NULL,
	pages INTEGER DEFAULT '0' NOT NULL,
	separators TEXT DEFAULT '[]' NOT NULL,
	blanks TEXT DEFAULT '[]' NOT NULL,
	submitted_by TEXT NOT NULL,
	CONSTRAINT pk_arrival PRIMARY KEY (id),
	CONSTRAINT ck_arrival_state CHECK (state IN ('waiting','opened','rejected')),
	CONSTRAINT fk_arrival_branch FOREIGN KEY(branch) REFERENCES branch (code),
	CONSTRAINT fk_arrival_digest FOREIGN KEY(digest) REFERENCES object (digest),
	CONSTRAINT uq_arrival_channel_source_key UNIQUE (channel, source_key),
	CONSTRAINT uq_arrival_receipt_number UNIQUE (receipt_number)
);

CREATE TABLE branch (
	code TEXT NOT NULL,
	name TEXT NOT NULL,
	time_zone TEXT DEFAULT 'UTC' NOT NULL,
	calendar TEXT DEFAULT 'RU' NOT NULL,
	CONSTRAINT pk_branch PRIMARY KEY (code)
);

CREATE TABLE case_ (
	id INTEGER NOT NULL,
	number TEXT NOT NULL,
	type TEXT NOT NULL,
	customer_id INTEGER,
	account TEXT DEFAULT '' NOT NULL,
	point_of_delivery TEXT DEFAULT '' NOT NULL,
	branch TEXT NOT NULL,
	mark TEXT DEFAULT '' NOT NULL,
	state TEXT NOT NULL,
	opened_on TEXT NOT NULL,
	last_letter_on TEXT NOT NULL,
	due_on TEXT,
	closed_on TEXT,
	completion_code TEXT DEFAULT '' NOT NULL,
	stage TEXT DEFAULT '' NOT NULL,
	follows_id INTEGER,
	version INTEGER DEFAULT '1' NOT NULL,
	CONSTRAINT pk_case_ PRIMARY KEY (id),
	CONSTRAINT fk_case__follows_id FOREIGN KEY(follows_id) REFERENCES case_ (id),
	CONSTRAINT fk_case__branch FOREIGN KEY(branch) REFERENCES branch (code),
	CONSTRAINT fk_case__customer_id FOREIGN KEY(customer_id) REFERENCES customer (id),
	CONSTRAINT uq_case__number UNIQUE (number)
);

CREATE TABLE contact_point (
	id INTEGER NOT NULL,
	customer_id INTEGER NOT NULL,
	kind TEXT NOT NULL,
	value TEXT NOT NULL,
	folded TEXT NOT NULL,
	valid_from TEXT,
	valid_to TEXT,
	CONSTRAINT pk_contact_point PRIMARY KEY (id),
	CONSTRAINT fk_contact_point_customer_id FOREIGN KEY(customer_id) REFERENCES customer (id)
);

CREATE TABLE contract (
	id INTEGER NOT NULL,
	issuer TEXT DEFAULT '' NOT NULL,
	number TEXT NOT NULL,
	folded TEXT NOT NULL,
	CONSTRAINT pk_contract PRIMARY KEY (id),
	CONSTRAINT uq_contract_issuer_number UNIQUE (issuer, number)
);

CREATE TABLE counter (
	branch TEXT NOT NULL,
	register TEXT NOT NULL,
	year INTEGER NOT NULL,
	last BIGINT NOT NULL,
	CONSTRAINT pk_counter PRIMARY KEY (branch, register, year)
);

CREATE TABLE customer (
	id INTEGER NOT NULL,
	kind TEXT NOT NULL,
	survivor_id INTEGER,
	display_name TEXT NOT NULL,
	branch TEXT DEFAULT '' NOT NULL,
	golden TEXT NOT NULL,
	answer_channel TEXT DEFAULT '' NOT NULL,
	version INTEGER DEFAULT '1' NOT NULL,
	created_at TEXT NOT NULL,
	CONSTRAINT pk_customer PRIMARY KEY (id),
	CONSTRAINT fk_customer_survivor_id FOREIGN KEY(survivor_id) REFERENCES customer (id)
);

CREATE TABLE customer_key (
	"key" BIGINT NOT NULL,
	customer_id INTEGER NOT NULL,
	CONSTRAINT pk_customer_key PRIMARY KEY ("key", customer_id)
)
 WITHOUT ROWID
;

CREATE TABLE directory_size (
	id INTEGER NOT NULL,
	customers BIGINT NOT NULL,
	CONSTRAINT pk_directory_size PRIMARY KEY (id)
);

CREATE TABLE document (
	id INTEGER NOT NULL,
	arrival_id INTEGER NOT NULL,
	parent_id INTEGER,
	ordinal INTEGER NOT NULL,
	part INTEGER DEFAULT '0' NOT NULL,
	role TEXT NOT NULL,
	name TEXT NOT NULL,
	page_from INTEGER,
	page_to INTEGER,
	digest TEXT NOT NULL,
	media_type TEXT NOT NULL,
	substantive INTEGER DEFAULT '1' NOT NULL,
	branch TEXT NOT NULL,
	mark TEXT DEFAULT '' NOT NULL,
	channel TEXT NOT NULL,
	received_on TEXT NOT NULL,
	state TEXT NOT NULL,
	reason TEXT DEFAULT '' NOT NULL,
	explanation TEXT DEFAULT '' NOT NULL,
	registration_number TEXT,
	document_type TEXT DEFAULT '' NOT NULL,
	type_confidence FLOAT DEFAULT '0' NOT NULL,
	customer_id INTEGER,
	customer_confidence FLOAT DEFAULT '0' NOT NULL,
	decision TEXT DEFAULT '{}' NOT NULL,
	facts TEXT DEFAULT '{}' NOT NULL,
	fields TEXT DEFAULT '{}' NOT NULL,
	suspicion TEXT DEFAULT '' NOT NULL,
	duplicate_of INTEGER,
	letter_date TEXT,
	answer_channel TEXT DEFAULT '' NOT NULL,
	reading TEXT,
	held_by TEXT DEFAULT '' NOT NULL,
	held_until TEXT DEFAULT '' NOT NULL,
	created_at TEXT NOT NULL,
	settled_at TEXT,
	version INTEGER DEFAULT '1' NOT NULL,
	CONSTRAINT pk_document PRIMARY KEY (id),
	CONSTRAINT ck_document_state CHECK (state IN ('work','filed','review','rejected','duplicate')),
	CONSTRAINT fk_document_arrival_id FOREIGN KEY(arrival_id) REFERENCES arrival (id),
	CONSTRAINT fk_document_branch FOREIGN KEY(branch) REFERENCES branch (code),
	CONSTRAINT fk_document_customer_id FOREIGN KEY(customer_id) REFERENCES customer (id),
	CONSTRAINT fk_document_digest FOREIGN KEY(digest) REFERENCES object (digest),
	CONSTRAINT fk_document_duplicate_of FOREIGN KEY(duplicate_of) REFERENCES document (id),
	CONSTRAINT fk_document_parent_id FOREIGN KEY(parent_id) REFERENCES document (id),
	CONSTRAINT uq_document_arrival_id_ordinal_part UNIQUE (arrival_id, ordinal, part),
	CONSTRAINT uq_document_registration_number UNIQUE (registration_number)
);

CREATE TABLE document_event (
	id INTEGER NOT NULL,
	document_id INTEGER NOT NULL,
	kind TEXT NOT NULL,
	source_key TEXT DEFAULT '' NOT NULL,
	details TEXT DEFAULT '{}' NOT NULL,
	at TEXT NOT NULL,
	actor TEXT NOT NULL,
	CONSTRAINT pk_document_event PRIMARY KEY (id),
	CONSTRAINT fk_document_event_document_id FOREIGN KEY(document_id) REFERENCES document (id),
	CONSTRAINT uq_document_event_document_id_kind_source_key UNIQUE (document_id, kind, source_key)
);

CREATE TABLE employee (
	id INTEGER NOT NULL,
	login TEXT NOT NULL,
	name TEXT NOT NULL,
	password_hash TEXT NOT NULL,
	language TEXT DEFAULT '' NOT NULL,
	marks TEXT DEFAULT '' NOT NULL,
	active INTEGER DEFAULT '1' NOT NULL,
	CONSTRAINT pk_employee PRIMARY KEY (id),
	CONSTRAINT uq_employee_login UNIQUE (login)
);

CREATE TABLE employee_role (
	employee_id INTEGER NOT NULL,
	role TEXT NOT NULL,
	branch TEXT NOT NULL,
	CONSTRAINT pk_employee_role PRIMARY KEY (employee_id, role, branch),
	CONSTRAINT fk_employee_role_employee_id FOREIGN KEY(employee_id) REFERENCES employee (id)
);

CREATE TABLE filing (
	id INTEGER NOT NULL,
	document_id INTEGER NOT NULL,
	folder_id INTEGER,
	case_id INTEGER,
	ground TEXT NOT NULL,
	ground_value TEXT DEFAULT '' NOT NULL,
	filed_at TEXT NOT NULL,
	actor TEXT NOT NULL,
	CONSTRAINT pk_filing PRIMARY KEY (id),
	CONSTRAINT ck_filing_ground CHECK (ground IN ('account','person','hand')),
	CONSTRAINT ck_filing_one_place CHECK ((folder_id IS NULL) <> (case_id IS NULL)),
	CONSTRAINT fk_filing_case_id FOREIGN KEY(case_id) REFERENCES case_ (id),
	CONSTRAINT fk_filing_document_id FOREIGN KEY(document_id) REFERENCES document (id),
	CONSTRAINT fk_filing_folder_id FOREIGN KEY(folder_id) REFERENCES folder (id),
	CONSTRAINT uq_filing_document_id_folder_id_case_id UNIQUE (document_id, folder_id, case_id)
);

CREATE TABLE folder (
	id INTEGER NOT NULL,
	customer_id INTEGER NOT NULL,
	code TEXT NOT NULL,
	CONSTRAINT pk_folder PRIMARY KEY (id),
	CONSTRAINT fk_folder_customer_id FOREIGN KEY(customer_id) REFERENCES customer (id),
	CONSTRAINT uq_folder_customer_id_code UNIQUE (customer_id, code)
);

CREATE TABLE holding (
	id INTEGER NOT NULL,
	customer_id INTEGER NOT NULL,
	kind TEXT NOT NULL,
	held_id INTEGER NOT NULL,
	valid_from TEXT DEFAULT '' NOT NULL,
	valid_to TEXT DEFAULT '' NOT NULL,
	CONSTRAINT pk_holding PRIMARY KEY (id),
	CONSTRAINT fk_holding_customer_id FOREIGN KEY(customer_id) REFERENCES customer (id),
	CONSTRAINT uq_holding_kind_held_id_customer_id_valid_from UNIQUE (kind, held_id, customer_id, valid_from)
);

CREATE TABLE identifier (
	id INTEGER NOT NULL,
	customer_id INTEGER NOT NULL,
	kind TEXT NOT NULL,
	issuer TEXT DEFAULT '' NOT NULL,
	value TEXT NOT NULL,
	folded TEXT NOT NULL,
	valid_from TEXT,
	valid_to TEXT,
	CONSTRAINT pk_identifier PRIMARY KEY (id),
	CONSTRAINT fk_identifier_customer_id FOREIGN KEY(customer_id) REFERENCES customer (id)
);

CREATE TABLE import_run (
	id INTEGER NOT NULL,
	kind TEXT NOT NULL,
	source TEXT NOT NULL,
	started_at TEXT NOT NULL,
	ended_at TEXT,
	counts TEXT DEFAULT '{}' NOT NULL,
	CONSTRAINT pk_import_run PRIMARY KEY (id)
);

CREATE TABLE job (
	id INTEGER NOT NULL,
	kind TEXT NOT NULL,
	"key" TEXT NOT NULL,
	state TEXT NOT NULL,
	priority INTEGER DEFAULT '5' NOT NULL,
	lane TEXT DEFAULT '' NOT NULL,
	place BIGINT DEFAULT '0' NOT NULL,
	attempts INTEGER DEFAULT '0' NOT NULL,
	interruptions INTEGER DEFAULT '0' NOT NULL,
	run_after TEXT NOT NULL,
	owner TEXT DEFAULT '' NOT NULL,
	lease_until TEXT DEFAULT '' NOT NULL,
	reason TEXT DEFAULT '' NOT NULL,
	CONSTRAINT pk_job PRIMARY KEY (id),
	CONSTRAINT ck_job_state CHECK (state IN ('ready','taken','dead')),
	CONSTRAINT uq_job_kind_key UNIQUE (kind, "key")
);

CREATE TABLE journal_block (
	id INTEGER NOT NULL,
	previous TEXT NOT NULL,
	entries INTEGER NOT NULL,
	root TEXT NOT NULL,
	digest TEXT NOT NULL,
	sealed_at TEXT NOT NULL,
	anchor TEXT,
	CONSTRAINT pk_journal_block PRIMARY KEY (id),
	CONSTRAINT uq_journal_block_digest UNIQUE (digest)
);

CREATE TABLE journal_entry (
	id INTEGER NOT NULL,
	at TEXT NOT NULL,
	actor TEXT NOT NULL,
	action TEXT NOT NULL,
	subject TEXT NOT NULL,
	payload TEXT,
	payload_digest TEXT NOT NULL,
	block_id INTEGER,
	place INTEGER,
	CONSTRAINT pk_journal_entry PRIMARY KEY (id),
	CONSTRAINT fk_journal_entry_block_id FOREIGN KEY(block_id) REFERENCES journal_block (id)
);

CREATE TABLE label (
	id INTEGER NOT NULL,
	document_id INTEGER NOT NULL,
	kind TEXT NOT NULL,
	"before" TEXT NOT NULL,
	"after" TEXT NOT NULL,
	actor TEXT NOT NULL,
	at TEXT NOT NULL,
	CONSTRAINT pk_label PRIMARY KEY (id),
	CONSTRAINT fk_label_document_id FOREIGN KEY(document_id) REFERENCES document (id)
);

CREATE TABLE measure (
	name TEXT NOT NULL,
	label TEXT NOT NULL,
	upto TEXT NOT NULL,
	count BIGINT NOT NULL,
	total_s FLOAT NOT NULL,
	CONSTRAINT pk_measure PRIMARY KEY (name, label, upto)
);

CREATE TABLE meter (
	id INTEGER NOT NULL,
	number TEXT NOT NULL,
	folded TEXT NOT NULL,
	point_of_delivery_id INTEGER,
	CONSTRAINT pk_meter PRIMARY KEY (id),
	CONSTRAINT fk_meter_point_of_delivery_id FOREIGN KEY(point_of_delivery_id) REFERENCES point_of_delivery (id),
	CONSTRAINT uq_meter_number UNIQUE (number)
);

CREATE TABLE number_void (
	number TEXT NOT NULL,
	reason TEXT NOT NULL,
	actor TEXT NOT NULL,
	at TEXT NOT NULL,
	CONSTRAINT pk_number_void PRIMARY KEY (number)
);

CREATE TABLE object (
	digest TEXT NOT NULL,
	size_bytes BIGINT NOT NULL,
	media_type TEXT NOT NULL,
	kind TEXT NOT NULL,
	created_at TEXT NOT NULL,
	retain_until TEXT,
	hold INTEGER DEFAULT '0' NOT NULL,
	CONSTRAINT pk_object PRIMARY KEY (digest)
);

CREATE TABLE outbox (
	kind TEXT NOT NULL,
	"key" INTEGER NOT NULL,
	version BIGINT NOT NULL,
	changed_at TEXT NOT NULL,
	refusal TEXT DEFAULT '' NOT NULL,
	CONSTRAINT pk_outbox PRIMARY KEY (kind, "key")
);

CREATE TABLE party (
	id INTEGER NOT NULL,
	document_id INTEGER,
	case_id INTEGER,
	customer_id INTEGER,
	name TEXT DEFAULT '' NOT NULL,
	role TEXT NOT NULL,
	CONSTRAINT pk_party PRIMARY KEY (id),
	CONSTRAINT ck_party_role CHECK (role IN ('sender','about','on_behalf_of','addressee')),
	CONSTRAINT fk_party_case_id FOREIGN KEY(case_id) REFERENCES case_ (id),
	CONSTRAINT fk_party_customer_id FOREIGN KEY(customer_id) REFERENCES customer (id),
	CONSTRAINT fk_party_document_id FOREIGN KEY(document_id) REFERENCES document (id),
	CONSTRAINT uq_party_document_id_case_id_customer_id_role UNIQUE (document_id, case_id, customer_id, role)
);

CREATE TABLE point_of_delivery (
	id INTEGER NOT NULL,
	code TEXT NOT NULL,
	folded TEXT NOT NULL,
	CONSTRAINT pk_point_of_delivery PRIMARY KEY (id),
	CONSTRAINT uq_point_of_delivery_code UNIQUE (code)
);

CREATE TABLE received_again (
	id INTEGER NOT NULL,
	arrival_id INTEGER NOT NULL,
	channel TEXT NOT NULL,
	name TEXT NOT NULL,
	source_path TEXT NOT NULL,
	digest TEXT NOT NULL,
	at TEXT NOT NULL,
	submitted_by TEXT NOT NULL,
	CONSTRAINT pk_received_again PRIMARY KEY (id),
	CONSTRAINT fk_received_again_arrival_id FOREIGN KEY(arrival_id) REFERENCES arrival (id),
	CONSTRAINT fk_received_again_digest FOREIGN KEY(digest) REFERENCES object (digest),
	CONSTRAINT uq_received_again_arrival_id_source_path UNIQUE (arrival_id, source_path)
);

CREATE TABLE rendition (
	source TEXT NOT NULL,
	kind TEXT NOT NULL,
	page INTEGER DEFAULT '0' NOT NULL,
	digest TEXT NOT NULL,
	made_by TEXT DEFAULT '' NOT NULL,
	CONSTRAINT pk_rendition PRIMARY KEY (source, kind, page),
	CONSTRAINT fk_rendition_digest FOREIGN KEY(digest) REFERENCES object (digest)
);

CREATE TABLE session (
	token_digest TEXT NOT NULL,
	employee_id INTEGER NOT NULL,
	created_at TEXT NOT NULL,
	expires_at TEXT NOT NULL,
	CONSTRAINT pk_session PRIMARY KEY (token_digest),
	CONSTRAINT fk_session_employee_id FOREIGN KEY(employee_id) REFERENCES employee (id)
);

CREATE TABLE source_record (
	id INTEGER NOT NULL,
	system TEXT NOT NULL,
	source_id TEXT NOT NULL,
	customer_id INTEGER NOT NULL,
	payload TEXT NOT NULL,
	payload_digest TEXT NOT NULL,
	run_id INTEGER,
	version INTEGER DEFAULT '1' NOT NULL,
	at TEXT NOT NULL,
	CONSTRAINT pk_source_record PRIMARY KEY (id),
	CONSTRAINT fk_source_record_customer_id FOREIGN KEY(customer_id) REFERENCES customer (id),
	CONSTRAINT fk_source_record_run_id FOREIGN KEY(run_id) REFERENCES import_run (id),
	CONSTRAINT uq_source_record_system_source_id UNIQUE (system, source_id)
);

CREATE INDEX ix_access_log_actor ON access_log (actor, id);

CREATE INDEX ix_access_log_subject ON access_log (subject);

CREATE INDEX ix_account_folded ON account (folded);

CREATE INDEX ix_address_customer_id ON address (customer_id);

CREATE INDEX ix_arrival_digest ON arrival (digest);

CREATE INDEX ix_arrival_ledger ON arrival (branch, channel, received_on, state);

CREATE INDEX ix_arrival_state ON arrival (state, id);

CREATE INDEX ix_case__customer_id ON case_ (customer_id);

CREATE INDEX ix_case__follows_id ON case_ (follows_id);

CREATE INDEX ix_case_branch_state ON case_ (branch, state, id);

CREATE INDEX ix_case_customer_type ON case_ (customer_id, type, state);

CREATE INDEX ix_contact_point_customer_id ON contact_point (customer_id);

CREATE INDEX ix_contact_point_folded ON contact_point (folded, kind);

CREATE INDEX ix_contract_folded ON contract (folded);

CREATE INDEX ix_customer_key_customer_id ON customer_key (customer_id);

CREATE INDEX ix_customer_survivor_id ON customer (survivor_id);

CREATE INDEX ix_document_customer_id ON document (customer_id);

CREATE INDEX ix_document_digest ON document (digest);

CREATE INDEX ix_document_duplicate_of ON document (duplicate_of);

CREATE INDEX ix_document_event_document_id ON document_event (document_id);

CREATE INDEX ix_document_ledger ON document (branch, channel, received_on, state);

CREATE INDEX ix_document_parent_id ON document (parent_id);

CREATE INDEX ix_document_state ON document (state, branch, id);

CREATE INDEX ix_filing_case_id ON filing (case_id);

CREATE INDEX ix_filing_document_id ON filing (document_id);

CREATE INDEX ix_filing_folder_id ON filing (folder_id, document_id);

CREATE INDEX ix_holding_customer_id ON holding (customer_id);

CREATE INDEX ix_identifier_customer_id ON identifier (customer_id);

CREATE INDEX ix_identifier_folded ON identifier (folded, kind);

CREATE INDEX ix_job_lane ON job (lane, place);

CREATE INDEX ix_job_turn ON job (state, priority, lane, kind DESC, place);

CREATE INDEX ix_journal_entry_block_id ON journal_entry (block_id);

CREATE INDEX ix_journal_entry_subject ON journal_entry (subject);

CREATE INDEX ix_label_document_id ON label (document_id);

CREATE INDEX ix_meter_folded ON meter (folded);

CREATE INDEX ix_meter_point_of_delivery_id ON meter (point_of_delivery_id);

CREATE INDEX ix_party_case_id ON party (case_id);

CREATE INDEX ix_party_customer_id ON party (customer_id);

CREATE INDEX ix_party_document_id ON party (document_id);

CREATE INDEX ix_point_of_delivery_folded ON point_of_delivery (folded);

CREATE INDEX ix_received_again_arrival_id ON received_again (arrival_id);

CREATE INDEX ix_session_employee_id ON session (employee_id);

CREATE INDEX ix_source_record_customer_id ON source_record (customer_id);

CREATE INDEX ix_source_record_run_id ON source_record (run_id);

