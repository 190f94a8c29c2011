-- What the platform decided about someone without a human.
CREATE TABLE decisions (
    n          INTEGER PRIMARY KEY,
    rev        INTEGER NOT NULL DEFAULT 1,
    user_n     INTEGER NOT NULL,
    kind       TEXT NOT NULL,               -- ranking, recommendation, safety
    outcome    TEXT NOT NULL,               -- a code
    factors    TEXT NOT NULL,               -- JSON array of {name, weight, value}
    target     TEXT,                        -- public id of what it was about
    decided_at INTEGER NOT NULL,
    review     TEXT NOT NULL DEFAULT '{"status":"none"}' -- JSON: the human review
) STRICT;
CREATE INDEX decisions_by_user ON decisions (user_n, n);
CREATE INDEX decisions_under_review ON decisions (n) WHERE json_extract(review, '$.status') = 'requested';
