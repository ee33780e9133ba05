-- The row of an agent no longer changes with every ticket: its last interval says since when it is idle.

ALTER TABLE tandem.agent_interval ADD COLUMN IF NOT EXISTS idle_since timestamptz;
COMMENT ON COLUMN tandem.agent_interval.idle_since IS
  'The agent''s idle_since when the next interval begins: what tandem.agent says may be older.';
COMMENT ON COLUMN tandem.agent.interval_since IS
  'Start of the running interval when this row was written. Intervals that began then or later have the newer one.';
COMMENT ON COLUMN tandem.agent.idle_since IS
  'Became AVAILABLE, accepted or finished last, when this row was written; see agent_interval.idle_since.';
