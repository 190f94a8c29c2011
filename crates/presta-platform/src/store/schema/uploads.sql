-- Files under way (tus 1.0); the bytes are in the folder of the files, and how many are there is the length of the file.
CREATE TABLE uploads (
    n            INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used again: an old id names nothing else
    owner_n      INTEGER NOT NULL,
    name         TEXT NOT NULL,
    media_type   TEXT NOT NULL,
    length       INTEGER NOT NULL,          -- bytes announced
    sha256       TEXT,                      -- lower-case hexadecimal, if it was announced
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,          -- for one that is not complete by then
    ended_at     INTEGER,                   -- terminated, refused or expired
    attachment_n INTEGER                    -- what it became when it was complete
) STRICT;
CREATE INDEX uploads_by_owner ON uploads (owner_n);
