-- What is said of a ticket after it came in: updates, notes, messages with their text, surveys.

-- NOT VALID: the rows that are there satisfy the shorter list, so they need no reading under a lock.
ALTER TABLE tandem.event DROP CONSTRAINT IF EXISTS event_type_check;
ALTER TABLE tandem.event ADD CONSTRAINT event_type_check CHECK (type IN (
  'CONFIGURATION_APPLIED', 'TICKET_CREATED', 'CONTACT_JOINED', 'TICKET_OFFERED', 'OFFER_ACCEPTED', 'OFFER_DECLINED',
  'OFFER_MISSED', 'OFFER_FAILED', 'OFFER_RESCINDED', 'MEDIA_CONNECTING', 'MEDIA_CONNECTED', 'MEDIA_CONNECT_FAILED',
  'MEDIA_HELD', 'MEDIA_RETRIEVED', 'MEDIA_DISCONNECTED', 'TICKET_CLAIMED', 'LEASE_EXTENDED', 'LEASE_EXPIRED',
  'TICKET_STARTED', 'TICKET_FINISHED', 'TICKET_RESUMED', 'TICKET_RELEASED', 'TICKET_TRANSFERRED', 'TICKET_COMPLETED',
  'TICKET_CANCELED', 'TICKET_ABANDONED', 'AGENT_STATUS_CHANGED', 'SESSION_OPENED', 'SESSION_LOST', 'SESSION_CLOSED',
  'TIME_LOST', 'TICKET_UPDATED', 'NOTE_ADDED', 'MESSAGE_ADDED', 'SURVEY_RECORDED', 'AGENT_CONTACT_STARTED',
  'AGENT_CONTACT_UNANSWERED')) NOT VALID;

CREATE TABLE IF NOT EXISTS tandem.ticket_detail (
  workspace            text COLLATE "C" NOT NULL,
  ticket_id            uuid NOT NULL,
  revision             bigint NOT NULL CHECK (revision > 0),
  customer_id          text COLLATE "C",
  customer_segment     text,
  subject              text,
  due_at               timestamptz,
  attributes           jsonb,
  external_references  jsonb,
  note_count           bigint NOT NULL,
  message_count        bigint NOT NULL,
  score_count          bigint NOT NULL,
  PRIMARY KEY (workspace, ticket_id)
) WITH (fillfactor = 80);
CREATE INDEX IF NOT EXISTS ticket_detail_customer ON tandem.ticket_detail (workspace, customer_id, ticket_id)
  WHERE customer_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS ticket_detail_references ON tandem.ticket_detail
  USING gin (external_references jsonb_path_ops) WHERE external_references IS NOT NULL;
COMMENT ON TABLE tandem.ticket_detail IS
  'What was said of a ticket after it came in; NULL: as it came in. Personal data is in customer_id, subject, attributes.';
COMMENT ON COLUMN tandem.ticket_detail.attributes IS
  'Changes of the contact''s attributes; null: taken away. {"order": "17", "cart": null}';
COMMENT ON COLUMN tandem.ticket_detail.external_references IS
  'What other systems call the ticket. [{"id": "CASE-4711", "system": "crm"}]';
COMMENT ON COLUMN tandem.ticket_detail.note_count IS 'Notes written while it was open; likewise the other counts.';

CREATE TABLE IF NOT EXISTS tandem.note (
  workspace  text COLLATE "C" NOT NULL,
  ticket_id  uuid NOT NULL,
  sequence   bigint NOT NULL,
  at         timestamptz NOT NULL,
  agent      text COLLATE "C",
  text       text NOT NULL,
  PRIMARY KEY (workspace, ticket_id, sequence)
);
COMMENT ON TABLE tandem.note IS 'What somebody wrote about a ticket. Personal data is in text.';
COMMENT ON COLUMN tandem.note.sequence IS 'Of its event.';

ALTER TABLE tandem.message ADD COLUMN IF NOT EXISTS sequence bigint NOT NULL DEFAULT 0;
ALTER TABLE tandem.message ADD COLUMN IF NOT EXISTS agent text COLLATE "C";
ALTER TABLE tandem.message ADD COLUMN IF NOT EXISTS text text;
ALTER TABLE tandem.message ADD COLUMN IF NOT EXISTS external_id text;
-- Until now each message came with a contact, whose event has the number: without it no list would have the message.
UPDATE tandem.message m SET sequence = e.sequence FROM tandem.event e
  WHERE m.sequence = 0 AND e.workspace = m.workspace AND e.ticket_id = m.ticket_id AND e.contact_id = m.contact_id
    AND e.type IN ('TICKET_CREATED', 'CONTACT_JOINED');
COMMENT ON TABLE tandem.message IS
  'One message of a conversation: who wrote when, and what, if it was said. Personal data is in text.';
COMMENT ON COLUMN tandem.message.sequence IS 'Of the event that tells of it.';
COMMENT ON COLUMN tandem.message.contact_id IS 'The contact that it came with; NULL when it came without one.';

CREATE TABLE IF NOT EXISTS tandem.survey (
  workspace     text COLLATE "C" NOT NULL,
  ticket_id     uuid NOT NULL,
  sequence      bigint NOT NULL,
  measure       text COLLATE "C" NOT NULL,
  score         bigint NOT NULL,
  lowest        bigint NOT NULL,
  highest       bigint NOT NULL,
  at            timestamptz NOT NULL,
  agent         text COLLATE "C",
  queue         text COLLATE "C",
  client        text COLLATE "C",
  channel       text COLLATE "C",
  process_type  text COLLATE "C",
  PRIMARY KEY (workspace, ticket_id, sequence, measure),
  CONSTRAINT scores_are_on_their_scale CHECK (lowest < highest AND score BETWEEN lowest AND highest)
);
COMMENT ON TABLE tandem.survey IS 'One answer of a customer on a scale, with who and what it judges.';
COMMENT ON COLUMN tandem.survey.sequence IS 'Of the event, which all scores of one call share.';

CREATE OR REPLACE VIEW tandem.ticket_overview AS
SELECT t.workspace, t.ticket_id, t.channel, t.client, t.process_type, t.language,
       coalesce(d.customer_id, t.customer_id) AS customer_id,
       coalesce(d.customer_segment, t.customer_segment) AS customer_segment,
       t.external_id, t.created_at, coalesce(d.due_at, t.due_at) AS due_at, s.state, s.queue, s.priority, s.agent,
       s.queued_at, s.target, s.answered_at, s.closed_at, s.disposition, s.contact_count
FROM tandem.ticket t JOIN tandem.ticket_state s USING (workspace, ticket_id)
LEFT JOIN tandem.ticket_detail d USING (workspace, ticket_id);
COMMENT ON VIEW tandem.ticket_overview IS
  'Each ticket with where it is now, as was said of it last; no personal data but customer_id.';
