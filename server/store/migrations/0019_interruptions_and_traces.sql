-- Work that waits for other work of its agent; what agents are ready for; and which trace a ticket's contact was part of.

ALTER TABLE tandem.agent ADD COLUMN IF NOT EXISTS ready_groups bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN tandem.agent.ready_groups IS
  'While AVAILABLE: for these capacity groups alone. The sum of 1 VOICE, 2 MESSAGING, 4 EMAIL, 8 TASK; 0: for all.';

ALTER TABLE tandem.ticket ADD COLUMN IF NOT EXISTS trace_parent text;
COMMENT ON COLUMN tandem.ticket.trace_parent IS 'W3C traceparent of the contact that made it.';

ALTER TABLE tandem.ticket_state ADD COLUMN IF NOT EXISTS interrupted_since timestamptz;
ALTER TABLE tandem.ticket_state ADD COLUMN IF NOT EXISTS interrupted_us bigint NOT NULL DEFAULT 0;
ALTER TABLE tandem.segment ADD COLUMN IF NOT EXISTS interrupted_us bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN tandem.ticket_state.interrupted_since IS
  'Since when other work of its agent interrupts it; empty when none does.';
COMMENT ON COLUMN tandem.ticket_state.interrupted_us IS
  'For how long other work of its agent interrupted it before that, in the running segment.';
COMMENT ON COLUMN tandem.segment.interrupted_us IS 'For how long other work of its agent interrupted it.';

-- NOT VALID: the rows that are there satisfy the shorter list, so they need no reading under a lock.
ALTER TABLE tandem.event DROP CONSTRAINT IF EXISTS event_type_check;
ALTER TABLE tandem.event ADD CONSTRAINT event_type_check CHECK (type IN (
  'CONFIGURATION_APPLIED', 'TICKET_CREATED', 'CONTACT_JOINED', 'TICKET_OFFERED', 'OFFER_ACCEPTED',
  'OFFER_DECLINED', 'OFFER_MISSED', 'OFFER_FAILED', 'OFFER_RESCINDED', 'MEDIA_CONNECTING',
  'MEDIA_CONNECTED', 'MEDIA_CONNECT_FAILED', 'MEDIA_HELD', 'MEDIA_RETRIEVED', 'MEDIA_DISCONNECTED',
  'TICKET_CLAIMED', 'LEASE_EXTENDED', 'LEASE_EXPIRED', 'TICKET_STARTED', 'TICKET_FINISHED',
  'TICKET_RESUMED', 'TICKET_RELEASED', 'TICKET_TRANSFERRED', 'TICKET_COMPLETED', 'TICKET_CANCELED',
  'TICKET_ABANDONED', 'AGENT_STATUS_CHANGED', 'SESSION_OPENED', 'SESSION_LOST', 'SESSION_CLOSED',
  'TIME_LOST', 'TICKET_UPDATED', 'NOTE_ADDED', 'MESSAGE_ADDED', 'SURVEY_RECORDED', 'AGENT_CONTACT_STARTED',
  'AGENT_CONTACT_UNANSWERED', 'RESOURCE_CREATED', 'RESOURCE_UPDATED', 'RESOURCE_DELETED',
  'PLAN_STEP_TAKEN', 'PLAN_STEP_SKIPPED', 'TICKET_OVERFLOWED', 'TICKET_EXPIRED', 'TICKET_SCHEDULED',
  'TICKET_ENTERED', 'TICKET_PARKED', 'TICKET_UNPARKED', 'LAST_AGENT_PASSED', 'TICKET_KEPT', 'TICKET_ASSIGNED',
  'TICKET_REQUEUED', 'AGENT_STATUS_ORDERED', 'OPEN_HOURS_SET', 'CALENDAR_OPENED', 'CALENDAR_CLOSED',
  'TICKET_INTERRUPTED', 'INTERRUPTION_ENDED')) NOT VALID;
