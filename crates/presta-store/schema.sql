CREATE TRIGGER bid_deleted AFTER DELETE ON bid BEGIN
  INSERT INTO index_todo (source, row_key, epoch) VALUES (2, old.row_key, (SELECT epoch FROM index_state))
  ON CONFLICT (source, row_key) DO UPDATE SET epoch = excluded.epoch;
END;

CREATE TRIGGER bid_inserted AFTER INSERT ON bid BEGIN
  INSERT INTO index_todo (source, row_key, epoch) VALUES (2, new.row_key, (SELECT epoch FROM index_state))
  ON CONFLICT (source, row_key) DO UPDATE SET epoch = excluded.epoch;
END;

CREATE TRIGGER bid_updated AFTER UPDATE OF data ON bid WHEN old.data IS NOT new.data BEGIN
  INSERT INTO index_todo (source, row_key, epoch) VALUES (2, new.row_key, (SELECT epoch FROM index_state))
  ON CONFLICT (source, row_key) DO UPDATE SET epoch = excluded.epoch;
END;

CREATE TRIGGER message_deleted AFTER DELETE ON message BEGIN
  INSERT INTO index_todo (source, row_key, epoch) VALUES (1, old.row_key, (SELECT epoch FROM index_state))
  ON CONFLICT (source, row_key) DO UPDATE SET epoch = excluded.epoch;
END;

CREATE TRIGGER message_inserted AFTER INSERT ON message BEGIN
  INSERT INTO index_todo (source, row_key, epoch) VALUES (1, new.row_key, (SELECT epoch FROM index_state))
  ON CONFLICT (source, row_key) DO UPDATE SET epoch = excluded.epoch;
END;

CREATE TRIGGER message_updated AFTER UPDATE OF text ON message WHEN old.text IS NOT new.text BEGIN
  INSERT INTO index_todo (source, row_key, epoch) VALUES (1, new.row_key, (SELECT epoch FROM index_state))
  ON CONFLICT (source, row_key) DO UPDATE SET epoch = excluded.epoch;
END;

CREATE TRIGGER note_deleted AFTER DELETE ON note BEGIN
  INSERT INTO index_todo (source, row_key, epoch) VALUES (3, old.row_key, (SELECT epoch FROM index_state))
  ON CONFLICT (source, row_key) DO UPDATE SET epoch = excluded.epoch;
END;

CREATE TRIGGER note_inserted AFTER INSERT ON note BEGIN
  INSERT INTO index_todo (source, row_key, epoch) VALUES (3, new.row_key, (SELECT epoch FROM index_state))
  ON CONFLICT (source, row_key) DO UPDATE SET epoch = excluded.epoch;
END;

CREATE TRIGGER note_updated AFTER UPDATE OF text, tags ON note BEGIN
  INSERT INTO index_todo (source, row_key, epoch) VALUES (3, new.row_key, (SELECT epoch FROM index_state))
  ON CONFLICT (source, row_key) DO UPDATE SET epoch = excluded.epoch;
END;

CREATE TRIGGER project_text_deleted AFTER DELETE ON project_text BEGIN
  INSERT INTO index_todo (source, row_key, epoch) VALUES (0, old.row_key, (SELECT epoch FROM index_state))
  ON CONFLICT (source, row_key) DO UPDATE SET epoch = excluded.epoch;
END;

CREATE TRIGGER project_text_inserted AFTER INSERT ON project_text BEGIN
  INSERT INTO index_todo (source, row_key, epoch) VALUES (0, new.row_key, (SELECT epoch FROM index_state))
  ON CONFLICT (source, row_key) DO UPDATE SET epoch = excluded.epoch;
END;

CREATE TRIGGER project_text_updated AFTER UPDATE OF title, description, skills, client ON project_text
WHEN old.title IS NOT new.title OR old.description IS NOT new.description
  OR old.skills IS NOT new.skills OR old.client IS NOT new.client
BEGIN
  INSERT INTO index_todo (source, row_key, epoch) VALUES (0, new.row_key, (SELECT epoch FROM index_state))
  ON CONFLICT (source, row_key) DO UPDATE SET epoch = excluded.epoch;
END;

CREATE TABLE alert (
  rule_id TEXT NOT NULL REFERENCES alert_rule (id) ON DELETE CASCADE,
  project_id TEXT NOT NULL,
  matched_at INTEGER NOT NULL,        -- ms; when it was seen here
  posted_at INTEGER NOT NULL,         -- ms; on the platform
  late_ms INTEGER NOT NULL,           -- from one to the other, never below 0
  missed INTEGER NOT NULL,            -- 1: it came while catching up after an absence
  why TEXT NOT NULL,                  -- JSON: what made it match
  seen INTEGER NOT NULL,
  notified_at INTEGER,                -- ms; NULL until the person was told
  PRIMARY KEY (rule_id, project_id)   -- a rule speaks of a project once, whatever is replayed
) STRICT, WITHOUT ROWID;

CREATE TABLE alert_rule (
  id TEXT PRIMARY KEY,                -- 'local:' and a UUID, or the id of a search kept on the platform
  origin TEXT NOT NULL,               -- local, saved-search
  name TEXT NOT NULL,
  criteria TEXT NOT NULL,             -- JSON: what was typed, and the filters
  mode TEXT NOT NULL,                 -- instant, daily, off
  enabled INTEGER NOT NULL,           -- 0: silenced on this computer
  created_at INTEGER NOT NULL,        -- ms
  since INTEGER NOT NULL              -- ms; a full sync raises alerts about what was posted after this alone
) STRICT, WITHOUT ROWID;

CREATE TABLE alias (
  local_id TEXT PRIMARY KEY,
  id TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE attachment (
  id TEXT PRIMARY KEY,                -- UUID; of the act that uploads it too
  place TEXT,                         -- the draft it is in, 'thread:' or 'project:' and an id; null once it was queued
  name TEXT NOT NULL,
  media_type TEXT NOT NULL,
  size INTEGER NOT NULL,              -- bytes
  sha256 TEXT NOT NULL,               -- of the bytes, in hexadecimal
  key BLOB NOT NULL,                  -- 32 random bytes
  staged_at INTEGER NOT NULL,         -- ms
  upload_id TEXT,                     -- of the upload under way, by the platform
  sent INTEGER NOT NULL DEFAULT 0,    -- bytes of it that the platform has
  platform_id TEXT,                   -- once it is there
  came_from TEXT                      -- the draft it was in before it was queued: where it goes when that is taken back
) STRICT;

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

CREATE TABLE bid_draft (
  project_id TEXT NOT NULL,
  version INTEGER NOT NULL,           -- the newest is the draft; at most 20 are kept
  started_at INTEGER NOT NULL,        -- ms; when this version was begun
  saved_at INTEGER NOT NULL,          -- ms; its last keystroke
  form TEXT NOT NULL,                 -- JSON, as typed
  PRIMARY KEY (project_id, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE delivered (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  act_id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  project_id TEXT,
  thread_id TEXT,
  at INTEGER NOT NULL                 -- ms
, op TEXT) STRICT;

CREATE TABLE index_state (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  file TEXT NOT NULL,                 -- the identity search.db must have; '' before there is one
  epoch INTEGER NOT NULL,             -- given to entries made now; grows with every batch
  written INTEGER NOT NULL            -- epoch of the last batch in search.db: a file that says less is stale
) STRICT;

CREATE TABLE index_todo (
  source INTEGER NOT NULL,            -- 0 project, 1 message, 2 bid, 3 note
  row_key INTEGER NOT NULL,           -- of that table; the row may be gone, then its terms go too
  epoch INTEGER NOT NULL,
  PRIMARY KEY (source, row_key)
) STRICT, WITHOUT ROWID;

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
, attachments TEXT NOT NULL DEFAULT '[]') STRICT;

CREATE TABLE message_draft (
  thread_id TEXT PRIMARY KEY,
  saved_at INTEGER NOT NULL,          -- ms
  text TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE note (
  row_key INTEGER PRIMARY KEY,
  project_id TEXT NOT NULL UNIQUE,
  text TEXT NOT NULL,
  tags TEXT NOT NULL,                 -- JSON: a list of words
  updated_at INTEGER NOT NULL         -- ms
) STRICT;

CREATE TABLE outbox (
  position INTEGER PRIMARY KEY AUTOINCREMENT,  -- order within a lane
  act_id TEXT NOT NULL UNIQUE,        -- UUID; the idempotency key of every attempt
  lane TEXT NOT NULL,                 -- acts of one lane are sent one after the other
  kind TEXT NOT NULL,
  project_id TEXT,
  thread_id TEXT,
  payload TEXT NOT NULL,              -- JSON
  state TEXT NOT NULL,                -- queued, sending, waiting-network, waiting-retry, needs-confirmation, refused
  attempts INTEGER NOT NULL,
  not_before INTEGER,                 -- ms
  error TEXT,                         -- JSON
  differences TEXT,                   -- JSON: what changed on the project since the bid was written
  queued_at INTEGER NOT NULL          -- ms
, key TEXT, undo_until INTEGER, conflict TEXT, in_doubt INTEGER NOT NULL DEFAULT 0) STRICT;

CREATE TABLE project (
  row_key INTEGER PRIMARY KEY,        -- seconds of posted_at << 20, plus a number that makes it unique: newest-first needs no sort
  id TEXT NOT NULL UNIQUE,
  rev INTEGER NOT NULL,
  category TEXT NOT NULL,
  kind TEXT NOT NULL,                 -- fixed, hourly
  budget_min INTEGER,                 -- minor units
  budget_max INTEGER,
  currency TEXT,
  country TEXT NOT NULL,
  city_folded TEXT NOT NULL,          -- without accents, in lower case; '' when there is none
  remote INTEGER NOT NULL,
  language TEXT NOT NULL,
  status TEXT NOT NULL,
  posted_at INTEGER NOT NULL,         -- ms
  closes_at INTEGER,                  -- ms
  bid_count INTEGER NOT NULL,
  client_verified INTEGER NOT NULL,
  generation INTEGER NOT NULL         -- of the full sync that last saw it
) STRICT;

CREATE TABLE project_skill (
  skill TEXT NOT NULL,
  row_key INTEGER NOT NULL REFERENCES project (row_key) ON DELETE CASCADE,
  PRIMARY KEY (skill, row_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE project_text (
  row_key INTEGER PRIMARY KEY REFERENCES project (row_key) ON DELETE CASCADE,
  title TEXT NOT NULL,
  description TEXT NOT NULL,
  skills TEXT NOT NULL,               -- ids, with blanks between
  client TEXT NOT NULL,
  data TEXT NOT NULL                  -- the resource as JSON, less its description
) STRICT;

CREATE TABLE resource (
  kind TEXT NOT NULL,                 -- the contract's name of the type
  id TEXT NOT NULL,
  rev INTEGER NOT NULL,
  parent TEXT,                        -- what it belongs to: the bid of a milestone, the contest of an entry
  at INTEGER NOT NULL,                -- ms; last change, or when it was made
  data TEXT NOT NULL,                 -- the resource as JSON
  generation INTEGER NOT NULL,        -- of the full sync that last saw it
  PRIMARY KEY (kind, id)
) STRICT;

CREATE TABLE setting (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL                 -- JSON
) STRICT, WITHOUT ROWID;

CREATE TABLE sync_state (
  name TEXT PRIMARY KEY,              -- 'changes', or 'snapshot' while a full sync goes on
  value TEXT NOT NULL                 -- JSON
) STRICT, WITHOUT ROWID;

CREATE TABLE thread (
  id TEXT PRIMARY KEY,
  rev INTEGER NOT NULL,
  project_id TEXT,
  archived INTEGER NOT NULL,
  unread INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,        -- ms
  data TEXT NOT NULL,                 -- the resource as JSON
  generation INTEGER NOT NULL
) STRICT;

CREATE INDEX alert_by_time ON alert (matched_at DESC);

CREATE INDEX alert_unseen ON alert (project_id) WHERE seen = 0;

CREATE INDEX attachment_by_place ON attachment (place) WHERE place IS NOT NULL;

CREATE INDEX bid_by_project ON bid (project_id, mine);

CREATE INDEX message_by_client_id ON message (client_message_id) WHERE client_message_id IS NOT NULL;

CREATE INDEX message_by_thread ON message (thread_id, seq);

CREATE INDEX outbox_by_lane ON outbox (lane, position);

CREATE INDEX project_by_bids ON project (status, bid_count, row_key DESC);

CREATE INDEX project_by_budget ON project (status, budget_max DESC, row_key DESC);

CREATE INDEX project_by_deadline ON project (status, (closes_at IS NULL), closes_at, row_key DESC);

CREATE INDEX project_skill_by_project ON project_skill (row_key);

CREATE INDEX resource_by_parent ON resource (kind, parent);

CREATE INDEX resource_by_time ON resource (kind, at DESC, id);

CREATE INDEX thread_by_project ON thread (project_id);

CREATE INDEX thread_by_time ON thread (updated_at DESC);
