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
CREATE INDEX alert_by_time ON alert (matched_at DESC);
CREATE INDEX alert_unseen ON alert (project_id) WHERE seen = 0;
