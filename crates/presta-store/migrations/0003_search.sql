-- The full-text index moves to a file of its own, search.db, written in the background.
DROP TRIGGER project_text_inserted;
DROP TRIGGER project_text_deleted;
DROP TRIGGER project_text_updated;
DROP TABLE project_fts;

CREATE TABLE index_state (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  file TEXT NOT NULL,                 -- the identity search.db must have; '' before there is one
  epoch INTEGER NOT NULL,             -- given to entries made now; grows with every batch
  written INTEGER NOT NULL            -- epoch of the last batch in search.db: a file that says less is stale
) STRICT;
INSERT INTO index_state (id, file, epoch, written) VALUES (1, '', 1, 0);

CREATE TABLE index_todo (
  source INTEGER NOT NULL,            -- 0 project, 1 message, 2 bid, 3 note
  row_key INTEGER NOT NULL,           -- of that table; the row may be gone, then its terms go too
  epoch INTEGER NOT NULL,
  PRIMARY KEY (source, row_key)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER project_text_inserted AFTER INSERT ON project_text BEGIN
  INSERT INTO index_todo (source, row_key, epoch) VALUES (0, new.row_key, (SELECT epoch FROM index_state))
  ON CONFLICT (source, row_key) DO UPDATE SET epoch = excluded.epoch;
END;
CREATE TRIGGER project_text_deleted AFTER DELETE ON project_text BEGIN
  INSERT INTO index_todo (source, row_key, epoch) VALUES (0, old.row_key, (SELECT epoch FROM index_state))
  ON CONFLICT (source, row_key) DO UPDATE SET epoch = excluded.epoch;
END;
CREATE TRIGGER project_text_updated AFTER UPDATE OF title, description, skills, client ON project_text
WHEN old.title IS NOT new.title OR old.description IS NOT new.description
  OR old.skills IS NOT new.skills OR old.client IS NOT new.client
BEGIN
  INSERT INTO index_todo (source, row_key, epoch) VALUES (0, new.row_key, (SELECT epoch FROM index_state))
  ON CONFLICT (source, row_key) DO UPDATE SET epoch = excluded.epoch;
END;

-- Bids and messages get integer keys of their own: the index names rows by them.
ALTER TABLE bid RENAME TO bid_old;
CREATE TABLE bid (
  row_key INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  rev INTEGER NOT NULL,
  project_id TEXT NOT NULL,
  mine INTEGER NOT NULL,              -- 1: made by this account
  updated_at INTEGER NOT NULL,        -- ms
  data TEXT NOT NULL,                 -- the resource as JSON
  generation INTEGER NOT NULL
) STRICT;
INSERT INTO bid (id, rev, project_id, mine, updated_at, data, generation)
  SELECT id, rev, project_id, mine, updated_at, data, generation FROM bid_old ORDER BY updated_at;
DROP TABLE bid_old;
CREATE INDEX bid_by_project ON bid (project_id, mine);

ALTER TABLE message RENAME TO message_old;
CREATE TABLE message (
  row_key INTEGER PRIMARY KEY,        -- seconds of sent_at << 20, plus a number that makes it unique: newest-first needs no sort
  id TEXT NOT NULL UNIQUE,
  thread_id TEXT NOT NULL,
  seq INTEGER NOT NULL,               -- the platform's order
  author_id TEXT NOT NULL,
  client_message_id TEXT,
  sent_at INTEGER NOT NULL,           -- ms
  text TEXT NOT NULL,
  generation INTEGER NOT NULL,
  rev INTEGER NOT NULL,
  edited_at INTEGER,                  -- ms
  deleted_at INTEGER                  -- ms
) STRICT;
INSERT INTO message (row_key, id, thread_id, seq, author_id, client_message_id, sent_at, text, generation, rev,
    edited_at, deleted_at)
  SELECT ((sent_at / 1000) << 20) + row_number() OVER (PARTITION BY sent_at / 1000 ORDER BY seq, id) - 1,
    id, thread_id, seq, author_id, client_message_id, sent_at, text, generation, rev, edited_at,
    deleted_at FROM message_old;
DROP TABLE message_old;
CREATE INDEX message_by_thread ON message (thread_id, seq);
CREATE INDEX message_by_client_id ON message (client_message_id) WHERE client_message_id IS NOT NULL;

CREATE TABLE note (
  row_key INTEGER PRIMARY KEY,
  project_id TEXT NOT NULL UNIQUE,
  text TEXT NOT NULL,
  tags TEXT NOT NULL,                 -- JSON: a list of words
  updated_at INTEGER NOT NULL         -- ms
) STRICT;

CREATE TRIGGER bid_inserted AFTER INSERT ON bid BEGIN
  INSERT INTO index_todo (source, row_key, epoch) VALUES (2, new.row_key, (SELECT epoch FROM index_state))
  ON CONFLICT (source, row_key) DO UPDATE SET epoch = excluded.epoch;
END;
CREATE TRIGGER bid_deleted AFTER DELETE ON bid BEGIN
  INSERT INTO index_todo (source, row_key, epoch) VALUES (2, old.row_key, (SELECT epoch FROM index_state))
  ON CONFLICT (source, row_key) DO UPDATE SET epoch = excluded.epoch;
END;
CREATE TRIGGER bid_updated AFTER UPDATE OF data ON bid WHEN old.data IS NOT new.data BEGIN
  INSERT INTO index_todo (source, row_key, epoch) VALUES (2, new.row_key, (SELECT epoch FROM index_state))
  ON CONFLICT (source, row_key) DO UPDATE SET epoch = excluded.epoch;
END;
CREATE TRIGGER message_inserted AFTER INSERT ON message BEGIN
  INSERT INTO index_todo (source, row_key, epoch) VALUES (1, new.row_key, (SELECT epoch FROM index_state))
  ON CONFLICT (source, row_key) DO UPDATE SET epoch = excluded.epoch;
END;
CREATE TRIGGER message_deleted AFTER DELETE ON message BEGIN
  INSERT INTO index_todo (source, row_key, epoch) VALUES (1, old.row_key, (SELECT epoch FROM index_state))
  ON CONFLICT (source, row_key) DO UPDATE SET epoch = excluded.epoch;
END;
CREATE TRIGGER message_updated AFTER UPDATE OF text ON message WHEN old.text IS NOT new.text BEGIN
  INSERT INTO index_todo (source, row_key, epoch) VALUES (1, new.row_key, (SELECT epoch FROM index_state))
  ON CONFLICT (source, row_key) DO UPDATE SET epoch = excluded.epoch;
END;
CREATE TRIGGER note_inserted AFTER INSERT ON note BEGIN
  INSERT INTO index_todo (source, row_key, epoch) VALUES (3, new.row_key, (SELECT epoch FROM index_state))
  ON CONFLICT (source, row_key) DO UPDATE SET epoch = excluded.epoch;
END;
CREATE TRIGGER note_deleted AFTER DELETE ON note BEGIN
  INSERT INTO index_todo (source, row_key, epoch) VALUES (3, old.row_key, (SELECT epoch FROM index_state))
  ON CONFLICT (source, row_key) DO UPDATE SET epoch = excluded.epoch;
END;
CREATE TRIGGER note_updated AFTER UPDATE OF text, tags ON note BEGIN
  INSERT INTO index_todo (source, row_key, epoch) VALUES (3, new.row_key, (SELECT epoch FROM index_state))
  ON CONFLICT (source, row_key) DO UPDATE SET epoch = excluded.epoch;
END;

-- Bidding without an end comes last; the order by an index needs the expression in it.
DROP INDEX project_by_deadline;
CREATE INDEX project_by_deadline ON project (status, (closes_at IS NULL), closes_at, row_key DESC);
