-- A client names a prize; freelancers show what they can do, and one of them gets it.
CREATE TABLE contests (
    n               INTEGER PRIMARY KEY,
    rev             INTEGER NOT NULL DEFAULT 1,
    client_n        INTEGER NOT NULL,
    status          TEXT NOT NULL,          -- open, judging, awarded, closed
    title           TEXT NOT NULL,
    brief           TEXT NOT NULL,
    category        TEXT NOT NULL,
    skills          TEXT NOT NULL,          -- JSON array
    prize           INTEGER NOT NULL,       -- minor units
    currency        TEXT NOT NULL,
    sealed          INTEGER NOT NULL,       -- 1: entrants do not see each other's entries
    entries_close_at INTEGER NOT NULL,
    entry_count     INTEGER NOT NULL DEFAULT 0, -- without those withdrawn
    winner_n        INTEGER,                -- entries.n
    fee             INTEGER,                -- minor units, fixed when it is awarded
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    folded          TEXT NOT NULL           -- title, brief and skills in lower case without accents
) STRICT;
CREATE INDEX contests_by_status ON contests (status, entries_close_at);
CREATE INDEX contests_by_client ON contests (client_n);

CREATE TABLE entries (
    n            INTEGER PRIMARY KEY,
    rev          INTEGER NOT NULL DEFAULT 1,
    contest_n    INTEGER NOT NULL,
    freelancer_n INTEGER NOT NULL,
    status       TEXT NOT NULL,             -- submitted, rejected, withdrawn, awarded, not-chosen
    text         TEXT NOT NULL,
    stars        INTEGER,                   -- 1 to 5, by the client
    comment      TEXT,
    rated_at     INTEGER,
    submitted_at INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX entries_by_contest ON entries (contest_n, n);
CREATE INDEX entries_by_freelancer ON entries (freelancer_n, contest_n);
