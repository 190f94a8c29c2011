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
CREATE INDEX resource_by_parent ON resource (kind, parent);
CREATE INDEX resource_by_time ON resource (kind, at DESC, id);

-- What ids given here became on the platform: of conversations, and of whatever a queued act creates.
CREATE TABLE alias (
  local_id TEXT PRIMARY KEY,
  id TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO alias (local_id, id) SELECT local_id, thread_id FROM thread_alias;
DROP TABLE thread_alias;

ALTER TABLE message ADD COLUMN rev INTEGER NOT NULL DEFAULT 0;
ALTER TABLE message ADD COLUMN edited_at INTEGER;    -- ms
ALTER TABLE message ADD COLUMN deleted_at INTEGER;   -- ms

ALTER TABLE outbox ADD COLUMN key TEXT;              -- the idempotency key, once it is no longer the act's own id
ALTER TABLE outbox ADD COLUMN undo_until INTEGER;    -- ms; until then the act can be taken back and is not sent
ALTER TABLE outbox ADD COLUMN conflict TEXT;         -- JSON: what was changed elsewhere as well
ALTER TABLE delivered ADD COLUMN op TEXT;            -- the contract's operation, for acts without a kind of their own

-- The types that are kept from now on were never fetched: the next sync is a full one.
DELETE FROM sync_state WHERE name IN ('changes', 'snapshot');
