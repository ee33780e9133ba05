-- Agents who finish the work at hand and then go to another status; tickets that are kept for whom they were transferred
-- to; and what supervisors do.

ALTER TABLE tandem.agent ADD COLUMN IF NOT EXISTS next_status text NOT NULL DEFAULT 'OFFLINE';
COMMENT ON COLUMN tandem.agent.next_status IS 'What follows DRAINING; OFFLINE in every other status.';
ALTER TABLE tandem.agent DROP CONSTRAINT IF EXISTS agent_next_status_check;
ALTER TABLE tandem.agent ADD CONSTRAINT agent_next_status_check CHECK (next_status IN ('OFFLINE', 'NOT_READY')) NOT VALID;
ALTER TABLE tandem.agent ADD COLUMN IF NOT EXISTS next_reason text;
COMMENT ON COLUMN tandem.agent.next_reason IS 'Reason of NOT_READY when that follows DRAINING. NULL: it does not.';

-- NOT VALID: the rows that are there satisfy the shorter lists, so they need no reading under a lock.
ALTER TABLE tandem.agent DROP CONSTRAINT IF EXISTS agent_status_check;
ALTER TABLE tandem.agent ADD CONSTRAINT agent_status_check CHECK (status IN (
  'OFFLINE', 'AVAILABLE', 'NOT_READY', 'NOT_RESPONDING', 'DRAINING')) NOT VALID;
ALTER TABLE tandem.agent_interval DROP CONSTRAINT IF EXISTS agent_interval_status_check;
ALTER TABLE tandem.agent_interval ADD CONSTRAINT agent_interval_status_check CHECK (status IN (
  'OFFLINE', 'AVAILABLE', 'NOT_READY', 'NOT_RESPONDING', 'DRAINING')) NOT VALID;

COMMENT ON COLUMN tandem.ticket_state.last_agent IS
  'Who parked it, while it is PARKED and while it is kept for this agent; or to whom it was transferred, while it is kept.';

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
  'TICKET_REQUEUED', 'AGENT_STATUS_ORDERED')) NOT VALID;
