-- What one side of a contract says of the other; hidden until both wrote, or for two weeks.
CREATE TABLE reviews (
    n             INTEGER PRIMARY KEY,
    rev           INTEGER NOT NULL DEFAULT 1,
    bid_n         INTEGER,                  -- none for contracts from before the bids kept here
    title         TEXT NOT NULL,            -- of the project, as it was then
    author_n      INTEGER NOT NULL,
    subject_n     INTEGER NOT NULL,
    role          TEXT NOT NULL,            -- what the subject was in it: client or freelancer
    rating        INTEGER NOT NULL,         -- all ratings are 1 to 5
    communication INTEGER NOT NULL,
    quality       INTEGER NOT NULL,
    deadline      INTEGER NOT NULL,
    budget        INTEGER NOT NULL,
    text          TEXT NOT NULL,
    created_at    INTEGER NOT NULL,
    published_at  INTEGER                   -- none while hidden
) STRICT;
CREATE UNIQUE INDEX reviews_once ON reviews (bid_n, author_n) WHERE bid_n IS NOT NULL;
CREATE INDEX reviews_by_subject ON reviews (subject_n, published_at);
CREATE INDEX reviews_by_author ON reviews (author_n);
CREATE INDEX reviews_hidden ON reviews (created_at) WHERE published_at IS NULL;

CREATE TABLE saved_searches (
    n          INTEGER PRIMARY KEY AUTOINCREMENT,  -- rows go: no id ever names another one
    rev        INTEGER NOT NULL DEFAULT 1,
    user_n     INTEGER NOT NULL,
    name       TEXT NOT NULL,
    query      TEXT NOT NULL,               -- JSON object: the contract's SearchQuery
    alert      TEXT NOT NULL,               -- off, instant, daily
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX saved_searches_by_user ON saved_searches (user_n);

CREATE TABLE bookmarks (
    n          INTEGER PRIMARY KEY AUTOINCREMENT,  -- rows go: no id ever names another one
    user_n     INTEGER NOT NULL,
    project_n  INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (user_n, project_n)
) STRICT;

-- What someone made of a recommendation: it is not shown again, and `less` lowers those like it.
CREATE TABLE recommendation_answers (
    user_n    INTEGER NOT NULL,
    project_n INTEGER NOT NULL,
    answer    TEXT NOT NULL,                -- dismissed or less
    at        INTEGER NOT NULL,
    PRIMARY KEY (user_n, project_n)
) STRICT, WITHOUT ROWID;
