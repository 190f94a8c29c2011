-- What people found wrong with something; one report of each person about each thing.
CREATE TABLE reports (
    n          INTEGER PRIMARY KEY,
    at         INTEGER NOT NULL,
    reporter_n INTEGER NOT NULL,
    kind       TEXT NOT NULL,               -- project
    target_n   INTEGER NOT NULL,
    reason     TEXT NOT NULL,               -- spam, scam, off_platform, illegal or other
    text       TEXT,
    status     TEXT NOT NULL,               -- received or acted-on
    UNIQUE (kind, target_n, reporter_n)
) STRICT;
