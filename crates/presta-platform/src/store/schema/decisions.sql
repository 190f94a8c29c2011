-- What the platform decided by itself about someone.
CREATE TABLE decisions (
    n          INTEGER PRIMARY KEY,
    rev        INTEGER NOT NULL DEFAULT 1,
    user_n     INTEGER NOT NULL,
    kind       TEXT NOT NULL,               -- ranking, recommendation or safety
    outcome    TEXT NOT NULL,
    factors    TEXT NOT NULL,               -- JSON array
    target     TEXT,                        -- public id of what it is about
    decided_at INTEGER NOT NULL,
    review     TEXT                         -- JSON; none: no review was asked for
) STRICT;
CREATE INDEX decisions_by_user ON decisions (user_n);
