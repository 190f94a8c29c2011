-- Files that the person attached and that are still to be sent. Their bytes are beside this file, each under a key of its own.
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
CREATE INDEX attachment_by_place ON attachment (place) WHERE place IS NOT NULL;

ALTER TABLE message ADD COLUMN attachments TEXT NOT NULL DEFAULT '[]';   -- JSON, as the platform gave them
-- Messages that are here already say nothing of their files: everything is asked for again.
DELETE FROM sync_state WHERE name IN ('changes', 'snapshot');
