-- One row per fact about the file itself: secret, epoch of the change log, seed.
CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Everyone of the market. Instants are milliseconds since the epoch, amounts minor units, everywhere.
CREATE TABLE users (
    n             INTEGER PRIMARY KEY,
    rev           INTEGER NOT NULL DEFAULT 1,
    login         TEXT UNIQUE,              -- none for those who cannot sign in
    password_hash TEXT,                     -- argon2id, PHC string
    display_name  TEXT NOT NULL,
    email         TEXT,
    freelancer    INTEGER NOT NULL,         -- 0 or 1
    client        INTEGER NOT NULL,         -- 0 or 1
    locale        TEXT NOT NULL DEFAULT 'fr',
    time_zone     TEXT NOT NULL DEFAULT 'Europe/Paris',
    skills        TEXT NOT NULL DEFAULT '[]',
    rating        REAL,
    reviews       INTEGER NOT NULL DEFAULT 0,
    member_since  TEXT NOT NULL,            -- a civil date
    verified      INTEGER NOT NULL DEFAULT 0,
    standing      TEXT NOT NULL,            -- JSON: the rest of what a project shows of its client
    public_client TEXT NOT NULL,            -- JSON of the contract's Client, ready to send
    details       TEXT NOT NULL DEFAULT '{}', -- JSON: contact, addresses, billing, what one says of oneself
    personalised  INTEGER NOT NULL DEFAULT 1, -- 1: recommendations look at skills and history
    feed          TEXT NOT NULL DEFAULT '{"skills":[],"categories":[],"max_age_days":90}',
    feed_rev      INTEGER NOT NULL DEFAULT 1,
    feed_seq      INTEGER NOT NULL DEFAULT 0 -- change at which the feed last changed: older states expire
) STRICT;

-- What filters and sorts read; the long texts are apart so that a scan stays short.
CREATE TABLE projects (
    n               INTEGER PRIMARY KEY,
    rev             INTEGER NOT NULL DEFAULT 1,
    client_n        INTEGER NOT NULL,
    status          TEXT NOT NULL,
    category        TEXT NOT NULL,
    kind            TEXT NOT NULL,          -- fixed or hourly
    budget_min      INTEGER,
    budget_max      INTEGER,
    currency        TEXT NOT NULL,
    country         TEXT NOT NULL,
    city            TEXT,
    city_folded     TEXT,                   -- lower case, no accents
    remote          INTEGER NOT NULL,
    language        TEXT NOT NULL,
    client_verified INTEGER NOT NULL,
    posted_at       INTEGER NOT NULL,
    bids_close_at   INTEGER,
    bid_count       INTEGER NOT NULL DEFAULT 0,
    bid_sum         INTEGER NOT NULL DEFAULT 0,
    sealed          INTEGER NOT NULL DEFAULT 0, -- 1: freelancers learn nothing of each other's bids
    private         INTEGER NOT NULL DEFAULT 0, -- 1: only for its client, who was invited and who has bid
    close_reason    TEXT                    -- what its client said when closing it
) STRICT;
CREATE INDEX projects_by_posted ON projects (posted_at, n);
CREATE INDEX projects_by_client ON projects (client_n);
CREATE INDEX projects_by_close ON projects (status, bids_close_at);
CREATE INDEX projects_private ON projects (client_n) WHERE private = 1;

CREATE TABLE project_texts (
    n     INTEGER PRIMARY KEY,
    title TEXT NOT NULL,
    body  TEXT NOT NULL                     -- JSON members that never change, without braces
) STRICT;

CREATE TABLE project_skills (
    project_n INTEGER NOT NULL,
    skill     TEXT NOT NULL,
    PRIMARY KEY (project_n, skill)
) STRICT, WITHOUT ROWID;

-- Title, description and skills; rowid is projects.n. No positions: only words are looked up.
CREATE VIRTUAL TABLE project_search USING fts5 (
    text, content = '', detail = 'none', tokenize = 'unicode61 remove_diacritics 2'
);

CREATE TABLE bids (
    n            INTEGER PRIMARY KEY,
    rev          INTEGER NOT NULL DEFAULT 1,
    project_n    INTEGER NOT NULL,
    freelancer_n INTEGER NOT NULL,
    status       TEXT NOT NULL,
    amount       INTEGER NOT NULL,
    currency     TEXT NOT NULL,
    period_days  INTEGER NOT NULL,
    text         TEXT NOT NULL,
    milestones   TEXT NOT NULL,             -- JSON array
    submitted_at INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    events       TEXT NOT NULL,             -- JSON array
    fee          INTEGER NOT NULL,          -- as of placing or the last edit; never changes after the award
    before_loss  TEXT,                      -- status before another bid was awarded, to go back to
    award_expires_at INTEGER,               -- while awarded: until when it can be accepted
    hidden       INTEGER NOT NULL DEFAULT 0, -- marks of the client, for nobody else
    stars        INTEGER,
    note         TEXT
) STRICT;
CREATE UNIQUE INDEX bids_live ON bids (project_n, freelancer_n) WHERE status <> 'retracted';
CREATE INDEX bids_by_freelancer ON bids (freelancer_n, submitted_at);
CREATE INDEX bids_by_project ON bids (project_n);
CREATE INDEX bids_by_expiry ON bids (award_expires_at) WHERE award_expires_at IS NOT NULL;

CREATE TABLE threads (
    n          INTEGER PRIMARY KEY,
    rev        INTEGER NOT NULL DEFAULT 1,
    project_n  INTEGER,
    bid_n      INTEGER,
    last_seq   INTEGER NOT NULL DEFAULT 0,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX threads_by_project ON threads (project_n);

CREATE TABLE participants (
    user_n   INTEGER NOT NULL,
    thread_n INTEGER NOT NULL,
    role     TEXT NOT NULL,                 -- client or freelancer
    read_seq INTEGER NOT NULL DEFAULT 0,
    muted    INTEGER NOT NULL DEFAULT 0,
    archived INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (user_n, thread_n)
) STRICT, WITHOUT ROWID;
CREATE INDEX participants_by_thread ON participants (thread_n);

CREATE TABLE messages (
    n                 INTEGER PRIMARY KEY,
    thread_n          INTEGER NOT NULL,
    seq               INTEGER NOT NULL,     -- 1.. in the thread
    author_n          INTEGER NOT NULL,
    text              TEXT NOT NULL,
    sent_at           INTEGER NOT NULL,
    client_message_id TEXT,
    rev               INTEGER NOT NULL DEFAULT 1,
    edited_at         INTEGER,
    deleted_at        INTEGER,              -- the text is empty from then on
    UNIQUE (thread_n, seq),
    UNIQUE (thread_n, author_n, client_message_id)
) STRICT;

-- What /changes reads. The row says who may hear of it; what they see is worked out when served.
CREATE TABLE changes (
    seq      INTEGER PRIMARY KEY AUTOINCREMENT,
    at       INTEGER NOT NULL,
    kind     TEXT NOT NULL,                 -- a type of the contract
    target   INTEGER NOT NULL,
    audience INTEGER NOT NULL               -- users.n, or 0 for everyone
) STRICT;
CREATE INDEX changes_by_audience ON changes (audience, seq);

-- First answers of writes, by the key of the intent.
CREATE TABLE idempotency (
    user_n   INTEGER NOT NULL,
    key      TEXT NOT NULL,
    at       INTEGER NOT NULL,
    request  TEXT NOT NULL,                 -- SHA-256 of method, path and body
    status   INTEGER NOT NULL,
    location TEXT,
    etag     TEXT,
    body     TEXT NOT NULL,
    PRIMARY KEY (user_n, key)
) STRICT, WITHOUT ROWID;

-- Secrets below are kept as SHA-256 only.
CREATE TABLE sessions (
    hash       TEXT PRIMARY KEY,
    user_n     INTEGER NOT NULL,
    signed_at  INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE authorizations (
    id         TEXT PRIMARY KEY,
    params     TEXT NOT NULL,               -- JSON: what the client asked for
    expires_at INTEGER NOT NULL,
    signed_at  INTEGER                      -- when this very request signed someone in
) STRICT, WITHOUT ROWID;

CREATE TABLE codes (
    hash         TEXT PRIMARY KEY,
    user_n       INTEGER NOT NULL,
    redirect_uri TEXT NOT NULL,
    challenge    TEXT NOT NULL,
    scope        TEXT NOT NULL,
    family       TEXT NOT NULL,
    signed_at    INTEGER NOT NULL,          -- when its owner last gave their password
    expires_at   INTEGER NOT NULL,
    used         INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE families (
    id        TEXT PRIMARY KEY,
    user_n    INTEGER NOT NULL,
    revoked   INTEGER NOT NULL DEFAULT 0,
    signed_at INTEGER NOT NULL DEFAULT 0    -- when its owner last gave their password
) STRICT, WITHOUT ROWID;

CREATE TABLE tokens (
    hash       TEXT PRIMARY KEY,
    kind       TEXT NOT NULL,               -- access or refresh
    family     TEXT NOT NULL,
    user_n     INTEGER NOT NULL,
    scope      TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    spent      INTEGER NOT NULL DEFAULT 0,  -- refresh: rotated already, or of a pair that another one replaced
    unused     INTEGER NOT NULL DEFAULT 0,  -- access of a rotation: 1 until it is presented
    gave_access  TEXT,                      -- refresh, rotated: hashes of the pair it was last answered with
    gave_refresh TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX tokens_by_family ON tokens (family);
