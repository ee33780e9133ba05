-- Where events are posted to, and what was not taken at once. Written by the server that sends, apart from the shard's
-- commits.

CREATE TABLE IF NOT EXISTS tandem.webhook (
  workspace              text COLLATE "C" NOT NULL,
  webhook_id             text COLLATE "C" NOT NULL,
  url                    text NOT NULL,
  description            text,
  secret                 text NOT NULL,
  previous_secret        text,
  previous_secret_until  timestamptz,
  filter                 jsonb NOT NULL,
  disabled               boolean NOT NULL,
  gone                   boolean NOT NULL,
  revision               bigint NOT NULL CHECK (revision > 0),
  created_at             timestamptz NOT NULL,
  updated_at             timestamptz NOT NULL,
  redeliveries           bigint NOT NULL CHECK (redeliveries >= 0),
  position               bigint NOT NULL CHECK (position >= 0),
  failures_in_row        bigint NOT NULL CHECK (failures_in_row >= 0),
  last_success_at        timestamptz,
  last_error             text,
  epoch                  bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (workspace, webhook_id),
  CHECK (disabled OR NOT gone)
) WITH (fillfactor = 50);
COMMENT ON TABLE tandem.webhook IS
  'One row per webhook. secret and previous_secret sign requests: let nobody read them who may not sign.';
COMMENT ON COLUMN tandem.webhook.gone IS 'Disabled because the receiver answered 410.';
COMMENT ON COLUMN tandem.webhook.position IS
  'Events up to this sequence were taken, left out by the filter, or are in webhook_delivery.';
COMMENT ON COLUMN tandem.webhook.redeliveries IS 'How often dead letters were put back; the server that sends looks at it.';
COMMENT ON COLUMN tandem.webhook.epoch IS
  'Of the server that sends: one of an earlier epoch can not save any more. 0: nobody took it over yet.';

CREATE TABLE IF NOT EXISTS tandem.webhook_delivery (
  workspace        text COLLATE "C" NOT NULL,
  webhook_id       text COLLATE "C" NOT NULL,
  sequence         bigint NOT NULL,
  type             text NOT NULL,
  at               timestamptz NOT NULL,
  ticket_id        uuid,
  agent            text COLLATE "C",
  attempts         bigint NOT NULL CHECK (attempts >= 0),
  next_attempt_at  timestamptz,
  first_failed_at  timestamptz,
  last_error       text,
  dead             boolean NOT NULL,
  PRIMARY KEY (workspace, webhook_id, sequence),
  FOREIGN KEY (workspace, webhook_id) REFERENCES tandem.webhook ON DELETE CASCADE
);
COMMENT ON TABLE tandem.webhook_delivery IS
  'Events at or before a webhook''s position that it did not take: they wait for an attempt, or are dead letters.';
CREATE INDEX IF NOT EXISTS webhook_delivery_waiting ON tandem.webhook_delivery (workspace, webhook_id, sequence)
  WHERE NOT dead;
