-- Resources are changed one by one: each has its revision, lists of them are filtered, and each change has its event.

ALTER TABLE tandem.configuration_resource ADD COLUMN IF NOT EXISTS revision bigint NOT NULL DEFAULT 0;
-- Room on the page, so that a change of one resource stays there and touches no index. Lists with a filter scan the
-- resources of their kind: an index of their bodies would cost every change more than it saves the few lists.
ALTER TABLE tandem.configuration_resource SET (fillfactor = 80);

UPDATE tandem.configuration_resource r SET revision = w.revision
  FROM tandem.workspace w WHERE w.workspace = r.workspace AND r.revision = 0;
COMMENT ON COLUMN tandem.configuration_resource.revision IS 'The configuration''s revision that changed it last.';

ALTER TABLE tandem.event DROP CONSTRAINT IF EXISTS event_type_check;
ALTER TABLE tandem.event ADD CONSTRAINT event_type_check CHECK (type IN (
  'CONFIGURATION_APPLIED', 'TICKET_CREATED', 'CONTACT_JOINED', 'TICKET_OFFERED', 'OFFER_ACCEPTED',
  'OFFER_DECLINED', 'OFFER_MISSED', 'OFFER_FAILED', 'OFFER_RESCINDED', 'MEDIA_CONNECTING',
  'MEDIA_CONNECTED', 'MEDIA_CONNECT_FAILED', 'MEDIA_HELD', 'MEDIA_RETRIEVED', 'MEDIA_DISCONNECTED',
  'TICKET_CLAIMED', 'LEASE_EXTENDED', 'LEASE_EXPIRED', 'TICKET_STARTED', 'TICKET_FINISHED',
  'TICKET_RESUMED', 'TICKET_RELEASED', 'TICKET_TRANSFERRED', 'TICKET_COMPLETED', 'TICKET_CANCELED',
  'TICKET_ABANDONED', 'AGENT_STATUS_CHANGED', 'SESSION_OPENED', 'SESSION_LOST', 'SESSION_CLOSED',
  'TIME_LOST', 'TICKET_UPDATED', 'NOTE_ADDED', 'MESSAGE_ADDED', 'SURVEY_RECORDED', 'AGENT_CONTACT_STARTED',
  'AGENT_CONTACT_UNANSWERED', 'RESOURCE_CREATED', 'RESOURCE_UPDATED', 'RESOURCE_DELETED')) NOT VALID;
