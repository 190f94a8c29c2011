-- What one wants to be told and how: only cells that were ever changed; the rest have their defaults.
CREATE TABLE communications (
    user_n       INTEGER NOT NULL,
    topic        TEXT NOT NULL,
    channel      TEXT NOT NULL,             -- email, push or sms
    enabled      INTEGER NOT NULL,          -- 0 or 1
    consented_at INTEGER,                   -- of a marketing cell that is on
    text_version TEXT,                      -- of the text that was consented to
    PRIMARY KEY (user_n, topic, channel)
) STRICT, WITHOUT ROWID;
CREATE INDEX communications_by_topic ON communications (topic, channel, enabled);

-- The revision of all choices of someone, and those that are no cell; users.personalised is the other one.
CREATE TABLE choices (
    user_n              INTEGER PRIMARY KEY,
    rev                 INTEGER NOT NULL DEFAULT 1,
    marketing_profiling INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Every change of a choice, kept as evidence of consent (GDPR art. 7(1)).
CREATE TABLE choice_history (
    n            INTEGER PRIMARY KEY,
    user_n       INTEGER NOT NULL,
    at           INTEGER NOT NULL,
    topic        TEXT NOT NULL,             -- or marketing_profiling, personalised_recommendations
    channel      TEXT,                      -- none for what is no cell
    enabled      INTEGER NOT NULL,
    text_version TEXT,
    source       TEXT NOT NULL              -- app, link or support
) STRICT;
CREATE INDEX choice_history_by_user ON choice_history (user_n, n);

-- Marketing mails that were not sent, because their addressee had not consented.
CREATE TABLE mails_withheld (
    n      INTEGER PRIMARY KEY,
    user_n INTEGER NOT NULL,
    at     INTEGER NOT NULL,
    topic  TEXT NOT NULL
) STRICT;
CREATE INDEX mails_withheld_by_user ON mails_withheld (user_n, n);

CREATE TABLE privacy_requests (
    n                INTEGER PRIMARY KEY,
    rev              INTEGER NOT NULL DEFAULT 1,
    user_n           INTEGER NOT NULL,
    type             TEXT NOT NULL,
    statement        TEXT NOT NULL,
    status           TEXT NOT NULL,         -- received, acknowledged, extended, answered, refused or withdrawn
    received_at      INTEGER NOT NULL,
    ack_due_at       INTEGER NOT NULL,
    statutory_due_at INTEGER NOT NULL,
    refusal          TEXT,                  -- reason code
    events           TEXT NOT NULL          -- JSON array
) STRICT;
CREATE INDEX privacy_requests_by_user ON privacy_requests (user_n, n);
CREATE INDEX privacy_requests_open ON privacy_requests (status) WHERE status IN ('received', 'acknowledged', 'extended');

CREATE TABLE exports (
    n          INTEGER PRIMARY KEY,
    rev        INTEGER NOT NULL DEFAULT 1,
    user_n     INTEGER NOT NULL,
    profile    TEXT NOT NULL,               -- portability or access
    resources  TEXT NOT NULL,               -- JSON array; empty is everything
    since      INTEGER,
    formats    TEXT NOT NULL,               -- JSON array
    state      TEXT NOT NULL,               -- queued, running, ready, failed, cancelled or expired
    percent    INTEGER NOT NULL DEFAULT 0,
    attempt    INTEGER NOT NULL DEFAULT 1,  -- the files of an attempt are its own
    created_at INTEGER NOT NULL,
    ready_at   INTEGER,
    expires_at INTEGER,
    error      TEXT,
    manifest   TEXT                         -- JSON
) STRICT;
CREATE INDEX exports_by_user ON exports (user_n, n);
CREATE INDEX exports_by_state ON exports (state, n);

CREATE TABLE export_parts (
    export_n INTEGER NOT NULL,
    part     INTEGER NOT NULL,              -- 1..
    size     INTEGER NOT NULL,              -- bytes
    sha256   TEXT NOT NULL,                 -- lower-case hexadecimal
    PRIMARY KEY (export_n, part)
) STRICT, WITHOUT ROWID;

CREATE TABLE policy_acknowledgements (
    user_n  INTEGER NOT NULL,
    version TEXT NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (user_n, version)
) STRICT, WITHOUT ROWID;

-- Applications of others that someone allowed to act for them.
CREATE TABLE apps (
    n            INTEGER PRIMARY KEY,
    rev          INTEGER NOT NULL DEFAULT 1,
    user_n       INTEGER NOT NULL,
    name         TEXT NOT NULL,
    publisher    TEXT NOT NULL,
    scope        TEXT NOT NULL,             -- separated by spaces
    family       TEXT NOT NULL,             -- of its tokens
    granted_at   INTEGER NOT NULL,
    last_used_at INTEGER
) STRICT;
CREATE INDEX apps_by_user ON apps (user_n, n);

-- Accounts elsewhere, linked to this one.
CREATE TABLE linked_accounts (
    n              INTEGER PRIMARY KEY AUTOINCREMENT,  -- rows go: no id ever names another one
    rev            INTEGER NOT NULL DEFAULT 1,
    user_n         INTEGER NOT NULL,
    provider       TEXT NOT NULL,           -- google, linkedin or facebook
    display_name   TEXT NOT NULL,
    email          TEXT,
    collected      TEXT NOT NULL,           -- JSON array: what was read there
    linked_at      INTEGER NOT NULL,
    last_synced_at INTEGER
) STRICT;
CREATE INDEX linked_accounts_by_user ON linked_accounts (user_n, n);

-- The address book: people who may not be users.
CREATE TABLE contacts (
    n          INTEGER PRIMARY KEY AUTOINCREMENT,  -- rows go: no id ever names another one
    rev        INTEGER NOT NULL DEFAULT 1,
    user_n     INTEGER NOT NULL,
    name       TEXT NOT NULL,
    email      TEXT NOT NULL,
    source     TEXT NOT NULL,               -- google or manual
    created_at INTEGER NOT NULL,
    invited_at INTEGER
) STRICT;
CREATE INDEX contacts_by_user ON contacts (user_n, n);

-- One sign-in of the desktop client: a family of tokens.
CREATE TABLE devices (
    n            INTEGER PRIMARY KEY,
    rev          INTEGER NOT NULL DEFAULT 1,
    user_n       INTEGER NOT NULL,
    family       TEXT NOT NULL UNIQUE,
    name         TEXT,                      -- User-Agent of the exchange; hostile
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL           -- to the hour
) STRICT;
CREATE INDEX devices_by_user ON devices (user_n, n);
