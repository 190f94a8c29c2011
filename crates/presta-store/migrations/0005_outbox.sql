-- Whether an attempt may have reached the platform without its answer having come back: until that is known the act is
-- neither changed nor dropped.
ALTER TABLE outbox ADD COLUMN in_doubt INTEGER NOT NULL DEFAULT 0;
UPDATE outbox SET in_doubt = 1
  WHERE attempts > 0 AND state IN ('queued', 'sending', 'waiting-network', 'waiting-retry');

-- The project a queued write is about keeps that project here.
UPDATE outbox SET project_id = CASE
    WHEN payload ->> '$.op' IN ('editProject', 'closeProject', 'inviteToProject', 'reportProject')
    THEN payload ->> '$.target'
    ELSE coalesce(payload ->> '$.body.project_id', payload ->> '$.base.project_id') END
  WHERE kind = 'write';

-- A full sync fetches the types in another order: one that was cut short begins again.
DELETE FROM sync_state WHERE name = 'snapshot';
