-- A rotation whose answer was lost: tokens of before count as used, so that reuse of them is as it was.
ALTER TABLE tokens ADD COLUMN unused INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tokens ADD COLUMN gave_access TEXT;
ALTER TABLE tokens ADD COLUMN gave_refresh TEXT;
