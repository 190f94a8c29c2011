-- Files that were sent; the bytes are in `attachments` of the folder of the files, under their row.
CREATE TABLE attachments (
    n          INTEGER PRIMARY KEY AUTOINCREMENT,
    owner_n    INTEGER NOT NULL,
    name       TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size       INTEGER NOT NULL,            -- bytes
    sha256     TEXT NOT NULL,               -- lower-case hexadecimal
    created_at INTEGER NOT NULL,
    parent     TEXT,                        -- project, bid, message, contest, entry, privacy_request; none until it is used
    parent_n   INTEGER
) STRICT;
CREATE INDEX attachments_by_parent ON attachments (parent, parent_n);
