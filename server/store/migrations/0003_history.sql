-- What was: events, and the facts that every measure is computed from. Rows are appended and never change.

CREATE TABLE IF NOT EXISTS tandem.event (
  workspace     text COLLATE "C" NOT NULL,
  sequence      bigint NOT NULL CHECK (sequence > 0),
  type          text NOT NULL CHECK (type IN (
                  'CONFIGURATION_APPLIED', 'TICKET_CREATED', 'CONTACT_JOINED', 'TICKET_OFFERED', 'OFFER_ACCEPTED',
                  'OFFER_DECLINED', 'OFFER_MISSED', 'OFFER_FAILED', 'OFFER_RESCINDED', 'MEDIA_CONNECTING',
                  'MEDIA_CONNECTED', 'MEDIA_CONNECT_FAILED', 'MEDIA_HELD', 'MEDIA_RETRIEVED', 'MEDIA_DISCONNECTED',
                  'TICKET_CLAIMED', 'LEASE_EXTENDED', 'LEASE_EXPIRED', 'TICKET_STARTED', 'TICKET_FINISHED',
                  'TICKET_RESUMED', 'TICKET_RELEASED', 'TICKET_TRANSFERRED', 'TICKET_COMPLETED', 'TICKET_CANCELED',
                  'TICKET_ABANDONED', 'AGENT_STATUS_CHANGED', 'SESSION_OPENED', 'SESSION_LOST', 'SESSION_CLOSED',
                  'TIME_LOST')),
  at            timestamptz,
  ticket_id     uuid,
  agent         text COLLATE "C",
  queue         text COLLATE "C",
  offer_number  bigint NOT NULL,
  contact_id    uuid,
  reason        text,
  until         timestamptz,
  number        bigint NOT NULL,
  PRIMARY KEY (workspace, sequence)
);
CREATE INDEX IF NOT EXISTS event_ticket ON tandem.event (workspace, ticket_id, sequence) WHERE ticket_id IS NOT NULL;
COMMENT ON TABLE tandem.event IS 'What happened, numbered per workspace without gaps.';

CREATE TABLE IF NOT EXISTS tandem.visit (
  workspace     text COLLATE "C" NOT NULL,
  ticket_id     uuid NOT NULL,
  visit_number  bigint NOT NULL,
  queue         text COLLATE "C",
  client        text COLLATE "C",
  channel       text COLLATE "C",
  process_type  text COLLATE "C",
  entered_at    timestamptz NOT NULL,
  left_at       timestamptz NOT NULL,
  entry_reason  text NOT NULL CHECK (entry_reason IN (
                  'CREATED', 'RELEASED', 'LEASE_EXPIRED', 'CONNECT_FAILED', 'TRANSFERRED')),
  exit_reason   text NOT NULL CHECK (exit_reason IN ('ANSWERED', 'ABANDONED', 'TRANSFERRED', 'CANCELED')),
  target        timestamptz,
  agent         text COLLATE "C",
  PRIMARY KEY (workspace, ticket_id, visit_number),
  CONSTRAINT enters_before_it_leaves CHECK (entered_at <= left_at)
);
CREATE INDEX IF NOT EXISTS visit_left_at ON tandem.visit USING brin (left_at) WITH (autosummarize = on);
COMMENT ON TABLE tandem.visit IS 'One stay of a ticket in one queue; agent: who answered.';

CREATE TABLE IF NOT EXISTS tandem.segment (
  workspace        text COLLATE "C" NOT NULL,
  ticket_id        uuid NOT NULL,
  segment_number   bigint NOT NULL,
  agent            text COLLATE "C",
  queue            text COLLATE "C",
  client           text COLLATE "C",
  channel          text COLLATE "C",
  process_type     text COLLATE "C",
  began_at         timestamptz NOT NULL,
  claimed          boolean NOT NULL,
  accepted_at      timestamptz,
  connected_at     timestamptz,
  held_us          bigint NOT NULL,
  disconnected_at  timestamptz,
  disconnected_by  text NOT NULL CHECK (disconnected_by IN ('UNKNOWN', 'CUSTOMER', 'AGENT', 'SYSTEM')),
  finished_at      timestamptz,
  ended_at         timestamptz NOT NULL,
  outcome          text NOT NULL CHECK (outcome IN (
                     'COMPLETED', 'DECLINED', 'MISSED', 'FAILED', 'RESCINDED', 'CONNECT_FAILED', 'RELEASED',
                     'LEASE_EXPIRED', 'TRANSFERRED', 'ABANDONED', 'CANCELED')),
  disposition      text,
  resolved         boolean NOT NULL,
  PRIMARY KEY (workspace, ticket_id, segment_number),
  CONSTRAINT begins_before_it_ends CHECK (began_at <= ended_at)
);
CREATE INDEX IF NOT EXISTS segment_ended_at ON tandem.segment USING brin (ended_at) WITH (autosummarize = on);
COMMENT ON TABLE tandem.segment IS 'One agent with one ticket, from offer or claim to the end.';

CREATE TABLE IF NOT EXISTS tandem.agent_interval (
  workspace       text COLLATE "C" NOT NULL,
  agent           text COLLATE "C" NOT NULL,
  began_at        timestamptz NOT NULL,
  ended_at        timestamptz NOT NULL,
  status          text NOT NULL CHECK (status IN ('OFFLINE', 'AVAILABLE', 'NOT_READY', 'NOT_RESPONDING')),
  reason          text,
  load_voice      bigint NOT NULL,
  load_messaging  bigint NOT NULL,
  load_email      bigint NOT NULL,
  load_task       bigint NOT NULL,
  client          text COLLATE "C",
  generation      bigint NOT NULL,
  CONSTRAINT begins_before_it_ends CHECK (began_at <= ended_at)
);
CREATE INDEX IF NOT EXISTS agent_interval_agent ON tandem.agent_interval (workspace, agent, began_at);
COMMENT ON TABLE tandem.agent_interval IS
  'One stretch of an agent''s day in which status, reason, session and load did not change.';

CREATE TABLE IF NOT EXISTS tandem.message (
  workspace   text COLLATE "C" NOT NULL,
  ticket_id   uuid NOT NULL,
  contact_id  uuid,
  direction   text NOT NULL CHECK (direction IN ('INBOUND', 'OUTBOUND', 'INTERNAL')),
  author      text NOT NULL CHECK (author IN ('UNKNOWN', 'CUSTOMER', 'AGENT', 'SYSTEM')),
  at          timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS message_ticket ON tandem.message (workspace, ticket_id, at);
COMMENT ON TABLE tandem.message IS 'One message of a conversation: who wrote when, not what.';
