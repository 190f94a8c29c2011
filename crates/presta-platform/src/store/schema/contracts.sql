-- Changes of an accepted bid, proposed by one side and answered by the other.
CREATE TABLE amendments (
    n           INTEGER PRIMARY KEY,
    rev         INTEGER NOT NULL DEFAULT 1,
    bid_n       INTEGER NOT NULL,
    author_n    INTEGER NOT NULL,
    status      TEXT NOT NULL,              -- open, accepted or declined
    amount      INTEGER,                    -- none: stays as it is
    period_days INTEGER,                    -- none: stays as it is
    milestones  TEXT,                       -- JSON array; none: follows from the amount
    reason      TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX amendments_by_bid ON amendments (bid_n);
CREATE UNIQUE INDEX amendments_open ON amendments (bid_n) WHERE status = 'open';

-- Steps of accepted bids that are paid on their own; the currency is the bid's.
-- What is carved out of can go: AUTOINCREMENT, so that no id ever names another one.
CREATE TABLE milestones (
    n           INTEGER PRIMARY KEY AUTOINCREMENT,
    rev         INTEGER NOT NULL DEFAULT 1,
    bid_n       INTEGER NOT NULL,
    title       TEXT NOT NULL,
    amount      INTEGER NOT NULL,
    status      TEXT NOT NULL,              -- planned, requested, funded, released or disputed
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    funded_at   INTEGER,
    released_at INTEGER
) STRICT;
CREATE INDEX milestones_by_bid ON milestones (bid_n);

-- What freelancers want to be a milestone.
CREATE TABLE milestone_requests (
    n           INTEGER PRIMARY KEY,
    rev         INTEGER NOT NULL DEFAULT 1,
    bid_n       INTEGER NOT NULL,
    title       TEXT NOT NULL,
    amount      INTEGER NOT NULL,
    reason      TEXT NOT NULL,
    status      TEXT NOT NULL,              -- pending, approved or declined
    milestone_n INTEGER,                    -- what it became
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX milestone_requests_by_bid ON milestone_requests (bid_n);
