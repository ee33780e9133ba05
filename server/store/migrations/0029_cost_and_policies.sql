-- What an hour of an agent cost is kept by the facts, so that a raise does not rewrite what was; and service-level policies
-- are for clients and queues, each from an instant on.

ALTER TABLE tandem.segment ADD COLUMN IF NOT EXISTS cost_per_hour_milli bigint;
COMMENT ON COLUMN tandem.segment.cost_per_hour_milli IS
  'What an hour of the agent cost when it ended, in thousandths of the workspace''s currency. NULL: none was configured, or it is from before this was kept.';

ALTER TABLE tandem.agent_interval ADD COLUMN IF NOT EXISTS cost_per_hour_milli bigint;
COMMENT ON COLUMN tandem.agent_interval.cost_per_hour_milli IS
  'What an hour of the agent cost then, in thousandths of the workspace''s currency. NULL: none was configured, or it is from before this was kept.';

ALTER TABLE tandem.service_level_policy ADD COLUMN IF NOT EXISTS client text COLLATE "C";
ALTER TABLE tandem.service_level_policy ADD COLUMN IF NOT EXISTS queues text[] COLLATE "C" NOT NULL DEFAULT '{}';
ALTER TABLE tandem.service_level_policy ADD COLUMN IF NOT EXISTS effective_from timestamptz;
COMMENT ON COLUMN tandem.service_level_policy.client IS 'Id of the client for whose work it is. NULL: of every client.';
COMMENT ON COLUMN tandem.service_level_policy.queues IS 'Ids of the queues for which it is. Empty: for every queue.';
COMMENT ON COLUMN tandem.service_level_policy.effective_from IS
  'From when on it counts by itself. NULL: only in reports that name it.';

CREATE INDEX IF NOT EXISTS survey_at ON tandem.survey USING brin (at) WITH (autosummarize = on);
