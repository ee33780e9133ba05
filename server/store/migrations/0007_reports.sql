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
