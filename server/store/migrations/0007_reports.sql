-- How service levels are reckoned. Applied when a report is asked for; no fact knows of it.

CREATE TABLE IF NOT EXISTS tandem.service_level_policy (
  workspace         text COLLATE "C" NOT NULL,
  policy            text COLLATE "C" NOT NULL,
  display_name      text,
  threshold_us      bigint NOT NULL CHECK (threshold_us > 0),
  abandons          text   NOT NULL CHECK (abandons IN ('IGNORED', 'NEGATIVE', 'POSITIVE')),
  short_abandon_us  bigint NOT NULL CHECK (short_abandon_us >= 0),
  revision          bigint NOT NULL CHECK (revision > 0),
  PRIMARY KEY (workspace, policy)
);
COMMENT ON TABLE tandem.service_level_policy IS
  'How a service level is reckoned: threshold, what abandons do to it, and which abandons are too short to count.';

-- Facts are appended in the order of their time, so the blocks that hold a day are few, and a BRIN index says which: of a
-- hundredth of a table's size or less, and written to once a block range instead of once a row.
CREATE INDEX IF NOT EXISTS agent_interval_span ON tandem.agent_interval USING brin (began_at, ended_at)
  WITH (autosummarize = on);
CREATE INDEX IF NOT EXISTS message_at ON tandem.message USING brin (at) WITH (autosummarize = on);
CREATE INDEX IF NOT EXISTS ticket_created_at ON tandem.ticket USING brin (created_at) WITH (autosummarize = on);
