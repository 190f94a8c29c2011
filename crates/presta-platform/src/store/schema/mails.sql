-- Every mail the platform sent, for tests and for the export of one's data.
CREATE TABLE mails (
    n       INTEGER PRIMARY KEY,
    user_n  INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    topic   TEXT NOT NULL,
    service INTEGER NOT NULL,               -- 1: needed for the service, whatever was chosen
    subject TEXT NOT NULL,
    text    TEXT NOT NULL,
    unsubscribe TEXT                        -- List-Unsubscribe of RFC 8058, of marketing mails
) STRICT;
CREATE INDEX mails_by_user ON mails (user_n, n);
